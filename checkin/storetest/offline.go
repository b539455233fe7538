package storetest

import (
	"testing"
	"time"

	"lanyard/checkin"
)

// testOffline: what a phone decided by itself is a fact when it arrives.
func testOffline(t *testing.T, s checkin.Store) {
	t.Run("entries", func(t *testing.T) { testOfflineEntries(t, s) })
	t.Run("exits", func(t *testing.T) { testOfflineExits(t, s) })
	t.Run("denials", func(t *testing.T) { testOfflineDenials(t, s) })
	t.Run("late", func(t *testing.T) { testLate(t, s) })
	t.Run("late to the millisecond", func(t *testing.T) { testLateTies(t, s) })
	t.Run("a clock ahead", func(t *testing.T) { testSkew(t, s) })
	t.Run("the latest entry", func(t *testing.T) { testLatestEntry(t, s) })
	t.Run("taken back", func(t *testing.T) { testTakeBack(t, s) })
	t.Run("taken back after more", func(t *testing.T) { testTakeBackLater(t, s) })
	t.Run("overruled", func(t *testing.T) { testOverruled(t, s) })
	t.Run("both ways", func(t *testing.T) { testBothWays(t, s) })
}

func testOfflineEntries(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.wait(10 * time.Minute)
	at := h.now.Add(-time.Minute)
	shown := offline(checkin.Admitted, at)
	seq := h.seq()
	c := h.scan("free", checkin.In, "ann", shown)
	h.do("admitted", c)
	r := h.rows(seq)[0]
	if !r.Offline || !r.At.Equal(at) || !r.RecordedAt.Equal(h.now) {
		t.Errorf("row %+v", r)
	}
	if p := h.presence("free", "ann"); !p.Inside || p.EntryAt != at.UnixMilli() || p.EntryID != c.ID || p.EntryGate != "free" || p.EntryBy != "gus" {
		t.Errorf("place %+v", p)
	}
	h.in("admitted conflict:revoked", "free", "gone", shown)
	h.in("admitted conflict:revoked", "free", "swap", shown)
	h.in("admitted conflict:not_yet_valid", "free", "soon", shown)
	h.in("admitted conflict:expired", "free", "old", shown)
	h.in("admitted conflict:wrong_category", "pressroom", "ann", shown)
	h.in("admitted conflict:venue_closed", "night", "ann", shown)
	h.in("admitted", "day", "ann", offline(checkin.Admitted, opening)) // by its own time
	h.in("admitted conflict:unknown_badge", "free", "stranger", shown)
	h.inside("free", 6)
	for _, c := range []checkin.Scan{h.scan("free", checkin.In, "ben", shown, refused(checkin.InvalidToken)),
		h.scan("free", checkin.In, "ben", shown, refused(checkin.WrongEvent)), h.scan("free", checkin.In, "ben", shown, signed(withdrawnKey))} {
		reason := c.Refused
		if reason == "" {
			reason = checkin.InvalidToken
		}
		if a := h.do("admitted note:unverified conflict:"+string(reason), c); a.Badge != nil || a.Attendee != nil {
			t.Errorf("a fact about no badge of ours shows %+v", a)
		}
	}
	h.inside("free", 6)
	if n := h.counts().Venues["free"]; n.Entries != 9 || n.Denied != 0 {
		t.Errorf("counts %+v", n)
	}

	c = h.scan("free-in", "", "ann", shown)
	a := h.do("admitted conflict:already_inside", c)
	if a.Earlier == nil || a.Earlier.Gate != "free" || a.Venue.Inside != 6 {
		t.Errorf("answer %+v", a)
	}
	h.in("admitted", "once", "ann", shown)
	h.do("exited", h.scan("once", checkin.Out, "ann", offline(checkin.Exited, h.now)))
	h.in("admitted conflict:already_used", "once", "ann", offline(checkin.Admitted, h.now))
	h.in("admitted", "small", "ann", shown)
	h.in("admitted", "small", "ben", shown)
	if a := h.in("admitted conflict:venue_full", "small", "cat", shown); a.Venue.Inside != 3 {
		t.Errorf("answer %+v", a)
	}
	h.in("denied venue_full", "small", "dan")
	h.out("exited", "small", "cat")
	h.in("denied venue_full", "small", "dan")

	// An override that was typed while offline makes it forced, without conflict.
	why := override("let in by the minister")
	h.in("admitted venue_full forced", "small", "dan", shown, why)
	if r := h.rows(h.seq() - 1)[0]; r.Why == "" || r.Conflict != "" || !r.Offline {
		t.Errorf("row %+v", r)
	}
	h.in("admitted", "free", "dan", shown, why)
	h.in("admitted conflict:unknown_badge", "small", "stranger", shown, why)
	h.do("denied revoked", h.scan("free", checkin.In, "gone", offline(checkin.Denied, h.now), why))
}

