package storetest

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// testPortable takes events from store to store.
func testPortable(t *testing.T, s checkin.Store) {
	t.Run("into memory and back", func(t *testing.T) { testBackup(t, s) })
	t.Run("goes on where it was", func(t *testing.T) { testRestoredGoesOn(t, s) })
	t.Run("broken backups", func(t *testing.T) { testBrokenBackups(t, s) })
	t.Run("system", func(t *testing.T) { testBackupSystem(t, s) })
}

// lively is a hall in which everything that leaves something behind has happened.
func lively(t *testing.T, s checkin.Store) *hall {
	t.Helper()
	h := newHall(t, s)
	h.in("admitted", "once", "ann")
	h.in("denied revoked", "free", "gone")
	h.in("denied unknown_badge", "free", "stranger")
	h.in("denied wrong_event", "free", "x", refused(checkin.WrongEvent))
	h.wait(time.Minute)
	h.in("denied already_inside", "once", "ann")
	h.in("admitted", "west", "ann")
	h.wait(time.Minute)
	h.in("admitted", "east", "ann")
	a := h.in("admitted wrong_category forced", "pressroom", "ben", override("ok"))
	h.wait(time.Minute)
	h.undone(a.ScanID)
	c := h.scan("free", checkin.In, "cat")
	h.do("admitted", c)
	c.Offline, c.Shown = true, checkin.Denied
	h.do("denied note:shown", c)
	h.in("admitted conflict:expired", "small", "old", offline(checkin.Admitted, h.now.Add(-time.Hour)))
	h.out("exited note:not_inside", "small", "dan")
	h.in("admitted note:late", "small", "dan", offline(checkin.Admitted, h.now.Add(-time.Hour)))
	h.in("admitted", "bar", "eve")
	h.at("2026-11-08T00:00:00+08:00")
	h.sweep(1)
	h.in("admitted", "bar", "pia")
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-dan"); err != nil {
		t.Fatal(err)
	}
	v := h.venue("small")
	v.Capacity = 9
	h.configure(checkin.NewRecord(v))
	rows := h.rows(0)
	if err := s.AddCheckpoint(background, checkin.Checkpoint{Event: h.event, Count: uint64(len(rows)), Hash: rows[len(rows)-1].Hash, At: h.now, Key: activeKey,
		Signature: []byte{1, 2, 3}}); err != nil {
		t.Fatal(err)
	}
	return h
}

func restore(s checkin.Store, event string, items []checkin.Item) error {
	return s.Restore(background, event, func() (checkin.Item, error) {
		if len(items) == 0 {
			return checkin.Item{}, io.EOF
		}
		it := items[0]
		items = items[1:]
		return it, nil
	})
}

func testBackup(t *testing.T, s checkin.Store) {
	h := lively(t, s)
	want := record(h, s, h.event)
	memory := checkin.NewMemory()
	defer memory.Close()
	items := backup(h, s, h.event)
	if err := restore(memory, h.event, items); err != nil {
		t.Fatalf("into memory: %v", err)
	}
	if got := record(h, memory, h.event); got != want {
		t.Fatalf("in memory:\n%s", firstDifference(want, got))
	}
	audit(t, memory, h.event)
	sameAnswers(h, s, memory, h.event, h.now)
	h.leavesNoTrace(func() {
		if err := restore(s, h.event, items); !is(err, checkin.ErrExists) {
			t.Errorf("over what is there: %v", err)
		}
	})
	back := backup(h, memory, h.event)
	if err := s.DeleteEvent(background, h.event); err != nil {
		t.Fatal(err)
	}
	if err := restore(s, h.event, back); err != nil {
		t.Fatalf("back from memory: %v", err)
	}
	if got := record(h, s, h.event); got != want {
		t.Fatalf("back:\n%s", firstDifference(want, got))
	}
	sameAnswers(h, s, memory, h.event, h.now)
}

