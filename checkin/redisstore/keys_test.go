package redisstore

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// Whatever happens to an event, it is in keys with its hash tag or in an index;
// and when it is deleted nothing is left of it.
func TestKeys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 3)
	h.configure(1, checkin.NewRecord(checkin.Venue{ID: "main", Reentry: checkin.Free, AutoExitAt: "23:30"}))
	a := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	h.now = h.now.Add(2 * time.Minute)
	h.want(checkin.Admitted, h.scan(checkin.In, 1))
	if _, err := s.Undo(ctx, h.id, checkin.Undo{ScanID: a.ScanID, Now: h.now, Any: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Issue(ctx, h.id, h.by(), []checkin.Issue{
		{Badge: badge.Badge{ID: "kept_______", Attendee: "p00000", Link: badge.NewLink()}},
		{Badge: badge.Badge{ID: "replaced___", Attendee: "p00001", Link: badge.NewLink()}, Replace: true},
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(ctx, h.id, h.by(), "p00002"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Journal(ctx, h.id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddCheckpoint(ctx, checkin.Checkpoint{Event: h.id, Count: 3, Hash: rows[2].Hash}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutTemp(ctx, "session", "x", []byte("data"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}

	keys, err := n.Client().Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	k := h.keys()
	known := append(k.fixed(), k.inside("main"), k.minutes("main"), eventsKey, operatorsKey, tempKey("session", "x"))
	links := 0
	for _, key := range keys {
		switch {
		case strings.HasPrefix(key, "lanyard:links:"):
			links += int(n.Client().HLen(ctx, key).Val())
		case !slices.Contains(known, key):
			t.Errorf("unknown key %s", key)
		}
	}
	for _, key := range known {
		if !slices.Contains(keys, key) {
			t.Errorf("%s is not there", key)
		}
	}
	if links != 4 { // three issued, one more in place of another; none for the one that was not needed
		t.Errorf("%d links", links)
	}

	if err := s.DeleteEvent(ctx, h.id); err != nil {
		t.Fatal(err)
	}
	if left := n.Client().Keys(ctx, "*").Val(); len(left) != 1 || left[0] != tempKey("session", "x") {
		t.Errorf("left behind: %v", left)
	}
}
