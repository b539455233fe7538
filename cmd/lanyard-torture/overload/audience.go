package overload

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"lanyard/cmd/internal/rig"
)

// Boards are screens elsewhere: what they do to read must not be taken for what
// it costs to serve them. They live in a process of their own, this program
// once more, which the system runs only when nobody else wants to.

// AudienceCommand is the argument that makes this program an audience.
const AudienceCommand = "audience"

const (
	// checkEvery is which of the reading boards look whether a row is missing;
	// the others read and throw away.
	checkEvery = 10
	// comeBack is how long a board waits before it connects again, as it is told.
	comeBack = 2 * time.Second
	// joining is how many boards connect at once.
	joining = 32
)

// seen is what an audience has to tell.
type seen struct {
	Cut     int64         `json:"cut"`    // times that a reading board was cut off
	Gaps    int64         `json:"gaps"`   // rows that came twice, not in order or not at all
	Behind  int           `json:"behind"` // checked boards that don't know everything in the end
	Checked int           `json:"checked"`
	Bytes   int64         `json:"bytes"`
	CPU     time.Duration `json:"cpu_ns"`
}

// audience is the process, as its parent sees it.
type audience struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// gather an audience of an event, and wait until it is connected.
func gather(ctx context.Context, s *rig.Service, event string, boards int) (*audience, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := []string{self, AudienceCommand, s.Base.Host, event, strconv.Itoa(boards)}
	if nice, err := exec.LookPath("nice"); err == nil {
		command = append([]string{nice, "-n", "19"}, command...)
	}
	a := &audience{cmd: exec.CommandContext(ctx, command[0], command[1:]...)}
	a.cmd.Env = append(os.Environ(), "LANYARD_KEY="+s.Key)
	a.cmd.Stderr = os.Stderr
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.out = bufio.NewReader(out)
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	if line, err := a.out.ReadString('\n'); err != nil {
		a.leave()
		return nil, fmt.Errorf("the boards can't connect: %s %w", line, err)
	}
	return a, nil
}

// hear what the boards have seen, once they know the row seq or don't get it.
func (a *audience) hear(seq uint64) (s seen, err error) {
	if _, err := fmt.Fprintln(a.in, seq); err != nil {
		return s, err
	}
	line, err := a.out.ReadBytes('\n')
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(line, &s)
}

// leave ends the process and with it all connections.
func (a *audience) leave() {
	a.in.Close()
	a.cmd.Wait() // nothing depends on how it ended
}

// Audience connects boards to a server, every second of which never reads,
// says so, and reads until its standard input names the row that is the last, tells
// what was seen, and ends with the input. The arguments are the server's host,
// an event and how many boards; the key is in LANYARD_KEY.
func Audience(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("an audience needs a host, an event and a number")
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all hall
	var coming, reading sync.WaitGroup
	failed := make(chan error, n)
	turn := make(chan struct{}, joining)
	for i := range n {
		b := &board{host: args[0], path: "/api/v1/events/" + url.PathEscape(args[1]) + "/live", key: os.Getenv("LANYARD_KEY"), all: &all}
		coming.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if i%2 == 0 {
				b.stuck = true
			} else if b.checks = i/2%checkEvery == 0; b.checks {
				all.add(b)
			}
			if err := b.connect(ctx); err != nil {
				failed <- fmt.Errorf("board %d: %w", i+1, err)
				return
			}
			if !b.stuck {
				reading.Go(func() { b.read(ctx) })
			}
		})
	}
	coming.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	fmt.Fprintln(out, "ready")
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		seq, err := strconv.ParseUint(lines.Text(), 10, 64)
		if err != nil {
			return err
		}
		text, err := json.Marshal(all.tell(seq))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n", text)
	}
	stop()
	reading.Wait()
	return nil
}

// hall is what all boards of an audience have seen.
type hall struct {
	cut, gaps, bytes atomic.Int64
	mu               sync.Mutex
	checked          []*board
}

func (c *hall) add(b *board) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked = append(c.checked, b)
}

