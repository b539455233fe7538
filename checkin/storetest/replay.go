package storetest

import (
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// testReplay: a scan id that was answered gives its verdict again, whatever has
// changed, and nothing changes by it.
func testReplay(t *testing.T, s checkin.Store) {
	t.Run("whatever has changed", func(t *testing.T) { testReplayAfter(t, s) })
	t.Run("of every verdict", func(t *testing.T) { testReplayVerdicts(t, s) })
	t.Run("with other content", func(t *testing.T) { testScanReused(t, s) })
	t.Run("in one batch", func(t *testing.T) { testBatch(t, s) })
	t.Run("of a dry run", func(t *testing.T) { testDryRun(t, s) })
}

// again demands the same answer as before, marked as a replay, without trace.
func (h *hall) again(c checkin.Scan, want checkin.Answer) {
	h.Helper()
	want.Replayed = true
	h.leavesNoTrace(func() {
		h.Helper()
		got, err := h.ask(c)
		if err != nil {
			h.Fatalf("replay: %v", err)
		}
		if a, b := text(h, got), text(h, want); a != b {
			h.Fatalf("replay\n got %s\nwant %s", a, b)
		}
	})
}

func testReplayAfter(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("small", checkin.In, "ann")
	first := h.do("admitted", c)
	h.again(c, first)

	h.wait(time.Hour)
	c.Now, c.At, c.Operator, c.Override = h.now, h.now, "sue", "again"
	h.again(c, first)

	h.in("admitted", "small", "ben") // others come: the remembered count stays
	h.again(c, first)
	h.out("exited", "small", "ann")
	h.again(c, first)
	h.revoke(badgeID("ann"), "lost")
	h.again(c, first)
	v := h.venue("small")
	v.Capacity, v.Hours, v.Categories = 1, []checkin.Window{{From: "03:00", To: "03:01"}}, []string{"press"}
	h.configure(checkin.NewRecord(v))
	h.again(c, first)
	key, _ := h.config().Key(activeKey)
	key.Status = badge.KeyWithdrawn
	h.configure(checkin.NewRecord(key))
	h.again(c, first)
	c.Refused, c.Badge = checkin.InvalidToken, "" // as the desk may see the token by now
	h.again(c, first)
	c.Refused = checkin.WrongEvent
	h.again(c, first)

	// The card of the attendee is looked up now; the badge's category is the answer's.
	p := person("ann", "press")
	p.Name = "新名"
	h.put(checkin.PutAttendee{Attendee: p, Mode: checkin.Update})
	first.Attendee.Name, first.Attendee.Category = "新名", "press"
	h.again(c, first)
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-ann"); err != nil {
		t.Fatal(err)
	}
	first.Attendee = nil
	h.again(c, first)

	for _, g := range []string{"small", "small-2"} {
		h.drop(checkin.NewRecord(checkin.Gate{ID: g}))
	}
	h.again(c, first)
	h.fails(checkin.ErrNoGate, h.scan("small", checkin.In, "cat"))
	h.out("exited note:not_inside", "free", "ben")
	h.again(c, first)
}

func testReplayVerdicts(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.enter("once", "ben", h.now)
	h.wait(time.Minute)
	for _, c := range []struct {
		want string
		scan checkin.Scan
	}{
		{"denied invalid_token", h.scan("free", checkin.In, "ann", refused(checkin.InvalidToken))},
		{"denied unknown_badge", h.scan("free", checkin.In, "stranger")},
		{"denied revoked", h.scan("free", checkin.In, "gone")},
		{"denied already_inside", h.scan("once", checkin.In, "ben")},
		{"admitted wrong_category forced", h.scan("pressroom", checkin.In, "ann", override("guest"))},
		{"exited", h.scan("once", checkin.Out, "ben")},
		{"denied already_used", h.scan("once", checkin.In, "ben")},
		{"exited note:not_inside", h.scan("free", checkin.Out, "ann")},
		{"admitted", h.scan("free-in", "", "ann")},
		{"exited", h.scan("free-out", "", "ann")},
		{"admitted conflict:revoked", h.scan("free", checkin.In, "gone", offline(checkin.Admitted, h.now))},
		{"exited", h.scan("free", checkin.Out, "gone", offline(checkin.Exited, h.now))},
		{"denied", h.scan("free", checkin.In, "ann", offline(checkin.Denied, h.now))},
		{"admitted note:unverified conflict:wrong_event", h.scan("free", checkin.In, "x", refused(checkin.WrongEvent), offline(checkin.Admitted, h.now))},
		{"admitted note:late", h.scan("free", checkin.In, "ann", offline(checkin.Admitted, h.now.Add(-time.Hour)))},
	} {
		first := h.do(c.want, c.scan)
		h.again(c.scan, first)
		c.scan.DryRun = true
		h.again(c.scan, first)
		c.scan.DryRun, c.scan.Offline, c.scan.Shown = false, true, first.Result // the answer had come after all
		h.again(c.scan, first)
		if c.scan.Direction != "" {
			c.scan.Direction = "" // says nothing else than before
			if g, _ := h.config().Gate(c.scan.Gate); g.Direction == checkin.Both {
				h.again(c.scan, first)
			}
		}
	}
}

