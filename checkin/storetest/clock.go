package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

// testClock is about local days and the automatic exit, on days of 23 and of
// 25 hours too.
func testClock(t *testing.T, s checkin.Store) {
	t.Run("daily", func(t *testing.T) { testDaily(t, s) })
	t.Run("hours when clocks change", func(t *testing.T) { testHoursChange(t, s) })
	t.Run("automatic exit", func(t *testing.T) { testAutoExit(t, s) })
	t.Run("a scan checks out its own venue", func(t *testing.T) { testAutoExitByScan(t, s) })
	t.Run("automatic exit when clocks change", func(t *testing.T) { testAutoExitChange(t, s) })
	t.Run("automatic exit and facts", func(t *testing.T) { testAutoExitFacts(t, s) })
	t.Run("the zone changes", func(t *testing.T) { testZoneChange(t, s) })
}

func testDaily(t *testing.T, s checkin.Store) {
	for _, c := range []struct {
		name, zone, first string
		same, next        []string // instants of the same local day, and of later ones
	}{
		{"Shanghai", "Asia/Shanghai", "2026-11-07T00:00:00+08:00",
			[]string{"2026-11-07T07:59:59+08:00", "2026-11-07T08:00:00+08:00", "2026-11-07T23:59:59+08:00"},
			[]string{"2026-11-08T00:00:00+08:00", "2026-11-09T12:00:00+08:00"}},
		{"a day of 25 hours", "Europe/Berlin", "2026-10-25T00:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T23:59:59+01:00"},
			[]string{"2026-10-26T00:00:00+01:00"}},
		{"a day of 23 hours", "Europe/Berlin", "2026-03-29T00:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-29T23:59:59+02:00"},
			[]string{"2026-03-30T00:00:00+02:00"}},
		{"a day that begins at one", "America/Santiago", "2026-09-06T01:00:00-03:00",
			[]string{"2026-09-06T23:59:59-03:00"}, []string{"2026-09-07T00:00:00-03:00"}},
		{"half an hour", "Australia/Lord_Howe", "2026-10-04T00:10:00+10:30",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-04T23:59:59+11:00"}, []string{"2026-10-05T00:00:00+11:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHallIn(t, s, c.zone)
			h.at(c.first)
			h.in("admitted", "daily", "eve")
			h.out("exited", "daily", "eve")
			for _, at := range c.same {
				h.at(at)
				h.in("denied already_used_today", "daily", "eve")
			}
			for _, at := range c.next {
				h.at(at)
				h.in("admitted", "daily", "eve")
				h.out("exited", "daily", "eve")
				h.in("denied already_used_today", "daily", "eve")
			}
		})
	}
}

func testHoursChange(t *testing.T, s checkin.Store) {
	h := newHallIn(t, s, "Europe/Berlin")
	for _, c := range []struct{ at, want string }{
		{"2026-03-29T01:59:59+01:00", "admitted"},
		{"2026-03-29T03:00:00+02:00", "denied venue_closed"}, // 02:30 never came
		{"2026-10-25T02:29:59+02:00", "admitted"},
		{"2026-10-25T02:30:00+02:00", "denied venue_closed"},
		{"2026-10-25T02:00:00+01:00", "admitted"}, // the hour comes again
		{"2026-10-25T02:29:59+01:00", "admitted"},
		{"2026-10-25T02:30:00+01:00", "denied venue_closed"},
	} {
		h.at(c.at)
		h.in(c.want, "night", "eve")
		if c.want == "admitted" {
			h.out("exited", "night", "eve")
		}
	}
}

// sweep demands how many are checked out now.
func (h *hall) sweep(want int) {
	h.Helper()
	if n, err := h.store.Sweep(background, h.event, h.now); n != want || err != nil {
		h.Fatalf("Sweep at %v: %d, %v, want %d", h.now, n, err, want)
	}
}