func (c *hall) behind(seq uint64) (n int) {
	for _, b := range c.checked {
		if b.last.Load() < seq {
			n++
		}
	}
	return n
}

func (c *hall) tell(seq uint64) seen {
	for until := time.Now().Add(recovery); c.behind(seq) > 0 && time.Now().Before(until); {
		time.Sleep(50 * time.Millisecond)
	}
	return seen{c.cut.Load(), c.gaps.Load(), c.behind(seq), len(c.checked), c.bytes.Load(), ownCPU()}
}

// ownCPU is the processor time that this process has used.
func ownCPU() time.Duration {
	var own syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &own) != nil {
		return 0
	}
	return time.Duration(own.Utime.Nano() + own.Stime.Nano())
}

// board is one connection to a feed.
type board struct {
	host, path, key string
	stuck, checks   bool
	all             *hall
	conn            net.Conn
	last            atomic.Uint64 // row up to which it knows everything; 0 before the first
}

// connect opens the feed, from where the board was, and waits for the answer to
// begin. By HTTP/1.0 it comes without chunks to take apart.
func (b *board) connect(ctx context.Context) error {
	conn, err := (&net.Dialer{Timeout: recovery}).DialContext(ctx, "tcp", b.host)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	if b.stuck {
		conn.(*net.TCPConn).SetReadBuffer(4096)
	}
	after := ""
	if last := b.last.Load(); last > 0 {
		after = fmt.Sprintf("Last-Event-ID: %d\r\n", last)
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.0\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\n%s\r\n", b.path, b.host, b.key, after)
	conn.SetReadDeadline(time.Now().Add(recovery))
	line := make([]byte, len("HTTP/1.0 200 "))
	_, err = io.ReadFull(conn, line)
	conn.SetReadDeadline(time.Time{})
	if err == nil && !strings.Contains(string(line), " 200 ") {
		err = fmt.Errorf("the feed is answered %q", line)
	}
	if err != nil {
		conn.Close()
		return err
	}
	b.conn = conn
	return nil
}

// read until ctx ends, and come back when the server ends the feed.
func (b *board) read(ctx context.Context) {
	for {
		if in := (&counted{b.conn, &b.all.bytes}); b.checks {
			b.check(in)
		} else {
			io.CopyBuffer(io.Discard, struct{ io.Reader }{in}, make([]byte, 32<<10))
		}
		b.conn.Close()
		for {
			if ctx.Err() != nil {
				return
			}
			b.all.cut.Add(1)
			select {
			case <-time.After(comeBack):
			case <-ctx.Done():
				return
			}
			if b.connect(ctx) == nil {
				break
			}
		}
	}
}

// check reads a feed to its end and looks whether rows come one after the other.
func (b *board) check(conn io.Reader) {
	in := bufio.NewReaderSize(conn, 64<<10)
	for zipped := false; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		zipped = zipped || strings.EqualFold(strings.TrimSpace(line), "Content-Encoding: gzip")
		if line != "\r\n" {
			continue
		}
		if zipped {
			text, err := gzip.NewReader(in)
			if err != nil {
				return
			}
			in = bufio.NewReaderSize(text, 64<<10)
		}
		break
	}
	var id uint64
	for {
		line, err := in.ReadSlice('\n')
		for err == bufio.ErrBufferFull { // a long data line
			_, err = in.ReadSlice('\n')
			line = nil
		}
		if err != nil {
			return
		}
		if value, ok := bytes.CutPrefix(line, []byte("id: ")); ok {
			id, _ = strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 64) // 0 shows as a gap
		} else if value, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			last := b.last.Load()
			switch string(bytes.TrimSpace(value)) {
			case "scan":
				if id != last+1 {
					b.all.gaps.Add(1)
				}
			case "snapshot":
				if last > 0 && id != last {
					b.all.gaps.Add(1)
				}
			default:
				if id != last {
					b.all.gaps.Add(1)
				}
			}
			b.last.Store(id)
		}
	}
}

// counted counts what is read.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}
