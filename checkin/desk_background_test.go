package checkin

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"lanyard/badge"
)

func TestCheckpointsAndVerify(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	round := h.marks.round(h.Desk)
	points := func() []Checkpoint {
		t.Helper()
		h.must(round(h.ctx))
		marks, err := h.store.Checkpoints(h.ctx, here)
		h.must(err)
		return marks
	}
	if got := points(); len(got) != 0 {
		t.Errorf("signed at once: %v", got)
	}
	h.advance(markAfter)
	first := points()
	seq, err := h.store.Seq(h.ctx, here)
	h.must(err)
	if len(first) != 1 || first[0].Count != seq {
		t.Fatalf("after a minute: %v, seq %d", first, seq)
	}
	h.advance(2 * markAfter)
	if got := points(); len(got) != 1 {
		t.Errorf("signed again without a new row: %v", got)
	}
	h.scan(token, "north")
	if got := points(); len(got) != 2 {
		t.Errorf("a new row, minutes later: %d checkpoints", len(got))
	}
	_, err = h.Import(h.ctx, here, by, sheet(markRows), ImportOptions{Issue: true}, nil)
	h.must(err)
	if got := points(); len(got) != 3 {
		t.Errorf("%d rows at once: %d checkpoints", markRows, len(got))
	}
	_, err = h.RotateKey(h.ctx, here, by)
	h.must(err)
	h.scan(token, "south")
	h.advance(markAfter)
	if got := points(); len(got) != 4 || got[3].Key == got[0].Key {
		t.Errorf("with a new key: %v", got)
	}
	// Another process goes on where this one was.
	other := h.desk()
	h.must(other.marks.round(other)(h.ctx))
	if got, _ := h.store.Checkpoints(h.ctx, here); len(got) != 4 {
		t.Errorf("%d checkpoints after another process has begun", len(got))
	}

	h.scan(token, "north")
	seq, err = h.store.Seq(h.ctx, here)
	h.must(err)
	rows, marks, err := h.Verify(h.ctx, here)
	if err != nil || rows != seq || marks != 4 {
		t.Errorf("verified %d rows of %d, %d checkpoints: %v", rows, seq, marks, err)
	}
	for _, c := range []struct {
		what string
		seq  uint64
		lie  func([]Row) []Row
	}{
		{"a changed row", 20, func(rows []Row) []Row { return edit(rows, 20, func(r *Row) { r.Note = "x" }) }},
		{"a changed row with its own hash", 21, func(rows []Row) []Row {
			return edit(rows, 20, func(r *Row) { r.Note = "x"; r.Hash = r.Chain(r.Prev) })
		}},
		{"a row left out", 20, func(rows []Row) []Row {
			for i := range rows {
				if rows[i].Seq == 20 {
					return append(rows[:i:i], rows[i+1:]...)
				}
			}
			return rows
		}},
		{"the end cut off", first[0].Count + 1, func(rows []Row) []Row {
			for i := range rows {
				if rows[i].Seq == first[0].Count+1 {
					return rows[:i]
				}
			}
			return nil
		}},
	} {
		h.store.journal = c.lie
		_, _, err := h.Verify(h.ctx, here)
		var broken *BrokenRow
		if !errors.As(err, &broken) || broken.Seq != c.seq {
			t.Errorf("%s: %v, want row %d", c.what, err, c.seq)
		}
	}

	// A journal written anew from some row on fits itself, and no checkpoint.
	var prev string
	h.store.journal = func(rows []Row) []Row {
		rows = edit(rows, 5, func(r *Row) { r.Note = "x" })
		for i := range rows {
			if rows[i].Seq > 5 {
				rows[i].Prev = prev
			}
			rows[i].Hash = rows[i].Chain(rows[i].Prev)
			prev = rows[i].Hash
		}
		return rows
	}
	var broken *BrokenRow
	if _, _, err = h.Verify(h.ctx, here); !errors.As(err, &broken) || broken.Seq != first[0].Count {
		t.Errorf("written anew: %v", err)
	}
}

func edit(rows []Row, seq uint64, f func(*Row)) []Row {
	for i := range rows {
		if rows[i].Seq == seq {
			f(&rows[i])
		}
	}
	return rows
}

func TestCheckMark(t *testing.T) {
	h := newHall(t)
	h.advance(markAfter)
	_, err := h.checkpoint(h.ctx, here, mark{})
	h.must(err)
	marks, err := h.store.Checkpoints(h.ctx, here)
	h.must(err)
	m := marks[0]
	c, err := h.Config(h.ctx, here)
	h.must(err)
	if p := checkMark(c, m, here, m.Count, m.Hash); p != "" {
		t.Errorf("a good one: %s", p)
	}
	for what, spoil := range map[string]func(*Checkpoint){
		"time":      func(m *Checkpoint) { m.At = m.At.Add(time.Millisecond) },
		"count":     func(m *Checkpoint) { m.Count++ },
		"hash":      func(m *Checkpoint) { m.Hash = GenesisHash },
		"event":     func(m *Checkpoint) { m.Event = "other" },
		"key":       func(m *Checkpoint) { m.Key = "zz" },
		"signature": func(m *Checkpoint) { m.Signature = nil },
	} {
		bad := m
		spoil(&bad)
		if checkMark(c, bad, here, m.Count, m.Hash) == "" {
			t.Errorf("another %s is believed", what)
		}
	}
}

