package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// moving is the slot of a hall on its way from one node of a cluster to another.
type moving struct {
	t        *testing.T
	slot     int64
	from, to *redistest.Node
}

// move begins to move the hall's slot; its keys are still where they were.
func move(t *testing.T, h *hall, nodes []*redistest.Node) *moving {
	t.Helper()
	slot, err := nodes[0].Client().ClusterKeySlot(context.Background(), h.keys().conf).Result()
	if err != nil {
		t.Fatal(err)
	}
	m := &moving{t, slot, nodes[0], nodes[1]}
	if slot >= 8192 {
		m.from, m.to = m.to, m.from
	}
	m.do(m.to, "CLUSTER", "SETSLOT", slot, "IMPORTING", m.do(m.from, "CLUSTER", "MYID"))
	m.do(m.from, "CLUSTER", "SETSLOT", slot, "MIGRATING", m.do(m.to, "CLUSTER", "MYID"))
	return m
}

func (m *moving) do(n *redistest.Node, args ...any) any {
	m.t.Helper()
	v, err := n.Client().Do(context.Background(), args...).Result()
	if err != nil {
		m.t.Fatalf("%v: %v", args, err)
	}
	return v
}

// keys that have not moved yet.
func (m *moving) keys() []string {
	m.t.Helper()
	keys, err := m.from.Client().ClusterGetKeysInSlot(context.Background(), int(m.slot), 1000).Result()
	if err != nil {
		m.t.Fatal(err)
	}
	return keys
}

func (m *moving) migrate(keys ...string) {
	m.t.Helper()
	host, port, err := net.SplitHostPort(m.to.Addr())
	if err != nil {
		m.t.Fatal(err)
	}
	args := []any{"MIGRATE", host, port, "", 0, 10_000, "KEYS"}
	for _, k := range keys {
		args = append(args, k)
	}
	m.do(m.from, args...)
}

// end moves what is left and gives the slot to its new node.
func (m *moving) end() {
	m.t.Helper()
	m.migrate(m.keys()...)
	for _, n := range []*redistest.Node{m.to, m.from} {
		m.do(n, "CLUSTER", "SETSLOT", m.slot, "NODE", m.do(m.to, "CLUSTER", "MYID"))
	}
}

// A slot that moves to another node takes its events along, and steps follow.
func TestSlotThatMoves(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	nodes := redistest.StartCluster(t, 2)
	s := opened(t, nodes.URL(), Options{})
	h := newHall(t, s, 2)
	first := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	move(t, h, nodes).end()
	if a := h.want(checkin.Admitted, h.scan(checkin.In, 1)); a.Seq != first.Seq+1 || a.Venue.Inside != 2 {
		t.Errorf("answer %+v after %+v", a, first)
	}
	if rows, err := s.Journal(ctx, h.id, first.Seq, 10); err != nil || len(rows) != 1 {
		t.Errorf("rows %+v, %v", rows, err)
	}
}

