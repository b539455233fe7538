package redistest

import (
	"context"
	"testing"
)

func TestServerKeepsItsDataOverAKill(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := Start(t, Durable)
	if err := n.Client().Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	n.Kill()
	n.Restart()
	if got := n.Client().Get(ctx, "k").Val(); got != "v" {
		t.Fatalf("after a kill: %q, want v", got)
	}
}

func TestReplicaFollows(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	master := Start(t)
	Start(t, ReplicaOf(master))
	c := master.Client().Conn()
	defer c.Close()
	if err := c.Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Wait(ctx, 1, startTime).Result(); err != nil || n != 1 {
		t.Fatalf("replicas that have it: %d, %v", n, err)
	}
}

func TestClusterServesAllSlots(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	nodes := StartCluster(t, 3)
	for _, n := range nodes {
		shards, err := n.Client().ClusterShards(ctx).Result()
		if err != nil {
			t.Fatal(err)
		}
		slots := int64(0)
		for _, shard := range shards {
			for _, s := range shard.Slots {
				slots += s.End - s.Start + 1
			}
		}
		if slots != 16384 {
			t.Fatalf("%d slots served, want 16384", slots)
		}
	}
}
