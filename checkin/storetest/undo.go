package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

func testUndo(t *testing.T, s checkin.Store) {
	t.Run("puts back", func(t *testing.T) { testUndoPutsBack(t, s) })
	t.Run("answers", func(t *testing.T) { testUndoAnswers(t, s) })
	t.Run("refuses", func(t *testing.T) { testUndoRefuses(t, s) })
	t.Run("of every kind of scan", func(t *testing.T) { testUndoKinds(t, s) })
	t.Run("into a venue that is gone", func(t *testing.T) { testUndoGone(t, s) })
}

// undone takes a scan back and demands that it works.
func (h *hall) undone(id string) checkin.Answer {
	h.Helper()
	a, err := h.undo(checkin.Undo{ScanID: id, Operator: "sue", Any: true})
	if err != nil {
		h.Fatalf("undo: %v", err)
	}
	return a
}

func testUndoPutsBack(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	in := h.in("admitted", "once", "ann")
	h.undone(in.ScanID)
	h.inside("once", 0)
	if p := h.presence("once", "ann"); p.EntryAt != 0 || p.MovedAt != 0 || p.MovedBy != "" || p.Inside || p.LastSeq != in.Seq {
		t.Errorf("after the undo of the only scan the place is %+v", p)
	}
	h.wait(time.Minute)
	in = h.in("admitted", "once", "ann") // the entry wasn't spent
	h.wait(time.Minute)
	before := h.presence("once", "ann")
	out := h.out("exited", "once", "ann")
	h.undone(out.ScanID)
	h.inside("once", 1)
	before.LastSeq = out.Seq
	if p := h.presence("once", "ann"); p != before {
		t.Errorf("after the undo of an exit the place is\n     %+v\nwant %+v", p, before)
	}
	h.out("exited", "once", "ann")

	// An exit from a full house that has filled again is undone all the same.
	h.in("admitted", "small", "ann")
	h.in("admitted", "small", "ben")
	out = h.out("exited", "small", "ann")
	h.in("admitted", "small", "cat")
	if a := h.undone(out.ScanID); a.Venue.Inside != 3 {
		t.Errorf("%d inside, want 3", a.Venue.Inside)
	}
	h.in("denied venue_full", "small", "dan")

	// It restores who moved and when, so that facts are late by the old time.
	in = h.in("admitted", "free", "ben")
	h.wait(time.Hour)
	out = h.out("exited", "free", "ben")
	h.undone(out.ScanID)
	h.do("exited", h.scan("free", checkin.Out, "ben", offline(checkin.Exited, in.At.Add(time.Minute))))
	h.inside("free", 0)
}

func testUndoAnswers(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "small", "ben")
	h.wait(time.Second)
	c := h.scan("small", checkin.In, "ann")
	first := h.do("admitted", c)
	h.wait(time.Minute)
	h.out("exited", "small", "ben")
	v := h.venue("small")
	v.Capacity = 5
	h.configure(checkin.NewRecord(v))

	seq := h.seq()
	h.wait(time.Second)
	a, err := h.undo(checkin.Undo{ScanID: c.ID, Operator: "gus"})
	if err != nil {
		t.Fatal(err)
	}
	want := first
	want.Note, want.Seq, want.Venue = checkin.NoteUndone, seq+1, checkin.VenueCard{ID: "small", Inside: 0, Capacity: 5}
	if a, b := text(h, a), text(h, want); a != b {
		t.Errorf("undo\n got %s\nwant %s", a, b)
	}
	rows := h.rows(seq)
	if len(rows) != 1 {
		t.Fatalf("%d rows of an undo", len(rows))
	}
	row := checkin.Row{Seq: seq + 1, Kind: checkin.KindUndo, At: h.now, RecordedAt: h.now, ScanID: c.ID, Badge: badgeID("ann"), Venue: "small",
		Gate: "small", Direction: checkin.In, Result: checkin.Admitted, Operator: "gus", Prev: rows[0].Prev, Hash: rows[0].Hash}
	if a, b := text(h, rows[0]), text(h, row); a != b {
		t.Errorf("row\n got %s\nwant %s", a, b)
	}

	h.wait(time.Hour) // asked again: the first answer, whoever asks and however late
	want.Replayed = true
	h.leavesNoTrace(func() {
		for _, u := range []checkin.Undo{{ScanID: c.ID, Operator: "gus"}, {ScanID: c.ID, Operator: "sue", Any: true}} {
			if a, err = h.undo(u); err != nil || text(h, a) != text(h, want) {
				t.Errorf("undone twice: %v\n got %s\nwant %s", err, text(h, a), text(h, want))
			}
		}
	})
	first.Note = checkin.NoteUndone
	h.again(c, first)
	h.in("admitted", "small", "ann") // even once it has been superseded
	first.Replayed = true
	if got := h.do("admitted note:undone replayed", c); text(h, got) != text(h, first) {
		t.Errorf("replay of an undone scan\n got %s\nwant %s", text(h, got), text(h, first))
	}
	if a, err := h.undo(checkin.Undo{ScanID: c.ID, Operator: "gus"}); err != nil || !a.Replayed || a.Seq != seq+1 {
		t.Errorf("undone twice after another scan: %+v, %v", a, err)
	}
	h.inside("small", 1)
}

