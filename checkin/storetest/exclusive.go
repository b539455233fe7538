package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

// testExclusive: entering a venue of a group leaves the others, in one step.
func testExclusive(t *testing.T, s checkin.Store) {
	t.Run("entering leaves", func(t *testing.T) { testEnteringLeaves(t, s) })
	t.Run("undo", func(t *testing.T) { testExclusiveUndo(t, s) })
	t.Run("offline", func(t *testing.T) { testExclusiveOffline(t, s) })
	t.Run("groups change", func(t *testing.T) { testGroupsChange(t, s) })
	t.Run("halls of any name", func(t *testing.T) { testHallsOfAnyName(t, s) })
}

// wantInside demands in which of the halls a person is.
func (h *hall) wantInside(name string, venues ...string) {
	h.Helper()
	list, err := h.store.Places(background, h.event, badgeID(name))
	if err != nil {
		h.Fatalf("Places: %v", err)
	}
	var got []string
	for _, p := range list {
		if p.Inside {
			got = append(got, p.Venue)
		}
	}
	if text(h, got) != text(h, venues) {
		h.Fatalf("%s is inside %v, want %v", name, got, venues)
	}
}

func testEnteringLeaves(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "free", "ann")
	h.in("admitted", "west", "ann")
	h.in("admitted", "west", "ben")
	h.wait(time.Minute)
	seq := h.seq()
	c := h.scan("east", checkin.In, "ann", by("sue"))
	if a := h.do("admitted", c); a.Seq != seq+1 || a.Venue.Inside != 1 {
		t.Errorf("the answer is %+v", a)
	}
	h.wantInside("ann", "east", "free")
	h.wantInside("ben", "west")
	rows := h.rows(seq)
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	want := checkin.Row{Seq: seq + 2, Kind: checkin.KindExit, At: h.now, RecordedAt: h.now, ScanID: c.ID, Badge: badgeID("ann"), Venue: "west",
		Direction: checkin.Out, Result: checkin.Exited, Note: checkin.NoteExclusive, Operator: "sue", Prev: rows[0].Hash, Hash: rows[1].Hash}
	if a, b := text(h, rows[1]), text(h, want); a != b {
		t.Errorf("row\n got %s\nwant %s", a, b)
	}
	n := h.counts()
	if v := n.Venues["west"]; v.Inside != 1 || v.Exits != 1 || v.Entries != 2 {
		t.Errorf("counts of the venue that was left: %+v", v)
	}
	if g := n.Gates["west"]; g.Exits != 0 {
		t.Errorf("a gate counts an exit that went through none: %+v", g)
	}
	h.again(c, func() checkin.Answer { a, _ := h.ask(c); return a }())

	// A refusal leaves nothing.
	h.in("admitted", "west", "cat")
	h.in("denied venue_full", "west", "ann")
	h.wantInside("ann", "east", "free")
	h.in("admitted venue_full forced", "west", "ann", override("speaker"))
	h.wantInside("ann", "free", "west")
	h.in("admitted", "north", "ann")
	h.in("admitted", "east", "ann")
	h.in("denied already_used_today", "north", "ann")
	h.wantInside("ann", "east", "free")
	h.out("exited", "east", "ann")
	h.wantInside("ann", "free")
	h.out("exited note:not_inside", "west", "ann")
}

