package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

func testTakeBack(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("once", checkin.In, "ann")
	first := h.do("admitted", c)
	h.wait(time.Minute)
	c.Offline, c.Shown, c.Now = true, checkin.Denied, h.now
	c.DryRun = true
	h.leavesNoTrace(func() {
		if a := h.do("denied note:shown", c); a.Seq != 0 || a.Venue.Inside != 0 {
			t.Errorf("dry run: %+v", a)
		}
	})
	c.DryRun = false
	seq := h.seq()
	a := h.do("denied note:shown", c)
	want := first
	want.Result, want.Note, want.Seq, want.Venue.Inside = checkin.Denied, checkin.NoteShown, seq+1, 0
	if text(h, a) != text(h, want) {
		t.Errorf("taken back\n got %s\nwant %s", text(h, a), text(h, want))
	}
	rows := h.rows(seq)
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	row := checkin.Row{Seq: seq + 1, Kind: checkin.KindUndo, At: c.At, RecordedAt: h.now, ScanID: c.ID, Badge: badgeID("ann"), Venue: "once", Gate: "once",
		Direction: checkin.In, Result: checkin.Admitted, Note: checkin.NoteShown, Offline: true, Operator: "gus", Prev: rows[0].Prev, Hash: rows[0].Hash}
	if a, b := text(h, rows[0]), text(h, row); a != b {
		t.Errorf("row\n got %s\nwant %s", a, b)
	}
	h.again(c, a)
	online := c
	online.Offline, online.Shown = false, ""
	h.again(online, a) // the phone's denial is the verdict now
	if v, g := h.counts().Venues["once"], h.counts().Gates["once"]; v.Inside != 0 || v.Entries != 0 || v.Denied != 0 || g.Entries != 0 {
		t.Errorf("counts %+v, %+v", v, g)
	}
	if _, err := h.undo(checkin.Undo{ScanID: c.ID, Any: true}); !is(err, checkin.ErrNoScan) {
		t.Errorf("undoing what was taken back: %v", err)
	}
	h.in("admitted", "once", "ann") // the entry is not spent

	// An exit that the phone had refused: still inside.
	out := h.scan("once", checkin.Out, "ann")
	h.do("exited", out)
	out.Offline, out.Shown = true, checkin.Denied
	h.do("denied note:shown", out)
	h.inside("once", 1)

	// A forced entry, one into another hall, and one that came offline itself.
	f := h.scan("pressroom", checkin.In, "ann", override("guest"))
	h.do("admitted wrong_category forced", f)
	f.Offline, f.Shown = true, checkin.Denied
	h.do("denied note:shown", f)
	h.inside("pressroom", 0)

	h.in("admitted", "west", "ben")
	h.wait(time.Minute)
	e := h.scan("east", checkin.In, "ben")
	h.do("admitted", e)
	h.wait(time.Minute)
	e.Offline, e.Shown, e.Now = true, checkin.Denied, h.now
	seq = h.seq()
	h.do("denied note:shown", e)
	h.wantInside("ben", "west")
	rows = h.rows(seq)
	if len(rows) != 2 || rows[1].Kind != checkin.KindUndo || rows[1].Venue != "west" || !rows[1].At.Equal(e.At) || rows[1].Offline || !rows[1].RecordedAt.Equal(h.now) {
		t.Errorf("rows %+v", rows)
	}
	o := h.scan("free", checkin.In, "gone", offline(checkin.Admitted, h.now))
	h.do("admitted conflict:revoked", o)
	o.Shown = checkin.Denied
	h.do("denied note:shown", o)
	h.inside("free", 0)
}

func testTakeBackLater(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	deny := func(c checkin.Scan) checkin.Scan {
		c.Offline, c.Shown, c.Now = true, checkin.Denied, h.now
		return c
	}
	lastNote := func(want string) {
		t.Helper()
		if r := h.rows(h.seq() - 1)[0]; r.Note != want || r.Kind != checkin.KindUndo {
			t.Errorf("row %+v, want note %q", r, want)
		}
	}
	// The badge has moved since: nobody moves, only the counters, and it hasn't entered.
	c := h.scan("free", checkin.In, "ann")
	h.do("admitted", c)
	h.wait(time.Minute)
	out := h.out("exited", "free", "ann")
	h.wait(time.Minute)
	before := h.presence("free", "ann")
	h.do("denied note:shown", deny(c))
	lastNote(checkin.NoteNotMoved)
	before.EntryAt, before.EntryID, before.EntryGate, before.EntryBy, before.EntryDay = 0, "", "", "", 0
	if p := h.presence("free", "ann"); p != before || p.MovedBy != out.ScanID {
		t.Errorf("place %+v, should be %+v", p, before)
	}
	if v := h.counts().Venues["free"]; v.Entries != 0 || v.Exits != 1 || v.Inside != 0 {
		t.Errorf("counts %+v", v)
	}

	// Refused since at the same gate: taken back all the same, unlike an undo.
	c = h.scan("free", checkin.In, "ben")
	h.do("admitted", c)
	h.wait(time.Minute)
	h.in("denied already_inside", "free", "ben")
	h.do("denied note:shown", deny(c))
	lastNote(checkin.NoteShown)
	h.inside("free", 0)
	h.in("admitted", "free", "ben")

	// Has entered another hall since: stays there, and nothing is put back.
	h.in("admitted", "west", "cat")
	h.wait(time.Minute)
	c = h.scan("east", checkin.In, "cat")
	h.do("admitted", c)
	h.wait(time.Minute)
	h.in("admitted", "north", "cat")
	h.do("denied note:shown", deny(c))
	lastNote(checkin.NoteNotMoved)
	h.wantInside("cat", "north")

	// Undone by hand already: nothing is left to count.
	c = h.scan("small", checkin.In, "dan")
	h.do("admitted", c)
	h.undone(c.ID)
	counts := h.figures("small")
	h.do("denied note:shown", deny(c))
	lastNote(checkin.NoteNotMoved)
	if got := h.figures("small"); got != counts {
		t.Errorf("counts %s, were %s", got, counts)
	}

	// An exit of nobody, and a fact about no badge of ours.
	c = h.scan("small", checkin.Out, "eve")
	h.do("exited note:not_inside", c)
	h.do("denied note:shown", deny(c))
	c = h.scan("small", checkin.In, "x", refused(checkin.WrongEvent), offline(checkin.Admitted, h.now))
	h.do("admitted note:unverified conflict:wrong_event", c)
	h.do("denied note:shown", deny(c))
	if got := h.figures("small"); got != counts {
		t.Errorf("counts %s, were %s", got, counts)
	}

	// Even at a gate that is gone.
	c = h.scan("free-in", checkin.In, "eve")
	h.do("admitted", c)
	h.drop(checkin.NewRecord(checkin.Gate{ID: "free-in"}))
	h.do("denied note:shown", deny(c))
	h.wantInside("eve")
}