func testUndoRefuses(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	refuses := func(want error, u checkin.Undo) {
		t.Helper()
		h.leavesNoTrace(func() {
			t.Helper()
			if _, err := h.undo(u); !is(err, want) {
				t.Errorf("undo %+v: got %v, want %v", u, err, want)
			}
		})
	}
	refuses(checkin.ErrNoScan, checkin.Undo{ScanID: scanUUID(999_999), Any: true})
	if _, err := s.Undo(background, "no-such-event", checkin.Undo{ScanID: scanUUID(1), Now: h.now, Any: true}); !is(err, checkin.ErrNoEvent) {
		t.Errorf("undo at an unknown event: %v", err)
	}
	a := h.in("admitted", "free", "ann")
	refuses(checkin.ErrUndoRefused, checkin.Undo{ScanID: a.ScanID, Operator: "gil"})
	refuses(checkin.ErrUndoRefused, checkin.Undo{ScanID: a.ScanID})
	h.wait(checkin.UndoWindow + time.Millisecond)
	refuses(checkin.ErrUndoRefused, checkin.Undo{ScanID: a.ScanID, Operator: "gus"})
	h.wait(-time.Millisecond)
	if _, err := h.undo(checkin.Undo{ScanID: a.ScanID, Operator: "gus"}); err != nil {
		t.Errorf("the same operator within two minutes: %v", err)
	}

	// The window begins when the scan was recorded, not when it was made.
	b := h.do("admitted", h.scan("free", checkin.In, "ben", offline(checkin.Admitted, h.now.Add(-time.Hour))))
	h.wait(time.Minute)
	if _, err := h.undo(checkin.Undo{ScanID: b.ScanID, Operator: "gus"}); err != nil {
		t.Errorf("an offline scan just uploaded: %v", err)
	}

	// Any later scan of the badge at the venue supersedes, one elsewhere doesn't.
	for _, later := range []struct {
		want string
		scan checkin.Scan
		err  error
	}{
		{"exited", h.scan("small-2", checkin.Out, "cat"), checkin.ErrSuperseded},
		{"denied already_inside", h.scan("small-2", checkin.In, "cat"), checkin.ErrSuperseded},
		{"exited note:late", h.scan("small", checkin.Out, "cat", offline(checkin.Exited, opening)), checkin.ErrSuperseded},
		{"denied already_inside", h.scan("small", checkin.In, "cat", offline(checkin.Denied, opening)), checkin.ErrSuperseded},
		{"denied invalid_token", h.scan("small", checkin.In, "cat", signed(withdrawnKey)), nil},
		{"admitted", h.scan("free", checkin.In, "cat"), nil},
		{"denied already_inside", h.scan("free", checkin.In, "cat", dryRun), nil},
	} {
		h.wait(time.Minute)
		later.scan.Now = h.now
		if !later.scan.Offline {
			later.scan.At = h.now
		}
		a := h.in("admitted", "small", "cat")
		h.do(later.want, later.scan)
		u := checkin.Undo{ScanID: a.ScanID, Operator: "sue", Any: true}
		if later.err != nil {
			refuses(later.err, u)
			if h.presence("small", "cat").Inside {
				h.wait(time.Second)
				h.out("exited", "small", "cat")
			}
		} else {
			h.undone(a.ScanID)
		}
	}
}

