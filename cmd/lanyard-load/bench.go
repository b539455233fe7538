package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Row of a benchmark: one number beside its bar.
type BenchRow struct {
	Name   string  `json:"row"`
	Ratio  float64 `json:"ratio"` // median over the rounds
	Bar    float64 `json:"bar"`
	Own    bool    `json:"own,omitempty"` // the bar is the harness' own: nobody demands it
	Better string  `json:"better"`        // higher or lower
	Spread float64 `json:"spread"`        // greatest less least
	Rounds int     `json:"rounds"`
	Detail string  `json:"detail"`
}

// Better of a row.
const (
	higher = "higher"
	lower  = "lower"
)

// NewBenchRow from one ratio a round.
func NewBenchRow(name string, bar float64, better string, ratios []float64, detail string) BenchRow {
	median, spread := Median(ratios)
	return BenchRow{Name: name, Ratio: round3(median), Bar: bar, Better: better, Spread: round3(spread), Rounds: len(ratios), Detail: detail}
}

func round3(f float64) float64 { return math.Round(f*1000) / 1000 }

// Reached tells whether the row keeps to its bar.
func (r BenchRow) Reached() bool {
	if r.Better == higher {
		return r.Ratio >= r.Bar
	}
	return r.Ratio <= r.Bar
}

// bench is a series of measurements on one machine. Each round measures one
// side and at once the other, so that what else the machine does hits both,
// and a row is the median of the rounds' ratios.
type bench struct {
	start, dir   string
	rounds       int
	span         time.Duration // of one measurement
	attendees    int           // of the roster rows
	gates        int
	many         int // badges of the scale rows
	rows         []string
	json         string
	growthDir    string // where the table and the plot of growth go
	stdout       io.Writer
	stderr       io.Writer
	measurements []BenchRow
	beyond       []string // figures that have no bar
}

// benchSets are what --rows chooses from, in the order in which they run.
var benchSets = []struct {
	name    string
	measure func(*bench, context.Context) error
}{
	{"scans", (*bench).scans},
	{"roster", (*bench).roster},
	{"bulk", (*bench).bulk},
	{"boards", (*bench).boards},
	{"browser", (*bench).browser},
	{"growth", (*bench).growth},
	{"scale", (*bench).scale},
}

func runBench(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	b := &bench{stdout: stdout, stderr: stderr}
	f := flag.NewFlagSet("lanyard-load bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&b.start, "start", "bin/lanyard", "the lanyard `binary` to measure")
	f.StringVar(&b.dir, "dir", "", "`folder` on the disk to measure (default: where the binary is)")
	f.IntVar(&b.rounds, "rounds", 5, "rounds of each row")
	f.DurationVar(&b.span, "span", 3*time.Second, "how long one measurement takes")
	f.IntVar(&b.attendees, "attendees", 100_000, "attendees of the roster rows")
	f.IntVar(&b.gates, "gates", 64, "gates that scan at the same time")
	f.IntVar(&b.many, "many", 1_000_000, "badges on record in the scale rows")
	rows := f.String("rows", "scans,roster,bulk,boards,browser", "which `rows`: scans, roster, bulk, boards, browser, scale (takes minutes), growth (takes minutes)")
	f.StringVar(&b.growthDir, "growth-dir", filepath.Join("cmd", "lanyard-load", "growth"), "`folder` for the table and the plot of the growth rows")
	f.StringVar(&b.json, "json", os.Getenv("JSON"), "also write the rows to this `file`; JSON sets it too")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return &usageError{err}
	}
	b.rows = strings.Split(*rows, ",")
	known := func(name string) bool {
		for _, set := range benchSets {
			if set.name == name {
				return true
			}
		}
		return false
	}
	for _, name := range b.rows {
		if !known(name) {
			return misuse("no rows named %q", name)
		}
	}
	if b.rounds < 1 || b.span < 100*time.Millisecond || b.span > time.Minute || b.gates < 1 || b.attendees < 1 || b.many < fewBadges {
		return misuse("rounds, span (0.1 s to a minute), gates, attendees and many (at least %d) must be positive", fewBadges)
	}
	if b.dir == "" {
		b.dir = filepath.Dir(b.start)
	}
	return b.run(ctx)
}

func (b *bench) run(ctx context.Context) error {
	describeMachine(ctx, b.stdout, b.start, b.dir)
	for _, set := range benchSets {
		if !slices.Contains(b.rows, set.name) {
			continue
		}
		if err := set.measure(b, ctx); err != nil {
			return fmt.Errorf("rows %s: %w", set.name, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	fmt.Fprintln(b.stdout)
	for _, r := range b.measurements {
		r.print(b.stdout)
	}
	for _, line := range b.beyond {
		fmt.Fprintln(b.stdout, "no bar:", line)
	}
	if b.json == "" {
		return nil
	}
	text, err := json.MarshalIndent(b.measurements, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(b.json, append(text, '\n'), 0o644)
}

func (b *bench) add(r BenchRow) { b.measurements = append(b.measurements, r) }

func (b *bench) note(format string, args ...any) { fmt.Fprintf(b.stdout, format+"\n", args...) }

func (r BenchRow) print(w io.Writer) {
	verdict, bar := "reached", "at least"
	if !r.Reached() {
		verdict = "MISSED"
	}
	if r.Better == lower {
		bar = "at most"
	}
	if r.Own {
		bar = "our own bar: " + bar
	}
	fmt.Fprintf(w, "%-44s %8.3f  (%s %g: %s; spread %.3f over %d rounds)\n%46s%s\n", r.Name, r.Ratio, bar, r.Bar, verdict, r.Spread, r.Rounds, "", r.Detail)
}

// start one of our targets, in a folder of its own under the bench's.
func (b *bench) target(ctx context.Context, store string) (*Target, error) {
	return StartTarget(ctx, b.start, store, b.dir, nil)
}
