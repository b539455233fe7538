package rig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Redis is one or more redis-server processes of our own, on free ports, that
// sync to disk before they answer.
type Redis struct {
	nodes []*Process
	addrs []string
	args  [][]string // of each node, to start it again
}

// StartRedis runs one server with its data under dir.
func StartRedis(ctx context.Context, dir string) (*Redis, error) {
	r := &Redis{}
	if err := r.add(ctx, filepath.Join(dir, "redis")); err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}

// StartRedisCluster runs a cluster of three masters with its data under dir.
func StartRedisCluster(ctx context.Context, dir string) (*Redis, error) {
	r := &Redis{}
	for i := range 3 {
		bus, err := FreePort()
		if err == nil {
			err = r.add(ctx, filepath.Join(dir, fmt.Sprintf("redis-%d", i+1)), "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus))
		}
		if err != nil {
			r.Stop()
			return nil, err
		}
	}
	create := append(append([]string{"--cluster", "create"}, r.addrs...), "--cluster-replicas", "0", "--cluster-yes")
	if out, err := exec.CommandContext(ctx, "redis-cli", create...).CombinedOutput(); err != nil {
		r.Stop()
		return nil, fmt.Errorf("redis-cli --cluster create: %w: %s", err, out)
	}
	if err := r.ready(); err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}

// ready waits until every node serves, and in a cluster all of its slots.
func (r *Redis) ready() error {
	command, words := "PING", "+PONG"
	if len(r.addrs) > 1 {
		command, words = "CLUSTER INFO", "cluster_state:ok"
	}
	for _, addr := range r.addrs {
		if err := waitFor(addr, command, words); err != nil {
			return err
		}
	}
	return nil
}

// URL for lanyard's --redis.
func (r *Redis) URL() string {
	if len(r.addrs) > 1 {
		return "redis+cluster://" + strings.Join(r.addrs, ",")
	}
	return "redis://" + r.addrs[0]
}

// Addrs are the nodes' addresses, host and port.
func (r *Redis) Addrs() []string { return r.addrs }

// Nodes are the processes, in the order of Addrs.
func (r *Redis) Nodes() []*Process { return r.nodes }

// Restart kills a node without warning and starts it again on its port and its
// append-only file. It returns once all nodes serve.
func (r *Redis) Restart(ctx context.Context, i int) error {
	r.nodes[i].Kill()
	node, err := startRedisNode(ctx, r.args[i])
	if err != nil {
		return err
	}
	r.nodes[i] = node
	return r.ready()
}

// FlushScripts makes a node forget the scripts that it has been sent.
func (r *Redis) FlushScripts(i int) error {
	answer, err := inline(r.addrs[i], "SCRIPT FLUSH")
	if err == nil && !strings.HasPrefix(answer, "+OK") {
		err = fmt.Errorf("SCRIPT FLUSH: %s", strings.TrimSpace(answer))
	}
	return err
}

// Stop ends every server.
func (r *Redis) Stop() {
	for _, node := range r.nodes {
		node.Stop()
	}
}

func (r *Redis) add(ctx context.Context, dir string, more ...string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	port, err := FreePort()
	if err != nil {
		return err
	}
	args := append([]string{"--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", dir, "--save", "", "--daemonize", "no", "--loglevel", "warning",
		"--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--maxmemory-policy", "noeviction"}, more...)
	node, err := startRedisNode(ctx, args)
	if err != nil {
		return err
	}
	r.nodes, r.args = append(r.nodes, node), append(r.args, args)
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	r.addrs = append(r.addrs, addr)
	return waitFor(addr, "PING", "+PONG")
}

func startRedisNode(ctx context.Context, args []string) (*Process, error) {
	node, err := StartProcess(ctx, "redis-server", args...)
	if err == nil {
		go io.Copy(io.Discard, node.stdout)
	}
	return node, err
}

// waitFor asks a Redis, by an inline command, until its answer has the words.
func waitFor(addr, command, words string) error {
	var last error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var answer string
		if answer, last = inline(addr, command); last == nil && strings.Contains(answer, words) {
			return nil
		}
	}
	return fmt.Errorf("redis-server at %s does not answer %s with %s: %w", addr, command, words, errors.Join(last))
}

func inline(addr, command string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprintf(conn, "%s\r\n", command)
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "$") {
		return line, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil || n < 0 {
		return line, err
	}
	bulk := make([]byte, n)
	_, err = io.ReadFull(in, bulk)
	return string(bulk), err
}
