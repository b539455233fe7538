package powercut

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"lanyard/cmd/lanyard-torture/crowd"
	"lanyard/cmd/lanyard-torture/part"
)

const (
	diskMiB   = 256
	people    = 200
	places    = 40
	gatesOpen = 8
	// back is how long the store may take to answer again once its disk is whole.
	back = 30 * time.Second
)

// On takes the disk away from a store for the plan's time, and each fault at
// least once.
func On(store string) part.Func {
	return func(ctx context.Context, p part.Plan) (t part.Tally, err error) {
		d, err := newDisk(ctx, p.Dir, diskMiB)
		if err != nil {
			return t, err
		}
		defer func() {
			if e := d.unmount(); err == nil && e != nil {
				err = e
			}
		}()
		s, err := startSystem(ctx, store, d, p)
		if err != nil {
			return t, err
		}
		defer s.stop()
		hall, err := crowd.Build(ctx, s.admin, people, places, p.Seed)
		if err != nil {
			return t, err
		}
		rng := rand.New(rand.NewPCG(p.Seed, 0x706f776572))
		r := &round{system: s, hall: hall, rng: rng, tally: &t}
		done := map[string]int{}
		var slowest time.Duration
		var deck []fault
		for end := time.Now().Add(p.Duration); len(deck) > 0 || len(done) == 0 || time.Now().Before(end); {
			if ctx.Err() != nil {
				return t, ctx.Err()
			}
			if len(deck) == 0 {
				deck = slices.Clone(faults)
				rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
			}
			f := deck[0]
			deck = deck[1:]
			took, err := r.play(ctx, f)
			if err != nil {
				return t, fmt.Errorf("%s: %w", f.name, err)
			}
			p.Log("%s: %d verdicts so far, next after %.2f s", f.name, hall.Heard(), took.Seconds())
			slowest = max(slowest, took)
			done[f.name]++
			t.Faults++
			if t.Violated() {
				break
			}
		}
		hall.Count(&t)
		var each []string
		for _, name := range slices.Sorted(maps.Keys(done)) {
			each = append(each, fmt.Sprintf("%s %d", name, done[name]))
		}
		t.Note("faults: %s; longest time from a whole disk to the next verdict %.2f s", strings.Join(each, ", "), slowest.Seconds())
		p.Log("%d faults, %d verdicts, %d lost", t.Faults, t.Acknowledged, t.Lost)
		return t, nil
	}
}

// play a fault while gates scan, and audit what they were told when everything
// is whole again. It tells how long the store then took to its next verdict.
func (r *round) play(ctx context.Context, f fault) (took time.Duration, err error) {
	scanning, stop := context.WithCancel(ctx)
	defer stop()
	var gates sync.WaitGroup
	scan := func() {
		gates.Go(func() { r.hall.Scan(scanning, r.admin, gatesOpen, back) })
	}
	r.quiet = func() { stop(); gates.Wait() }
	defer r.quiet()
	scan()
	time.Sleep(200*time.Millisecond + time.Duration(r.rng.Int64N(int64(600*time.Millisecond))))
	if err := f.do(ctx, r); err != nil {
		return 0, err
	}
	whole, heard := time.Now(), r.hall.Heard()
	if scanning.Err() != nil { // the fault wanted quiet
		scanning, stop = context.WithCancel(ctx)
		defer stop()
		r.quiet = func() { stop(); gates.Wait() }
		scan()
	}
	for r.hall.Heard() == heard {
		if took = time.Since(whole); took > back {
			r.tally.Convict(&r.tally.WrongAnswers, "no scan was answered within %s after %s: %s", back, f.name, r.server.Process().LastWords())
			return took, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	took = time.Since(whole)
	time.Sleep(100 * time.Millisecond)
	r.quiet()
	if err := r.hall.Audit(ctx, r.admin, r.tally); err != nil {
		return took, fmt.Errorf("%w; the server's last words: %s", err, r.server.Process().LastWords())
	}
	return took, nil
}