func testScanReused(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("free", checkin.In, "ann")
	d := h.scan("free-in", "", "ben")
	x := h.scan("free", checkin.In, "cat", refused(checkin.InvalidToken))
	first := h.do("admitted", c)
	h.do("admitted", d)
	h.do("denied invalid_token", x)
	for _, change := range []with{
		func(c *checkin.Scan) { c.Content = "token-of-ben" },
		func(c *checkin.Scan) { c.Content = "" },
		func(c *checkin.Scan) { c.Gate = "free-in" },
		func(c *checkin.Scan) { c.Gate = "small" },
		func(c *checkin.Scan) { c.Gate = "nowhere" },
		func(c *checkin.Scan) { c.Direction = checkin.Out },
		func(c *checkin.Scan) { c.Direction, c.Offline, c.Shown = checkin.Out, true, checkin.Exited },
		func(c *checkin.Scan) { c.Content, c.Offline, c.Shown = "other", true, checkin.Denied },
		func(c *checkin.Scan) { c.Content, c.DryRun = "other", true },
	} {
		other := c
		change(&other)
		h.fails(checkin.ErrScanReused, other)
	}
	d.Direction = checkin.Out
	h.fails(checkin.ErrScanReused, d)
	x.Content = "another forgery"
	h.fails(checkin.ErrScanReused, x)
	h.again(c, first)
	h.inside("free", 2)
}

func testBatch(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("small", checkin.In, "ann")
	scans := []checkin.Scan{c, c, h.scan("small", checkin.In, "ann"), h.scan("nowhere", checkin.In, "ann"), h.scan("small", checkin.In, "ben"),
		h.scan("small", checkin.In, "cat"), h.scan("small", "", "cat"), h.scan("small", checkin.Out, "ann"), h.scan("small", checkin.In, "cat"),
		func() checkin.Scan { o := c; o.Content = "other"; return o }(), c}
	got, err := s.Scan(background, h.event, scans)
	if err != nil || len(got) != len(scans) {
		t.Fatalf("%d outcomes, %v", len(got), err)
	}
	for i, want := range []any{"admitted", "admitted replayed", "denied already_inside", checkin.ErrNoGate, "admitted",
		"denied venue_full", checkin.ErrDirectionNeeded, "exited", "admitted", checkin.ErrScanReused, "admitted replayed"} {
		switch want := want.(type) {
		case string:
			if got[i].Err != nil || read(got[i].Answer) != want {
				t.Errorf("scan %d: got %q, %v, want %q", i, read(got[i].Answer), got[i].Err, want)
			}
		case error:
			if !is(got[i].Err, want) {
				t.Errorf("scan %d: got %v, want %v", i, got[i].Err, want)
			}
		}
	}
	if got, err := s.Scan(background, h.event, nil); err != nil || len(got) != 0 {
		t.Errorf("no scans: %v, %v", got, err)
	}
	h.inside("small", 2)
}

// testDryRun: a dry run tells what would happen, records nothing, and its scan
// id is still free.
func testDryRun(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "west", "ann")
	h.in("admitted", "small", "ben")
	h.wait(time.Minute)
	for _, c := range []struct {
		want   string
		inside int
		scan   checkin.Scan
	}{
		{"admitted", 1, h.scan("free", checkin.In, "ann")},
		{"admitted", 1, h.scan("east", checkin.In, "ann")},
		{"exited", 0, h.scan("west", checkin.Out, "ann")},
		{"exited note:not_inside", 0, h.scan("east", checkin.Out, "ann")},
		{"denied already_inside", 1, h.scan("west", checkin.In, "ann")},
		{"denied unknown_badge", 0, h.scan("free", checkin.In, "stranger")},
		{"admitted wrong_category forced", 1, h.scan("pressroom", checkin.In, "ann", override("guest"))},
		{"admitted conflict:revoked", 1, h.scan("free", checkin.In, "gone", offline(checkin.Admitted, h.now))},
	} {
		c.scan.DryRun = true
		h.leavesNoTrace(func() {
			a := h.do(c.want, c.scan)
			if a.Seq != 0 {
				t.Errorf("a dry run has seq %d", a.Seq)
			}
			if a.Venue.Inside != c.inside {
				t.Errorf("%s: the dry run counts %d inside, want %d", c.want, a.Venue.Inside, c.inside)
			}
		})
		if _, err := h.undo(checkin.Undo{ScanID: c.scan.ID, Any: true}); !is(err, checkin.ErrNoScan) {
			t.Errorf("undoing a dry run: %v", err)
		}
	}
	h.fails(checkin.ErrNoGate, h.scan("nowhere", checkin.In, "ann", dryRun))
	c := h.scan("small", checkin.In, "cat", dryRun)
	h.do("admitted", c)
	h.in("admitted", "small", "dan")
	c.DryRun = false
	h.do("denied venue_full", c)
}
