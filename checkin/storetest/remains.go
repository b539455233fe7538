package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"lanyard/checkin"
)

// testRemains: after an undo a badge is where its other scans say.
func testRemains(t *testing.T, s checkin.Store) {
	t.Run("late behind it", func(t *testing.T) { testLateBehind(t, s) })
	t.Run("late in another hall", func(t *testing.T) { testLateElsewhere(t, s) })
	t.Run("undone before it", func(t *testing.T) { testUndoneBefore(t, s) })
	t.Run("records of older builds", func(t *testing.T) { testOlderRecords(t, s) })
}

// disowned is an online scan as the phone that showed it as denied sends it.
func (h *hall) disowned(c checkin.Scan) checkin.Scan {
	c.Offline, c.Shown, c.Now = true, checkin.Denied, h.now
	return c
}

func testLateBehind(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("daily", checkin.In, "ann")
	h.do("admitted", c)
	h.wait(time.Hour)
	earlier := h.now.Add(-2 * time.Hour)
	late := h.in("admitted note:late conflict:already_inside", "daily", "ann", offline(checkin.Admitted, earlier))
	h.wait(time.Minute)
	a := h.do("denied note:shown", h.disowned(c))
	if a.Venue.Inside != 1 {
		t.Errorf("%d are inside", a.Venue.Inside)
	}
	if p := h.presence("daily", "ann"); !p.Inside || p.EntryID != late.ScanID || p.EntryAt != earlier.UnixMilli() || p.EntryDay == 0 || p.MovedBy != late.ScanID {
		t.Errorf("place %+v", p)
	}
	h.out("exited", "daily", "ann")
	h.in("denied already_used_today", "daily", "ann")
	if n := h.counts().Venues["daily"]; n.Entries != 1 || n.Exits != 1 {
		t.Errorf("counts %+v", n)
	}
}

func testLateElsewhere(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	c := h.scan("west", checkin.In, "ann")
	h.do("admitted", c)
	h.wait(time.Hour)
	h.in("admitted note:late", "east", "ann", offline(checkin.Admitted, h.now.Add(-2*time.Hour)))
	h.wantInside("ann", "west")
	seq := h.seq()
	h.do("denied note:shown", h.disowned(c))
	h.wantInside("ann", "east")
	rows := h.rows(seq)
	if len(rows) != 2 || rows[1].Kind != checkin.KindUndo || rows[1].Venue != "east" || rows[1].Note != checkin.NoteLate || rows[1].Gate != "" {
		t.Errorf("rows %+v", rows)
	}
	if n := h.counts().Venues["east"]; n.Inside != 1 || n.Entries != 1 || n.Exits != 0 {
		t.Errorf("counts %+v", n)
	}
	h.in("denied already_inside", "east", "ann")
}

func testUndoneBefore(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	entry := h.scan("free", checkin.In, "ann")
	h.do("admitted", entry)
	h.wait(time.Minute)
	exit := h.scan("free", checkin.Out, "ann")
	h.do("exited", exit)
	h.wait(time.Minute)
	h.do("denied note:shown", h.disowned(entry))
	h.do("denied note:shown", h.disowned(exit))
	h.wantInside("ann")
	if p := h.presence("free", "ann"); p.EntryAt != 0 || p.MovedAt != 0 {
		t.Errorf("place %+v", p)
	}
}

// testOlderRecords: entries of builds that kept no place with a denial, nor the
// day of a late entry, are undone by what they have.
func testOlderRecords(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	in := h.scan("west", checkin.In, "ann")
	h.do("admitted", in)
	h.wait(time.Minute)
	over := h.scan("east", checkin.In, "ann")
	h.do("admitted", over)
	h.wait(time.Minute)
	h.in("denied already_inside", "east", "ann")
	h.in("admitted note:late", "west", "ann", offline(checkin.Admitted, h.now.Add(-time.Hour)))
	h.in("denied wrong_event", "west", "ann", refused(checkin.WrongEvent))
	h.in("denied already_inside", "east", "ann")
	items := backup(h, s, h.event)
	for i := range items {
		var e checkin.Entry
		if items[i].Type != checkin.ItemEntry {
			continue
		}
		if err := json.Unmarshal(items[i].Data, &e); err != nil {
			t.Fatal(err)
		}
		if e.Day = 0; e.Row.Result == checkin.Denied {
			e.Before = nil
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		items[i].Data = data
	}
	if err := s.DeleteEvent(background, h.event); err != nil {
		t.Fatal(err)
	}
	if err := restore(s, h.event, items); err != nil {
		t.Fatal(err)
	}
	h.do("denied note:shown", h.disowned(over))
	h.wantInside("ann", "west")
	h.do("denied note:shown", h.disowned(in)) // there by the late entry
	h.wantInside("ann", "west")
	audit(t, s, h.event)
}
