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
	P50, P99        float64 // ms, median of the rounds
	ServerCPU       float64 // µs of processor time for a scan, of all servers together
	RedisCPU        float64 // the same of all nodes
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
	rounds := min(b.rounds, growthRounds)
	hall, err := MakeHall(ctx, service, HallPlan{Gates: b.gates, Venues: growthVenues, Attendees: badges, Tokens: min(badges, perRun*rounds*len(growthServers))})
	if err != nil {
		return nil, err
	}
	var rows []Growth
	for i, n := range growthServers {
		if err := more(n); err != nil {
			return nil, err
		}
		row := Growth{Store: store, Badges: badges, Servers: n}
		var p50s, p99s []float64
		scans := 0
		before, err := cpuOf(servers[:n], redis)
		if err != nil {
			return nil, err
		}
		for round := range rounds {
			from := (i*rounds + round) * perRun
			part := hall.Badges[min(from, len(hall.Badges)):min(from+perRun, len(hall.Badges))]
			times, err := b.scanAt(ctx, hall, servers[:n], part)
			if err != nil {
				return nil, err
			}
			l := NewLatencies(times)
			p50s, p99s, scans = append(p50s, l.P50), append(p99s, l.P99), scans+len(times)
		}
		after, err := cpuOf(servers[:n], redis)
		if err != nil {
			return nil, err
		}
		row.P50, _ = Median(p50s)
		row.P99, _ = Median(p99s)
		used := after.less(before)
		row.ServerCPU, row.RedisCPU = microseconds(used.server, scans), microseconds(used.redis, scans)
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
		b.note("growth on %s: %d badges, %d servers: p50 %.1f ms, p99 %.1f ms, %.0f + %.0f µs a scan, %.0f MB a server, %.0f MB Redis",
			store, badges, n, row.P50, row.P99, row.ServerCPU, row.RedisCPU, row.PerServer, row.Redis)
		rows = append(rows, row)
	}
	return rows, nil
}

const (
	growthVenues = 4
	growthRounds = 3
)

// cpuOf is what servers and Redis have used up to now.
func cpuOf(servers []*rig.Server, redis *rig.Redis) (s spent, err error) {
	for _, one := range servers {
		d, err := one.Process().ReadCPU()
		if err != nil {
			return s, err
		}
		s.server += d
	}
	for _, node := range redis.Nodes() {
		d, err := node.ReadCPU()
		if err != nil {
			return s, err
		}
		s.redis += d
	}
	return s, nil
}

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
