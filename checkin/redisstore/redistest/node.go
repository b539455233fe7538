package redistest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin/redisstore/aof"
)

// Options are settings of a server as redis-server takes them, name and value
// in turn.
type Options []string

// Durable makes a server sync every write before it answers.
var Durable = Options{"appendonly", "yes", "appendfsync", "always"}

// startTime bounds how long a server may take until it answers. It is long,
// because tests share their machine.
const startTime = 30 * time.Second

// Node is one redis-server.
type Node struct {
	t    testing.TB
	dir  string
	port int
	args []string
	// config is the file of a sentinel.
	config string
	cmd    *exec.Cmd
	done   chan struct{} // closed when the process has ended
}

// Server starts a server for the test and gives its URL.
func Server(t testing.TB, o ...Options) string { return Start(t, o...).URL() }

// Start starts a server for the test and waits until it answers.
func Start(t testing.TB, o ...Options) *Node {
	t.Helper()
	n := &Node{t: t, dir: t.TempDir(), args: slices.Concat(o...)}
	n.launch()
	return n
}

// launch starts the node on a free port.
func (n *Node) launch() {
	n.t.Helper()
	n.t.Cleanup(n.Kill)
	for try := 1; ; try++ {
		n.port = freePort(n.t)
		err := n.start()
		if err == nil {
			return
		}
		// Another process may have taken the port in between.
		if try == 5 {
			n.t.Fatalf("redis-server: %v\n%s", err, n.log())
		}
	}
}

// ReplicaOf are the settings of a replica of that node.
func ReplicaOf(n *Node) Options {
	return Options{"replicaof", "127.0.0.1 " + strconv.Itoa(n.port), "repl-diskless-sync-delay", "0"}
}

// Addr is host:port.
func (n *Node) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port)) }

// URL is the redis:// URL of database 0.
func (n *Node) URL() string { return "redis://" + n.Addr() + "/0" }

// Client talks to the server until the test ends.
func (n *Node) Client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: n.Addr()})
	n.t.Cleanup(func() { _ = c.Close() })
	return c
}

// Kill ends the process at once, as a power cut would, and waits for its end.
// What the server has not written to its files is lost.
func (n *Node) Kill() { n.end(syscall.SIGKILL) }

// Stop asks the server to end, and waits for it.
func (n *Node) Stop() { n.end(syscall.SIGTERM) }

func (n *Node) end(s os.Signal) {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Signal(s) // fails only if it has ended
	<-n.done
	n.cmd = nil
}

// Restart starts a stopped or killed server again on the same port and files.
func (n *Node) Restart() {
	n.t.Helper()
	n.Kill()
	if err := n.start(); err != nil {
		n.t.Fatalf("redis-server: %v\n%s", err, n.log())
	}
}

// Pause stops the process without ending it: connections stay open and nothing
// answers. Resume lets it go on.
func (n *Node) Pause() { n.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (n *Node) Resume() { n.signal(syscall.SIGCONT) }

func (n *Node) signal(s os.Signal) {
	n.t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		n.t.Fatal(err)
	}
}

func (n *Node) start() error {
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		return err
	}
	if err := aof.Mend(context.Background(), n.dir); err != nil {
		return err
	}
	logFile, err := os.OpenFile(filepath.Join(n.dir, "redis.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	args := []string{"--port", strconv.Itoa(n.port), "--bind", "127.0.0.1", "--dir", n.dir}
	if n.config != "" { // of a sentinel, which keeps there what it finds out
		args = append([]string{n.config, "--sentinel"}, args...)
	} else {
		args = append(args, "--save", "")
	}
	for i := 0; i+1 < len(n.args); i += 2 {
		args = append(args, "--"+n.args[i])
		args = append(args, strings.Fields(n.args[i+1])...)
	}
	cmd := exec.Command(bin, args...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = endWithParent()
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the log says why
		close(done)
	}()
	n.cmd, n.done = cmd, done
	return n.await()
}

// answers tells whether it is this server that answers: while it was down,
// somebody else's may have taken its port.
func (n *Node) answers(c *redis.Client) error {
	if err := c.Ping(context.Background()).Err(); err != nil {
		return err // LOADING, perhaps
	}
	info, err := c.Info(context.Background(), "server").Result()
	if err == nil && !strings.Contains(info, fmt.Sprintf("\r\nprocess_id:%d\r\n", n.cmd.Process.Pid)) {
		err = errors.New("another server has its port")
	}
	return err
}

// await returns once the server answers.
func (n *Node) await() error {
	c := redis.NewClient(&redis.Options{Addr: n.Addr(), MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	for end := time.Now().Add(startTime); ; {
		conn, err := net.Dial("tcp", n.Addr()) // the client would log each refusal
		if err == nil {
			_ = conn.Close()
			err = n.answers(c)
		}
		if err == nil {
			return nil
		}
		select {
		case <-n.done:
			n.cmd = nil
			return errors.New("has ended")
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			return fmt.Errorf("does not answer: %w", err)
		}
	}
}

func (n *Node) log() string {
	b, _ := os.ReadFile(filepath.Join(n.dir, "redis.log")) // it is only to explain a failure
	if len(b) > 4000 {
		b = b[len(b)-4000:]
	}
	return string(b)
}

// freePort is one that nobody listens on at this moment. It lies below the
// range from which systems take the ports of outgoing connections (Linux: from
// 32768), so that a server which was killed finds it free.
func freePort(t testing.TB) int {
	t.Helper()
	const from, to = 16_384, 32_768
	for range 100 {
		port := from + rand.IntN(to-from)
		if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatalf("no free port between %d and %d", from, to)
	return 0
}

// Clear removes everything that the server holds.
func (n *Node) Clear() {
	n.t.Helper()
	c := redis.NewClient(&redis.Options{Addr: n.Addr()})
	defer c.Close()
	if err := c.FlushAll(context.Background()).Err(); err != nil {
		n.t.Fatal(err)
	}
}
