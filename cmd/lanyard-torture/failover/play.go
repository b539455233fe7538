package failover

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/crowd"
	"lanyard/cmd/lanyard-torture/part"
)

const (
	people    = 200
	places    = 40
	gatesOpen = 8
	// calm between two faults, and after the last.
	calm = time.Second
)

// fault of what holds an event leaves the system whole, or tells that it isn't.
type fault struct {
	name string
	do   func(ctx context.Context, event string) error
}

// play faults while gates scan, each before one comes again, and audit after
// each what the gates were told.
func play(ctx context.Context, p part.Plan, url string, faults []fault) (t part.Tally, err error) {
	site, err := crowd.Open(ctx, p, rig.Serve{Redis: url, Secret: rig.RandomHex(32), Args: []string{"--redis-replicas", "1"}}, people, places)
	if err != nil {
		return t, err
	}
	defer site.Close()
	hall, admin := site.Hall, site.Admin
	rng := rand.New(rand.NewPCG(p.Seed, 0x6661696c))
	silence := map[string][]time.Duration{}
	var deck []fault
	for end := time.Now().Add(p.Duration); len(deck) > 0 || t.Faults == 0 || time.Now().Before(end); {
		if ctx.Err() != nil {
			return t, ctx.Err()
		}
		if len(deck) == 0 {
			deck = slices.Clone(faults)
			rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		}
		f := deck[0]
		deck = deck[1:]
		if err := during(ctx, hall, admin, f); err != nil {
			return t, fmt.Errorf("%s: %w", f.name, err)
		}
		t.Faults++
		longest := hall.Silence()
		silence[f.name] = append(silence[f.name], longest)
		p.Log("%s: gates were without a verdict for %.2f s", f.name, longest.Seconds())
		if err := hall.Audit(ctx, admin, &t); err != nil {
			return t, fmt.Errorf("after %s: %w", f.name, err)
		}
		if t.Violated() {
			break
		}
	}
	hall.Count(&t)
	var each []string
	for _, f := range faults {
		if all := silence[f.name]; len(all) > 0 {
			slices.Sort(all)
			each = append(each, fmt.Sprintf("%s %d times, median %.2f s, at most %.2f s", f.name, len(all), all[len(all)/2].Seconds(), all[len(all)-1].Seconds()))
		}
	}
	t.Note("longest time without any verdict: %s", strings.Join(each, "; "))
	return t, nil
}

// during a fault all gates scan; it is over when they have gone on scanning
// for a while after it.
func during(ctx context.Context, hall *crowd.Hall, admin *rig.Service, f fault) error {
	scanning, stop := context.WithCancel(ctx)
	defer stop()
	var gates sync.WaitGroup
	gates.Go(func() { hall.Scan(scanning, admin, gatesOpen, patience) })
	defer gates.Wait()
	defer stop()
	if err := rest(ctx, calm); err != nil {
		return err
	}
	if err := f.do(ctx, hall.Event); err != nil {
		return err
	}
	heard := hall.Heard()
	if err := until(ctx, "no gate gets a verdict", func() bool { return hall.Heard() > heard }); err != nil {
		return err
	}
	return rest(ctx, calm)
}
