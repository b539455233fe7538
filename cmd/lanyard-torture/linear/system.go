package linear

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// fault is one thing that a nemesis does to a system, which is whole again
// when it returns.
type fault struct {
	name string
	do   func(context.Context, *rand.Rand) error
}

// system is what a history is made on.
type system struct {
	bases   []string // where clients send to: a proxy in front of each server
	admin   *rig.Service
	process []fault // of processes, one at a time
	network []fault // of connections, at the same time
	stop    func()
	verify  func(event string) (string, error)
}

// Stores that a system can stand on.
const (
	Embedded = "embedded"
	Redis    = "redis"
	Servers  = "servers" // several servers on one Redis
	Cluster  = "cluster"
)

// sharedServers is how many servers share a Redis or a cluster.
const sharedServers = 3

// startSystem starts servers and store, with proxies before both.
func startSystem(ctx context.Context, store string, p part.Plan) (_ *system, err error) {
	var stops []func()
	stop := func() {
		for i := len(stops) - 1; i >= 0; i-- {
			stops[i]()
		}
	}
	defer func() {
		if err != nil {
			stop()
		}
	}()
	s := &system{stop: stop}
	var redis *rig.Redis
	switch store {
	case Redis, Servers:
		redis, err = rig.StartRedis(ctx, p.Dir)
	case Cluster:
		redis, err = rig.StartRedisCluster(ctx, p.Dir, 0)
	}
	if err != nil {
		return nil, err
	}
	url := ""
	if redis != nil {
		stops = append(stops, redis.Stop)
		url = redis.URL()
		for i := range redis.Nodes() {
			s.process = append(s.process, redisFaults(redis, i)...)
		}
	}
	if store == Redis || store == Servers { // a cluster tells clients its nodes' own addresses
		proxy, err := rig.NewProxy(redis.Addrs()[0])
		if err != nil {
			return nil, err
		}
		stops = append(stops, proxy.Close)
		url = "redis://" + proxy.Addr()
		s.network = append(s.network, proxyFaults("store", proxy)...)
	}
	n := 1
	if store == Servers || store == Cluster {
		n = sharedServers
	}
	secret := rig.RandomHex(32)
	for i := range n {
		server, err := rig.StartServer(ctx, rig.Serve{Binary: p.Binary, Dir: filepath.Join(p.Dir, fmt.Sprintf("data-%d", i+1)), Redis: url, Secret: secret})
		if err != nil {
			return nil, err
		}
		stops = append(stops, func() { server.Stop() })
		proxy, err := rig.NewProxy(strings.TrimPrefix(server.Base, "http://"))
		if err != nil {
			return nil, err
		}
		stops = append(stops, proxy.Close)
		s.bases = append(s.bases, "http://"+proxy.Addr())
		s.process = append(s.process, serverFaults(server)...)
		s.network = append(s.network, proxyFaults("server", proxy)...)
		if i == 0 {
			if s.admin, err = rig.NewService(server.Base, server.Key); err != nil {
				return nil, err
			}
			s.verify = func(event string) (string, error) { return verifyJournal(ctx, p.Binary, server, event) }
		}
	}
	return s, nil
}

func verifyJournal(ctx context.Context, binary string, server *rig.Server, event string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return rig.Run(ctx, []string{"LANYARD_KEY=" + server.Key}, binary, "journal", "verify", "--server", server.Base, "--event", event)
}

func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rng.Int64N(int64(most-least)))
}

// rest waits and tells whether ctx ended meanwhile.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return false
	case <-ctx.Done():
		return true
	}
}

func serverFaults(s *rig.Server) []fault {
	start := func(ctx context.Context, rng *rand.Rand) error {
		rest(ctx, between(rng, 0, 200*time.Millisecond))
		var err error
		for range 20 { // its way to the store may be cut at this moment
			if err = s.Start(ctx); err == nil || ctx.Err() != nil {
				return err
			}
			rest(ctx, 50*time.Millisecond)
		}
		return err
	}
	return []fault{
		{"server killed", func(ctx context.Context, rng *rand.Rand) error {
			s.Kill()
			return start(ctx, rng)
		}},
		{"server restarted", func(ctx context.Context, rng *rand.Rand) error {
			s.Stop()
			return start(ctx, rng)
		}},
		{"server paused", pause(func() *rig.Process { return s.Process() })},
	}
}

func redisFaults(r *rig.Redis, i int) []fault {
	return []fault{
		{"Redis killed", func(ctx context.Context, _ *rand.Rand) error { return r.Restart(ctx, i) }},
		{"Redis paused", pause(func() *rig.Process { return r.Nodes()[i] })},
		{"scripts flushed", func(context.Context, *rand.Rand) error { return r.FlushScripts(i) }},
	}
}

// pause a process for a while, now and then longer than a client waits.
func pause(process func() *rig.Process) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, rng *rand.Rand) error {
		p := process()
		if err := p.Pause(); err != nil {
			return err
		}
		rest(ctx, between(rng, 50*time.Millisecond, 2*time.Second))
		return p.Resume()
	}
}

func proxyFaults(what string, p *rig.Proxy) []fault {
	during := func(f rig.Fault, most time.Duration) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, rng *rand.Rand) error {
			p.Set(f)
			rest(ctx, between(rng, 5*time.Millisecond, most))
			p.Set(rig.Honest)
			if f == rig.BlackHole {
				p.Cut() // what it has swallowed is dead in any case
			}
			return nil
		}
	}
	return []fault{
		{what + " connections cut", func(context.Context, *rand.Rand) error { p.Cut(); return nil }},
		{what + " answers lost", during(rig.LoseAnswers, 60*time.Millisecond)},
		{what + " connections refused", during(rig.Refuse, 200*time.Millisecond)},
		{what + " black hole", during(rig.BlackHole, 600*time.Millisecond)},
		{what + " slow", func(ctx context.Context, rng *rand.Rand) error {
			p.Delay(between(rng, 5*time.Millisecond, 80*time.Millisecond))
			rest(ctx, between(rng, 50*time.Millisecond, 500*time.Millisecond))
			p.Delay(0)
			return nil
		}},
	}
}

// torment injects faults one after the other until ctx ends, and counts them.
// All of them have had their turn before one comes again, kills first: a short
// run must have seen those.
func torment(ctx context.Context, faults []fault, rng *rand.Rand, count func(name string)) error {
	if len(faults) == 0 {
		return nil
	}
	var deck []fault
	for !rest(ctx, between(rng, 100*time.Millisecond, 700*time.Millisecond)) {
		if len(deck) == 0 {
			deck = slices.Clone(faults)
			rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
			slices.SortStableFunc(deck, func(a, b fault) int { return rank(a) - rank(b) })
		}
		f := deck[0]
		deck = deck[1:]
		count(f.name)
		if err := f.do(context.WithoutCancel(ctx), rng); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func rank(f fault) int {
	if strings.HasSuffix(f.name, " killed") {
		return 0
	}
	return 1
}