func TestAutomaticExits(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	h.want(h.scan(token, "north"), Admitted, "")
	zone, err := time.LoadLocation("Asia/Shanghai")
	h.must(err)
	struck := h.start.Add(2 * time.Minute).In(zone)
	_, err = h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { v.AutoExitAt = struck.Format("15:04"); return nil })
	h.must(err)
	s := sweeper{desk: h.Desk}
	inside := func() int {
		t.Helper()
		h.must(s.round(h.ctx))
		o, err := h.Occupancy(h.ctx, here)
		h.must(err)
		return o.InsideTotal
	}
	if n := inside(); n != 1 {
		t.Errorf("%d inside before the hour", n)
	}
	h.advance(2 * time.Minute)
	if n := inside(); n != 0 {
		t.Errorf("%d inside after the hour", n)
	}
}

func TestRetention(t *testing.T) {
	h := newHall(t)
	_, err := h.Import(h.ctx, here, by, sheet(700), ImportOptions{}, nil)
	h.must(err)
	b, token := h.person("one")
	h.scan(token, "north")
	until := h.start.Add(72 * time.Hour)
	_, err = h.EditEvent(h.ctx, here, by, func(e *badge.Event) error { e.RetainUntil = &until; return nil })
	h.must(err)
	h.advance(72*time.Hour - time.Millisecond)
	h.must(h.retain(h.ctx))
	if _, err := h.Attendee(h.ctx, here, b.Attendee); err != nil {
		t.Errorf("erased too early: %v", err)
	}
	h.advance(time.Millisecond)
	h.must(h.retain(h.ctx))
	people, _, err := h.Attendees(h.ctx, here, badge.Query{})
	if err != nil || len(people) != 0 {
		t.Errorf("%d people left, %v", len(people), err)
	}
	if o, err := h.Occupancy(h.ctx, here); err != nil || o.Venues[0].Entries != 1 {
		t.Errorf("the counts are gone: %+v, %v", o, err)
	}
	if _, _, err := h.Verify(h.ctx, here); err != nil {
		t.Error(err)
	}
}

// TestRunEnds with its context and with the Desk.
func TestRunEnds(t *testing.T) {
	h := newHall(t)
	ctx, cancel := context.WithCancel(h.ctx)
	var all sync.WaitGroup
	all.Go(func() { h.Run(ctx) })
	cancel()
	all.Wait()
	all.Go(func() { h.Run(h.ctx) })
	h.Close()
	all.Wait()
}

func TestKeysAreServed(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	verify := func() error {
		t.Helper()
		set, err := h.JWKS(h.ctx)
		h.must(err)
		keys, err := badge.ParseJWKS(set)
		h.must(err)
		_, err = badge.VerifyWithKeys(token, keys)
		return err
	}
	h.must(verify())
	old, err := h.Keys(h.ctx, here)
	h.must(err)
	if len(old) != 1 || old[0].Sealed != nil {
		t.Errorf("keys %+v", old)
	}
	_, err = h.RotateKey(h.ctx, here, by)
	h.must(err)
	if err := verify(); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
	// The event is made longer, and shorter again: what was signed meanwhile counts.
	longer := h.start.Add(96 * time.Hour)
	_, err = h.EditEvent(h.ctx, here, by, func(e *badge.Event) error { e.EndsAt = longer; return nil })
	h.must(err)
	b, _ := h.person("2")
	_, err = h.EditEvent(h.ctx, here, by, func(e *badge.Event) error { e.EndsAt = h.start.Add(48 * time.Hour); return nil })
	h.must(err)
	_, err = h.RotateKey(h.ctx, here, by)
	h.must(err)
	keys, err := h.Keys(h.ctx, here)
	h.must(err)
	for _, k := range keys {
		if k.ID == b.Key && k.LastExpiry.Before(b.ValidUntil) {
			t.Errorf("key served until %v signed a badge until %v", k.LastExpiry, b.ValidUntil)
		}
	}
	_, err = h.WithdrawKey(h.ctx, here, old[0].ID, by)
	h.must(err)
	if err := verify(); err == nil {
		t.Error("a withdrawn key is served")
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := newHall(t)
	for _, c := range []struct {
		want, venue string
		from, to    time.Duration
		step        time.Duration
	}{
		{"ok", "main", -time.Hour, 0, time.Minute},
		{"ok", "main", 0, 48 * time.Hour, time.Minute},
		{"step", "main", 0, 51 * time.Hour, time.Minute},
		{"step", "main", 0, time.Hour, time.Second},
		{"step", "main", 0, time.Hour, 90 * time.Second},
		{"step", "main", 0, time.Hour, -time.Minute},
		{"to", "main", 0, 0, time.Minute},
		{"to", "main", 0, 1 << 62, time.Minute},
		{ErrNoVenue.Error(), "nowhere", 0, time.Hour, time.Minute},
	} {
		from := h.start.Truncate(time.Minute).Add(c.from)
		to := h.start.Truncate(time.Minute).Add(c.to)
		if c.to == 1<<62 {
			to = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		points, err := h.History(h.ctx, here, c.venue, from, to, c.step)
		if field(err) != c.want {
			t.Errorf("%v to %v by %v: %v, want %s", c.from, c.to, c.step, err, c.want)
		}
		if err == nil && len(points) != int((c.to-c.from)/c.step) {
			t.Errorf("%d points", len(points))
		}
	}
}