func testUndoKinds(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "once", "ben")
	h.wait(time.Minute)
	for _, c := range []struct {
		want, note string // of the scan, and of the row of its undo
		scan       checkin.Scan
	}{
		{"denied invalid_token", "not_moved", h.scan("free", checkin.In, "ann", refused(checkin.InvalidToken))},
		{"denied unknown_badge", "not_moved", h.scan("free", checkin.In, "stranger")},
		{"denied revoked", "not_moved", h.scan("free", checkin.In, "gone")},
		{"denied already_inside", "not_moved", h.scan("once", checkin.In, "ben")},
		{"exited note:not_inside", "not_moved", h.scan("free", checkin.Out, "ann")},
		{"admitted wrong_category forced", "", h.scan("pressroom", checkin.In, "ann", override("guest"))},
		{"admitted already_inside forced", "not_moved", h.scan("once", checkin.In, "ben", override("guest"))},
		{"admitted conflict:revoked", "", h.scan("free", checkin.In, "gone", offline(checkin.Admitted, h.now))},
		{"admitted conflict:unknown_badge", "", h.scan("free", checkin.In, "stranger", offline(checkin.Admitted, h.now))},
		{"admitted note:unverified conflict:wrong_event", "not_moved", h.scan("free", checkin.In, "x", refused(checkin.WrongEvent), offline(checkin.Admitted, h.now))},
		{"exited note:unverified conflict:wrong_event", "not_moved", h.scan("free", checkin.Out, "x", refused(checkin.WrongEvent), offline(checkin.Exited, h.now))},
		{"exited note:late", "not_moved", h.scan("once", checkin.Out, "ben", offline(checkin.Exited, opening.Add(-time.Hour)))},
		{"admitted note:late conflict:already_inside", "not_moved", h.scan("once", checkin.In, "ben", offline(checkin.Admitted, opening.Add(-time.Hour)))},
		{"denied", "not_moved", h.scan("free", checkin.In, "ann", offline(checkin.Denied, h.now))},
		{"admitted note:clock_skew", "", h.scan("free", checkin.In, "ann", offline(checkin.Admitted, h.now), func(c *checkin.Scan) { c.Skewed = true })},
		{"exited", "", h.scan("once", checkin.Out, "ben")},
	} {
		venue := c.scan.Gate
		before, counts := h.presence(venue, "ben"), h.counts().Venues[venue]
		stranger := h.presence(venue, "stranger")
		first := h.do(c.want, c.scan)
		a := h.undone(c.scan.ID)
		first.Note = checkin.NoteUndone
		first.Seq, first.Venue.Inside = a.Seq, counts.Inside
		if text(h, a) != text(h, first) {
			t.Errorf("undo of %q\n got %s\nwant %s", c.want, text(h, a), text(h, first))
		}
		r := h.rows(a.Seq - 1)[0]
		if r.Note != c.note || r.Result != first.Result || r.Direction != c.scan.Direction || r.Gate != c.scan.Gate || r.Reason != "" || r.Forced {
			t.Errorf("undo of %q: the row is %+v", c.want, r)
		}
		after := h.counts().Venues[venue]
		if after.Inside != counts.Inside || after.Entries != counts.Entries || after.Exits != counts.Exits || after.Denied != counts.Denied {
			t.Errorf("undo of %q: counts %+v, before the scan %+v", c.want, after, counts)
		}
		now := h.presence(venue, "ben")
		now.LastSeq = before.LastSeq
		if now != before {
			t.Errorf("undo of %q: ben's place\n     %+v\nwas  %+v", c.want, now, before)
		}
		if h.presence(venue, "stranger").Inside != stranger.Inside {
			t.Errorf("undo of %q: the stranger stays", c.want)
		}
	}
	g := h.counts().Gates["free"]
	if g.Entries != 0 || g.Exits != 0 || g.Denied != 0 || !g.LastSeen.Equal(h.now) {
		t.Errorf("the gate's counts after all is undone: %+v", g)
	}
}

// testUndoGone: nobody is put back into a venue that has been taken down.
func testUndoGone(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "small", "ann")
	h.in("admitted", "west", "ann")
	out := h.out("exited", "small", "ann")
	move := h.in("admitted", "east", "ann")
	h.drop(checkin.NewRecord(checkin.Gate{ID: "small"}), checkin.NewRecord(checkin.Gate{ID: "small-2"}), checkin.NewRecord(checkin.Venue{ID: "small"}),
		checkin.NewRecord(checkin.Gate{ID: "west"}), checkin.NewRecord(checkin.Venue{ID: "west"}))
	if a := h.undone(out.ScanID); a.Venue.Inside != 0 {
		t.Errorf("somebody is inside a venue that is gone")
	}
	if r := h.rows(h.seq() - 1)[0]; r.Note != checkin.NoteNotMoved {
		t.Errorf("the row is %+v", r)
	}
	seq := h.seq()
	h.undone(move.ScanID)
	if rows := h.rows(seq); len(rows) != 1 || rows[0].Note != "" {
		t.Errorf("the rows are %+v", rows)
	}
	if list, err := s.Inside(background, h.event, ""); err != nil || len(list) != 0 {
		t.Errorf("inside: %v, %v", list, err)
	}
}
