package checkin

import (
	"context"
	"time"
)

// Scan decides scans in order, each by itself.
func (e *Engine) Scan(ctx context.Context, event string, scans []Scan) ([]Outcome, error) {
	ids := make([]string, len(scans))
	for i := range scans {
		ids[i] = scans[i].ID
	}
	old, err := e.recall(ctx, event, ids...)
	if err != nil {
		return nil, err
	}
	return within(ctx, e, event, func(t *tx, s *State) ([]Outcome, error) {
		defer old.lend(s)()
		out := make([]Outcome, len(scans))
		for i, c := range scans {
			out[i].Answer, out[i].Err = t.scan(s, c)
		}
		return out, nil
	})
}

// recollection are the entries of scans answered long ago, read from disk ahead
// of a step: nobody waits for the disk while the writer decides.
type recollection struct {
	of      *State
	entries map[uint64]Entry
}

// recall reads what a step on scans with these ids will look up and memory
// doesn't hold any more. Entries never change, so it can't be out of date.
func (e *Engine) recall(ctx context.Context, event string, ids ...string) (recollection, error) {
	if e.backing == nil {
		return recollection{}, nil
	}
	var r recollection
	var wanted []uint64
	err := e.read(ctx, event, func(s *State) error {
		r.of = s
		for _, id := range ids {
			seq, ok := s.scans[parseScanID(id)]
			if !ok {
				continue
			}
			for _, seq := range [...]uint64{seq, s.undone[seq]} {
				if seq != 0 && seq <= s.committed && (len(s.tail) == 0 || seq < s.tail[0].Row.Seq) {
					wanted = append(wanted, seq)
				}
			}
		}
		return nil
	})
	if err != nil || len(wanted) == 0 {
		return r, err
	}
	r.entries = make(map[uint64]Entry, len(wanted))
	for _, seq := range wanted {
		got, err := r.of.older(seq-1, 1)
		if err != nil {
			return r, err
		}
		if len(got) == 1 && got[0].Row.Seq == seq {
			r.entries[seq] = got[0]
		}
	}
	return r, nil
}

// lend gives the entries to the state that they were read for, until the step
// is over.
func (r recollection) lend(s *State) (over func()) {
	if s != r.of {
		return func() {}
	}
	s.recalled = r.entries
	return func() { s.recalled = nil }
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
		entries, err := s.takeBack(c, *overruled)
		if err != nil {
			return Answer{}, err
		}
		return t.record(s, entries, c.DryRun), nil
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
	old, err := e.recall(ctx, event, u.ScanID)
	if err != nil {
		return Answer{}, err
	}
	return within(ctx, e, event, func(t *tx, s *State) (Answer, error) {
		defer old.lend(s)()
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