// sameAnswers demands that two stores read alike.
func sameAnswers(t tb, a, b checkin.Store, event string, now time.Time) {
	t.Helper()
	compare := func(what string, ask func(s checkin.Store) (any, error)) {
		t.Helper()
		x, err1 := ask(a)
		y, err2 := ask(b)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v, %v", what, err1, err2)
		}
		if text(t, x) != text(t, y) {
			t.Fatalf("%s\n the one %s\nthe other %s", what, text(t, x), text(t, y))
		}
	}
	compare("configuration", func(s checkin.Store) (any, error) { return s.Config(background, event) })
	compare("inside", func(s checkin.Store) (any, error) {
		list, err := s.Inside(background, event, "")
		return append([]checkin.Inside{}, list...), err
	})
	compare("journal", func(s checkin.Store) (any, error) { return s.Journal(background, event, 0, 1_000_000) })
	compare("checkpoints", func(s checkin.Store) (any, error) {
		list, err := s.Checkpoints(background, event)
		return append([]checkin.Checkpoint{}, list...), err
	})
	cfg, err := a.Config(background, event)
	if err != nil {
		t.Fatalf("Config: %v", err)
	}
	compare("counts", func(s checkin.Store) (any, error) {
		n, err := s.Counts(background, event, now)
		if err != nil {
			return nil, err
		}
		return checkin.NewOccupancy(cfg, n, now), nil
	})
	for _, v := range cfg.Venues {
		compare("history of "+v.ID, func(s checkin.Store) (any, error) {
			list, err := s.History(background, event, v.ID, now.AddDate(-2, 0, 0), now.AddDate(2, 0, 0))
			return append([]checkin.Bucket{}, list...), err
		})
	}
	for _, o := range cfg.Operators {
		compare("operator "+o.ID, func(s checkin.Store) (any, error) { return s.OperatorByKey(background, o.KeyHash) })
	}
}

// testRestoredGoesOn: replays, undo, late facts and the chain hold across a
// restore.
func testRestoredGoesOn(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("once", checkin.In, "ann")
	first := h.do("admitted", c)
	u := h.scan("free", checkin.In, "ben")
	undone := h.do("admitted", u)
	h.undone(u.ID)
	x := h.scan("free", checkin.In, "cat")
	h.do("admitted", x)
	h.in("admitted", "west", "dan")
	h.wait(time.Minute)
	move := h.in("admitted", "east", "dan")
	taken := h.scan("free", checkin.Out, "cat")
	h.do("exited", taken)
	taken.Offline, taken.Shown = true, checkin.Denied
	gone := h.do("denied note:shown", taken)

	items := backup(h, s, h.event)
	if err := s.DeleteEvent(background, h.event); err != nil {
		t.Fatal(err)
	}
	if err := restore(s, h.event, items); err != nil {
		t.Fatal(err)
	}
	h.again(c, first)
	undone.Note = checkin.NoteUndone
	h.again(u, undone)
	h.again(taken, gone)
	other := c
	other.Content = "other"
	h.fails(checkin.ErrScanReused, other)
	h.in("denied already_inside", "once", "ann")
	h.undone(move.ScanID)
	h.wantInside("dan", "west")
	h.out("exited note:late", "free", "cat", offline(checkin.Exited, x.At.Add(-time.Second)))
	if _, b, err := s.BadgeByLink(background, linkOf(h.event, badgeID("ann"))); err != nil || b.ID != badgeID("ann") {
		t.Errorf("by link: %+v, %v", b, err)
	}
	if r := h.put(checkin.PutAttendee{Attendee: person("ann", "delegate"), Mode: checkin.Create})[0]; !is(r.Err, checkin.ErrRefTaken) {
		t.Errorf("put: %+v", r)
	}
	if r := h.issue(checkin.Issue{Badge: newBadge(h.event, "ann2_______", "p-ann")})[0]; r.New {
		t.Errorf("issue: %+v", r)
	}
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-swap"); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Badge(background, h.event, badgeID("swap")); err != nil || b.Attendee != "" {
		t.Errorf("a replaced badge after the person went: %+v, %v", b, err)
	}
	h.configure(checkin.NewRecord(h.venue("free")))
}

