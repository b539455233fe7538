package redisstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// Who gives up on a search has still begun what makes the next one short.
func TestRosterIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	url := redistest.Server(t)
	h := newHall(t, opened(t, url, Options{}), 3)
	s := opened(t, url, Options{})
	e := s.event(h.id)
	gen, rev, err := s.rosterRev(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	hurried, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.load(hurried, e, gen, rev) // an error, or very quick
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		e.roster.mu.RLock()
		index := e.roster.index
		e.roster.mu.RUnlock()
		if index != nil {
			if index.Len() != 3 {
				t.Errorf("%d attendees", index.Len())
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody reads the roster any more")
		}
	}
}

// What one process has been told, another one knows: caches ask first.
func TestProcessesShareAnEvent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := redistest.Server(t)
	s, other := opened(t, url, Options{}), opened(t, url, Options{})
	h := newHall(t, s, 3)
	find := func(text string) []badge.Attendee {
		t.Helper()
		got, _, err := other.Attendees(ctx, h.id, badge.Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := find(""); len(got) != 3 || got[0].Badge != badgeName(0) {
		t.Fatalf("found %+v", got)
	}
	p := checkin.PutAttendee{Attendee: badge.Attendee{ID: "new", Ref: "N-1", Name: "Zhang Wei", Category: "delegate"}}
	if _, err := s.PutAttendees(ctx, h.id, h.by(), []checkin.PutAttendee{p}); err != nil {
		t.Fatal(err)
	}
	if got := find("zhang"); len(got) != 1 {
		t.Errorf("found %+v", got)
	}
	if err := s.Erase(ctx, h.id, h.by(), "new"); err != nil {
		t.Fatal(err)
	}
	if got := find("zhang"); len(got) != 0 {
		t.Errorf("found %+v", got)
	}
	if _, err := s.Revoke(ctx, h.id, h.by(), badgeName(0), "lost"); err != nil {
		t.Fatal(err)
	}
	if got := find("p00000"); len(got) != 1 || got[0].Badge != "" {
		t.Errorf("found %+v", got)
	}

	if cfg, err := other.Config(ctx, h.id); err != nil || cfg.Rev != 1 {
		t.Fatalf("%+v, %v", cfg, err)
	}
	h.configure(1, checkin.NewRecord(checkin.Operator{ID: "gus", Role: checkin.Supervisor, KeyHash: "another"}))
	if cfg, err := other.Config(ctx, h.id); err != nil || cfg.Rev != 2 || cfg.Operators[0].Role != checkin.Supervisor {
		t.Errorf("%+v, %v", cfg, err)
	}
	if _, err := other.OperatorByKey(ctx, "hash-of-"+h.id); !errors.Is(err, checkin.ErrNoOperator) {
		t.Errorf("the old key: %v", err)
	}

	// The event goes and another one of its name comes.
	if err := s.DeleteEvent(ctx, h.id); err != nil {
		t.Fatal(err)
	}
	if _, err := h.do(other, h.scan(checkin.In, 1)); !errors.Is(err, checkin.ErrNoEvent) {
		t.Errorf("scan: %v", err)
	}
	if _, _, err := other.Attendees(ctx, h.id, badge.Query{}); !errors.Is(err, checkin.ErrNoEvent) {
		t.Errorf("search: %v", err)
	}
	h.configure(0, checkin.NewRecord(badge.Event{ID: h.id, TimeZone: "UTC"}))
	if got := find(""); len(got) != 0 {
		t.Errorf("found %+v", got)
	}
	if cfg, err := other.Config(ctx, h.id); err != nil || cfg.Rev != 1 || cfg.Event.TimeZone != "UTC" {
		t.Errorf("%+v, %v", cfg, err)
	}
}

// A process that died between an index and what it points to leaves nothing
// that anybody could see.
func TestDanglingIndexEntries(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 1)
	link := badge.NewLink()
	c := n.Client()
	c.SAdd(ctx, eventsKey, "ghost")
	c.HSet(ctx, operatorsKey, "k1", "ghost", "k2", h.id)
	c.HSet(ctx, linksKey(link), link, "ghost|b")
	for name, err := range map[string]error{
		"no event": third(s.OperatorByKey(ctx, "k1")), "no operator": third(s.OperatorByKey(ctx, "k2")),
	} {
		if !errors.Is(err, checkin.ErrNoOperator) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, at := range []string{"ghost|b", h.id + "|nobody", h.id + "|" + badgeName(0)} {
		c.HSet(ctx, linksKey(link), link, at)
		if id, b, err := s.BadgeByLink(ctx, link); !errors.Is(err, checkin.ErrNoBadge) {
			t.Errorf("%s: %s, %+v, %v", at, id, b, err)
		}
	}
	events, err := s.Events(ctx)
	if err != nil || len(events) != 1 || events[0].ID != h.id {
		t.Errorf("events %+v, %v", events, err)
	}
}

// A backup that is taken while gates are busy is of one moment: its places and
// figures are those that its journal leads to.
func TestBackupWhileScanning(t *testing.T) {
	t.Parallel()
	const people = 40
	ctx := context.Background()
	url := redistest.Server(t)
	s, other := opened(t, url, Options{}), opened(t, url, Options{})
	h := newHall(t, s, people)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			dir := checkin.In
			if i/people%2 == 1 {
				dir = checkin.Out
			}
			if _, err := h.do(other, h.scan(dir, i%people)); err != nil {
				t.Error(err)
				return
			}
			if i%10 == 9 {
				issue := checkin.Issue{Replace: true, Badge: badge.Badge{ID: fmt.Sprintf("again%06d", i), Attendee: "p00001", Link: badge.NewLink(), Key: "k1"}}
				if _, err := other.Issue(ctx, h.id, h.by(), []checkin.Issue{issue}); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for range 5 {
		var items []checkin.Item
		if err := s.Backup(ctx, h.id, func(it checkin.Item) error { items = append(items, it); return nil }); err != nil {
			t.Fatal(err)
		}
		checkMoment(t, items)
		e := checkin.NewMemory()
		next := func() (checkin.Item, error) { return pop(&items) }
		if err := e.Restore(ctx, h.id, next); err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-stopped
}

// checkMoment compares what a backup says with what its entries lead to.
func checkMoment(t *testing.T, items []checkin.Item) {
	t.Helper()
	type place struct{ badge, venue string }
	got, want := map[place]checkin.Presence{}, map[place]checkin.Presence{}
	var admitted, entries int
	status, ended := map[string]string{}, map[string]string{}
	for _, it := range items {
		switch it.Type {
		case checkin.ItemPresence:
			p := must[checkin.Presence](t, it)
			got[place{p.Badge, p.Venue}] = p
		case checkin.ItemVenue:
			entries += must[checkin.VenueItem](t, it).Entries
		case checkin.ItemBadge:
			b := must[badge.Badge](t, it)
			status[b.ID] = string(b.Status)
		case checkin.ItemEntry:
			en := must[checkin.Entry](t, it)
			for _, p := range en.After {
				want[place{p.Badge, p.Venue}] = p
			}
			if en.Row.Result == checkin.Admitted {
				admitted++
			}
			if en.Row.Kind == checkin.KindBadge {
				ended[en.Row.Badge] = en.Row.Note
				if en.Row.Note == "issued" {
					ended[en.Row.Badge] = string(badge.Active)
				}
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("places %v\nbut the journal leads to %v", got, want)
	}
	if entries != admitted {
		t.Errorf("%d entries counted, %d in the journal", entries, admitted)
	}
	if !reflect.DeepEqual(status, ended) {
		t.Errorf("badges %v\nbut the journal leads to %v", status, ended)
	}
}

func must[T any](t *testing.T, it checkin.Item) T {
	t.Helper()
	v, err := decode[T](it)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A restore that fails leaves nothing behind, and nothing to be seen meanwhile.
func TestRestoreIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 3)
	h.want(checkin.Admitted, h.scan(checkin.In, 0))
	var items []checkin.Item
	if err := s.Backup(ctx, h.id, func(it checkin.Item) error { items = append(items, it); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteEvent(ctx, h.id); err != nil {
		t.Fatal(err)
	}
	short := items[:len(items)-1]
	if err := s.Restore(ctx, h.id, func() (checkin.Item, error) { return pop(&short) }); !errors.Is(err, checkin.ErrBadBackup) {
		t.Errorf("one entry missing: %v", err)
	}
	failed := errors.New("disk gone")
	rest := items
	err := s.Restore(ctx, h.id, func() (checkin.Item, error) {
		if len(rest) == 2 {
			return checkin.Item{}, failed
		}
		return pop(&rest)
	})
	if !errors.Is(err, failed) {
		t.Errorf("reader failed: %v", err)
	}
	keys, err := n.Client().Keys(ctx, "lanyard:{*").Result()
	if err != nil || len(keys) != 0 {
		t.Errorf("left behind: %v, %v", keys, err)
	}
	again := items
	if err := s.Restore(ctx, h.id, func() (checkin.Item, error) { return pop(&again) }); err != nil {
		t.Fatal(err)
	}
	keys, err = n.Client().Keys(ctx, "lanyard:{*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if ttl := n.Client().TTL(ctx, key).Val(); ttl != -1*time.Nanosecond {
			t.Errorf("%s ends in %v", key, ttl)
		}
	}
	if err := s.Restore(ctx, h.id, func() (checkin.Item, error) { return pop(&items) }); !errors.Is(err, checkin.ErrExists) {
		t.Errorf("restored twice: %v", err)
	}
}
