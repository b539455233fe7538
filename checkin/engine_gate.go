package checkin

import (
	"context"
	"time"
)

// Scan decides scans in order, each by itself.
func (e *Engine) Scan(ctx context.Context, event string, scans []Scan) ([]Outcome, error) {
	return within(ctx, e, event, func(t *tx, s *State) ([]Outcome, error) {
		out := make([]Outcome, len(scans))
		for i, c := range scans {
			out[i].Answer, out[i].Err = t.scan(s, c)
		}
		return out, nil
	})
}

func (t *tx) scan(s *State, c Scan) (Answer, error) {
	if err := s.guard(c); err != nil {
		return Answer{}, err
	}
	a, overruled, known, err := s.remembered(c)
	if err != nil || known && overruled == nil {
		return a, err
	}
	if known && c.Shown == Denied {
		return t.record(s, s.takeBack(c, *overruled), c.DryRun), nil
	}
	g, dir, err := s.way(c)
	if err != nil {
		return Answer{}, err
	}
	if c.Unverified && !s.issuedAs(c) {
		return Answer{}, ErrUnverified
	}
	v, ok := s.cfg.Venue(g.Venue)
	if !ok {
		return Answer{}, ErrNoGate // it leads nowhere
	}
	if c.DryRun {
		defer s.pretend(s.exits(v, c.Now))()
	} else {
		t.sweep(s, v, c.Now)
	}
	entries := s.decide(c, g, dir, overruled)
	return t.record(s, entries, c.DryRun), nil
}

// record journals the entries of a scan unless it is a dry run and gives the
// answer of the first one.
func (t *tx) record(s *State, entries []Entry, dry bool) Answer {
	if dry {
		return s.answer(entries[0])
	}
	for i := range entries {
		entries[i] = t.append(s, entries[i])
	}
	return s.answer(entries[0])
}

func (t *tx) sweep(s *State, v Venue, now time.Time) int {
	exits := s.exits(v, now)
	for _, e := range exits {
		t.append(s, e)
	}
	return len(exits)
}

// Undo takes a scan back.
func (e *Engine) Undo(ctx context.Context, event string, u Undo) (Answer, error) {
	return within(ctx, e, event, func(t *tx, s *State) (Answer, error) {
		a, entries, err := s.undo(u)
		if err != nil || entries == nil {
			return a, err
		}
		undone, err := s.entry(s.scans[parseScanID(u.ScanID)])
		if err != nil {
			return Answer{}, err
		}
		for i := range entries {
			entries[i] = t.append(s, entries[i])
		}
		return s.undoAnswer(undone, entries[0]), nil
	})
}

// Sweep checks out everyone whose venue's automatic exit has passed.
func (e *Engine) Sweep(ctx context.Context, event string, now time.Time) (int, error) {
	due := false
	if err := e.read(ctx, event, func(s *State) error { due = s.sweepDue(now); return nil }); err != nil || !due {
		return 0, err
	}
	return within(ctx, e, event, func(t *tx, s *State) (n int, err error) {
		for _, v := range s.cfg.Venues {
			n += t.sweep(s, v, now)
		}
		return n, nil
	})
}

// sweepDue tells whether any venue has to be looked at.
func (s *State) sweepDue(now time.Time) bool {
	for _, v := range s.cfg.Venues {
		if v.AutoExitAt == "" {
			continue
		}
		if vs := s.venues[v.ID]; vs != nil && len(vs.inside) > 0 && !now.Before(vs.sweep) {
			return true
		}
	}
	return false
}
