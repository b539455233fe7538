package main

import (
	"context"
	"math"
	"testing"
	"time"
)

// heldClock moves only when somebody sleeps, or by what a step takes.
type heldClock struct {
	now   time.Duration
	slept []time.Duration
}

func (c *heldClock) Now() time.Duration { return c.now }

func (c *heldClock) SleepUntil(_ context.Context, at time.Duration) {
	c.slept = append(c.slept, at)
	c.now = at
}

func dispatched(clock Clock, s *Schedule, end time.Duration) (due []time.Duration) {
	all := make(chan time.Duration, 100_000)
	Dispatch(context.Background(), clock, s, end, all)
	for at := range all {
		due = append(due, at)
	}
	return due
}

func TestDispatchIsEven(t *testing.T) {
	clock := &heldClock{}
	due := dispatched(clock, NewSchedule(400, false, 1), time.Second)
	if len(due) != 400 {
		t.Fatalf("%d scans in a second at 400 a second", len(due))
	}
	for i, at := range due {
		if want := time.Duration(i) * 2500 * time.Microsecond; at != want {
			t.Fatalf("scan %d is due at %s, not %s", i, at, want)
		}
	}
	if len(clock.slept) != 399 {
		t.Errorf("slept %d times between 400 scans", len(clock.slept))
	}
}

// A generator that was held up sends what is due at once, each with the time
// at which it was due: the delay counts as latency and no scan is left out.
func TestDispatchCatchesUp(t *testing.T) {
	clock := &heldClock{now: 500 * time.Millisecond}
	due := dispatched(clock, NewSchedule(100, false, 1), time.Second)
	if len(due) != 100 || due[49] != 490*time.Millisecond {
		t.Fatalf("%d scans, the 50th due at %s", len(due), due[49])
	}
	if len(clock.slept) != 49 || clock.slept[0] != 510*time.Millisecond {
		t.Errorf("slept %d times, first until %s", len(clock.slept), clock.slept[0])
	}
}

func TestDispatchAtRandom(t *testing.T) {
	first := dispatched(&heldClock{}, NewSchedule(1000, true, 5), 20*time.Second)
	again := dispatched(&heldClock{}, NewSchedule(1000, true, 5), 20*time.Second)
	other := dispatched(&heldClock{}, NewSchedule(1000, true, 6), 20*time.Second)
	if len(first) != len(again) || first[len(first)-1] != again[len(again)-1] {
		t.Error("the same seed gives other arrivals")
	}
	if len(first) == len(other) && first[len(first)-1] == other[len(other)-1] {
		t.Error("another seed gives the same arrivals")
	}
	// 20,000 are expected, with a standard deviation of 141.
	if math.Abs(float64(len(first)-20_000)) > 6*141 {
		t.Errorf("%d arrivals, about 20,000 expected", len(first))
	}
	// Of exponential gaps, 1/e are longer than the mean.
	long := 0
	for i := 1; i < len(first); i++ {
		if first[i] < first[i-1] {
			t.Fatal("arrivals go back in time")
		}
		if first[i]-first[i-1] > time.Millisecond {
			long++
		}
	}
	if share := float64(long) / float64(len(first)); math.Abs(share-1/math.E) > 0.02 {
		t.Errorf("%.3f of the gaps are longer than the mean, not about %.3f", share, 1/math.E)
	}
}

func TestDispatchStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	due := make(chan time.Duration, 10)
	Dispatch(ctx, &heldClock{}, NewSchedule(1, false, 1), time.Hour, due)
	if _, open := <-due; open {
		t.Error("a scan is due after the end")
	}
}
