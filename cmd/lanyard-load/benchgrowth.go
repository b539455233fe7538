package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lanyard/cmd/internal/rig"
)

// growthServers are how many servers share the store, each with gates of its own.
var growthServers = []int{1, 4, 16}

// Growth is one measurement of how latency and memory grow.
type Growth struct {
	Store           string // redis or redis-cluster
	Badges, Servers int
	P50, P99        float64 // ms
	PerServer       float64 // MB resident, mean
	Redis           float64 // MB resident, of all nodes
}

// growth measures a scan's latency and the memory with more and more badges on
// record and servers beside each other, and writes a table and a plot.
func (b *bench) growth(ctx context.Context) error {
	var all []Growth
	for _, store := range []string{"redis", "redis-cluster"} {
		for badges := fewBadges; badges <= b.many; badges *= 10 {
			rows, err := b.grow(ctx, store, badges)
			if err != nil {
				return err
			}
			all = append(all, rows...)
		}
	}
	if err := os.MkdirAll(b.growthDir, 0o755); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"growth.md": growthTable(all, b), "growth.svg": growthPlot(all)} {
		if err := os.WriteFile(filepath.Join(b.growthDir, name), text, 0o644); err != nil {
			return err
		}
	}
	b.note("growth: written to %s", filepath.Join(b.growthDir, "growth.md"))
	return nil
}

// grow measures one size of roster on a store of its own.
func (b *bench) grow(ctx context.Context, store string, badges int) ([]Growth, error) {
	dir, err := os.MkdirTemp(b.dir, "load-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	start := rig.StartRedis
	if store == "redis-cluster" {
		start = func(ctx context.Context, dir string) (*rig.Redis, error) { return rig.StartRedisCluster(ctx, dir, 0) }
	}
	redis, err := start(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer redis.Stop()
	secret := rig.RandomHex(32)
	var servers []*rig.Server
	defer func() {
		for _, s := range servers {
			s.Stop()
		}
	}()
	more := func(n int) error {
		for len(servers) < n {
			s, err := rig.StartServer(ctx, rig.Serve{Binary: b.start, Dir: filepath.Join(dir, fmt.Sprint("data-", len(servers))), Redis: redis.URL(), Secret: secret})
			if err != nil {
				return err
			}
			servers = append(servers, s)
		}
		return nil
	}
	if err := more(1); err != nil {
		return nil, err
	}
	service, err := rig.NewService(servers[0].Base, servers[0].Key)
	if err != nil {
		return nil, err
	}
	perRun := int(scaleRate*b.span.Seconds())*2/growthVenues + 100
	hall, err := MakeHall(ctx, service, HallPlan{Gates: b.gates, Venues: growthVenues, Attendees: badges, Tokens: min(badges, perRun*len(growthServers))})
	if err != nil {
		return nil, err
	}
	var rows []Growth
	for i, n := range growthServers {
		if err := more(n); err != nil {
			return nil, err
		}
		row := Growth{Store: store, Badges: badges, Servers: n}
		part := hall.Badges[min(i*perRun, len(hall.Badges)):min((i+1)*perRun, len(hall.Badges))]
		times, err := b.scanAt(ctx, hall, servers[:n], part)
		if err != nil {
			return nil, err
		}
		l := NewLatencies(times)
		row.P50, row.P99 = l.P50, l.P99
		for _, s := range servers[:n] {
			m, err := s.Process().ReadMemory()
			if err != nil {
				return nil, err
			}
			row.PerServer += megabytes(m.Now) / float64(n)
		}
		for _, node := range redis.Nodes() {
			m, err := node.ReadMemory()
			if err != nil {
				return nil, err
			}
			row.Redis += megabytes(m.Now)
		}
		b.note("growth on %s: %d badges, %d servers: p50 %.1f ms, p99 %.1f ms, %.0f MB a server, %.0f MB Redis", store, badges, n, row.P50, row.P99, row.PerServer, row.Redis)
		rows = append(rows, row)
	}
	return rows, nil
}

const growthVenues = 4

// scanAt scans badges at all servers at the same time, each with as many
// gates' connections and its share of badges and of the rate.
func (b *bench) scanAt(ctx context.Context, hall *Hall, servers []*rig.Server, badges []rig.Badge) ([]time.Duration, error) {
	outcomes := make(chan Outcome, len(servers))
	for i, s := range servers {
		service, err := rig.NewService(s.Base, hall.Service.Key)
		if err != nil {
			return nil, err
		}
		part := hall.at(service)
		part.Badges = badges[i*len(badges)/len(servers) : (i+1)*len(badges)/len(servers)]
		go func() {
			outcomes <- Play(ctx, part, Run{Mix: Mix{Fresh: 1}, Rate: scaleRate / float64(len(servers)), Poisson: true, Duration: b.span, Seed: uint64(i + 1)})
		}()
	}
	var times []time.Duration
	for range servers {
		o := <-outcomes
		for i := range o.Answers {
			if a := &o.Answers[i]; a.Settled && a.Result != "admitted" {
				return nil, fmt.Errorf("a fresh badge was answered %q", verdict(a))
			}
		}
		times = append(times, o.Times...)
	}
	return times, ctx.Err()
}