func testOfflineExits(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for _, name := range []string{"ann", "ben", "gone", "stranger"} {
		h.enter("small", name, h.now)
	}
	h.wait(10 * time.Minute)
	shown := offline(checkin.Exited, h.now.Add(-time.Minute))
	h.out("exited", "small", "ann", shown)
	h.out("exited", "small", "gone", shown)
	h.out("exited", "small", "ben", shown, signed(withdrawnKey))
	h.out("exited conflict:unknown_badge", "small", "stranger", shown)
	h.inside("small", 0)
	h.out("exited note:not_inside", "small", "cat", shown)
	h.out("exited note:not_inside conflict:unknown_badge", "small", "other", shown)
	h.out("exited note:unverified conflict:invalid_token", "small", "cat", shown, refused(checkin.InvalidToken))
	h.out("exited note:unverified conflict:wrong_event", "small", "cat", shown, refused(checkin.WrongEvent))
	n := h.counts()
	if v := n.Venues["small"]; v.Exits != 4 || v.Entries != 4 {
		t.Errorf("counts %+v", v)
	}
	if g := n.Gates["small"]; g.Exits != 4 || g.Entries != 4 {
		t.Errorf("gate's counts %+v", g)
	}
	// cat's exit is known, so an entry before it moves nobody.
	h.in("admitted note:late", "small", "cat", offline(checkin.Admitted, h.now.Add(-2*time.Minute)))
	h.inside("small", 0)
}

func testOfflineDenials(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "free", "ann")
	h.wait(time.Minute)
	before := h.presence("free", "ann")
	shown := offline(checkin.Denied, h.now)
	a := h.in("denied already_inside", "free", "ann", shown)
	h.in("denied", "free", "ben", shown) // the phone knew better, or less
	h.in("denied revoked", "free", "gone", shown)
	h.in("denied wrong_event", "free", "x", shown, refused(checkin.WrongEvent))
	h.out("denied", "free", "ann", shown)
	h.out("denied invalid_token", "free", "x", shown, refused(checkin.InvalidToken))
	h.inside("free", 1)
	after := h.presence("free", "ann")
	if after.LastSeq <= a.Seq {
		t.Errorf("last seq %d after row %d", after.LastSeq, a.Seq)
	}
	after.LastSeq = before.LastSeq
	if after != before {
		t.Errorf("a denial moves: %+v, was %+v", after, before)
	}
	if v := h.counts().Venues["free"]; v.Denied != 6 || v.Entries != 1 || v.Exits != 0 {
		t.Errorf("counts %+v", v)
	}
}

func testLate(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.wait(time.Hour)
	ago := func(m int) time.Time { return h.now.Add(-time.Duration(m) * time.Minute) }

	h.out("exited note:not_inside", "free", "ann", offline(checkin.Exited, ago(10)))
	a := h.in("admitted note:late", "free", "ann", offline(checkin.Admitted, ago(20)))
	h.inside("free", 0)
	if a.Venue.Inside != 0 {
		t.Errorf("answer %+v", a)
	}
	h.in("admitted", "free", "ann", offline(checkin.Admitted, ago(5)))
	h.out("exited note:late", "free", "ann", offline(checkin.Exited, ago(6)))
	h.inside("free", 1)
	h.out("exited", "free", "ann", offline(checkin.Exited, ago(4)))
	h.out("exited note:late", "free", "ann", offline(checkin.Exited, ago(7))) // not inside, but late comes first
	v, g := h.counts().Venues["free"], h.counts().Gates["free"]
	if v.Entries != 2 || v.Exits != 3 || v.Inside != 0 || g.Entries != 2 || g.Exits != 3 {
		t.Errorf("counts %+v, %+v: late facts count, one of nobody inside doesn't", v, g)
	}

	// What the system did counts as known, too.
	h.in("admitted", "bar", "ben")
	h.at("2026-11-08T00:10:00+08:00")
	if n, err := s.Sweep(background, h.event, h.now); n != 1 || err != nil {
		t.Fatalf("Sweep: %d, %v", n, err)
	}
	h.out("exited note:late", "bar", "ben", offline(checkin.Exited, ago(60)))
	h.in("admitted note:late", "bar", "ben", offline(checkin.Admitted, ago(50)))
	h.in("admitted", "bar", "ben", offline(checkin.Admitted, ago(30)))
	h.inside("bar", 1)

	// An online scan is never late: the server has seen the moment itself.
	h.in("admitted", "free", "cat", offline(checkin.Admitted, h.now.Add(time.Minute)))
	h.out("exited", "free", "cat")
	if p := h.presence("free", "cat"); p.MovedAt != h.now.Add(time.Minute).UnixMilli() {
		t.Errorf("moved at %d", p.MovedAt)
	}
	h.in("admitted", "free", "cat")
	if p := h.presence("free", "cat"); p.EntryAt != h.now.UnixMilli() || p.MovedAt != h.now.Add(time.Minute).UnixMilli() {
		t.Errorf("place %+v", p)
	}
}

