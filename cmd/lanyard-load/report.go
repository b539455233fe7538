package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Report of a load run.
type Report struct {
	Store          string          `json:"store"`
	Gates          int             `json:"gates"`
	Attendees      int             `json:"attendees"`
	Rate           float64         `json:"rate"` // 0 for closed loop
	Poisson        bool            `json:"poisson"`
	Seed           uint64          `json:"seed"`
	Seconds        float64         `json:"seconds"`
	Scans          int             `json:"scans"`
	PerSecond      float64         `json:"scans_per_s"`
	Latency        Latencies       `json:"latency"`
	Waited         Latencies       `json:"waited"`   // of the latency, for a free gate or for this program
	Verdicts       map[string]int  `json:"verdicts"` // "denied already_inside"
	Replayed       int             `json:"replayed"`
	Statuses       map[int]int     `json:"statuses"` // other than 200
	Failures       int             `json:"broken_connections"`
	Unsettled      int             `json:"unsettled"`
	Spent          bool            `json:"fresh_badges_ran_out"`
	Rows           int             `json:"journal_rows"`
	Contradictions []Contradiction `json:"contradictions"`
}

// NewReport sums up.
func NewReport(store string, plan HallPlan, run Run, o Outcome, rows int, found []Contradiction) *Report {
	r := &Report{Store: store, Gates: plan.Gates, Attendees: plan.Attendees, Rate: run.Rate, Poisson: run.Poisson, Seed: run.Seed,
		Seconds: o.Elapsed.Seconds(), Latency: NewLatencies(o.Times), Waited: NewLatencies(o.Waits), Verdicts: map[string]int{},
		Statuses: o.Statuses, Failures: o.Failures, Spent: o.Spent, Rows: rows, Contradictions: found}
	for i := range o.Answers {
		a := &o.Answers[i]
		if !a.Settled {
			r.Unsettled++
			continue
		}
		r.Scans++
		r.Verdicts[verdict(a)]++
		if a.Replayed {
			r.Replayed++
		}
	}
	r.PerSecond = float64(r.Scans) / o.Elapsed.Seconds()
	return r
}

// shownContradictions of one check are printed; the rest are counted.
const shownContradictions = 5

// Print for people.
func (r *Report) Print(w io.Writer) {
	loop := "closed loop"
	if r.Rate > 0 {
		loop = fmt.Sprintf("open loop, %g scans/s evenly spaced", r.Rate)
		if r.Poisson {
			loop = fmt.Sprintf("open loop, %g scans/s at random", r.Rate)
		}
	}
	fmt.Fprintf(w, "%d gates, %d attendees, store %s, %s, seed %d\n", r.Gates, r.Attendees, r.Store, loop, r.Seed)
	fmt.Fprintf(w, "scans      %d in %.2f s: %.0f a second\n", r.Scans, r.Seconds, r.PerSecond)
	fmt.Fprintf(w, "latency    p50 %.2f ms, p95 %.2f ms, p99 %.2f ms, max %.2f ms\n", r.Latency.P50, r.Latency.P95, r.Latency.P99, r.Latency.Max)
	if r.Rate > 0 {
		fmt.Fprintf(w, "           counted from when each scan was due; of that, waiting for a free gate p50 %.2f ms, p99 %.2f ms\n", r.Waited.P50, r.Waited.P99)
	}
	names := make([]string, 0, len(r.Verdicts))
	for name := range r.Verdicts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(w, "verdict    %7d %s\n", r.Verdicts[name], name)
	}
	if r.Replayed > 0 {
		fmt.Fprintf(w, "           %7d of these replayed\n", r.Replayed)
	}
	for status, n := range r.Statuses {
		fmt.Fprintf(w, "status     %7d answers %d\n", n, status)
	}
	if r.Failures > 0 || r.Unsettled > 0 {
		fmt.Fprintf(w, "failures   %7d broken connections, %d scans never answered\n", r.Failures, r.Unsettled)
	}
	if r.Spent {
		fmt.Fprintln(w, "note       fresh badges ran out before the end")
	}
	if len(r.Contradictions) == 0 {
		fmt.Fprintf(w, "audit      ok: %d journal rows against %d answers, %d checks\n", r.Rows, r.Scans, len(Checks))
		return
	}
	shown := map[Check]int{}
	for _, c := range r.Contradictions {
		if shown[c.Check]++; shown[c.Check] <= shownContradictions {
			fmt.Fprintf(w, "audit      %s\n", c)
		}
	}
	var sums []string
	for _, check := range Checks {
		if n := shown[check]; n > 0 {
			sums = append(sums, fmt.Sprintf("%d %s", n, check))
		}
	}
	fmt.Fprintf(w, "audit      FAILED: %s\n", strings.Join(sums, ", "))
}

// Write as JSON.
func (r *Report) Write(file string) error {
	if r.Contradictions == nil {
		r.Contradictions = []Contradiction{}
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
