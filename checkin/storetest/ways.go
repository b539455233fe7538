package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

// testWays is about gates, directions, operators, and the way out.
func testWays(t *testing.T, s checkin.Store) {
	t.Run("gates and directions", func(t *testing.T) { testDirections(t, s) })
	t.Run("guards", func(t *testing.T) { testGuards(t, s) })
	t.Run("exits are never refused", func(t *testing.T) { testExits(t, s) })
	t.Run("events apart", func(t *testing.T) { testEventsApart(t, s) })
}

func testDirections(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.fails(checkin.ErrNoGate, h.scan("nowhere", checkin.In, "ann"))
	h.fails(checkin.ErrNoGate, h.scan("", checkin.In, "ann"))
	h.fails(checkin.ErrDirectionNeeded, h.scan("free", "", "ann"))
	h.fails(checkin.ErrWrongDirection, h.scan("free-in", checkin.Out, "ann"))
	h.fails(checkin.ErrWrongDirection, h.scan("free-out", checkin.In, "ann"))
	h.do("admitted", h.scan("free-in", "", "ann"))
	h.do("admitted", h.scan("free-in", checkin.In, "ben"))
	h.do("exited", h.scan("free-out", "", "ann"))
	h.do("exited", h.scan("free-out", checkin.Out, "ben"))
	if r := h.rows(h.seq() - 1)[0]; r.Direction != checkin.Out {
		t.Errorf("the row of an exit goes %q", r.Direction)
	}
	if _, err := s.Scan(background, "no-such-event", []checkin.Scan{h.scan("free", checkin.In, "ann")}); !is(err, checkin.ErrNoEvent) {
		t.Errorf("scan at an unknown event: %v", err)
	}
}

func testGuards(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "free-in", "ann", guarded("gil"))
	h.in("admitted", "small", "ann", guarded("gil"))
	h.fails(checkin.ErrGateRefused, h.scan("free", checkin.In, "ben", guarded("gil")))
	h.fails(checkin.ErrGateRefused, h.scan("small-2", checkin.Out, "ann", guarded("gil")))
	h.fails(checkin.ErrOperatorGone, h.scan("free", checkin.In, "ben", guarded("expired")))
	h.fails(checkin.ErrOperatorGone, h.scan("free", checkin.In, "ben", guarded("revoked")))
	h.fails(checkin.ErrOperatorGone, h.scan("free", checkin.In, "ben", guarded("nobody")))
	h.fails(checkin.ErrOperatorGone, h.scan("free", checkin.In, "ben", guarded("")))
	h.in("admitted", "free", "ben", guarded("lim"))
	for _, op := range []string{"ada", "dora", "sue", "sam", "gus"} {
		h.out("exited", "free", "ben", guarded(op))
		h.in("admitted", "free", "ben", guarded(op))
	}
	h.in("admitted", "free", "cat", by("nobody")) // not guarded: the caller has checked

	// A guard looks at the server's clock, and comes before a replay.
	c := h.scan("free", checkin.In, "dan", guarded("hour"))
	h.do("admitted", c)
	h.now = opening.Add(time.Hour - time.Millisecond)
	c.Now = h.now
	h.do("admitted replayed", c)
	h.wait(time.Millisecond)
	c.Now = h.now
	h.fails(checkin.ErrOperatorGone, c)
	c.Operator = "gil"
	h.fails(checkin.ErrGateRefused, c)
	c.Operator = "gus"
	h.do("admitted replayed", c)

	op, _ := h.config().Operator("gus")
	op.RevokedAt = &h.now
	h.configure(checkin.NewRecord(op))
	h.fails(checkin.ErrOperatorGone, h.scan("free", checkin.Out, "dan", guarded("gus")))
	op.RevokedAt, op.Gates = nil, []string{"small"}
	h.configure(checkin.NewRecord(op))
	h.fails(checkin.ErrGateRefused, h.scan("free", checkin.Out, "dan", guarded("gus")))
	h.drop(checkin.NewRecord(op))
	h.fails(checkin.ErrOperatorGone, h.scan("free", checkin.Out, "dan", guarded("gus")))
}

func testExits(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	all := []string{"ann", "pia", "old", "soon", "gone", "swap"}
	for _, venue := range []string{"free", "pressroom", "night", "once", "daily", "small", "strict"} {
		for _, name := range all {
			h.enter(venue, name, h.now)
		}
		h.wait(time.Minute)
		for i, name := range all {
			key := []string{activeKey, retiredKey, withdrawnKey, "no"}[i%4]
			a := h.out("exited", venue, name, signed(key))
			if a.Venue.Inside != len(all)-i-1 {
				t.Errorf("%s: %d inside after exit %d", venue, a.Venue.Inside, i)
			}
			h.out("exited note:not_inside", venue, name, signed(key))
		}
		h.inside(venue, 0)
		if n := h.counts().Venues[venue]; n.Exits != len(all) || n.Denied != 0 {
			t.Errorf("%s: counts are %+v", venue, n)
		}
	}
	h.out("denied unknown_badge", "free", "stranger")
	h.out("denied invalid_token", "free", "ann", refused(checkin.InvalidToken))
	h.out("denied wrong_event", "free", "ann", refused(checkin.WrongEvent))
	h.out("exited note:not_inside", "free", "ann", override("not needed"))
	if r := h.rows(h.seq() - 1)[0]; r.Forced || r.Why != "" {
		t.Errorf("an exit was forced: %+v", r)
	}
}

// testEventsApart scans one scan id and badge in two events.
func testEventsApart(t *testing.T, s checkin.Store) {
	h, g := newHall(t, s), newHall(t, s)
	g.ids = 500
	c := h.scan("once", checkin.In, "ann")
	h.do("admitted", c)
	g.do("admitted", c)
	h.inside("once", 1)
	g.inside("once", 1)
	g.out("exited", "once", "ann")
	h.inside("once", 1)
	if err := s.DeleteEvent(background, g.event); err != nil {
		t.Fatal(err)
	}
	h.do("admitted replayed", c)
	h.inside("once", 1)
}
