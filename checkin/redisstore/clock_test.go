package redisstore

import (
	"context"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// A process whose idea of the event's time zone, of a gate's venue or of its
// hours is out of date works its clock out again.
func TestClockIsTheEvents(t *testing.T) {
	t.Parallel()
	url := redistest.Server(t)
	s, other := opened(t, url, Options{}), opened(t, url, Options{})
	h := newHall(t, s, 1)
	rev := int64(1)
	set := func(put ...checkin.Record) {
		t.Helper()
		if _, err := other.Configure(context.Background(), h.id, checkin.Change{Stamp: h.by(), Rev: rev, Put: put}); err != nil {
			t.Fatal(err)
		}
		rev++
	}
	hours := checkin.Venue{ID: "main", Reentry: checkin.Free, Hours: []checkin.Window{{From: "09:00", To: "10:00"}}}
	set(checkin.NewRecord(hours))
	h.want(checkin.Admitted, h.scan(checkin.In, 0)) // 09:30 in Shanghai
	h.want(checkin.Exited, h.scan(checkin.Out, 0))
	set(checkin.NewRecord(badge.Event{ID: h.id, TimeZone: "Asia/Tokyo"})) // 10:30
	if a := h.want(checkin.Denied, h.scan(checkin.In, 0)); a.Reason != checkin.VenueClosed {
		t.Errorf("answer %+v", a)
	}
	hours.ID, hours.Hours = "annex", []checkin.Window{{From: "10:00", To: "11:00"}}
	set(checkin.NewRecord(hours), checkin.NewRecord(checkin.Gate{ID: "north", Venue: "annex", Direction: checkin.Both}))
	if a := h.want(checkin.Admitted, h.scan(checkin.In, 0)); a.Venue.ID != "annex" {
		t.Errorf("answer %+v", a)
	}
	hours.AutoExitAt = "10:45"
	set(checkin.NewRecord(hours))
	h.now = h.now.Add(20 * time.Minute)
	if a := h.want(checkin.Exited, h.scan(checkin.Out, 0)); a.Note != checkin.NoteNotInside { // checked out at 10:45
		t.Errorf("answer %+v", a)
	}
}

// More people than one script checks out are checked out before the scan all
// the same, the longest inside first.
func TestSweepComesFirst(t *testing.T) {
	t.Parallel()
	const people = 2*sweptAtOnce + 10
	ctx := context.Background()
	s := opened(t, redistest.Server(t), Options{})
	h := newHall(t, s, people)
	h.configure(1, checkin.NewRecord(checkin.Venue{ID: "main", Reentry: checkin.Free, AutoExitAt: "23:30"}))
	var scans []checkin.Scan
	for i := range people {
		h.now = h.now.Add(time.Millisecond)
		scans = append(scans, h.scan(checkin.In, people-1-i))
	}
	if _, err := s.Scan(ctx, h.id, scans); err != nil {
		t.Fatal(err)
	}
	seq, err := s.Seq(ctx, h.id)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.AddDate(0, 0, 1)
	dry := h.scan(checkin.In, 0)
	dry.DryRun = true
	if a := h.want(checkin.Admitted, dry); a.Venue.Inside != 1 {
		t.Errorf("dry run: %+v", a)
	}
	a := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	if a.Seq != seq+people+1 || a.Venue.Inside != 1 {
		t.Errorf("answer %+v after row %d", a, seq)
	}
	rows, err := s.Journal(ctx, h.id, seq, people)
	if err != nil || len(rows) != people {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, r := range rows {
		if r.Badge != badgeName(people-1-i) || r.Note != checkin.NoteAutoExit || r.Kind != checkin.KindExit {
			t.Fatalf("row %+v", r)
		}
	}
}
