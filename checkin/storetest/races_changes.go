package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// raceRevocation: no entry gets a later seq than the revocation's row.
func raceRevocation(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	seq := h.seq()
	together(33, func(i int) {
		if i == 16 {
			if _, err := s.Revoke(background, h.event, h.stamp("dora"), badgeID("ann"), "lost"); err != nil {
				t.Errorf("Revoke: %v", err)
			}
			return
		}
		dir := checkin.In
		if i%2 == 1 {
			dir = checkin.Out
		}
		if got, err := s.Scan(background, h.event, []checkin.Scan{h.scanAs(scanUUID(20_000+i), "free", dir, "ann")}); err != nil || got[0].Err != nil {
			t.Errorf("Scan: %v, %v", got, err)
		}
	})
	revoked := false
	for _, r := range h.rows(seq) {
		switch {
		case r.Kind == checkin.KindBadge:
			revoked = true
		case r.Direction == checkin.In && revoked != (r.Reason == checkin.RevokedBadge):
			t.Errorf("row %+v while revoked is %v", r, revoked)
		}
	}
}

// raceCapacity: from the row of the change on, the lower capacity holds.
func raceCapacity(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	names := h.crowd(64)
	v := h.venue("small")
	v.Capacity = 60
	h.configure(checkin.NewRecord(v))
	v.Capacity = 20
	rev, seq := h.config().Rev, h.seq()
	together(len(names)+1, func(i int) {
		if i == len(names) {
			if _, err := s.Configure(background, h.event, checkin.Change{Stamp: h.stamp("ada"), Rev: rev, Put: []checkin.Record{checkin.NewRecord(v)}}); err != nil {
				t.Errorf("Configure: %v", err)
			}
			return
		}
		if got, err := s.Scan(background, h.event, []checkin.Scan{h.scanAs(scanUUID(30_000+i), "small", checkin.In, names[i])}); err != nil || got[0].Err != nil {
			t.Errorf("Scan: %v, %v", got, err)
		}
	})
	inside, capacity := 0, 60
	for _, r := range h.rows(seq) {
		switch {
		case r.Kind == checkin.KindConfig:
			capacity = 20
		case (inside < capacity) != (r.Result == checkin.Admitted):
			t.Errorf("row %+v with %d inside of %d", r, inside, capacity)
		}
		if r.Result == checkin.Admitted {
			inside++
		}
	}
	h.inside("small", inside)
}

func raceConfigure(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for range 3 {
		rev, seq := h.config().Rev, h.seq()
		var won, stale atomic.Int32
		together(24, func(i int) {
			v := checkin.Venue{ID: "free", Name: badge.Text{"en": "free"}, Reentry: checkin.Free, Capacity: i + 1}
			_, err := s.Configure(background, h.event, checkin.Change{Stamp: h.stamp("ada"), Rev: rev, Put: []checkin.Record{checkin.NewRecord(v)}})
			switch {
			case err == nil:
				won.Add(1)
			case is(err, checkin.ErrStale):
				stale.Add(1)
			default:
				t.Errorf("Configure: %v", err)
			}
		})
		if won.Load() != 1 || stale.Load() != 23 || h.seq() != seq+1 {
			t.Errorf("%d won, %d came late, %d rows", won.Load(), stale.Load(), h.seq()-seq)
		}
	}
	event := fmt.Sprintf("expo%d", halls.Add(1))
	var made atomic.Int32
	together(16, func(int) {
		_, err := s.Configure(background, event, checkin.Change{Stamp: h.stamp("ada"), Put: fixture(event, "UTC")})
		switch {
		case err == nil:
			made.Add(1)
		case !is(err, checkin.ErrExists):
			t.Errorf("creating: %v", err)
		}
	})
	if made.Load() != 1 {
		t.Errorf("the event was made %d times", made.Load())
	}
	audit(t, s, event)
}

