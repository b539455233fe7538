package redistest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"
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

// Half a transaction at the end of the file is gone for good, however often the
// server starts: without mending, its head comes back at the next start but one.
func TestHalfATransactionIsMended(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := Start(t, Durable)
	both := func(a, b string) {
		t.Helper()
		_, err := n.Client().TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, a, "v", 0)
			p.Set(ctx, b, "v", 0)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	both("first", "second")
	n.Kill()
	files, err := filepath.Glob(filepath.Join(n.dir, "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	log, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], log[:bytes.LastIndex(log, []byte("second"))], 0o600); err != nil {
		t.Fatal(err)
	}
	n.Restart()
	both("third", "fourth")
	n.Kill()
	n.Restart()
	keys := n.Client().Keys(ctx, "*").Val()
	if slices.Sort(keys); !slices.Equal(keys, []string{"fourth", "third"}) {
		t.Errorf("after two starts there are %v", keys)
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
