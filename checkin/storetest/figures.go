package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

// testFigures is about counts, minutes and lists.
func testFigures(t *testing.T, s checkin.Store) {
	t.Run("counts", func(t *testing.T) { testCounts(t, s) })
	t.Run("minutes", func(t *testing.T) { testMinutes(t, s) })
	t.Run("inside", func(t *testing.T) { testInside(t, s) })
	t.Run("places", func(t *testing.T) { testPlaces(t, s) })
}

func testCounts(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	if n := h.counts(); n.Seq != h.seq() || n.Venues["free"].Inside != 0 || !n.Gates["free"].LastSeen.IsZero() {
		t.Errorf("counts before the first scan: %+v", n)
	}
	h.in("admitted", "small", "ann")
	h.wait(time.Second)
	h.in("admitted", "small-2", "ben")
	h.wait(time.Second)
	last := h.now
	a := h.in("admitted venue_full forced", "small-2", "cat", override("the keynote speaker"))
	if a.Venue != (checkin.VenueCard{ID: "small", Inside: 3, Capacity: 2}) {
		t.Errorf("a forced entry above capacity is shown as %+v", a.Venue)
	}
	c := h.scan("small", checkin.In, "dan")
	h.do("denied venue_full", c)
	h.wait(time.Minute)
	c.Now = h.now
	h.do("denied venue_full replayed", c) // counts nothing, and the gate was last seen before
	h.out("exited", "small", "ann")
	h.out("exited note:not_inside", "small", "dan")
	n := h.counts()
	v := n.Venues["small"]
	if h.figures("small") != "2 inside, 3 in, 1 out, 1 denied" {
		t.Errorf("counts %+v", v)
	}
	one, two := n.Gates["small"], n.Gates["small-2"]
	if one.Entries != 1 || one.Exits != 1 || one.Denied != 1 || !one.LastSeen.Equal(h.now) {
		t.Errorf("gate small %+v", one)
	}
	if two.Entries != 2 || two.Exits != 0 || two.Denied != 0 || !two.LastSeen.Equal(last) {
		t.Errorf("gate small-2 %+v", two)
	}
	h.in("denied venue_full", "small", "dan") // two are inside
	h.out("exited", "small", "cat")
	h.in("admitted", "small", "dan")
	for _, ask := range []func() error{
		func() error { _, err := s.Counts(background, "no-such-event", h.now); return err },
		func() error { _, err := s.Inside(background, "no-such-event", ""); return err },
		func() error { _, err := s.Places(background, "no-such-event", "x"); return err },
		func() error {
			_, err := s.History(background, "no-such-event", "small", h.now, h.now)
			return err
		},
	} {
		if err := ask(); !is(err, checkin.ErrNoEvent) {
			t.Errorf("of an unknown event: %v", err)
		}
	}
}

