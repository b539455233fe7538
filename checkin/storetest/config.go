package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// testConfig is about configuration: who may change it when, and that it holds
// for the next scan.
func testConfig(t *testing.T, s checkin.Store) {
	t.Run("changes", func(t *testing.T) { testChanges(t, s) })
	t.Run("holds for the next scan", func(t *testing.T) { testHolds(t, s) })
	t.Run("operators by key", func(t *testing.T) { testOperatorByKey(t, s) })
	t.Run("events come and go", func(t *testing.T) { testEvents(t, s) })
	t.Run("unknown events", func(t *testing.T) { testUnknownEvent(t, s) })
	t.Run("system", func(t *testing.T) { testSystem(t, s) })
}

func testChanges(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	before := h.config()
	want, err := checkin.NewConfig(before.Rev, fixture(h.event, "Asia/Shanghai"))
	if err != nil {
		t.Fatal(err)
	}
	if text(h, before) != text(h, want) {
		t.Errorf("configuration\n got %s\nwant %s", text(h, before), text(h, want))
	}

	v := h.venue("small")
	v.Capacity = 7
	gate := checkin.Gate{ID: "a-new-gate", Venue: "small", Name: badge.Text{"en": "New"}, Direction: checkin.In}
	seq := h.seq()
	h.wait(time.Second)
	after, err := s.Configure(background, h.event, checkin.Change{Stamp: h.stamp("ada"), Rev: before.Rev,
		Put:  []checkin.Record{checkin.NewRecord(v), checkin.NewRecord(gate)},
		Drop: []checkin.Record{{Thing: checkin.GateThing, ID: "small-2"}, {Thing: checkin.CategoryThing, ID: "vip"}}})
	if err != nil {
		t.Fatal(err)
	}
	if after.Rev <= before.Rev || text(h, after) != text(h, h.config()) {
		t.Errorf("revision %d after %d; configuration\n got %s\nread %s", after.Rev, before.Rev, text(h, after), text(h, h.config()))
	}
	if got, _ := after.Venue("small"); got.Capacity != 7 {
		t.Errorf("venue %+v", got)
	}
	if _, ok := after.Gate("a-new-gate"); !ok {
		t.Error("the new gate isn't there")
	}
	if _, ok := after.Gate("small-2"); ok {
		t.Error("the dropped gate is still there")
	}
	if !slices.IsSortedFunc(after.Gates, func(a, b checkin.Gate) int { return cmp.Compare(a.ID, b.ID) }) {
		t.Error("gates are not in order")
	}
	rows := h.rows(seq)
	subjects := []string{"venue/small put", "gate/a-new-gate put", "gate/small-2 drop", "category/vip drop"}
	if len(rows) != len(subjects) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if r.Kind != checkin.KindConfig || r.Subject+" "+r.Note != subjects[i] || r.Operator != "ada" || !r.At.Equal(h.now) || !r.RecordedAt.Equal(h.now) {
			t.Errorf("row %+v, want %s", r, subjects[i])
		}
	}

	h.in("admitted", "small", "ann")
	fails := func(want error, c checkin.Change) {
		t.Helper()
		c.Stamp = h.stamp("ada")
		h.leavesNoTrace(func() {
			t.Helper()
			if _, err := s.Configure(background, h.event, c); !is(err, want) {
				t.Errorf("change %+v: got %v, want %v", c, err, want)
			}
		})
	}
	fails(checkin.ErrStale, checkin.Change{Rev: before.Rev, Put: []checkin.Record{checkin.NewRecord(v)}})
	fails(checkin.ErrStale, checkin.Change{Rev: after.Rev + 1, Put: []checkin.Record{checkin.NewRecord(v)}})
	fails(checkin.ErrExists, checkin.Change{Put: fixture(h.event, "UTC")})
	fails(checkin.ErrInUse, checkin.Change{Rev: after.Rev, Drop: []checkin.Record{{Thing: checkin.VenueThing, ID: "small"}}})
	fails(checkin.ErrInUse, checkin.Change{Rev: after.Rev, Put: []checkin.Record{checkin.NewRecord(v)},
		Drop: []checkin.Record{{Thing: checkin.VenueThing, ID: "night"}, {Thing: checkin.GateThing, ID: "small"}, {Thing: checkin.VenueThing, ID: "small"}}})
	fails(checkin.ErrStale, checkin.Change{Rev: after.Rev, Drop: []checkin.Record{{Thing: checkin.GateThing, ID: "nowhere"}}})
	h.out("exited", "small", "ann")
	h.drop(checkin.Record{Thing: checkin.GateThing, ID: "small"}, checkin.Record{Thing: checkin.GateThing, ID: "a-new-gate"},
		checkin.Record{Thing: checkin.VenueThing, ID: "small"})
	h.fails(checkin.ErrNoGate, h.scan("small", checkin.In, "ann"))
	h.drop(checkin.Record{Thing: checkin.VenueThing, ID: "day"}) // its gate leads nowhere
	h.fails(checkin.ErrNoGate, h.scan("day", checkin.In, "ann"))
	h.fails(checkin.ErrNoGate, h.scan("day", checkin.Out, "ann", dryRun))
}