func raceSweep(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for _, name := range h.crowd(50) {
		h.in("admitted", "bar", name)
	}
	h.at("2026-11-07T23:30:01+08:00")
	seq := h.seq()
	var out atomic.Int32
	together(16, func(i int) {
		if i%4 == 3 {
			c := h.scanAs(scanUUID(40_000+i), "bar", checkin.In, "gone")
			if got, err := s.Scan(background, h.event, []checkin.Scan{c}); err != nil || got[0].Err != nil {
				t.Errorf("Scan: %v, %v", got, err)
			}
			return
		}
		n, err := s.Sweep(background, h.event, h.now)
		if err != nil {
			t.Errorf("Sweep: %v", err)
		}
		out.Add(int32(n))
	})
	if out.Load() > 50 || h.seq() != seq+50+4 {
		t.Errorf("swept %d, %d rows", out.Load(), h.seq()-seq)
	}
	if h.figures("bar") != "0 inside, 50 in, 50 out, 4 denied" {
		t.Errorf("counts %s", h.figures("bar"))
	}
}

// raceRoster: one of many gets a ref, and an attendee never has two active badges.
func raceRoster(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	var made, issued, revoked atomic.Int32
	together(24, func(i int) {
		p := person("fay", "delegate")
		p.ID = fmt.Sprintf("p-fay%d", i)
		got, err := s.PutAttendees(background, h.event, h.stamp("dora"), []checkin.PutAttendee{{Attendee: p}})
		if err != nil {
			t.Errorf("PutAttendees: %v", err)
		} else if got[0].Created {
			made.Add(1)
		} else if !is(got[0].Err, checkin.ErrRefTaken) {
			t.Errorf("put: %+v", got[0])
		}
	})
	if made.Load() != 1 {
		t.Errorf("%d with the same ref", made.Load())
	}
	h.revoke(badgeID("ann"), "")
	together(24, func(i int) {
		b := newBadge(h.event, badgeID(fmt.Sprintf("ann%d", i+2)), "p-ann")
		got, err := s.Issue(background, h.event, h.stamp("dora"), []checkin.Issue{{Badge: b, Replace: i >= 16}})
		if err != nil || got[0].Err != nil {
			t.Errorf("Issue: %+v, %v", got, err)
		} else if got[0].New {
			issued.Add(1)
		}
	})
	var ids []string
	for i := range 24 {
		ids = append(ids, badgeID(fmt.Sprintf("ann%d", i+2)))
	}
	list, err := s.Badges(background, h.event, ids)
	if err != nil {
		t.Fatal(err)
	}
	active, stored := "", 0
	for _, b := range list {
		if b.ID != "" {
			stored++
		}
		if b.Status == badge.Active {
			if active != "" {
				t.Errorf("%s and %s are both active", active, b.ID)
			}
			active = b.ID
		}
	}
	if stored != int(issued.Load()) || active == "" || h.attendee("p-ann").Badge != active {
		t.Errorf("%d badges stored, %d issued; active %q, the attendee's %q", stored, issued.Load(), active, h.attendee("p-ann").Badge)
	}
	together(16, func(int) {
		_, err := s.Revoke(background, h.event, h.stamp("dora"), active, "")
		if err == nil {
			revoked.Add(1)
		} else if !is(err, checkin.ErrBadgeEnded) {
			t.Errorf("Revoke: %v", err)
		}
	})
	if revoked.Load() != 1 {
		t.Errorf("revoked %d times", revoked.Load())
	}
}

func raceTakeTemp(t *testing.T, s checkin.Store) {
	for i := range 5 {
		id := fmt.Sprint("race", i)
		if err := s.PutTemp(background, "pairing", id, []byte("x"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		var taken atomic.Int32
		together(32, func(int) {
			if _, err := s.TakeTemp(background, "pairing", id); err == nil {
				taken.Add(1)
			} else if !is(err, checkin.ErrNoTemp) {
				t.Errorf("TakeTemp: %v", err)
			}
		})
		if taken.Load() != 1 {
			t.Errorf("taken %d times", taken.Load())
		}
	}
}
