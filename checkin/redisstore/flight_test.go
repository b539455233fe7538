package redisstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

func TestCallsShareScripts(t *testing.T) {
	sized := func(n int) *call {
		return &call{ctx: context.Background(), scans: make([]checkin.Scan, n), done: make(chan struct{})}
	}
	for _, c := range []struct {
		name           string
		waiting, taken []int
	}{
		{"nothing", nil, nil},
		{"all that fits", []int{1, 1, scansPerScript - 2, 1}, []int{1, 1, scansPerScript - 2}},
		{"a large call goes alone", []int{500, 1}, []int{500}},
		{"and waits for its turn", []int{1, 500, 1}, []int{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &flights{flying: true}
			for _, n := range c.waiting {
				f.waiting = append(f.waiting, sized(n))
			}
			group, scans := f.board(nil, nil)
			total := 0
			for i, got := range group {
				if len(got.scans) != c.taken[i] {
					t.Errorf("call %d has %d scans, want %d", i, len(got.scans), c.taken[i])
				}
				total += len(got.scans)
			}
			if len(group) != len(c.taken) || len(scans) != total || len(f.waiting) != len(c.waiting)-len(group) {
				t.Errorf("took %d calls with %d scans, left %d", len(group), len(scans), len(f.waiting))
			}
			if want := len(c.taken) > 0; f.flying != want {
				t.Errorf("in flight: %v, want %v", f.flying, want)
			}
		})
	}
}

// Whoever forgets the scripts in the middle of everything is told them again,
// and no scan is lost or counted twice.
func TestScriptFlushInMidRun(t *testing.T) {
	t.Parallel()
	const callers, each = 8, 60
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, callers)
	c := n.Client()
	ctx := context.Background()
	var flushes atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				if err := c.ScriptFlush(ctx).Err(); err != nil {
					t.Error(err)
					return
				}
				flushes.Add(1)
			}
		}
	}()
	var wg sync.WaitGroup
	var admitted atomic.Int64
	for i := range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range each {
				dir := checkin.In
				if j%2 == 1 {
					dir = checkin.Out
				}
				a, err := h.do(s, h.scan(dir, i))
				if err != nil || a.Result == checkin.Denied {
					t.Errorf("%+v, %v", a, err)
				}
				if a.Result == checkin.Admitted {
					admitted.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	close(stop)
	<-stopped
	counts, err := s.Counts(ctx, h.id, h.now)
	if err != nil || counts.Venues["main"].Entries != int(admitted.Load()) || admitted.Load() != callers*each/2 || flushes.Load() == 0 {
		t.Errorf("%+v, %v: %d admitted, %d flushes", counts, err, admitted.Load(), flushes.Load())
	}
}

// A caller that has gone takes nobody along.
func TestCallerThatGivesUp(t *testing.T) {
	t.Parallel()
	s := opened(t, redistest.Server(t), Options{})
	h := newHall(t, s, 2)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Scan(ctx, h.id, []checkin.Scan{h.scan(checkin.In, 0)}); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	h.want(checkin.Admitted, h.scan(checkin.In, 0))
}

// Those who gave up while the server hung are not let in behind their backs,
// but for the script that had left already, and the next one waits for none
// of them.
func TestCallersWhoLeaveWhileTheServerHangs(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	s := opened(t, node.URL(), Options{})
	const people = 200
	h := newHall(t, s, people+1)
	h.want(checkin.Admitted, h.scan(checkin.In, people))
	node.Pause()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var all sync.WaitGroup
	for i := range people {
		c := h.scan(checkin.In, i)
		all.Go(func() {
			if _, err := s.Scan(ctx, h.id, []checkin.Scan{c}); !errors.Is(err, checkin.ErrUnavailable) {
				t.Errorf("answered by a server that hangs: %v", err)
			}
		})
	}
	all.Wait()
	node.Resume()
	h.want(checkin.Exited, h.scan(checkin.Out, people))
	in, err := s.Inside(t.Context(), h.id, "main")
	if err != nil {
		t.Fatal(err)
	}
	if len(in) > scansPerScript {
		t.Errorf("%d people are inside whom nobody waited for, want %d at most", len(in), scansPerScript)
	}
}