func testMinutes(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	start := h.now.Unix() / 60
	wantMinutes := func(got []checkin.Bucket, want ...checkin.Bucket) {
		t.Helper()
		if len(got) == 0 && len(want) == 0 {
			return
		}
		if text(h, got) != text(h, want) {
			t.Errorf("minutes\n got %s\nwant %s", text(h, got), text(h, want))
		}
	}
	history := func(from, to int64) []checkin.Bucket {
		t.Helper()
		got, err := s.History(background, h.event, "small", time.Unix((start+from)*60, 0), time.Unix((start+to)*60, 0))
		if err != nil {
			t.Fatalf("History: %v", err)
		}
		return got
	}
	wantMinutes(history(-100, 100))
	h.in("admitted", "small", "ann")
	h.wait(20 * time.Second)
	h.in("admitted", "small", "ben")
	h.in("denied venue_full", "small", "cat")
	h.wait(2 * time.Minute)
	h.out("exited note:not_inside", "small", "cat")
	a := h.out("exited", "small", "ann")
	h.wait(time.Minute)
	h.undone(a.ScanID) // history stays, only the occupancy of the minute is new
	h.wait(-90 * time.Second)
	h.in("admitted venue_full forced", "small", "cat", override("x")) // a clock that was set back
	h.wait(90 * time.Second)
	h.wait(3 * time.Minute)
	h.out("exited", "small", "ben")
	h.out("exited", "small", "cat")
	m0 := checkin.Bucket{Minute: start, Entries: 2, Denied: 1, Inside: 2}
	m2 := checkin.Bucket{Minute: start + 2, Exits: 1, Inside: 1}
	m3 := checkin.Bucket{Minute: start + 3, Entries: 1, Inside: 3}
	m6 := checkin.Bucket{Minute: start + 6, Exits: 2, Inside: 1}
	wantMinutes(history(-100, 100), m0, m2, m3, m6)
	wantMinutes(history(0, 6), m0, m2, m3)
	wantMinutes(history(0, 7), m0, m2, m3, m6)
	wantMinutes(history(1, 3), m0, m2)
	wantMinutes(history(2, 3), m0, m2)
	wantMinutes(history(3, 3), m2)
	wantMinutes(history(4, 6), m3)
	wantMinutes(history(50, 60), m6)
	wantMinutes(history(-9, -3))
	got, err := s.History(background, h.event, "small", time.Unix(start*60+121, 0), time.Unix(start*60+181, 0))
	if err != nil {
		t.Fatal(err)
	}
	wantMinutes(got, m0, m2, m3) // minutes that are cut count whole

	recent := func(after time.Duration) []checkin.Bucket {
		n, err := s.Counts(background, h.event, opening.Add(after))
		if err != nil {
			t.Fatalf("Counts: %v", err)
		}
		return n.Venues["small"].Recent
	}
	wantMinutes(recent(6*time.Minute+59*time.Second), m2, m3, m6)
	wantMinutes(recent(5*time.Minute), m0, m2, m3, m6)
	wantMinutes(recent(11*time.Minute), m6)
	wantMinutes(recent(12 * time.Minute))
	if _, err := s.History(background, h.event, "nowhere", h.now, h.now); !is(err, checkin.ErrNoVenue) {
		t.Errorf("history of an unknown venue: %v", err)
	}
	if got, err := s.History(background, h.event, "night", opening, h.now); err != nil || len(got) != 0 {
		t.Errorf("history of a venue never scanned: %v, %v", got, err)
	}

	// The venue that is left by entering another, and the automatic exit.
	h.in("admitted", "west", "ann")
	h.wait(time.Minute)
	h.in("admitted", "east", "ann")
	got, err = s.History(background, h.event, "west", opening, h.now.Add(time.Hour))
	if err != nil || len(got) != 2 || got[1] != (checkin.Bucket{Minute: h.now.Unix() / 60, Exits: 1}) {
		t.Errorf("history of west: %+v, %v", got, err)
	}
	h.in("admitted", "bar", "ann")
	h.at("2026-11-07T23:35:00+08:00")
	h.sweep(1)
	got, err = s.History(background, h.event, "bar", opening, h.now.Add(time.Hour))
	if err != nil || len(got) != 2 || got[1] != (checkin.Bucket{Minute: h.now.Unix() / 60, Exits: 1}) {
		t.Errorf("history of bar: %+v, %v", got, err)
	}
}

