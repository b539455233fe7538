package redisstore

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// A slot that moves to another node takes its events along, and steps follow.
func TestSlotThatMoves(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	nodes := redistest.StartCluster(t, 2)
	s := opened(t, nodes.URL(), Options{})
	h := newHall(t, s, 2)
	first := h.want(checkin.Admitted, h.scan(checkin.In, 0))

	slot, err := nodes[0].Client().ClusterKeySlot(ctx, h.keys().conf).Result()
	if err != nil {
		t.Fatal(err)
	}
	from, to := nodes[0], nodes[1]
	if slot >= 8192 {
		from, to = to, from
	}
	do := func(c *redis.Client, args ...any) {
		t.Helper()
		if err := c.Do(ctx, args...).Err(); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	id := func(n *redistest.Node) string { return n.Client().Do(ctx, "CLUSTER", "MYID").Val().(string) }
	do(to.Client(), "CLUSTER", "SETSLOT", slot, "IMPORTING", id(from))
	do(from.Client(), "CLUSTER", "SETSLOT", slot, "MIGRATING", id(to))
	keys, err := from.Client().ClusterGetKeysInSlot(ctx, int(slot), 1000).Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("keys %v, %v", keys, err)
	}
	host, port, err := net.SplitHostPort(to.Addr())
	if err != nil {
		t.Fatal(err)
	}
	migrate := []any{"MIGRATE", host, port, "", 0, 10_000, "KEYS"}
	for _, k := range keys {
		migrate = append(migrate, k)
	}
	do(from.Client(), migrate...)
	for _, n := range []*redistest.Node{to, from} {
		do(n.Client(), "CLUSTER", "SETSLOT", slot, "NODE", id(to))
	}

	if a := h.want(checkin.Admitted, h.scan(checkin.In, 1)); a.Seq != first.Seq+1 || a.Venue.Inside != 2 {
		t.Errorf("answer %+v after %+v", a, first)
	}
	if rows, err := s.Journal(ctx, h.id, first.Seq, 10); err != nil || len(rows) != 1 {
		t.Errorf("rows %+v, %v", rows, err)
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