func testExclusiveUndo(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "west", "ann")
	before := h.presence("west", "ann")
	h.wait(time.Minute)
	move := h.in("admitted", "east", "ann")
	seq, counts := h.seq(), h.counts()
	h.wait(time.Minute)
	h.undone(move.ScanID)
	h.wantInside("ann", "west")
	if p := h.presence("west", "ann"); p != before {
		t.Errorf("put back as %+v, was %+v", p, before)
	}
	rows := h.rows(seq)
	if len(rows) != 2 {
		t.Fatalf("%d rows of the undo", len(rows))
	}
	want := checkin.Row{Seq: seq + 2, Kind: checkin.KindUndo, At: h.now, RecordedAt: h.now, ScanID: move.ScanID, Badge: badgeID("ann"), Venue: "west",
		Direction: checkin.Out, Result: checkin.Exited, Operator: "sue", Prev: rows[0].Hash, Hash: rows[1].Hash}
	if a, b := text(h, rows[1]), text(h, want); a != b {
		t.Errorf("row\n got %s\nwant %s", a, b)
	}
	if a, b := counts.Venues["west"].Exits, h.counts().Venues["west"].Exits; b != a-1 {
		t.Errorf("exits of the venue go from %d to %d", a, b)
	}

	// Moved on since: what was left stays left.
	h.wait(time.Minute)
	move = h.in("admitted", "east", "ann")
	h.wait(time.Minute)
	on := h.in("admitted", "north", "ann")
	h.undone(move.ScanID)
	h.wantInside("ann", "north")
	h.wait(time.Minute)
	h.undone(on.ScanID) // not to the east, where her entry has been undone
	h.wantInside("ann", "west")
	if a, b := counts.Venues["west"].Exits, h.counts().Venues["west"].Exits; b != a-1 {
		t.Errorf("exits of the venue that was left by both go from %d to %d", a, b)
	}

	// Undone in reverse, all is as it was.
	h.in("admitted", "west", "ben")
	move = h.in("admitted", "east", "ben")
	h.wait(time.Minute)
	on = h.in("admitted", "north", "ben")
	h.undone(on.ScanID)
	h.wantInside("ben", "east")
	h.undone(move.ScanID)
	h.wantInside("ben", "west")

	// An exit is undone, but the badge has entered another hall.
	h.wait(time.Minute)
	out := h.out("exited", "west", "ben")
	h.wait(time.Minute)
	h.in("admitted", "east", "ben")
	h.undone(out.ScanID)
	h.wantInside("ben", "east")
	if r := h.rows(h.seq() - 1)[0]; r.Note != checkin.NoteNotMoved {
		t.Errorf("row %+v", r)
	}

	// A denial at the venue that was left doesn't keep it from being put back.
	h.in("admitted", "west", "cat")
	h.wait(time.Minute)
	move = h.in("admitted", "east", "cat")
	h.in("denied invalid_token", "west", "cat", signed(withdrawnKey))
	h.in("denied wrong_event", "west", "cat", refused(checkin.WrongEvent))
	h.do("denied", h.scan("west", checkin.In, "cat", offline(checkin.Denied, h.now)))
	h.undone(move.ScanID)
	h.wantInside("cat", "west")
}

