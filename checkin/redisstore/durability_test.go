package redisstore

import (
	"context"
	"slices"
	"strings"
	"testing"

	"lanyard/checkin/redisstore/redistest"
)

func TestDurability(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t, redistest.Durable)
	s := opened(t, n.URL(), Options{})
	c := n.Client()
	for _, row := range []struct {
		name  string
		set   []string
		codes []string
	}{
		{"all is well", nil, nil},
		{"synced each second", []string{"appendfsync", "everysec"}, []string{"appendfsync_not_always"}},
		{"synced by the system", []string{"appendfsync", "no"}, []string{"appendfsync_not_always"}},
		{"not while rewriting", []string{"no-appendfsync-on-rewrite", "yes"}, []string{"no_appendfsync_on_rewrite"}},
		{"evicting", []string{"maxmemory-policy", "allkeys-lru"}, []string{"evicting_policy"}},
		{"evicting what expires", []string{"maxmemory-policy", "volatile-ttl"}, []string{"evicting_policy"}},
		{"no log", []string{"appendonly", "no"}, []string{"appendonly_off"}},
		{"everything", []string{"appendonly", "no", "maxmemory-policy", "volatile-lru", "no-appendfsync-on-rewrite", "yes"},
			[]string{"appendonly_off", "evicting_policy", "no_appendfsync_on_rewrite"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			defaults := []string{"appendonly", "yes", "appendfsync", "always", "no-appendfsync-on-rewrite", "no", "maxmemory-policy", "noeviction"}
			for _, settings := range [][]string{defaults, row.set} {
				for i := 0; i < len(settings); i += 2 {
					if err := c.ConfigSet(ctx, settings[i], settings[i+1]).Err(); err != nil {
						t.Fatal(err)
					}
				}
			}
			found, err := s.Durability(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, f := range found {
				codes = append(codes, f.Code)
				if !strings.Contains(f.Detail, n.Addr()) || !strings.HasSuffix(f.Detail, ".") {
					t.Errorf("detail %q", f.Detail)
				}
			}
			if !slices.Equal(codes, row.codes) {
				t.Errorf("got %v, want %v", codes, row.codes)
			}
		})
	}
}

func TestDurabilityWithoutConfig(t *testing.T) {
	t.Parallel()
	n := redistest.Start(t, redistest.Options{"rename-command", `CONFIG ""`})
	s := opened(t, n.URL(), Options{})
	found, err := s.Durability(context.Background())
	if err != nil || len(found) != 1 || found[0].Code != "config_unreadable" {
		t.Errorf("got %+v, %v", found, err)
	}
}

// Each master is looked at: one that would lose scans is enough.
func TestDurabilityOfEveryMaster(t *testing.T) {
	t.Parallel()
	nodes := redistest.StartCluster(t, 3, redistest.Durable)
	s := opened(t, nodes.URL(), Options{})
	if found, err := s.Durability(context.Background()); err != nil || len(found) != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
	if err := nodes[2].Client().ConfigSet(context.Background(), "appendfsync", "everysec").Err(); err != nil {
		t.Fatal(err)
	}
	found, err := s.Durability(context.Background())
	if err != nil || len(found) != 1 || found[0].Code != "appendfsync_not_always" || !strings.Contains(found[0].Detail, nodes[2].Addr()) {
		t.Errorf("got %+v, %v", found, err)
	}
}
