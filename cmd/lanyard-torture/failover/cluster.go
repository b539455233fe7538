package failover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// Cluster fails over within a cluster of three masters with a replica each,
// and moves the slot of the event from one to another.
func Cluster(ctx context.Context, p part.Plan) (part.Tally, error) {
	redis, err := rig.StartRedisCluster(ctx, p.Dir, 1)
	if err != nil {
		return part.Tally{}, err
	}
	defer redis.Stop()
	c := &cluster{redis}
	return play(ctx, p, redis.URL(), []fault{
		{"master killed", c.kill},
		{"master paused", c.pause},
		{"slot moved", c.move},
		{"replica killed", c.killReplica},
	})
}

type cluster struct{ *rig.Redis }

// node of the cluster, as CLUSTER NODES tells.
type node struct {
	id, addr, master string
	slots            []string
	up               bool
}

// nodes as one that answers sees them, in the order of the rig's.
func (c *cluster) nodes() ([]node, error) {
	var err error
	for i := range c.Nodes() {
		var text string
		if text, err = c.Ask(i, "CLUSTER NODES"); err != nil {
			continue
		}
		out := make([]node, len(c.Nodes()))
		for line := range strings.Lines(text) {
			f := strings.Fields(line)
			if len(f) < 8 {
				return nil, fmt.Errorf("CLUSTER NODES says %q", line)
			}
			addr, _, _ := strings.Cut(f[1], "@")
			for at, own := range c.Addrs() {
				if own == addr {
					n := node{id: f[0], addr: addr, up: !strings.Contains(f[2], "fail") && f[7] == "connected", slots: f[8:]}
					if f[3] != "-" {
						n.master = f[3]
					}
					out[at] = n
				}
			}
		}
		return out, nil
	}
	return nil, err
}

// slot of everything that belongs to the event.
func (c *cluster) slot(event string) (slot int, err error) {
	for i := range c.Nodes() {
		var text string
		if text, err = c.Ask(i, "CLUSTER KEYSLOT {"+event+"}"); err == nil {
			_, err = fmt.Sscanf(text, ":%d", &slot)
			return slot, err
		}
	}
	return 0, err
}

// owner is the number of the master that has a slot.
func (c *cluster) owner(slot int) (int, []node, error) {
	nodes, err := c.nodes()
	if err != nil {
		return 0, nil, err
	}
	for i, n := range nodes {
		for _, s := range n.slots {
			from, to := 0, 0
			if k, _ := fmt.Sscanf(s, "%d-%d", &from, &to); k == 1 {
				to = from
			}
			if !strings.HasPrefix(s, "[") && n.master == "" && from <= slot && slot <= to {
				return i, nodes, nil
			}
		}
	}
	return 0, nil, fmt.Errorf("no master has slot %d", slot)
}

// present is the owner of the event's slot at this moment.
func (c *cluster) present(event string) (int, []node, error) {
	slot, err := c.slot(event)
	if err != nil {
		return 0, nil, err
	}
	return c.owner(slot)
}

func (c *cluster) kill(ctx context.Context, event string) error {
	old, _, err := c.present(event)
	if err != nil {
		return err
	}
	c.Nodes()[old].Kill()
	if err := c.other(ctx, event, old); err != nil {
		return err
	}
	if err := c.Restart(ctx, old); err != nil {
		return err
	}
	return c.whole(ctx)
}

func (c *cluster) pause(ctx context.Context, event string) error {
	old, _, err := c.present(event)
	if err != nil {
		return err
	}
	if err := c.Nodes()[old].Pause(); err != nil {
		return err
	}
	err = c.other(ctx, event, old)
	if err := errors.Join(err, c.Nodes()[old].Resume()); err != nil {
		return err
	}
	return c.whole(ctx)
}

func (c *cluster) killReplica(ctx context.Context, event string) error {
	at, nodes, err := c.present(event)
	if err != nil {
		return err
	}
	for i, n := range nodes {
		if n.master != nodes[at].id {
			continue
		}
		c.Nodes()[i].Kill()
		if err := rest(ctx, 300*time.Millisecond); err != nil {
			return err
		}
		if err := c.Restart(ctx, i); err != nil {
			return err
		}
	}
	return c.whole(ctx)
}

// move the event's slot to another master by hand, key by key, as redis-cli
// --cluster reshard does: clients meet ASK, TRYAGAIN and in the end MOVED.
func (c *cluster) move(ctx context.Context, event string) error {
	slot, err := c.slot(event)
	if err != nil {
		return err
	}
	from, nodes, err := c.owner(slot)
	if err != nil {
		return err
	}
	to := -1
	for i, n := range nodes {
		if i != from && n.master == "" {
			to = i
		}
	}
	if to < 0 {
		return errors.New("no other master")
	}
	host, port, err := net.SplitHostPort(nodes[to].addr)
	if err != nil {
		return err
	}
	if _, err := c.Ask(to, fmt.Sprintf("CLUSTER SETSLOT %d IMPORTING %s", slot, nodes[from].id)); err != nil {
		return err
	}
	if _, err := c.Ask(from, fmt.Sprintf("CLUSTER SETSLOT %d MIGRATING %s", slot, nodes[to].id)); err != nil {
		return err
	}
	for {
		keys, err := c.AskList(from, fmt.Sprintf("CLUSTER GETKEYSINSLOT %d 1", slot))
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			break
		}
		if answer, err := c.Ask(from, fmt.Sprintf("MIGRATE %s %s %s 0 5000", host, port, keys[0])); err != nil || answer == "" {
			return fmt.Errorf("MIGRATE: %s %w", answer, err)
		}
		if err := rest(ctx, 5*time.Millisecond); err != nil { // so that scans come in between
			return err
		}
	}
	order := []int{to, from}
	for i, n := range nodes {
		if n.master == "" && i != to && i != from {
			order = append(order, i)
		}
	}
	for _, i := range order {
		if _, err := c.Ask(i, fmt.Sprintf("CLUSTER SETSLOT %d NODE %s", slot, nodes[to].id)); err != nil {
			return err
		}
	}
	return c.whole(ctx)
}

// other waits until another master has the event's slot.
func (c *cluster) other(ctx context.Context, event string, old int) error {
	return until(ctx, "no replica has taken the master's place", func() bool {
		now, nodes, err := c.present(event)
		return err == nil && now != old && nodes[now].up
	})
}

// whole waits until every node is up, every master has its replica, and the
// cluster serves all slots.
func (c *cluster) whole(ctx context.Context) error {
	return until(ctx, "the cluster is not whole", func() bool {
		masters := 0
		for i := range c.Nodes() {
			text, err := c.Ask(i, "CLUSTER INFO")
			if err != nil || !strings.Contains(text, "cluster_state:ok") {
				return false
			}
			if text, err = c.Ask(i, "INFO replication"); err != nil {
				return false
			}
			switch {
			case strings.Contains(text, "role:master") && strings.Contains(text, "state=online"):
				masters++
			case strings.Contains(text, "role:master"), !strings.Contains(text, "master_link_status:up"):
				return false
			}
		}
		return masters == len(c.Nodes())/2
	})
}
