package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lanyard/cmd/internal/rig"
)

// Target is the Lanyard that a run is aimed at, with what was started for it.
type Target struct {
	*rig.Service
	Store   string
	server  *rig.Process // nil when it was running already
	redis   *rig.Redis
	dir     string
	command []string // that starts the server, binary first
}

// StartTarget starts the built binary's demo on one of the stores, with its data
// in a new folder under dir. What it prints is all that is known of it.
func StartTarget(ctx context.Context, binary, store, dir string, more []string) (*Target, error) {
	data, err := os.MkdirTemp(dir, "load-")
	if err != nil {
		return nil, err
	}
	t := &Target{Store: store, dir: data}
	if err := t.start(ctx, binary, more); err != nil {
		t.Stop()
		return nil, fmt.Errorf("starting %s on %s: %w", binary, store, err)
	}
	return t, nil
}

func (t *Target) start(ctx context.Context, binary string, more []string) (err error) {
	switch t.Store {
	case "bolt":
	case "redis":
		t.redis, err = rig.StartRedis(ctx, t.dir)
	case "redis-cluster":
		t.redis, err = rig.StartRedisCluster(ctx, t.dir, 0)
	default:
		return fmt.Errorf("no such store: %s", t.Store)
	}
	if err != nil {
		return err
	}
	if t.redis != nil {
		more = append([]string{"--redis", t.redis.URL()}, more...)
	}
	if !strings.ContainsRune(binary, filepath.Separator) {
		binary = "." + string(filepath.Separator) + binary
	}
	port, err := rig.FreePort()
	if err != nil {
		return err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) // the same when the server comes back after a crash
	t.command = append([]string{binary, "demo", "--json", "--addr", addr, "--data", filepath.Join(t.dir, "data")}, more...)
	return t.serve(ctx)
}

// serve starts the server and waits until it serves.
func (t *Target) serve(ctx context.Context) (err error) {
	if t.server, err = rig.StartProcess(ctx, t.command[0], t.command[1:]...); err != nil {
		return err
	}
	line, err := t.server.FirstLine()
	if err != nil {
		return err
	}
	var ready struct {
		BaseURL string `json:"base_url"`
		Key     string `json:"organizer_key"`
	}
	if err := json.Unmarshal([]byte(line), &ready); err != nil || ready.Key == "" {
		return errors.New("its first line is not the JSON of demo --json")
	}
	t.Service, err = rig.NewService(ready.BaseURL, ready.Key)
	return err
}

// Stop ends what was started and removes its data.
func (t *Target) Stop() {
	if t.server != nil {
		t.server.Stop()
	}
	if t.redis != nil {
		t.redis.Stop()
	}
	if t.dir != "" {
		os.RemoveAll(t.dir)
	}
}