func testInside(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	list := func(venue string) []checkin.Inside {
		t.Helper()
		got, err := s.Inside(background, h.event, venue)
		if err != nil {
			t.Fatalf("Inside: %v", err)
		}
		return got
	}
	if got := list(""); len(got) != 0 {
		t.Errorf("somebody is inside already: %v", got)
	}
	since := h.now
	h.in("admitted", "small", "ben")
	h.in("admitted", "small", "ann")
	h.wait(-time.Minute)
	h.in("admitted conflict:venue_full", "small", "eve", offline(checkin.Admitted, h.now))
	h.in("admitted", "free-in", "dan")
	h.enter("free", "stranger", h.now)
	card := &checkin.PersonCard{Name: "名 dan", NameLatin: "Ms dan", Organization: "Org of dan", Category: "delegate"}
	want := checkin.Inside{Badge: badgeID("dan"), Venue: "free", Gate: "free-in", Since: h.now, Ref: "R-dan", Attendee: card}
	got := list("")
	if len(got) != 5 || text(h, got[0]) != text(h, want) {
		t.Errorf("inside anywhere: %s, want first %s", text(h, got), text(h, want))
	}
	order := ""
	for _, in := range got {
		order += in.Venue + ":" + in.Badge[:3] + " "
	}
	if order != "free:dan free:str small:eve small:ann small:ben " {
		t.Errorf("inside by venue and since when: %s", order)
	}
	if got[1].Attendee != nil || got[1].Ref != "" {
		t.Errorf("an unknown badge shows %s", text(h, got[1]))
	}
	if got := list("small"); len(got) != 3 || !got[2].Since.Equal(since) {
		t.Errorf("inside small: %s", text(h, got))
	}
	if got := list("east"); len(got) != 0 {
		t.Errorf("inside east: %s", text(h, got))
	}
	if _, err := s.Inside(background, h.event, "nowhere"); !is(err, checkin.ErrNoVenue) {
		t.Errorf("inside an unknown venue: %v", err)
	}

	// The person goes, the badge stays inside, and may leave.
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-dan"); err != nil {
		t.Fatal(err)
	}
	got = list("free")
	if len(got) != 2 || got[0].Badge != badgeID("dan") || got[0].Attendee != nil || got[0].Ref != "" {
		t.Errorf("after erasure: %s", text(h, got))
	}
	h.out("exited", "free", "dan")
	h.inside("free", 1)

	// An entry while inside already is the one since when.
	h.wait(time.Hour)
	h.in("admitted already_inside forced", "small-2", "ann", override("lost in the crowd"))
	got = list("small")
	if len(got) != 3 || got[2].Badge != badgeID("ann") || got[2].Gate != "small-2" || !got[2].Since.Equal(h.now) {
		t.Errorf("inside small: %s", text(h, got))
	}
}

func testPlaces(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	places := func(name string) string {
		t.Helper()
		got, err := s.Places(background, h.event, badgeID(name))
		if err != nil {
			t.Fatalf("Places: %v", err)
		}
		return text(h, got)
	}
	if got := places("ann"); got != "null" && got != "[]" {
		t.Errorf("places of a badge never scanned: %s", got)
	}
	a := h.in("admitted", "west", "ann", by("sue"))
	h.wait(time.Minute)
	h.in("denied wrong_category", "pressroom", "ann")
	b := h.in("admitted", "east", "ann", by("gil"))
	h.wait(time.Minute)
	c := h.out("exited note:not_inside", "small", "ann")
	ms := func(at time.Time) int64 { return at.UnixMilli() }
	day := 20764 // 2026-11-07
	want := []checkin.Presence{
		{Badge: badgeID("ann"), Venue: "east", Inside: true, MovedAt: ms(b.At), MovedBy: b.ScanID, EntryAt: ms(b.At), EntryID: b.ScanID,
			EntryGate: "east", EntryBy: "gil", EntryDay: day, LastSeq: b.Seq},
		{Badge: badgeID("ann"), Venue: "pressroom", LastSeq: a.Seq + 1},
		{Badge: badgeID("ann"), Venue: "small", MovedAt: ms(c.At), MovedBy: c.ScanID, LastSeq: c.Seq},
		{Badge: badgeID("ann"), Venue: "west", MovedAt: ms(b.At), MovedBy: b.ScanID, EntryAt: ms(a.At), EntryID: a.ScanID,
			EntryGate: "west", EntryBy: "sue", EntryDay: day, LastSeq: a.Seq},
	}
	if got := places("ann"); got != text(h, want) {
		t.Errorf("places\n got %s\nwant %s", got, text(h, want))
	}
}
