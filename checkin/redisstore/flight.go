package redisstore

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"lanyard/checkin"
)

// Scans that arrive while others are on their way go together in the next
// script: one round trip, one sync of the log and one WAIT for all of them. Each
// is decided by itself all the same, and nobody waits for company. Of an event
// one script is under way at a time: a second one would wait at the server for
// the sync of the first all the same, and not take along those who come until then.

const (
	// scansPerScript bounds how many scans one script decides: while it runs,
	// nothing else does.
	scansPerScript = 64
	// maxWaiting bounds the calls of one event that wait: more could not be
	// served while anybody still waits for the answer.
	maxWaiting = 4096
)

var errQueueFull = fmt.Errorf("%w: too many scans are waiting", checkin.ErrUnavailable)

// flights are the scans of an event that wait for a script, and whether one is
// under way.
type flights struct {
	mu      sync.Mutex
	waiting []*call
	flying  bool
}

// call is one call of Scan.
type call struct {
	ctx   context.Context
	scans []checkin.Scan
	out   []checkin.Outcome
	err   error
	done  chan struct{}
}

// Scan decides scans in order, each by itself.
func (s *Store) Scan(ctx context.Context, id string, scans []checkin.Scan) ([]checkin.Outcome, error) {
	e := s.event(id)
	if len(scans) == 0 {
		return nil, s.exists(ctx, e)
	}
	if ctx.Err() != nil {
		return nil, unavailable(ctx.Err())
	}
	c := &call{ctx: ctx, scans: scans, done: make(chan struct{})}
	e.flights.mu.Lock()
	if len(e.flights.waiting) >= maxWaiting {
		e.flights.mu.Unlock()
		return nil, errQueueFull
	}
	e.flights.waiting = append(e.flights.waiting, c)
	start := !e.flights.flying
	e.flights.flying = true
	e.flights.mu.Unlock()
	if start {
		go s.fly(e)
	}
	select {
	case <-c.done:
		return c.out, c.err
	case <-ctx.Done(): // it may be decided all the same
		return nil, unavailable(ctx.Err())
	}
}

// fly decides what waits until nothing does.
func (s *Store) fly(e *event) {
	var group []*call
	var scans []checkin.Scan
	for {
		group, scans = e.flights.board(group[:0], scans[:0])
		if len(group) == 0 {
			return
		}
		out, err := s.decideAll(context.Background(), e, scans) // whoever gave up may have company
		for _, c := range group {
			if c.err = err; err == nil {
				c.out, out = out[:len(c.scans):len(c.scans)], out[len(c.scans):]
			}
			close(c.done)
		}
	}
}

// board takes calls for one script, or one call that needs several. Those whose
// callers have given up are left behind: nobody may be admitted whom nobody
// waits for. When there is none, the flight is over.
func (f *flights) board(group []*call, scans []checkin.Scan) ([]*call, []checkin.Scan) {
	f.mu.Lock()
	defer f.mu.Unlock()
	looked := 0
	for ; looked < len(f.waiting); looked++ {
		c := f.waiting[looked]
		if c.ctx.Err() != nil {
			continue
		}
		if len(group) > 0 && len(scans)+len(c.scans) > scansPerScript {
			break
		}
		group, scans = append(group, c), append(scans, c.scans...)
	}
	f.waiting = slices.Delete(f.waiting, 0, looked)
	f.flying = len(group) > 0
	return group, scans
}

// decideAll decides scans in order.
func (s *Store) decideAll(ctx context.Context, e *event, scans []checkin.Scan) ([]checkin.Outcome, error) {
	out := make([]checkin.Outcome, 0, len(scans))
	for round := 0; len(out) < len(scans); round++ {
		rest := scans[len(out):]
		decided, again, err := s.decide(ctx, e, rest[:min(len(rest), scansPerScript)])
		if err != nil {
			return nil, err
		}
		if len(decided) > 0 {
			round = 0
		}
		out = append(out, decided...)
		if again != nil {
			if round == rounds {
				return nil, fmt.Errorf("%w: a scan found no moment at which its clock was the event's", checkin.ErrUnavailable)
			}
			if err := again(); err != nil {
				return nil, err
			}
		}
	}
	if slices.ContainsFunc(out, func(o checkin.Outcome) bool { return o.Err == nil }) {
		s.touch(s.keep(e))
	}
	return out, nil
}
