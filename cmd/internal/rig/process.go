package rig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process that this program started, and stops by its own id.
type Process struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr lastWords
	exited chan struct{}
}

// startWithin bounds the time until a server serves.
const startWithin = time.Minute

// stopWithin is how long a server may take to stop when it is asked to.
const stopWithin = 20 * time.Second

// StartProcess runs a program. When ctx ends it is asked to stop, and killed when it doesn't.
func StartProcess(ctx context.Context, name string, args ...string) (*Process, error) {
	return StartProcessWith(ctx, nil, name, args...)
}

// StartProcessWith is StartProcess with more environment variables, "NAME=value".
func StartProcessWith(ctx context.Context, env []string, name string, args ...string) (*Process, error) {
	return startProcess(ctx, env, nil, name, args...)
}

// startProcess also writes what is said on standard error to log, unless that is nil.
func startProcess(ctx context.Context, env []string, log io.Writer, name string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.CommandContext(ctx, name, args...), exited: make(chan struct{})}
	if len(env) > 0 {
		p.cmd.Env = append(os.Environ(), env...)
	}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopWithin
	p.cmd.SysProcAttr = endWithParent()
	if p.cmd.Stderr = &p.stderr; log != nil {
		p.cmd.Stderr = io.MultiWriter(&p.stderr, log)
	}
	read, write := io.Pipe()
	p.stdout, p.cmd.Stdout = bufio.NewReader(read), write
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait() // how it ended is in ProcessState
		write.Close()
		close(p.exited)
	}()
	return p, nil
}

// Run a program to its end, with more environment variables, and give all that
// it printed. An exit code other than 0 is an error.
func Run(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = endWithParent()
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// FirstLine of its output; what follows is read and dropped, so that the
// process never waits for a reader.
func (p *Process) FirstLine() (string, error) {
	type result struct {
		line string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		line, err := p.stdout.ReadString('\n')
		got <- result{line, err}
		io.Copy(io.Discard, p.stdout)
	}()
	select {
	case r := <-got:
		if r.err != nil {
			return "", fmt.Errorf("%s ended before it served: %s", p.cmd.Path, p.stderr.String())
		}
		return r.line, nil
	case <-time.After(startWithin):
		return "", fmt.Errorf("%s does not serve after %s: %s", p.cmd.Path, startWithin, p.stderr.String())
	}
}

// Stop asks the process to end and waits until it has.
func (p *Process) Stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.cmd.Process.Signal(syscall.SIGCONT) // a paused one hears nothing
	select {
	case <-p.exited:
	case <-time.After(stopWithin):
		p.cmd.Process.Kill()
		<-p.exited
	}
}

// Kill the process at once (SIGKILL) and wait until it is gone.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.exited
}

// Pause stops the process where it is (SIGSTOP), with its connections open,
// until Resume.
func (p *Process) Pause() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

// Paused waits until every thread of a paused process stands still: one in the
// middle of a system call ends that first.
func (p *Process) Paused(ctx context.Context) error {
	for {
		stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
		if err != nil || len(stats) == 0 {
			return fmt.Errorf("the threads of %s can't be seen", p.cmd.Path)
		}
		going := slices.ContainsFunc(stats, func(name string) bool {
			text, err := os.ReadFile(name)
			_, state, _ := strings.Cut(string(text), ") ") // the name before it may hold anything
			return err == nil && !strings.HasPrefix(state, "T")
		})
		if !going {
			return nil
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Resume lets a paused process go on (SIGCONT).
func (p *Process) Resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

// Exited is closed when the process has ended, by itself or not.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// LastWords is the end of what it said on standard error.
func (p *Process) LastWords() string { return p.stderr.String() }

// Memory of a process in bytes, resident now and at its highest.
type Memory struct{ Now, Peak int64 }

// ReadMemory of a process from /proc.
func (p *Process) ReadMemory() (Memory, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return Memory{}, err
	}
	return parseMemory(string(text))
}

func parseMemory(status string) (m Memory, err error) {
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		if name != "VmRSS" && name != "VmHWM" {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		if err != nil {
			return m, fmt.Errorf("%s: %w", name, err)
		}
		if name == "VmRSS" {
			m.Now = kb << 10
		} else {
			m.Peak = kb << 10
		}
	}
	if m.Now == 0 || m.Peak == 0 {
		return m, errors.New("no VmRSS and VmHWM")
	}
	return m, nil
}

// ticks of a second in which Linux counts processor time for programs, on
// every architecture that Go runs on.
const ticks = 100

// ReadCPU is the processor time that the process has used, its own and the
// kernel's for it, from /proc.
func (p *Process) ReadCPU() (time.Duration, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "stat"))
	if err != nil {
		return 0, err
	}
	return parseCPU(string(text))
}

func parseCPU(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:]) // the name before it may hold anything
	const user, system = 11, 12
	if len(fields) <= system {
		return 0, errors.New("no utime and stime")
	}
	var sum time.Duration
	for _, field := range fields[user : system+1] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("utime and stime: %w", err)
		}
		sum += time.Duration(n) * time.Second / ticks
	}
	return sum, nil
}

// lastWords keeps the end of what a process says, for the error that says why
// it died.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

func (l *lastWords) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if over := len(l.text) - 2000; over > 0 {
		l.text = append(l.text[:0], l.text[over:]...)
	}
	return len(b), nil
}

func (l *lastWords) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.TrimSpace(string(l.text))
}
