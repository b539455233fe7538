package redistest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Nodes are the masters of a cluster.
type Nodes []*Node

// Cluster starts a cluster of so many masters for the test and gives its URL.
func Cluster(t testing.TB, masters int, o ...Options) string {
	return StartCluster(t, masters, o...).URL()
}

// StartCluster starts a cluster of so many masters, without replicas, and waits
// until every one of them knows all slots to be served.
func StartCluster(t testing.TB, masters int, o ...Options) Nodes {
	t.Helper()
	const slots = 16384
	ctx := context.Background()
	nodes := make(Nodes, masters)
	for i := range nodes {
		nodes[i] = Start(t, slices.Concat(o...), Options{
			"cluster-enabled", "yes", "cluster-node-timeout", "5000",
			"cluster-port", strconv.Itoa(freePort(t)), // the default, port + 10000, may not exist
		})
		from, to := i*slots/masters, (i+1)*slots/masters-1
		if err := nodes[i].Client().ClusterAddSlotsRange(ctx, from, to).Err(); err != nil {
			t.Fatal(err)
		}
	}
	first := nodes[0].Client()
	for _, n := range nodes[1:] {
		bus := n.args[len(n.args)-1]
		if err := first.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", n.port, bus).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(startTime); !nodes.agree(ctx); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("redis cluster: the nodes don't find one another")
		}
	}
	return nodes
}

// agree tells whether every node knows all of them and serves.
func (ns Nodes) agree(ctx context.Context) bool {
	for _, n := range ns {
		info, err := n.Client().ClusterInfo(ctx).Result()
		if err != nil || !strings.Contains(info, "cluster_state:ok") ||
			!strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(len(ns))+"\r") {
			return false
		}
	}
	return true
}

// URL is the redis+cluster:// URL with every node in it.
func (ns Nodes) URL() string {
	addrs := make([]string, len(ns))
	for i, n := range ns {
		addrs[i] = n.Addr()
	}
	return "redis+cluster://" + strings.Join(addrs, ",")
}

// Clear removes everything that the cluster holds.
func (ns Nodes) Clear() {
	for _, n := range ns {
		n.Clear()
	}
}