func testHolds(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "small", "ann")
	v := h.venue("small")
	v.Capacity = 1
	h.configure(checkin.NewRecord(v))
	h.in("denied venue_full", "small", "ben")
	v.Capacity = 0
	h.configure(checkin.NewRecord(v))
	for _, name := range []string{"ben", "cat", "dan", "eve"} {
		h.in("admitted", "small", name)
	}
	v.Capacity = 2 // five are inside
	h.configure(checkin.NewRecord(v))
	if a := h.in("denied venue_full", "small", "pia"); a.Venue != (checkin.VenueCard{ID: "small", Inside: 5, Capacity: 2}) {
		t.Errorf("venue %+v", a.Venue)
	}
	v.Categories, v.Capacity = []string{"press"}, 0
	h.configure(checkin.NewRecord(v))
	h.in("denied wrong_category", "small", "ann")
	h.in("admitted", "small", "pia")
	v.Categories = append(v.Categories, "delegate", "vip")
	v.Hours = []checkin.Window{{From: "10:00", To: "11:00"}}
	h.configure(checkin.NewRecord(v))
	h.in("denied venue_closed", "small", "pol")
	v.Hours = append(v.Hours, checkin.Window{From: "09:00", To: "09:31"})
	h.configure(checkin.NewRecord(v))
	h.in("admitted", "small", "pol")
	h.out("exited", "small", "pol")
	v.Reentry = checkin.Once
	h.configure(checkin.NewRecord(v))
	h.in("denied already_used", "small", "pol")
	v.Reentry = checkin.Daily
	h.configure(checkin.NewRecord(v))
	h.in("denied already_used_today", "small", "pol")
	v.Reentry = checkin.Free
	h.configure(checkin.NewRecord(v))
	h.in("admitted", "small", "pol")

	v.AutoExitAt = "09:15"
	h.configure(checkin.NewRecord(v)) // it struck before they came
	h.sweep(0)
	v.AutoExitAt = "09:30"
	h.configure(checkin.NewRecord(v)) // at the moment they came
	h.sweep(0)
	h.wait(time.Minute)
	v.AutoExitAt = "09:31"
	h.configure(checkin.NewRecord(v))
	h.sweep(7)

	// A gate moves to another venue, and turns.
	h.do("admitted", h.scan("free-in", "", "ann"))
	g, _ := h.config().Gate("free-in")
	g.Venue, g.Direction = "pressroom", checkin.Both
	h.configure(checkin.NewRecord(g))
	h.in("denied wrong_category", "free-in", "ann")
	h.in("admitted", "free-in", "pia")
	h.wantInside("pia", "pressroom")
	g.Direction = checkin.Out
	h.configure(checkin.NewRecord(g))
	h.fails(checkin.ErrWrongDirection, h.scan("free-in", checkin.In, "eve"))
	h.do("exited", h.scan("free-in", "", "pia"))
	h.wantInside("ann", "free")

	// A key is retired and then withdrawn.
	k, _ := h.config().Key(activeKey)
	k.Status = badge.KeyRetired
	h.configure(checkin.NewRecord(k))
	h.in("admitted", "free", "ben")
	k.Status = badge.KeyWithdrawn
	h.configure(checkin.NewRecord(k))
	h.in("denied invalid_token", "free", "cat")
	h.out("exited", "free", "ben")
	h.drop(checkin.NewRecord(k))
	h.in("denied invalid_token", "free", "cat")
	h.in("admitted", "free", "cat", signed(retiredKey))
	h.out("exited", "free", "cat")
}