// While its slot moves, key after key, an event's figures are whole or are not
// to be had; nothing is taken for empty because it is still elsewhere.
func TestFiguresWhileASlotMoves(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	nodes := redistest.StartCluster(t, 2)
	s := opened(t, nodes.URL(), Options{})
	h := newHall(t, s, 3)
	h.configure(1, checkin.NewRecord(checkin.Venue{ID: "annex", Reentry: checkin.Free}),
		checkin.NewRecord(checkin.Gate{ID: "side", Venue: "annex", Direction: checkin.Both}))
	h.want(checkin.Admitted, h.scan(checkin.In, 0))
	aside := h.scan(checkin.In, 1)
	aside.Gate = "side"
	h.want(checkin.Admitted, aside)
	h.now = h.now.Add(2 * time.Minute)
	h.want(checkin.Admitted, h.scan(checkin.In, 2))

	type figures struct {
		main, annex, recent, minutes, inside, backedUp int
		dropped                                        error
	}
	unwhole := []error{} // why figures were not to be had
	read := func() (f figures) {
		t.Helper()
		had := func(what string, err error) bool {
			if err != nil && !errors.Is(err, checkin.ErrUnavailable) {
				t.Errorf("%s: %v", what, err)
			}
			if err != nil {
				unwhole = append(unwhole, err)
			}
			return err == nil
		}
		f = figures{2, 1, 2, 2, 3, 2, checkin.ErrInUse}
		if c, err := s.Counts(ctx, h.id, h.now); had("counts", err) {
			f.main, f.annex, f.recent = c.Venues["main"].Inside, c.Venues["annex"].Inside, len(c.Venues["main"].Recent)
		}
		if m, err := s.History(ctx, h.id, "main", h.now.Add(-time.Hour), h.now.Add(time.Hour)); had("history", err) {
			f.minutes = len(m)
		}
		if in, err := s.Inside(ctx, h.id, ""); had("inside", err) {
			f.inside = len(in)
		}
		minutes := 0
		err := s.Backup(ctx, h.id, func(it checkin.Item) error {
			var v checkin.VenueItem
			if it.Type != checkin.ItemVenue {
				return nil
			}
			err := json.Unmarshal(it.Data, &v)
			if v.ID == "main" {
				minutes = len(v.Minutes)
			}
			return err
		})
		if had("backup", err) {
			f.backedUp = minutes
		}
		_, err = s.Configure(ctx, h.id, checkin.Change{Stamp: h.by(), Rev: 2, Drop: []checkin.Record{
			checkin.NewRecord(checkin.Gate{ID: "north"}), checkin.NewRecord(checkin.Venue{ID: "main"})}})
		if !errors.Is(err, checkin.ErrUnavailable) {
			f.dropped = err
		}
		return f
	}
	want := read()
	if want != (figures{2, 1, 2, 2, 3, 2, checkin.ErrInUse}) || len(unwhole) > 0 {
		t.Fatalf("at rest the figures are %+v, %v", want, unwhole)
	}
	m := move(t, h, nodes)
	venues := []string{h.keys().inside("main"), h.keys().minutes("main"), h.keys().inside("annex")}
	rest := slices.DeleteFunc(m.keys(), func(k string) bool { return slices.Contains(venues, k) })
	for _, keys := range [][]string{venues[:1], venues[1:], rest[:len(rest)/2]} {
		m.migrate(keys...)
		if got := read(); got != want {
			t.Errorf("with %v moved the figures are %+v, want %+v", keys, got, want)
		}
	}
	if len(unwhole) == 0 {
		t.Error("everything was to be had while the slot moved: was it?")
	}
	m.end()
	unwhole = nil
	if got := read(); got != want || len(unwhole) > 0 {
		t.Errorf("afterwards the figures are %+v, %v, want %+v", got, unwhole, want)
	}
}

// When sentinels have made a replica the master, steps go there, and nothing
// is missing that was acknowledged by WAIT.
func TestFailover(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	master := redistest.Start(t)
	s := opened(t, master.URL(), Options{Replicas: 1, WaitTimeout: 20 * time.Second})
	redistest.Start(t, redistest.ReplicaOf(master))
	h := newHall(t, s, 2)
	acknowledged := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	url := redistest.Sentinel(t, master)
	after := opened(t, url, Options{})
	awaitSentinel(t, url)
	master.Kill()

	c := h.scan(checkin.In, 1)
	var a checkin.Answer
	var err error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if a, err = h.do(after, c); !errors.Is(err, checkin.ErrUnavailable) {
			break
		}
	}
	if err != nil || a.Result != checkin.Admitted || a.Seq != acknowledged.Seq+1 || a.Venue.Inside != 2 {
		t.Errorf("got %+v, %v after %+v", a, err, acknowledged)
	}
	if _, err := after.Journal(ctx, h.id, 0, 100); err != nil {
		t.Error(err)
	}
}

// awaitSentinel returns once the sentinel knows the replica.
func awaitSentinel(t *testing.T, url string) {
	t.Helper()
	target, err := parseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewSentinelClient(&redis.Options{Addr: target.failover.SentinelAddrs[0]})
	defer c.Close()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		known, err := c.Replicas(context.Background(), "main").Result()
		if err == nil && len(known) > 0 && known[0]["master-link-status"] == "ok" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the sentinel knows %v, %v", known, err)
		}
	}
}
