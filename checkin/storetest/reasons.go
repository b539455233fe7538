package storetest

import (
	"slices"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// testReasons shows every reason by itself, every pair of them in order, and
// what an override passes.
func testReasons(t *testing.T, s checkin.Store) {
	t.Run("each", func(t *testing.T) { testEachReason(t, s) })
	t.Run("order", func(t *testing.T) { testOrder(t, s) })
	t.Run("validity to the millisecond", func(t *testing.T) { testValidity(t, s) })
	t.Run("hours to the minute", func(t *testing.T) { testHours(t, s) })
	t.Run("the whole answer and row", func(t *testing.T) { testWholeAnswer(t, s) })
}

func testEachReason(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("denied invalid_token", "free", "ann", refused(checkin.InvalidToken))
	h.in("denied invalid_token", "free", "ann", signed(withdrawnKey))
	h.in("denied invalid_token", "free", "ann", signed("no"))
	h.in("admitted", "free", "ann", signed(retiredKey))
	h.in("denied wrong_event", "free", "ann", refused(checkin.WrongEvent))
	h.in("denied unknown_badge", "free", "stranger")
	h.in("denied revoked", "free", "gone")
	h.in("denied revoked", "free", "swap")
	h.in("admitted", "free", "swap", otherBadge("swap2______"))
	h.in("denied not_yet_valid", "free", "soon")
	h.in("denied expired", "free", "old")
	h.in("denied wrong_category", "pressroom", "ann")
	h.in("admitted", "pressroom", "pia")
	h.in("admitted", "pressroom", "eve")
	h.in("denied venue_closed", "night", "ann")

	first := h.in("admitted", "free", "ben")
	h.wait(time.Minute)
	again := h.in("denied already_inside", "free-in", "ben", by("gil"))
	wantEarlier(h, again, first.At, "free", "gus")
	h.out("exited", "free", "ben")
	if a := h.in("admitted", "free", "ben"); a.Earlier != nil {
		t.Errorf("an admission names an earlier entry: %v", a.Earlier)
	}

	first = h.in("admitted", "once", "ben", by("gil"))
	h.out("exited", "once", "ben")
	h.wait(26 * time.Hour)
	wantEarlier(h, h.in("denied already_used", "once", "ben"), first.At, "once", "gil")
	first = h.in("admitted", "daily", "ben")
	h.out("exited", "daily", "ben")
	wantEarlier(h, h.in("denied already_used_today", "daily", "ben"), first.At, "daily", "gus")

	h.in("admitted", "small", "ann")
	h.in("admitted", "small-2", "ben")
	if a := h.in("denied venue_full", "small", "cat"); a.Venue != (checkin.VenueCard{ID: "small", Inside: 2, Capacity: 2}) {
		t.Errorf("a full venue's card is %+v", a.Venue)
	}
	h.out("exited", "small-2", "ann")
	h.in("admitted", "small", "cat")
	h.inside("small", 2)
}

func wantEarlier(h *hall, a checkin.Answer, at time.Time, gate, scanner string) {
	h.Helper()
	if a.Earlier == nil || !a.Earlier.At.Equal(at) || a.Earlier.Gate != gate || a.Earlier.Scanner != scanner {
		h.Fatalf("earlier is %+v, want %v at %s by %s", a.Earlier, at, gate, scanner)
	}
}

// obstacles make one reason apply to pia at the strict venue, whatever else
// does. Their order is the order of the rules.
var obstacles = []struct {
	reason checkin.Reason
	venue  string // where it differs from strict
	set    func(h *hall, c *checkin.Scan)
}{
	{checkin.InvalidToken, "", func(h *hall, c *checkin.Scan) { c.Refused, c.Badge = checkin.InvalidToken, "" }},
	{checkin.WrongEvent, "", func(h *hall, c *checkin.Scan) {
		if c.Refused == "" {
			c.Refused, c.Badge = checkin.WrongEvent, ""
		}
	}},
	{checkin.UnknownBadge, "", func(h *hall, c *checkin.Scan) {
		if c.Refused == "" {
			c.Badge = badgeID("stranger")
		}
	}},
	{checkin.RevokedBadge, "", func(h *hall, c *checkin.Scan) { h.revoke(badgeID("pia"), "found out") }},
	{checkin.NotYetValid, "", func(h *hall, c *checkin.Scan) { c.At = validFrom.Add(9*time.Hour+30*time.Minute).AddDate(0, 0, -1) }},
	{checkin.Expired, "", func(h *hall, c *checkin.Scan) {
		if !c.At.Before(validFrom) {
			c.At = validUntil.Add(9*time.Hour + 30*time.Minute)
		}
	}},
	{checkin.WrongCategory, "", func(h *hall, c *checkin.Scan) {
		p := person("pia", "delegate")
		h.put(checkin.PutAttendee{Attendee: p, Mode: checkin.Update})
	}},
	{checkin.VenueClosed, "", func(h *hall, c *checkin.Scan) { c.At = c.At.Add(12 * time.Hour) }},
	{checkin.AlreadyInside, "", func(h *hall, c *checkin.Scan) { h.enter(c.Gate, "pia", h.now) }},
	{checkin.AlreadyUsed, "", func(h *hall, c *checkin.Scan) {
		if h.presence(c.Gate, "pia").EntryAt == 0 {
			h.enter(c.Gate, "pia", h.now)
			h.out("exited", c.Gate, "pia")
		}
	}},
	{checkin.AlreadyUsedToday, "strict-daily", func(h *hall, c *checkin.Scan) {
		if h.presence(c.Gate, "pia").EntryAt == 0 {
			h.enter(c.Gate, "pia", h.now)
			h.out("exited", c.Gate, "pia")
		}
	}},
	{checkin.VenueFull, "", func(h *hall, c *checkin.Scan) {
		h.enter(c.Gate, "pol", h.now)
	}},
}

// enter puts somebody inside, rules or not.
func (h *hall) enter(gate, name string, at time.Time) {
	h.Helper()
	c := h.scan(gate, checkin.In, name, offline(checkin.Admitted, at))
	if a, err := h.ask(c); err != nil || a.Result != checkin.Admitted {
		h.Fatalf("entering %s: %v, %v", gate, a, err)
	}
}

// testOrder sets any two obstacles up together: the earlier one is the answer.
// An override passes both or, of a token that isn't ours, neither.
func testOrder(t *testing.T, s checkin.Store) {
	for i, first := range obstacles {
		for j := i; j < len(obstacles); j++ {
			second := obstacles[j]
			if first.reason == checkin.NotYetValid && second.reason == checkin.Expired {
				continue // no time is both
			}
			gate := "strict"
			if first.venue != "" || second.venue != "" {
				gate = "strict-daily"
			}
			if (first.reason == checkin.AlreadyUsed || second.reason == checkin.AlreadyUsed) && gate == "strict-daily" {
				continue // no venue is both
			}
			t.Run(string(first.reason)+" before "+string(second.reason), func(t *testing.T) {
				h := newHall(t, s)
				c := h.scan(gate, checkin.In, "pia")
				later := []int{j, i} // the later obstacle first: it mustn't matter
				if second.reason == checkin.AlreadyUsed || second.reason == checkin.AlreadyUsedToday {
					later = []int{i, j}
				}
				for _, k := range slices.Compact(later) {
					obstacles[k].set(h, &c)
				}
				if first.reason == checkin.VenueClosed && c.At.Equal(h.now) {
					t.Fatal("the scan is in opening hours")
				}
				want := "denied " + string(first.reason)
				h.leavesNoTrace(func() { h.do(want, without(c, dryRun)) })
				before := h.counts().Venues[gate].Inside
				h.do(want, c)
				if after := h.counts().Venues[gate].Inside; after != before {
					t.Fatalf("a refusal changed the occupancy from %d to %d", before, after)
				}
				c.ID, c.Override = h.newID(), "the minister's guest"
				if i < 3 {
					h.do(want, c)
					return
				}
				h.do("admitted "+string(first.reason)+" forced", c)
				rows := h.rows(h.seq() - 1)
				if r := rows[len(rows)-1]; r.Why != c.Override || !r.Forced || r.Reason != first.reason || r.Operator != "gus" {
					t.Errorf("the forced row is %+v", r)
				}
				h.out("exited", gate, "pia")
			})
		}
	}
}

// without is the scan with a change and another id.
func without(c checkin.Scan, change with) checkin.Scan {
	c.ID = "ffffffff" + c.ID[8:]
	change(&c)
	return c
}

func testValidity(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	at := func(moment time.Time) with { return func(c *checkin.Scan) { c.At = moment } }
	h.in("denied not_yet_valid", "free", "ann", at(validFrom.Add(-time.Millisecond)))
	h.in("admitted", "free", "ann", at(validFrom))
	h.in("admitted", "free", "ben", at(validUntil.Add(-time.Millisecond)))
	h.in("denied expired", "free", "cat", at(validUntil))
	h.in("admitted", "free", "eve", at(validFrom.AddDate(-1, 0, 0))) // no beginning
}

func testHours(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for _, c := range []struct{ venue, at, want string }{
		{"day", "2026-11-07T08:59:59+08:00", "denied venue_closed"},
		{"day", "2026-11-07T09:00:00+08:00", "admitted"},
		{"day", "2026-11-07T11:59:59+08:00", "admitted"},
		{"day", "2026-11-07T12:00:00+08:00", "denied venue_closed"},
		{"day", "2026-11-07T13:00:00+08:00", "admitted"},
		{"day", "2026-11-07T18:30:00+08:00", "denied venue_closed"},
		{"night", "2026-11-07T21:59:59+08:00", "denied venue_closed"},
		{"night", "2026-11-07T22:00:00+08:00", "admitted"},
		{"night", "2026-11-08T00:00:00+08:00", "admitted"},
		{"night", "2026-11-08T02:29:59+08:00", "admitted"},
		{"night", "2026-11-08T02:30:00+08:00", "denied venue_closed"},
	} {
		h.at(c.at)
		h.in(c.want, c.venue, "ann")
		if c.want == "admitted" {
			h.out("exited", c.venue, "ann")
		}
	}
	v := h.venue("day")
	for _, c := range []struct{ from, to, at, want string }{
		{"00:00", "24:00", "2026-11-09T23:59:59+08:00", "admitted"},
		{"08:00", "08:00", "2026-11-10T07:59:00+08:00", "admitted"},
		{"18:00", "24:00", "2026-11-10T23:59:59+08:00", "admitted"},
		{"18:00", "24:00", "2026-11-11T00:00:00+08:00", "denied venue_closed"},
		{"18:00", "00:00", "2026-11-10T23:59:59+08:00", "admitted"},
		{"18:00", "00:00", "2026-11-11T00:00:00+08:00", "denied venue_closed"},
	} {
		v.Hours = []checkin.Window{{From: c.from, To: c.to}}
		h.configure(checkin.NewRecord(v))
		h.at(c.at)
		h.in(c.want, "day", "ben")
		if c.want == "admitted" {
			h.out("exited", "day", "ben")
		}
	}
}

// testWholeAnswer pins every field of an answer and of its row.
func testWholeAnswer(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.now = h.now.Add(123 * time.Millisecond)
	c := h.scan("small", checkin.In, "ann", by("sue"))
	seq := h.seq()
	got := h.do("admitted", c)
	want := checkin.Answer{ScanID: c.ID, Result: checkin.Admitted, Badge: &checkin.BadgeCard{ID: badgeID("ann"), Category: "delegate"},
		Attendee: &checkin.PersonCard{Name: "名 ann", NameLatin: "Ms ann", Organization: "Org of ann", Category: "delegate"},
		Venue:    checkin.VenueCard{ID: "small", Inside: 1, Capacity: 2}, At: h.now, Seq: seq + 1}
	if a, b := text(h, got), text(h, want); a != b {
		t.Errorf("answer\n got %s\nwant %s", a, b)
	}
	rows := h.rows(seq)
	if len(rows) != 1 {
		t.Fatalf("%d rows of one scan", len(rows))
	}
	row := checkin.Row{Seq: seq + 1, Kind: checkin.KindScan, At: h.now, RecordedAt: h.now, ScanID: c.ID, Badge: badgeID("ann"), Venue: "small",
		Gate: "small", Direction: checkin.In, Result: checkin.Admitted, Operator: "sue", Prev: rows[0].Prev, Hash: rows[0].Hash}
	if a, b := text(h, rows[0]), text(h, row); a != b {
		t.Errorf("row\n got %s\nwant %s", a, b)
	}
	if a := h.in("denied wrong_event", "small", "ann", refused(checkin.WrongEvent)); a.Badge != nil || a.Attendee != nil {
		t.Errorf("a token of another event shows somebody: %+v", a)
	}
	if a := h.in("denied invalid_token", "small", "ann", signed(withdrawnKey)); a.Badge != nil || a.Attendee != nil {
		t.Errorf("a token of a withdrawn key shows somebody: %+v", a)
	}
	if r := h.rows(h.seq() - 1)[0]; r.Badge != "" {
		t.Errorf("the row of a token of a withdrawn key names badge %s", r.Badge)
	}
	if a := h.in("denied unknown_badge", "small", "stranger"); a.Badge == nil || a.Badge.ID != badgeID("stranger") || a.Attendee != nil {
		t.Errorf("an unknown badge shows %+v", a)
	}
	if a := h.in("denied revoked", "small", "gone"); a.Badge == nil || a.Attendee == nil || a.Badge.Category != "press" {
		t.Errorf("a revoked badge shows %+v", a)
	}
	if b, err := s.Badge(background, h.event, badgeID("gone")); err != nil || b.Status != badge.Revoked {
		t.Errorf("a revoked badge is %v, %v", b.Status, err)
	}
}