func testAutoExit(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	if _, err := s.Sweep(background, "no-such-event", h.now); !is(err, checkin.ErrNoEvent) {
		t.Errorf("Sweep of an unknown event: %v", err)
	}
	h.in("admitted", "bar", "dan")
	h.wait(time.Minute)
	h.in("admitted", "bar", "cat")
	h.in("admitted", "bar", "ben")
	h.in("admitted", "free", "ann")
	h.in("admitted", "cellar", "ann")
	h.in("admitted", "bar", "ann")
	h.out("exited", "bar", "ann")
	h.at("2026-11-07T23:29:59+08:00")
	h.leavesNoTrace(func() { h.sweep(0) })
	h.in("admitted", "bar", "eve")
	seq := h.seq()
	struck := instant(h, "2026-11-07T23:30:00+08:00")
	h.at("2026-11-07T23:30:05+08:00")
	h.sweep(4)
	rows := h.rows(seq)
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, name := range []string{"dan", "ben", "cat", "eve"} { // by when they moved, then by badge
		want := checkin.Row{Seq: seq + uint64(i) + 1, Kind: checkin.KindExit, At: struck, RecordedAt: h.now, Badge: badgeID(name), Venue: "bar",
			Direction: checkin.Out, Result: checkin.Exited, Note: checkin.NoteAutoExit, Prev: rows[i].Prev, Hash: rows[i].Hash}
		if a, b := text(h, rows[i]), text(h, want); a != b {
			t.Errorf("row\n got %s\nwant %s", a, b)
		}
		if p := h.presence("bar", name); p.Inside || p.MovedAt != struck.UnixMilli() || p.MovedBy != "" || p.EntryAt == 0 {
			t.Errorf("place %+v", p)
		}
	}
	h.inside("bar", 0)
	n := h.counts()
	if v, g := n.Venues["bar"], n.Gates["bar"]; v.Entries != 5 || v.Exits != 5 || g.Exits != 1 {
		t.Errorf("counts %+v, %+v", v, g)
	}
	h.inside("free", 1)
	h.leavesNoTrace(func() { h.sweep(0) })

	// Whoever comes after the hour stays until it strikes again.
	h.in("admitted", "bar", "ann")
	h.at("2026-11-08T02:29:00+08:00")
	h.sweep(0)
	h.at("2026-11-08T02:30:00+08:00")
	h.sweep(1) // ann in the cellar
	h.in("denied already_used", "cellar", "ann")
	h.at("2026-11-08T23:29:59+08:00")
	h.sweep(0)
	h.inside("bar", 1)

	// Days later, they leave as of the last time that it struck.
	h.at("2026-11-11T12:00:00+08:00")
	h.sweep(1)
	if p := h.presence("bar", "ann"); p.MovedAt != instant(h, "2026-11-10T23:30:00+08:00").UnixMilli() {
		t.Errorf("place %+v", p)
	}
	h.now = h.now.AddDate(0, 0, -2) // a clock that was set back
	h.leavesNoTrace(func() { h.sweep(0) })
}

func testAutoExitByScan(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	v := h.venue("bar")
	v.Capacity = 2
	free := h.venue("small")
	free.AutoExitAt = "23:30"
	h.configure(checkin.NewRecord(v), checkin.NewRecord(free))
	h.in("admitted", "bar", "ann")
	h.in("admitted", "bar", "ben")
	h.in("admitted", "small", "cat")
	h.in("denied venue_full", "bar", "cat")
	h.at("2026-11-07T23:31:00+08:00")
	h.leavesNoTrace(func() { // what would happen is known without making it happen
		if a := h.in("admitted", "bar", "cat", dryRun); a.Venue.Inside != 1 {
			t.Errorf("dry run: %+v", a)
		}
		h.in("admitted", "bar", "ann", dryRun)
		h.out("exited note:not_inside", "bar", "ann", dryRun)
	})
	h.fails(checkin.ErrDirectionNeeded, h.scan("bar", "", "cat"))
	seq := h.seq()
	a := h.in("admitted", "bar", "cat")
	if a.Seq != seq+3 || a.Venue.Inside != 1 {
		t.Errorf("answer %+v after row %d", a, seq)
	}
	if rows := h.rows(seq); len(rows) != 3 || rows[0].Note != checkin.NoteAutoExit || rows[1].Note != checkin.NoteAutoExit || rows[2].ScanID != a.ScanID {
		t.Errorf("rows %+v", rows)
	}
	h.wantInside("cat", "bar", "small") // only its own venue
	h.sweep(1)
	h.wantInside("cat", "bar")

	// A denial checks out, too; a replay doesn't.
	c := h.scan("bar", checkin.In, "ann")
	h.do("admitted", c)
	h.at("2026-11-08T23:31:00+08:00")
	c.Now = h.now
	h.leavesNoTrace(func() { h.do("admitted replayed", c) })
	h.in("denied revoked", "bar", "gone")
	h.inside("bar", 0)

	// Within one batch it strikes between two scans.
	first, second := h.scan("bar", checkin.In, "ann"), h.scan("bar", checkin.In, "ann")
	second.Now = h.now.AddDate(0, 0, 1)
	second.At = second.Now
	got, err := s.Scan(background, h.event, []checkin.Scan{first, second})
	if err != nil || read(got[0].Answer) != "admitted" || read(got[1].Answer) != "admitted" {
		t.Errorf("batch: %+v, %v", got, err)
	}
	h.inside("bar", 1)
}

