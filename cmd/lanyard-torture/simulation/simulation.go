// Package simulation runs simulated conferences on every store: the one place
// of the torture that looks at the stores themselves, because only they take
// virtual time.
package simulation

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/redisstore"
	"lanyard/checkin/simulate"
	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// proofRuns is how many conferences a planted bug may stay unnoticed for.
const proofRuns = 20

// Conferences proves the checker by planted bugs and then simulates for the
// plan's time: half of it in memory, the rest on the embedded store and on
// Redis, which both have to answer as the memory does. The first run on each
// store has the plan's seed, the next ones those that follow.
func Conferences(ctx context.Context, p part.Plan) (part.Tally, error) {
	var t part.Tally
	convictions, err := simulate.Prove(ctx, p.Seed, proofRuns)
	if err != nil {
		return t, err
	}
	for _, c := range convictions {
		if t.Planted++; c.Violation != nil {
			t.Found++
		} else {
			t.Note("nobody noticed: %s", c.Bug)
		}
	}
	p.Log("%d of %d planted bugs convicted", t.Found, t.Planted)

	redis, err := rig.StartRedis(ctx, p.Dir)
	if err != nil {
		return t, err
	}
	defer redis.Stop()
	if _, err := play(ctx, &t, p, "memory", simulate.Options{Seed: p.Seed, Duration: p.Duration / 2}); err != nil {
		return t, err
	}
	stores := []struct {
		name string
		open func() (checkin.Store, error)
	}{
		{"embedded store", func() (checkin.Store, error) {
			dir, err := os.MkdirTemp(p.Dir, "conference-")
			if err != nil {
				return nil, err
			}
			s, err := boltstore.Open(filepath.Join(dir, "data"), boltstore.Options{FoldEvery: 200})
			return &passing{Store: s, over: func() { os.RemoveAll(dir) }}, err
		}},
		{"redis", func() (checkin.Store, error) {
			if _, err := redis.Ask(0, "FLUSHALL"); err != nil {
				return nil, err
			}
			return redisstore.Open(ctx, redis.URL(), redisstore.Options{})
		}},
	}
	for _, s := range stores {
		r, err := play(ctx, &t, p, s.name, simulate.Options{Seed: p.Seed, Duration: p.Duration / 4, Open: s.open})
		if err != nil {
			return t, err
		}
		if len(r.Violations) > 0 {
			continue
		}
		model, err := simulate.Run(ctx, simulate.Options{Seed: p.Seed, Runs: r.Runs})
		if err != nil {
			return t, err
		}
		if model.Hash != r.Hash {
			t.Convict(&t.WrongAnswers, "the %s doesn't answer as the memory does in %d conferences from seed %d", s.name, r.Runs, p.Seed)
		}
	}
	return t, nil
}

// passing is a store whose data goes when it is closed.
type passing struct {
	checkin.Store
	over func()
}

func (s *passing) Close() error {
	err := s.Store.Close()
	s.over()
	return err
}

// play simulates on one store and adds what came of it to the tally.
func play(ctx context.Context, t *part.Tally, p part.Plan, store string, o simulate.Options) (simulate.Report, error) {
	began := time.Now()
	r, err := simulate.Run(ctx, o)
	t.Faults += r.Faults
	t.Operations += r.Operations
	t.Acknowledged += r.Acknowledged
	for _, v := range r.Violations {
		column := &t.WrongAnswers
		switch v.Rule {
		case simulate.RuleCapacity:
			column = &t.OverCapacity
		case simulate.RuleExit:
			column = &t.Doubled
		}
		t.Convict(column, "%s: %v", store, v)
	}
	t.Note("%s: %d conferences of %.0f days in %.0f s, %d steps, %d orders of syncing", store, r.Runs, r.Days, time.Since(began).Seconds(), r.Steps, r.SyncOrders)
	p.Log("%s: %d conferences from seed %d, %d faults", store, r.Runs, o.Seed, r.Faults)
	return r, err
}
