package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// Schedule says when scans are due, counted from the start of a run. It depends
// on rate and seed alone, never on how fast the server answers.
type Schedule struct {
	gap    time.Duration // mean
	rng    *rand.Rand    // nil: evenly spaced
	next   time.Duration
	number int
}

// NewSchedule of rate scans a second; with poisson the gaps are random and
// independent, as of people who don't know of each other.
func NewSchedule(rate float64, poisson bool, seed uint64) *Schedule {
	s := &Schedule{gap: time.Duration(float64(time.Second) / rate)}
	if poisson {
		s.rng = rand.New(rand.NewPCG(seed, 0x5ced))
	}
	return s
}

// Next is when the next scan is due.
func (s *Schedule) Next() time.Duration {
	due := s.next
	if s.rng != nil {
		s.next += time.Duration(s.rng.ExpFloat64() * float64(s.gap))
		return due
	}
	s.number++
	s.next = time.Duration(s.number) * s.gap
	return due
}

// Clock is what a run tells time by: tests have their own.
type Clock interface {
	Now() time.Duration // since the start of the run
	SleepUntil(ctx context.Context, at time.Duration)
}

// Dispatch hands each scan's due time to whoever takes from due, not before
// that time, until the run is over. due must have room for a whole run: a
// dispatcher that waited for a busy gate would hide the very latency that it is
// there to show.
func Dispatch(ctx context.Context, clock Clock, s *Schedule, end time.Duration, due chan<- time.Duration) {
	defer close(due)
	for at := s.Next(); at < end && ctx.Err() == nil; at = s.Next() {
		if at > clock.Now() {
			clock.SleepUntil(ctx, at)
		}
		due <- at
	}
}

// wallClock tells real time since it was started.
type wallClock struct{ start time.Time }

func (c wallClock) Now() time.Duration { return time.Since(c.start) }

// SleepUntil returns late by what the machine takes to wake somebody, which
// counts as waiting for a gate.
func (c wallClock) SleepUntil(ctx context.Context, at time.Duration) {
	for ctx.Err() == nil {
		left := at - c.Now()
		if left <= 0 {
			return
		}
		pause(min(left, 50*time.Millisecond)) // so that an interrupt is noticed
	}
}