func testOperatorByKey(t *testing.T, s checkin.Store) {
	h, g := newHall(t, s), newHall(t, s)
	for _, want := range fixtureOperators(h.event) {
		got, err := s.OperatorByKey(background, keyHash(h.event, want.ID))
		if err != nil || text(h, got) != text(h, want) {
			t.Errorf("operator %s: %s, %v, want %s", want.ID, text(h, got), err, text(h, want))
		}
	}
	if o, err := s.OperatorByKey(background, keyHash(g.event, "gus")); err != nil || o.Event != g.event {
		t.Errorf("operator of the other event: %+v, %v", o, err)
	}
	for _, hash := range []string{"", "no-such-key", keyHash(h.event, "nobody")} {
		if _, err := s.OperatorByKey(background, hash); !is(err, checkin.ErrNoOperator) {
			t.Errorf("key %q: %v", hash, err)
		}
	}
	op, _ := h.config().Operator("gus")
	old := op.KeyHash
	op.KeyHash, op.RevokedAt = keyHash(h.event, "gus-new"), &h.now
	h.configure(checkin.NewRecord(op))
	if _, err := s.OperatorByKey(background, old); !is(err, checkin.ErrNoOperator) {
		t.Errorf("a key that was changed: %v", err)
	}
	if o, err := s.OperatorByKey(background, op.KeyHash); err != nil || o.RevokedAt == nil || o.Usable(h.now) {
		t.Errorf("a revoked operator: %+v, %v", o, err)
	}
	h.drop(checkin.NewRecord(op))
	if _, err := s.OperatorByKey(background, op.KeyHash); !is(err, checkin.ErrNoOperator) {
		t.Errorf("a dropped operator: %v", err)
	}
}

