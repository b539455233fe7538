package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

// The settings of a server that decide whether it keeps what it has acknowledged.
var settings = []string{"appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy"}

// Durability looks at the settings of every master.
func (s *Store) Durability(ctx context.Context) ([]checkin.Finding, error) {
	var mu sync.Mutex // the masters of a cluster are asked together
	var out []checkin.Finding
	err := s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		found, err := s.findings(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		out = append(out, found...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b checkin.Finding) int {
		return strings.Compare(a.Code+a.Detail, b.Code+b.Detail)
	})
	return out, nil
}

func (s *Store) findings(ctx context.Context, c *redis.Client) (out []checkin.Finding, err error) {
	at := c.Options().Addr
	add := func(code, detail string) {
		out = append(out, checkin.Finding{Code: code, Detail: "Redis at " + at + ": " + detail})
	}
	// One name at a time: servers that know several take them only since 7.0.
	set := map[string]string{}
	for _, name := range settings {
		got, err := c.ConfigGet(ctx, name).Result()
		if _, refused := err.(redis.Error); refused && !redis.HasErrorPrefix(err, "LOADING") {
			add("config_unreadable", "CONFIG GET is not allowed, so nobody can tell whether acknowledged scans are safe: allow it, or make sure by hand that appendonly is yes and appendfsync always.")
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		set[name] = got[name]
	}
	if set["appendonly"] != "yes" {
		add("appendonly_off", "scans are lost when the server ends: set appendonly yes.")
	} else if set["appendfsync"] != "always" {
		add("appendfsync_not_always", "the last second of scans is lost in a power cut: set appendfsync always.")
	}
	if set["no-appendfsync-on-rewrite"] == "yes" {
		add("no_appendfsync_on_rewrite", "nothing is synced while the log is being rewritten: set no-appendfsync-on-rewrite no.")
	}
	if p := set["maxmemory-policy"]; p != "" && p != "noeviction" {
		add("evicting_policy", "data is thrown away when memory runs out: set maxmemory-policy noeviction.")
	}
	if s.replicas > 0 {
		info, err := c.InfoMap(ctx, "replication").Result()
		if err != nil {
			return nil, err
		}
		var r reader
		if n := r.int(info["Replication"]["connected_slaves"]); int(n) < s.replicas {
			add("replicas_missing", fmt.Sprintf("%d replicas must confirm each scan and %d are connected: every scan is refused until there are more.", s.replicas, n))
		}
	}
	return out, nil
}