// testAutoExitChange: on the day that skips the hour it strikes when the clock
// has jumped over it, on the day that has it twice the first time.
func testAutoExitChange(t *testing.T, s checkin.Store) {
	for _, c := range []struct{ name, in, before, struck, after string }{
		{"skipped", "2026-03-29T00:10:00+01:00", "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:29:59+02:00"},
		{"twice", "2026-10-25T00:10:00+02:00", "2026-10-25T02:29:59+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:29:59+01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHallIn(t, s, "Europe/Berlin")
			h.at(c.in)
			h.in("admitted", "cellar", "eve")
			h.at(c.before)
			h.sweep(0)
			h.at(c.struck)
			struck := h.now
			h.sweep(1)
			if p := h.presence("cellar", "eve"); p.MovedAt != struck.UnixMilli() {
				t.Errorf("place %+v", p)
			}
			h.wait(15 * time.Minute)
			h.in("admitted already_used forced", "cellar", "eve", override("again"))
			h.wait(45 * time.Minute) // the hour's second coming
			h.sweep(0)
			h.at(c.after)
			h.sweep(0)
			h.inside("cellar", 1)
			h.wait(time.Second)
			h.sweep(1)
		})
	}
}

// testAutoExitFacts: an entry of before the hour that is uploaded after it
// lets nobody stay.
func testAutoExitFacts(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.at("2026-11-08T00:30:00+08:00")
	before := instant(h, "2026-11-07T23:00:00+08:00")
	h.in("admitted", "bar", "ann", offline(checkin.Admitted, before))
	h.inside("bar", 1)
	h.sweep(1)
	h.in("admitted", "bar", "ben", offline(checkin.Admitted, before))
	h.in("admitted", "bar", "cat") // the next scan checks ben out
	h.inside("bar", 1)
	a := h.out("exited", "bar", "cat")
	h.at("2026-11-08T23:29:00+08:00")
	in := h.in("admitted", "bar", "dan")
	h.wait(30 * time.Second)
	out := h.out("exited", "bar", "dan")
	h.wait(time.Minute)
	h.undone(out.ScanID) // inside as of before the hour
	h.inside("bar", 1)
	h.sweep(1)
	h.leavesNoTrace(func() {
		if _, err := h.undo(checkin.Undo{ScanID: in.ScanID, Any: true}); !is(err, checkin.ErrSuperseded) {
			t.Errorf("undo: %v", err)
		}
	})
	h.undone(a.ScanID) // cat of yesterday is back inside, and overdue
	h.sweep(1)
	h.inside("bar", 0)
}

func testZoneChange(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "daily", "eve")
	h.out("exited", "daily", "eve")
	h.in("admitted", "bar", "eve") // 09:30 in Shanghai is 02:30 in Berlin and 20:30 of the day before in New York
	h.in("denied venue_closed", "night", "eve")
	event := h.config().Event
	event.TimeZone = "Europe/Berlin"
	h.configure(checkin.NewRecord(event))
	h.wait(-time.Minute)
	h.in("admitted", "night", "eve")
	h.sweep(0)
	event.TimeZone = "America/New_York"
	h.configure(checkin.NewRecord(event))
	h.in("admitted", "daily", "eve")
	h.at("2026-11-06T23:30:00-05:00")
	h.sweep(1)
}