func testEvents(t *testing.T, s checkin.Store) {
	list := func() (ids []string) {
		t.Helper()
		events, err := s.Events(background)
		if err != nil {
			t.Fatalf("Events: %v", err)
		}
		for _, e := range events {
			ids = append(ids, e.ID)
		}
		if !slices.IsSorted(ids) || slices.Contains(ids, checkin.System) {
			t.Errorf("events %v", ids)
		}
		return ids
	}
	h, g := newHall(t, s), newHall(t, s)
	if ids := list(); !slices.Contains(ids, h.event) || !slices.Contains(ids, g.event) {
		t.Errorf("events %v", ids)
	}
	c := h.scan("once", checkin.In, "ann")
	h.do("admitted", c)
	h.in("admitted", "bar", "ben")
	if err := s.AddCheckpoint(background, checkin.Checkpoint{Event: h.event, Count: 1, Hash: h.rows(0)[0].Hash, At: h.now, Key: activeKey, Signature: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteEvent(background, h.event); err != nil {
		t.Fatal(err)
	}
	if ids := list(); slices.Contains(ids, h.event) || !slices.Contains(ids, g.event) {
		t.Errorf("events after one was deleted: %v", ids)
	}
	unknownEvent(t, s, h.event, h.now)
	if _, err := s.OperatorByKey(background, keyHash(h.event, "gus")); !is(err, checkin.ErrNoOperator) {
		t.Errorf("operator of a deleted event: %v", err)
	}
	if _, _, err := s.BadgeByLink(background, linkOf(h.event, badgeID("ann"))); !is(err, checkin.ErrNoBadge) {
		t.Errorf("link of a deleted event: %v", err)
	}
	if _, b, err := s.BadgeByLink(background, linkOf(g.event, badgeID("ann"))); err != nil || b.ID != badgeID("ann") {
		t.Errorf("link of the other event: %v", err)
	}

	// The same id again is another event: nothing of the old one is left.
	h.build("Asia/Shanghai")
	if rows := h.rows(0); len(rows) == 0 || rows[0].Seq != 1 || rows[0].Prev != checkin.GenesisHash {
		t.Errorf("the journal of the new event: %+v", rows)
	}
	if marks, err := s.Checkpoints(background, h.event); err != nil || len(marks) != 0 {
		t.Errorf("checkpoints %v, %v", marks, err)
	}
	if list, err := s.Inside(background, h.event, ""); err != nil || len(list) != 0 {
		t.Errorf("inside %v, %v", list, err)
	}
	if n := h.counts(); n.Venues["once"].Entries != 0 || n.Gates["once"].Entries != 0 {
		t.Errorf("counts %+v", n)
	}
	h.do("admitted", c) // neither replayed nor used
	if o, err := s.OperatorByKey(background, keyHash(h.event, "gus")); err != nil || o.Event != h.event {
		t.Errorf("operator %+v, %v", o, err)
	}
}

func testUnknownEvent(t *testing.T, s checkin.Store) { unknownEvent(t, s, "no-such-event", opening) }

// unknownEvent demands ErrNoEvent of every method.
func unknownEvent(t *testing.T, s checkin.Store, event string, now time.Time) {
	t.Helper()
	by := checkin.Stamp{At: now}
	for name, ask := range map[string]func() error{
		"Config": func() error { _, err := s.Config(background, event); return err },
		"Configure": func() error {
			_, err := s.Configure(background, event, checkin.Change{Stamp: by, Rev: 1})
			return err
		},
		"DeleteEvent":  func() error { return s.DeleteEvent(background, event) },
		"PutAttendees": func() error { _, err := s.PutAttendees(background, event, by, nil); return err },
		"Erase":        func() error { return s.Erase(background, event, by, "x") },
		"Attendee":     func() error { _, err := s.Attendee(background, event, "x"); return err },
		"Attendees":    func() error { _, _, err := s.Attendees(background, event, badge.Query{}); return err },
		"CountAttendees": func() error {
			_, err := s.CountAttendees(background, event, badge.Query{})
			return err
		},
		"Issue":  func() error { _, err := s.Issue(background, event, by, nil); return err },
		"Revoke": func() error { _, err := s.Revoke(background, event, by, "x", ""); return err },
		"Badge":  func() error { _, err := s.Badge(background, event, "x"); return err },
		"Badges": func() error { _, err := s.Badges(background, event, []string{"x"}); return err },
		"Scan": func() error {
			_, err := s.Scan(background, event, []checkin.Scan{{ID: scanUUID(1), Now: now, At: now}})
			return err
		},
		"Undo":    func() error { _, err := s.Undo(background, event, checkin.Undo{ScanID: "x", Now: now}); return err },
		"Sweep":   func() error { _, err := s.Sweep(background, event, now); return err },
		"Counts":  func() error { _, err := s.Counts(background, event, now); return err },
		"History": func() error { _, err := s.History(background, event, "x", now, now); return err },
		"Inside":  func() error { _, err := s.Inside(background, event, ""); return err },
		"Places":  func() error { _, err := s.Places(background, event, "x"); return err },
		"Journal": func() error { _, err := s.Journal(background, event, 0, 1); return err },
		"Follow":  func() error { return s.Follow(background, event, 0, func([]checkin.Row) error { return nil }) },
		"Seq":     func() error { _, err := s.Seq(background, event); return err },
		"AddCheckpoint": func() error {
			return s.AddCheckpoint(background, checkin.Checkpoint{Event: event, Count: 1})
		},
		"Checkpoints": func() error { _, err := s.Checkpoints(background, event); return err },
		"Backup":      func() error { return s.Backup(background, event, func(checkin.Item) error { return nil }) },
	} {
		if err := ask(); !is(err, checkin.ErrNoEvent) {
			t.Errorf("%s of an unknown event: %v", name, err)
		}
	}
}

// testSystem: operators of no event, in a configuration without a journal.
func testSystem(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	before, err := s.Config(background, checkin.System)
	if err != nil || before.Event.ID != "" {
		t.Fatalf("system: %+v, %v", before, err)
	}
	root := checkin.Operator{ID: "root", Event: checkin.System, Name: "Root", Role: checkin.Organizer, CreatedAt: h.now,
		KeyHash: keyHash(h.event, "root"), Gates: []string{}}
	after, err := s.Configure(background, checkin.System, checkin.Change{Stamp: h.stamp(""), Rev: before.Rev, Put: []checkin.Record{checkin.NewRecord(root)}})
	if err != nil || after.Rev <= before.Rev || len(after.Operators) != len(before.Operators)+1 {
		t.Fatalf("system: %+v, %v", after, err)
	}
	if _, err := s.Configure(background, checkin.System, checkin.Change{Stamp: h.stamp(""), Rev: before.Rev}); !is(err, checkin.ErrStale) {
		t.Errorf("system at an old revision: %v", err)
	}
	if o, err := s.OperatorByKey(background, root.KeyHash); err != nil || o.Event != checkin.System || o.ID != "root" {
		t.Errorf("operator %+v, %v", o, err)
	}
	if seq, err := s.Seq(background, checkin.System); err != nil || seq != 0 {
		t.Errorf("system has a journal: %d, %v", seq, err)
	}
	if err := s.DeleteEvent(background, checkin.System); !is(err, checkin.ErrNoEvent) {
		t.Errorf("deleting system: %v", err)
	}
	if _, err := s.Configure(background, checkin.System, checkin.Change{Stamp: h.stamp(""), Rev: after.Rev, Drop: []checkin.Record{checkin.NewRecord(root)}}); err != nil {
		t.Error(err)
	}
	if _, err := s.OperatorByKey(background, root.KeyHash); !is(err, checkin.ErrNoOperator) {
		t.Errorf("operator of system that was dropped: %v", err)
	}
}
