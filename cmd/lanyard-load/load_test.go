package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"
)

var smallPlan = HallPlan{Gates: 8, Venues: 2, Attendees: 600, Capacity: 60}

var smallRun = Run{Mix: Mix{Fresh: 0.6, Repeat: 0.2, Leave: 0.1, Foreign: 0.05, Retry: 0.05}, Rate: 2000, Poisson: true,
	Duration: 250 * time.Millisecond, Seed: 7}

// load runs against a fake with whatever was planted in it.
func load(t *testing.T, plant func(*fake), plan HallPlan, run Run) *Report {
	t.Helper()
	f, service := newFake(t)
	if plant != nil {
		plant(f)
	}
	target := &Target{Service: service, Store: "fake"}
	report, err := target.Load(context.Background(), &options{Plan: plan, Run: run})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.events) != 0 {
		t.Errorf("%d events are left behind", len(f.events))
	}
	return report
}

func TestLoadAgainstAnHonestServer(t *testing.T) {
	for name, run := range map[string]Run{
		"open":   smallRun,
		"closed": {Mix: smallRun.Mix, Duration: 200 * time.Millisecond, Seed: 7},
	} {
		t.Run(name, func(t *testing.T) {
			r := load(t, nil, smallPlan, run)
			for _, c := range r.Contradictions {
				t.Error(c)
			}
			for _, want := range []string{"admitted", "exited", "denied already_inside", "denied venue_full", "denied wrong_event", "denied invalid_token"} {
				// What a closed loop gets done depends on the machine.
				if r.Verdicts[want] == 0 && run.Rate > 0 {
					t.Errorf("no scan was answered %q: %v", want, r.Verdicts)
				}
			}
			if r.Scans == 0 || r.Replayed == 0 && run.Rate > 0 || r.Unsettled != 0 || r.Failures != 0 || len(r.Statuses) != 0 {
				t.Errorf("scans %d, replayed %d, unsettled %d, failures %d, statuses %v", r.Scans, r.Replayed, r.Unsettled, r.Failures, r.Statuses)
			}
		})
	}
}

// A scan whose answer is lost, or that is told to come back, is settled under
// its own id, and nothing contradicts.
func TestLoadThroughLostAnswers(t *testing.T) {
	r := load(t, func(f *fake) {
		f.busy = func(n int) bool { return n%41 == 0 }
		f.answer = func(n int, a map[string]any) map[string]any {
			if n%37 == 0 {
				return nil
			}
			return a
		}
	}, smallPlan, smallRun)
	for _, c := range r.Contradictions {
		t.Error(c)
	}
	if r.Failures == 0 || r.Statuses[http.StatusServiceUnavailable] == 0 || r.Replayed == 0 {
		t.Errorf("failures %d, statuses %v, replayed %d", r.Failures, r.Statuses, r.Replayed)
	}
}

func TestLoadConvictsALyingServer(t *testing.T) {
	change := func(key string, to any) func(int, map[string]any) map[string]any {
		return func(n int, a map[string]any) map[string]any {
			if n%50 != 0 {
				return a
			}
			b := maps.Clone(a)
			b[key] = to
			return b
		}
	}
	tests := []struct {
		name  string
		want  Check
		plant func(*fake)
	}{
		{"green without a row", OtherAnswer, func(f *fake) { f.answer = change("seq", 1) }},
		{"green for everybody", OtherAnswer, func(f *fake) { f.answer = change("result", "admitted") }},
		{"an answer for somebody else", BadAnswer, func(f *fake) { f.answer = change("scan_id", "00000000-0000-4000-8000-000000000000") }},
		{"a made-up count", CountAtScan, func(f *fake) { f.answer = change("venue", map[string]any{"inside": 4711}) }},
		{"in twice", DoubleEntry, func(f *fake) { f.blind = func(n int) bool { return n%5 == 0 } }},
		{"a forgotten row", SeqGap, func(f *fake) {
			f.answer = func(n int, a map[string]any) map[string]any {
				if n == 100 {
					for _, e := range f.events {
						if len(e.rows) > 60 {
							e.rows = slices.Delete(e.rows, 50, 51)
						}
					}
				}
				return a
			}
		}},
		{"a changed row", BrokenChain, func(f *fake) {
			f.answer = func(n int, a map[string]any) map[string]any {
				if n == 100 {
					for _, e := range f.events {
						e.rows[len(e.rows)-1]["at"] = "2026-11-01T00:00:01.000Z"
					}
				}
				return a
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := load(t, test.plant, smallPlan, smallRun)
			if !slices.ContainsFunc(r.Contradictions, func(c Contradiction) bool { return c.Check == test.want }) {
				t.Errorf("the audit found %v, not %s", r.Contradictions, test.want)
			}
		})
	}
}

func TestLoadEndsWhenFreshBadgesRunOut(t *testing.T) {
	plan := HallPlan{Gates: 4, Venues: 2, Attendees: 50}
	r := load(t, nil, plan, Run{Mix: Mix{Fresh: 1}, Duration: time.Minute, Seed: 1})
	if !r.Spent || r.Verdicts["admitted"] != plan.Attendees*plan.Venues || len(r.Contradictions) != 0 {
		t.Errorf("spent %t, verdicts %v, contradictions %v", r.Spent, r.Verdicts, r.Contradictions)
	}
}
