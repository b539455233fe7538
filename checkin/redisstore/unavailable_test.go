package redisstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// wantUnavailable checks that a scan gets neither a verdict nor a failure that
// would look like one of the program.
func wantUnavailable(t *testing.T, h *hall, s *Store, c checkin.Scan) {
	t.Helper()
	if a, err := h.do(s, c); !errors.Is(err, checkin.ErrUnavailable) || a.Result != "" {
		t.Errorf("got %+v, %v, want ErrUnavailable", a, err)
	}
}

func TestServerThatRefusesWrites(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 2)
	recorded := h.want(checkin.Admitted, h.scan(checkin.In, 0)).ScanID
	c := n.Client()
	for _, refusal := range []struct{ name, setting, refuse, back string }{
		{"OOM", "maxmemory", "1", "0"},
		{"NOREPLICAS", "min-replicas-to-write", "1", "0"},
	} {
		t.Run(refusal.name, func(t *testing.T) {
			if err := c.ConfigSet(ctx, refusal.setting, refusal.refuse).Err(); err != nil {
				t.Fatal(err)
			}
			scan := h.scan(checkin.In, 1)
			wantUnavailable(t, h, s, scan)
			if _, err := s.Undo(ctx, h.id, checkin.Undo{ScanID: recorded, Now: h.now, Any: true}); !errors.Is(err, checkin.ErrUnavailable) {
				t.Errorf("Undo: %v", err)
			}
			if err := c.ConfigSet(ctx, refusal.setting, refusal.back).Err(); err != nil {
				t.Fatal(err)
			}
			if a := h.want(checkin.Admitted, scan); a.Replayed {
				t.Error("the refused scan had been recorded")
			}
			h.want(checkin.Exited, h.scan(checkin.Out, 1))
		})
	}
}

func TestReadOnlyReplica(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	s := opened(t, master.URL(), Options{Replicas: 1, WaitTimeout: 20 * time.Second})
	replica := redistest.Start(t, redistest.ReplicaOf(master))
	h := newHall(t, s, 1)
	onReplica := opened(t, replica.URL(), Options{})
	wantUnavailable(t, h, onReplica, h.scan(checkin.In, 0))
	if cfg, err := onReplica.Config(context.Background(), h.id); err != nil || cfg.Rev != 1 {
		t.Errorf("reading there: %+v, %v", cfg, err)
	}
}

// After a kill, everything answers ErrUnavailable; after a restart, the store is
// as it was acknowledged, by itself.
func TestServerThatGoesAndComesBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t, redistest.Durable)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 3)
	first := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	n.Kill()
	pending := h.scan(checkin.In, 1)
	wantUnavailable(t, h, s, pending)
	for name, err := range map[string]error{
		"Ping":   s.Ping(ctx),
		"Config": third(s.Config(ctx, h.id)),
		"Counts": third(s.Counts(ctx, h.id, h.now)),
		"Badge":  third(s.Badge(ctx, h.id, badgeName(0))),
		"Put":    third(s.PutAttendees(ctx, h.id, h.by(), make([]checkin.PutAttendee, 1))),
		"Follow": s.Follow(ctx, h.id, 0, func([]checkin.Row) error { return nil }),
		"Temp":   third(s.Temp(ctx, "session", "x")),
		"Find":   third(s.OperatorByKey(ctx, "hash-of-"+h.id)),
		"Search": third(s.Journal(ctx, h.id, 0, 1)),
		"Health": third(s.Durability(ctx)),
	} {
		if !errors.Is(err, checkin.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(ctx, n.URL(), Options{}); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("Open: %v", err)
	}
	n.Restart()
	if a := h.want(checkin.Admitted, pending); a.Seq != first.Seq+1 || a.Venue.Inside != 2 {
		t.Errorf("answer %+v after %+v", a, first)
	}
}

func third[T any](_ T, err error) error { return err }

// A node of a cluster that is taken for a single server says so.
func TestClusterNodeBySingleURL(t *testing.T) {
	t.Parallel()
	nodes := redistest.StartCluster(t, 2)
	for _, n := range nodes {
		s := opened(t, n.URL(), Options{})
		var failed bool
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			_, err := s.Configure(context.Background(), id, checkin.Change{})
			failed = failed || errors.Is(err, checkin.ErrUnavailable)
		}
		if !failed {
			t.Error("nothing failed")
		}
	}
}