func testLateTies(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	at := h.now
	h.ids = 1000
	low, mid, high := scanUUID(0x10), scanUUID(0x20), scanUUID(0x30)
	h.wait(time.Minute)
	h.in("admitted", "free", "ann", offline(checkin.Admitted, at), withID(mid))
	h.out("exited note:late", "free", "ann", offline(checkin.Exited, at), withID(low))
	h.inside("free", 1)
	h.out("exited", "free", "ann", offline(checkin.Exited, at), withID(high))
	h.inside("free", 0)
	h.in("admitted note:late", "free", "ann", offline(checkin.Admitted, at), withID(scanUUID(0x28)))
	h.in("admitted", "free", "ann", offline(checkin.Admitted, at.Add(time.Millisecond)), withID(scanUUID(1)))
	h.inside("free", 1)

	// The same in a group, where the latest entries are compared.
	h.in("admitted", "west", "ben", offline(checkin.Admitted, at), withID(scanUUID(0x41)))
	h.in("admitted note:late", "east", "ben", offline(checkin.Admitted, at), withID(scanUUID(0x40)))
	h.wantInside("ben", "west")
	h.in("admitted", "north", "ben", offline(checkin.Admitted, at), withID(scanUUID(0x42)))
	h.wantInside("ben", "north")

	// "" is before every id: what the system did doesn't win over a scan of that moment.
	h.in("admitted", "bar", "cat")
	h.at("2026-11-07T23:45:00+08:00")
	if n, err := s.Sweep(background, h.event, h.now); n != 1 || err != nil {
		t.Fatalf("Sweep: %d, %v", n, err)
	}
	h.in("admitted", "bar", "cat", offline(checkin.Admitted, instant(h, "2026-11-07T23:30:00+08:00")), withID(scanUUID(0x50)))
	h.inside("bar", 1)
}

func testSkew(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	skewed := func(c *checkin.Scan) { c.Skewed = true }
	ahead := h.now.Add(time.Minute)
	h.in("admitted", "free", "ann", offline(checkin.Admitted, ahead)) // within bounds
	a := h.out("exited note:clock_skew", "free", "ann", offline(checkin.Exited, h.now), skewed)
	h.inside("free", 0)
	if p := h.presence("free", "ann"); p.MovedAt != ahead.UnixMilli() || p.MovedBy != a.ScanID {
		t.Errorf("place %+v", p)
	}
	h.out("exited note:not_inside", "free", "ann", offline(checkin.Exited, h.now), skewed)
	h.in("admitted note:clock_skew", "free", "ann", offline(checkin.Admitted, h.now), skewed)
	if p := h.presence("free", "ann"); p.MovedAt != ahead.UnixMilli() || p.EntryAt != h.now.UnixMilli() {
		t.Errorf("place %+v", p)
	}
	h.in("admitted note:unverified conflict:wrong_event", "free", "x", offline(checkin.Admitted, h.now), skewed, refused(checkin.WrongEvent))
	h.in("denied already_inside note:clock_skew", "free", "ann", offline(checkin.Denied, h.now), skewed)
}

// testLatestEntry: the place remembers the latest entry, not the last to
// arrive, so that once and daily hold.
func testLatestEntry(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.wait(time.Hour)
	ago := func(m int) time.Time { return h.now.Add(-time.Duration(m) * time.Minute) }
	h.out("exited note:not_inside", "once", "ann", offline(checkin.Exited, ago(10)))
	first := h.in("admitted note:late", "once", "ann", offline(checkin.Admitted, ago(30)), by("gil"))
	wantEarlier(h, h.in("denied already_used", "once", "ann"), first.At, "once", "gil")
	second := h.in("admitted note:late conflict:already_used", "once", "ann", offline(checkin.Admitted, ago(20)), by("sue"))
	h.in("admitted note:late conflict:already_used", "once", "ann", offline(checkin.Admitted, ago(25)))
	wantEarlier(h, h.in("denied already_used", "once", "ann"), second.At, "once", "sue")

	// Yesterday's entry, uploaded today, leaves today's as it is.
	today := h.in("admitted", "daily", "ben")
	h.out("exited", "daily", "ben")
	h.in("admitted note:late", "daily", "ben", offline(checkin.Admitted, ago(24*60)))
	wantEarlier(h, h.in("denied already_used_today", "daily", "ben"), today.At, "daily", "gus")
	h.out("exited note:not_inside", "daily", "cat")
	h.in("admitted note:late", "daily", "cat", offline(checkin.Admitted, ago(24*60)))
	h.in("admitted", "daily", "cat")
}