func testExclusiveOffline(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	t0 := h.now
	h.wait(time.Hour)
	at := func(m int) time.Time { return t0.Add(time.Duration(m) * time.Minute) }
	h.do("admitted", h.scan("west", checkin.In, "ann", offline(checkin.Admitted, at(10))))
	h.do("admitted", h.scan("east", checkin.In, "ann", offline(checkin.Admitted, at(20))))
	h.wantInside("ann", "east")
	if p := h.presence("west", "ann"); p.MovedAt != at(20).UnixMilli() {
		t.Errorf("left at %d, want the time of the entry that left it", p.MovedAt)
	}
	h.do("admitted note:late", h.scan("north", checkin.In, "ann", offline(checkin.Admitted, at(15))))
	h.wantInside("ann", "east")
	h.do("exited note:late", h.scan("west", checkin.Out, "ann", offline(checkin.Exited, at(12))))
	h.do("exited note:late", h.scan("east", checkin.Out, "ann", offline(checkin.Exited, at(19))))
	h.wantInside("ann", "east")
	h.do("admitted conflict:already_used_today", h.scan("north", checkin.In, "ann", offline(checkin.Admitted, at(30))))
	h.wantInside("ann", "north")

	// One who entered and left a hall since was in none before that.
	h.do("admitted", h.scan("west", checkin.In, "ben", offline(checkin.Admitted, at(30))))
	h.do("exited", h.scan("west", checkin.Out, "ben", offline(checkin.Exited, at(40))))
	h.do("admitted note:late", h.scan("east", checkin.In, "ben", offline(checkin.Admitted, at(20))))
	h.wantInside("ben")
	h.do("admitted", h.scan("east", checkin.In, "ben", offline(checkin.Admitted, at(35)))) // walked over, scanned out later
	h.wantInside("ben", "east")

	// An exit arrives before the entry that it ended. The entry is late, but
	// whoever made it had left the hall of before.
	h.do("admitted", h.scan("west", checkin.In, "cat", offline(checkin.Admitted, at(10))))
	h.do("exited note:not_inside", h.scan("east", checkin.Out, "cat", offline(checkin.Exited, at(30))))
	seq := h.seq()
	late := h.do("admitted note:late", h.scan("east", checkin.In, "cat", offline(checkin.Admitted, at(20))))
	h.wantInside("cat")
	if rows := h.rows(seq); len(rows) != 2 || rows[1].Venue != "west" || rows[1].Note != checkin.NoteExclusive || !rows[1].At.Equal(at(20)) {
		t.Errorf("rows %+v", rows)
	}
	if p := h.presence("west", "cat"); p.MovedAt != at(20).UnixMilli() || p.MovedBy != late.ScanID {
		t.Errorf("place %+v", p)
	}
	h.undone(late.ScanID)
	h.wantInside("cat", "west")
	h.do("admitted", h.scan("west", checkin.In, "dan", offline(checkin.Admitted, at(25))))
	h.do("exited note:not_inside", h.scan("east", checkin.Out, "dan", offline(checkin.Exited, at(30))))
	h.do("admitted note:late", h.scan("east", checkin.In, "dan", offline(checkin.Admitted, at(20))))
	h.wantInside("dan", "west")

	// A phone a little ahead: what is left keeps the later time, so that facts
	// from before it stay late.
	h.out("exited", "west", "dan")
	ahead := h.now.Add(time.Minute)
	h.do("admitted", h.scan("west", checkin.In, "eve", offline(checkin.Admitted, ahead)))
	h.in("admitted", "east", "eve")
	if p := h.presence("west", "eve"); p.Inside || p.MovedAt != ahead.UnixMilli() {
		t.Errorf("place %+v", p)
	}
}

func testGroupsChange(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "free", "ann")
	h.in("admitted", "west", "ann")
	free := h.venue("free")
	free.Exclusive = "halls"
	h.configure(checkin.NewRecord(free)) // is inside two of the group now
	h.wait(time.Minute)
	seq := h.seq()
	move := h.in("admitted", "east", "ann") // and leaves both, in order of their ids
	h.wantInside("ann", "east")
	rows := h.rows(seq)
	if len(rows) != 3 || rows[1].Venue != "free" || rows[2].Venue != "west" {
		t.Fatalf("rows %+v", rows)
	}
	free.Exclusive = ""
	h.configure(checkin.NewRecord(free))
	h.undone(move.ScanID)
	h.wantInside("ann", "free", "west")
	west := h.venue("west")
	west.Exclusive = "other"
	h.configure(checkin.NewRecord(west))
	h.in("admitted", "east", "ann")
	h.wantInside("ann", "east", "free", "west")
	h.out("exited", "west", "ann")
}

// testHallsOfAnyName: what a hall is called is nothing that a program uses itself.
func testHallsOfAnyName(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	names := []string{"text", "set", "1", "inside", "changed", "nil", "n"}
	for _, name := range names {
		h.configure(checkin.NewRecord(checkin.Venue{ID: name, Reentry: checkin.Free, Exclusive: "odd"}),
			checkin.NewRecord(checkin.Gate{ID: name, Venue: name, Direction: checkin.Both}))
	}
	for range 2 {
		for _, name := range names {
			h.wait(time.Minute)
			h.in("admitted", name, "ann")
			h.wantInside("ann", name)
		}
	}
	h.wait(time.Minute)
	last := h.in("admitted", "text", "ann")
	h.undone(last.ScanID)
	h.wantInside("ann", "n")
	audit(t, s, h.event)
}