// testBrokenBackups: a restore is whole or it isn't there.
func testBrokenBackups(t *testing.T, s checkin.Store) {
	h := lively(t, s)
	items := backup(h, s, h.event)
	entry := slices.IndexFunc(items, func(it checkin.Item) bool { return it.Type == checkin.ItemEntry })
	last := entry
	for i, it := range items {
		if it.Type == checkin.ItemEntry {
			last = i
		}
	}
	tampered := func(i int, change func(*checkin.Entry)) []checkin.Item {
		out := slices.Clone(items)
		e := decode[checkin.Entry](h, out[i])
		change(&e)
		out[i] = checkin.NewItem(checkin.ItemEntry, e)
		return out
	}
	name := h.event
	for what, broken := range map[string][]checkin.Item{
		"nothing":               nil,
		"without its head":      items[1:],
		"cut":                   items[:last],
		"only its head":         items[:1],
		"a row missing":         slices.Delete(slices.Clone(items), entry+1, entry+2),
		"a row twice":           slices.Insert(slices.Clone(items), entry+1, items[entry+1]),
		"a row changed":         tampered(entry+2, func(e *checkin.Entry) { e.Row.Operator = "mallory" }),
		"a hash changed":        tampered(last, func(e *checkin.Entry) { e.Row.Hash = checkin.GenesisHash }),
		"something unknown":     slices.Insert(slices.Clone(items), 3, checkin.Item{Type: "surprise", Data: []byte(`{}`)}),
		"not what it says":      slices.Insert(slices.Clone(items), 3, checkin.Item{Type: checkin.ItemRecord, Data: []byte(`[1]`)}),
		"of another event":      slices.Insert(slices.Clone(items[1:]), 0, checkin.NewItem(checkin.ItemBackup, checkin.BackupHead{Version: checkin.BackupVersion, Event: "other", Rev: 1, Seq: 1})),
		"of a version to come":  slices.Insert(slices.Clone(items[1:]), 0, checkin.NewItem(checkin.ItemBackup, checkin.BackupHead{Version: checkin.BackupVersion + 1, Event: "copy", Rev: 1, Seq: h.seq()})),
		"that begins all again": append(slices.Clone(items), items[0]),
	} {
		t.Run(what, func(t *testing.T) {
			memory := checkin.NewMemory()
			defer memory.Close()
			for _, store := range []checkin.Store{memory, s} {
				if store == s {
					name = "copy"
					for i := range broken {
						if broken[i].Type == checkin.ItemBackup && what != "of another event" {
							head := decode[checkin.BackupHead](h, broken[i])
							head.Event = "copy"
							broken[i] = checkin.NewItem(checkin.ItemBackup, head)
						}
					}
				} else {
					name = h.event
				}
				if err := restore(store, name, slices.Clone(broken)); err == nil || is(err, checkin.ErrUnavailable) {
					t.Errorf("restored: %v", err)
				}
				if _, err := store.Config(background, name); !is(err, checkin.ErrNoEvent) {
					t.Errorf("something is there: %v", err)
				}
			}
		})
	}
	lost := errors.New("the file could not be read")
	n := 0
	err := s.Restore(background, "copy", func() (checkin.Item, error) {
		if n++; n > entry+3 {
			return checkin.Item{}, lost
		}
		it := items[n-1]
		if n == 1 {
			head := decode[checkin.BackupHead](h, it)
			head.Event = "copy"
			it = checkin.NewItem(checkin.ItemBackup, head)
		}
		return it, nil
	})
	if !is(err, lost) {
		t.Errorf("reading failed: %v", err)
	}
	if _, err := s.Config(background, "copy"); !is(err, checkin.ErrNoEvent) {
		t.Errorf("something is there: %v", err)
	}
	events, err := s.Events(background)
	if err != nil || slices.ContainsFunc(events, func(e badge.Event) bool { return e.ID == "copy" }) {
		t.Errorf("events %v, %v", events, err)
	}
	if err := s.Backup(background, h.event, func(checkin.Item) error { return lost }); !is(err, lost) {
		t.Errorf("writing failed: %v", err)
	}
}

func testBackupSystem(t *testing.T, s checkin.Store) {
	c, err := s.Config(background, checkin.System)
	if err != nil {
		t.Fatal(err)
	}
	root := checkin.Operator{ID: "keeper", Event: checkin.System, Name: "Keeper", Role: checkin.Organizer, CreatedAt: opening,
		KeyHash: keyHash("system", "keeper"), Gates: []string{}}
	if _, err := s.Configure(background, checkin.System, checkin.Change{Stamp: checkin.Stamp{At: opening}, Rev: c.Rev, Put: []checkin.Record{checkin.NewRecord(root)}}); err != nil {
		t.Fatal(err)
	}
	memory := checkin.NewMemory()
	defer memory.Close()
	if err := restore(memory, checkin.System, backup(t, s, checkin.System)); err != nil {
		t.Fatalf("restore: %v", err)
	}
	if o, err := memory.OperatorByKey(background, root.KeyHash); err != nil || o.ID != "keeper" {
		t.Errorf("operator %+v, %v", o, err)
	}
	if err := restore(s, checkin.System, backup(t, memory, checkin.System)); err != nil {
		t.Fatalf("restore over what is there: %v", err)
	}
	if o, err := s.OperatorByKey(background, root.KeyHash); err != nil || o.ID != "keeper" {
		t.Errorf("operator %+v, %v", o, err)
	}
}
