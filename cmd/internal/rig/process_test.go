package rig

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMemoryOfAProcess(t *testing.T) {
	p, err := StartProcess(context.Background(), "sh", "-c", "echo ready; exec sleep 60")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if line, err := p.FirstLine(); err != nil || line != "ready\n" {
		t.Fatalf("first line %q, %v", line, err)
	}
	if m, err := p.ReadMemory(); err != nil || m.Now <= 0 || m.Peak < m.Now {
		t.Errorf("memory %+v, %v", m, err)
	}
	if _, err := parseMemory("Name:\tx\nVmRSS:\tmany kB\n"); err == nil {
		t.Error("nonsense is taken for memory")
	}
	if m, err := parseMemory("VmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"); err != nil || m != (Memory{1 << 20, 2 << 20}) {
		t.Errorf("memory %+v, %v", m, err)
	}
}

func TestProcessorTimeOfAProcess(t *testing.T) {
	if d, err := parseCPU("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0"); err != nil || d != 1750*time.Millisecond {
		t.Errorf("got %v, %v", d, err)
	}
	if _, err := parseCPU("7 (sh) S 1 2"); err == nil {
		t.Error("nonsense is taken for processor time")
	}
	p, err := StartProcess(context.Background(), "sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo ready; exec sleep 60")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if _, err := p.FirstLine(); err != nil {
		t.Fatal(err)
	}
	if d, err := p.ReadCPU(); err != nil || d <= 0 {
		t.Errorf("got %v, %v", d, err)
	}
}

func TestProcessThatDiesSaysWhy(t *testing.T) {
	p, err := StartProcess(context.Background(), "sh", "-c", "echo no such store >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.FirstLine(); err == nil || !strings.Contains(err.Error(), "no such store") {
		t.Errorf("got %v", err)
	}
	p.Stop()
}

func TestRedisOfOurOwn(t *testing.T) {
	for name, start := range map[string]func(context.Context, string) (*Redis, error){"single": StartRedis, "cluster": func(ctx context.Context, dir string) (*Redis, error) { return StartRedisCluster(ctx, dir, 0) }} {
		t.Run(name, func(t *testing.T) {
			r, err := start(context.Background(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer r.Stop()
			for _, addr := range r.addrs {
				_, port, _ := strings.Cut(addr, ":")
				out, err := exec.Command("redis-cli", "-p", port, "CONFIG", "GET", "appendfsync").Output()
				if err != nil || !strings.Contains(string(out), "always") {
					t.Errorf("%s: %s %v", addr, out, err)
				}
			}
			if strings.Count(r.URL(), "127.0.0.1:") != len(r.addrs) {
				t.Errorf("URL %s of %d nodes", r.URL(), len(r.addrs))
			}
		})
	}
}

func TestRunMeasured(t *testing.T) {
	u, err := RunMeasured(t.Context(), []string{"MUCH=8000000"}, "sh", "-c", `x=$(head -c $MUCH /dev/zero | tr '\0' x); sleep 0.1; test ${#x} = $MUCH`)
	if err != nil || u.Wall < 100*time.Millisecond || u.CPU == 0 || u.Peak < 8_000_000 || u.Peak > 200<<20 {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := RunMeasured(t.Context(), nil, "sh", "-c", "echo no more paper >&2; exit 3"); err == nil || !strings.Contains(err.Error(), "no more paper") {
		t.Errorf("%v", err)
	}
}
