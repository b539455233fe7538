package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is a `lanyard serve` of our own. It comes back on the same address
// and data after it was killed.
type Server struct {
	Base string // http://127.0.0.1:port
	// Key of the first organizer: printed once by the first server on a store, ""
	// for the others.
	Key string

	command []string
	env     []string
	log     io.Writer
	mu      sync.Mutex
	process *Process
}

// Serve describes how a server is started.
type Serve struct {
	Binary string
	Dir    string   // its --data
	Redis  string   // URL, "" for the embedded store
	Secret string   // LANYARD_SECRET, the same for all servers on one Redis; "" for a file in Dir
	Args   []string // more flags
	Env    []string // more variables, "NAME=value"
	// Log also gets all that the server says on standard error, unless it is nil.
	Log io.Writer
}

// firstKey is how serve shows the first organizer's key.
var firstKey = regexp.MustCompile(`first organizer's key, shown this once:\s+(\S+)\s`)

// StartServer runs a server and waits until it is ready.
func StartServer(ctx context.Context, s Serve) (*Server, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	if !strings.ContainsRune(s.Binary, filepath.Separator) {
		s.Binary = "." + string(filepath.Separator) + s.Binary
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	r := &Server{Base: "http://" + addr, env: s.Env, log: s.Log,
		command: []string{s.Binary, "serve", "--addr", addr, "--data", s.Dir, "--log-level", "warn"}}
	if s.Redis != "" {
		r.command = append(r.command, "--redis", s.Redis)
	}
	r.command = append(r.command, s.Args...)
	if s.Secret != "" {
		r.env = append(r.env[:len(r.env):len(r.env)], "LANYARD_SECRET="+s.Secret)
	}
	return r, r.Start(ctx)
}

// Start runs the server again after Kill or Stop, and waits until it is ready.
func (s *Server) Start(ctx context.Context) error {
	p, err := startProcess(ctx, s.env, s.log, s.command[0], s.command[1:]...)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.process = p
	s.mu.Unlock()
	said := make(chan string, 1)
	go func() { said <- findKey(p.stdout) }()
	if err := s.ready(ctx, p); err != nil {
		p.Stop()
		return err
	}
	if s.Key == "" {
		select {
		case s.Key = <-said:
		case <-time.After(100 * time.Millisecond): // it says its key before it serves
		}
	}
	return nil
}

// findKey reads all that a server prints, so that it never waits for a reader;
// the key comes back as soon as it was shown.
func findKey(out io.Reader) string {
	var text bytes.Buffer
	chunk := make([]byte, 1024)
	for {
		n, err := out.Read(chunk)
		text.Write(chunk[:n])
		if m := firstKey.FindSubmatch(text.Bytes()); m != nil {
			go io.Copy(io.Discard, out)
			return string(m[1])
		}
		if err != nil || text.Len() > 1<<16 {
			go io.Copy(io.Discard, out)
			return ""
		}
	}
}

func (s *Server) ready(ctx context.Context, p *Process) error {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(startWithin); time.Now().Before(deadline); {
		answer, err := client.Get(s.Base + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		case <-p.exited:
			return errors.New("the server ended before it was ready: " + p.LastWords())
		}
	}
	return fmt.Errorf("the server is not ready after %s: %s", startWithin, p.LastWords())
}

// Process that runs now.
func (s *Server) Process() *Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// Kill the server at once, as kill -9 does.
func (s *Server) Kill() { s.Process().Kill() }

// Stop asks the server to end and waits until it has.
func (s *Server) Stop() { s.Process().Stop() }
