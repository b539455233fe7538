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
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/checkin/redisstore/aof"
)

// Redis is one or more redis-server processes of our own, on free ports, that
// sync to disk before they answer.
type Redis struct {
	nodes   []*Process
	addrs   []string
	args    [][]string // of each node, to start it again
	cluster bool
	auth    string // what comes before each command of ours, "" for nothing
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

// clusterMasters of a cluster of ours.
const clusterMasters = 3

// StartRedisCluster runs a cluster of three masters, and so many replicas for
// each, with its data under dir. A node that is silent for a second is failed over.
func StartRedisCluster(ctx context.Context, dir string, replicas int) (*Redis, error) {
	r := &Redis{cluster: true}
	for i := range clusterMasters * (1 + replicas) {
		bus, err := FreePort()
		if err == nil {
			options := []string{"--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus)}
			if replicas > 0 {
				options = append(options, "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0", "--repl-timeout", "5")
			}
			err = r.add(ctx, filepath.Join(dir, fmt.Sprintf("redis-%d", i+1)), options...)
		}
		if err != nil {
			r.Stop()
			return nil, err
		}
	}
	create := append(append([]string{"--cluster", "create"}, r.addrs...), "--cluster-replicas", strconv.Itoa(replicas), "--cluster-yes")
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
	if r.cluster {
		command, words = "CLUSTER INFO", "cluster_state:ok"
	}
	for _, addr := range r.addrs {
		if err := waitFor(addr, r.auth, command, words); err != nil {
			return err
		}
	}
	return nil
}

// URL for lanyard's --redis.
func (r *Redis) URL() string {
	if r.cluster {
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
	if err := aof.Mend(ctx, r.args[i][slices.Index(r.args[i], "--dir")+1]); err != nil {
		return err
	}
	node, err := startRedisNode(ctx, r.args[i])
	if err != nil {
		return err
	}
	r.nodes[i] = node
	return r.ready()
}

// Ask a node a command in words that need no quotes, for a simple answer or a
// bulk string; an error answer is an error.
func (r *Redis) Ask(i int, command string) (string, error) {
	answer, err := inline(r.addrs[i], r.auth, command)
	if err == nil && strings.HasPrefix(answer, "-") {
		err = fmt.Errorf("%s: %s", strings.Fields(command)[0], strings.TrimSpace(answer[1:]))
	}
	return strings.TrimSpace(answer), err
}

// AskList is Ask for an answer that is a list of bulk strings.
func (r *Redis) AskList(i int, command string) ([]string, error) {
	conn, err := net.DialTimeout("tcp", r.addrs[i], time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprintf(conn, "%s\r\n", command)
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	var n int
	if _, err := fmt.Sscanf(line, "*%d", &n); err != nil {
		return nil, fmt.Errorf("%s: %s", strings.Fields(command)[0], strings.TrimSpace(line))
	}
	out := make([]string, n)
	for at := range out {
		if out[at], err = bulk(in); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// FlushScripts makes a node forget the scripts that it has been sent.
func (r *Redis) FlushScripts(i int) error {
	_, err := r.Ask(i, "SCRIPT FLUSH")
	return err
}

// Stop ends every server.
func (r *Redis) Stop() {
	for _, node := range r.nodes {
		node.Stop()
	}
}

func (r *Redis) add(ctx context.Context, dir string, more ...string) error {
	return r.addWith(ctx, dir, nil, more...)
}

// addWith is add with what stands before the options: a file of them.
func (r *Redis) addWith(ctx context.Context, dir string, file []string, more ...string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	port, err := FreePort()
	if err != nil {
		return err
	}
	args := append(append(file, "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", dir, "--save", "", "--daemonize", "no", "--loglevel", "warning",
		"--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--maxmemory-policy", "noeviction"), more...)
	node, err := startRedisNode(ctx, args)
	if err != nil {
		return err
	}
	r.nodes, r.args = append(r.nodes, node), append(r.args, args)
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	r.addrs = append(r.addrs, addr)
	return waitFor(addr, r.auth, "PING", "+PONG")
}

func startRedisNode(ctx context.Context, args []string) (*Process, error) {
	node, err := StartProcess(ctx, "redis-server", args...)
	if err == nil {
		go io.Copy(io.Discard, node.stdout)
	}
	return node, err
}

// waitFor asks a Redis, by an inline command, until its answer has the words.
func waitFor(addr, auth, command, words string) error {
	var last error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var answer string
		if answer, last = inline(addr, auth, command); last == nil && strings.Contains(answer, words) {
			return nil
		}
	}
	return fmt.Errorf("redis-server at %s does not answer %s with %s: %w", addr, command, words, errors.Join(last))
}

func inline(addr, auth, command string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	in := bufio.NewReader(conn)
	if auth != "" {
		fmt.Fprintf(conn, "%s\r\n", auth)
		if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "+") {
			return line, err
		}
	}
	fmt.Fprintf(conn, "%s\r\n", command)
	return bulk(in)
}

// bulk reads a bulk string, or the line of any other answer.
func bulk(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "$") {
		return line, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil || n < 0 {
		return line, err
	}
	text := make([]byte, n+len("\r\n"))
	_, err = io.ReadFull(in, text)
	return string(text[:n]), err
}