func testOverruled(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "small", "ann")
	h.in("admitted", "small", "ben")
	h.wait(time.Minute)
	c := h.scan("small", checkin.In, "cat")
	h.do("denied venue_full", c)
	h.wait(time.Minute)
	h.out("exited", "small", "ann") // the conflict is the reason given then
	c.Offline, c.Shown, c.Now = true, checkin.Admitted, h.now
	seq := h.seq()
	a := h.do("admitted note:shown conflict:venue_full", c)
	if a.Seq != seq+1 || a.Venue.Inside != 2 {
		t.Errorf("answer %+v", a)
	}
	h.again(c, a)
	c.Offline, c.Shown = false, ""
	h.again(c, a)
	h.wantInside("cat", "small")
	if v := h.counts().Venues["small"]; v.Denied != 1 || v.Entries != 3 {
		t.Errorf("counts %+v", v)
	}
	h.undone(c.ID)
	h.wantInside("cat")

	// The other notes come first.
	late := h.scan("free", checkin.In, "gone")
	h.do("denied revoked", late)
	h.wait(time.Minute)
	h.out("exited note:not_inside", "free", "gone")
	late.Offline, late.Shown, late.Now = true, checkin.Admitted, h.now
	h.do("admitted note:late conflict:revoked", late)
	h.wantInside("gone")
	un := h.scan("free", checkin.In, "x", refused(checkin.WrongEvent))
	h.do("denied wrong_event", un)
	un.Offline, un.Shown = true, checkin.Admitted
	h.do("admitted note:unverified conflict:wrong_event", un)
	out := h.scan("free", checkin.Out, "stranger")
	h.do("denied unknown_badge", out)
	out.Offline, out.Shown = true, checkin.Exited
	h.do("exited note:not_inside conflict:unknown_badge", out)

	// An override with the fact, a gate that is gone, a gate that turned.
	f := h.scan("pressroom", checkin.In, "ann")
	h.do("denied wrong_category", f)
	f.Offline, f.Shown, f.Override = true, checkin.Admitted, "guest"
	h.do("admitted wrong_category note:shown forced", f)
	g := h.scan("small-2", checkin.In, "gone")
	h.do("denied revoked", g)
	h.drop(checkin.NewRecord(checkin.Gate{ID: "small-2"}))
	g.Offline, g.Shown = true, checkin.Admitted
	h.fails(checkin.ErrNoGate, g)
	gate, _ := h.config().Gate("free-in")
	g = h.scan("free-in", checkin.In, "gone")
	h.do("denied revoked", g)
	gate.Direction = checkin.Out
	h.configure(checkin.NewRecord(gate))
	g.Offline, g.Shown = true, checkin.Admitted
	h.fails(checkin.ErrWrongDirection, g)
}

// testBothWays changes its mind under one scan id, again and again.
func testBothWays(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("small", checkin.In, "ann")
	h.do("admitted", c)
	h.wait(time.Minute)
	for range 3 {
		c.Offline, c.Now = true, h.now
		c.Shown = checkin.Denied
		h.again(c, h.do("denied note:shown", c))
		h.inside("small", 0)
		if v := h.counts().Venues["small"]; v.Entries != 0 || v.Exits != 0 || v.Denied != 0 {
			t.Errorf("counts %+v", v)
		}
		h.wait(time.Minute)
		c.Shown, c.Now = checkin.Admitted, h.now
		h.again(c, h.do("admitted note:shown", c))
		h.inside("small", 1)
		h.wait(time.Minute)
	}
	u := h.undone(c.ID)
	if u.Note != checkin.NoteUndone || u.Venue.Inside != 0 {
		t.Errorf("undo %+v", u)
	}
	c.Shown = checkin.Denied
	h.do("denied note:shown", c)
	if _, err := h.undo(checkin.Undo{ScanID: c.ID, Any: true}); !is(err, checkin.ErrNoScan) {
		t.Errorf("undo: %v", err)
	}
	if v := h.counts().Venues["small"]; v.Entries != 0 || v.Inside != 0 {
		t.Errorf("counts %+v", v)
	}
}
