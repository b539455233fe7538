package simulate

import (
	"context"
	"flag"
	"testing"
	"time"
)

var (
	seed     = flag.Uint64("seed", 1, "seed of the first conference")
	duration = flag.Duration("duration", 0, "simulate for so long instead of a few conferences")
)

func TestConferences(t *testing.T) {
	o := Options{Seed: *seed, Duration: *duration, Runs: 6}
	if o.Duration > 0 {
		o.Runs = 0
	}
	began := time.Now()
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Violations {
		t.Error(v)
	}
	t.Logf("%d conferences, %.0f days, %d steps, %d operations, %d faults %v, %d orders of syncing in %v", r.Runs, r.Days, r.Steps, r.Operations,
		r.Faults, r.ByFault, r.SyncOrders, time.Since(began).Round(time.Millisecond))
}
