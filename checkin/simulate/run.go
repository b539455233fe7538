package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"lanyard/checkin"
)

// Options of a simulation.
type Options struct {
	// Seed of the first run; the next one has Seed+1, and so on.
	Seed uint64
	// Duration and Runs end it, whichever comes first and is not 0. With neither
	// there is one run.
	Duration time.Duration
	Runs     int
	// Steps of one run, each one thing that somebody does; 0 is 800.
	Steps int
	// Open gives a store without events for a run and closes it afterwards; nil
	// is the engine in memory.
	Open func() (checkin.Store, error)
	// Bug is planted into every store, nil for none.
	Bug *Bug
	// Whole leaves the trace of a violation as long as it was.
	Whole bool
}

// Report of a simulation.
type Report struct {
	Runs         int
	Steps        int
	Operations   int // commands; a batch counts each of its scans
	Acknowledged int // commands that the store carried out
	Faults       int
	ByFault      map[string]int
	SyncOrders   int // orders in which phones' facts were synced
	Days         float64
	Violations   []Violation
	// Hash is a digest of everything that was asked and answered: one seed, one
	// number of steps, one hash.
	Hash string
}

// Violation of a promise.
type Violation struct {
	Seed   uint64
	Step   int
	Rule   string
	Detail string
	// Trace is the shortest list of commands found that shows it, in order.
	Trace []Command
}

func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, step %d: %s: %s", v.Seed, v.Step, v.Rule, v.Detail)
	for _, c := range v.Trace {
		b.WriteString("\n  " + c.String())
	}
	return b.String()
}

// run is one conference under way.
type run struct {
	ctx      context.Context
	commands []Command
	report   *Report
}

// enough violations end a simulation: the first ones tell enough.
func (o *Options) enough() int {
	if o.Bug != nil {
		return 1
	}
	return 3
}

// Run simulates conferences. The error is a store's failure or the context's;
// what a store did wrong is in the report.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Steps == 0 {
		o.Steps = 800
	}
	if o.Duration == 0 && o.Runs == 0 {
		o.Runs = 1
	}
	report := Report{ByFault: map[string]int{}}
	all := sha256.New()
	until := time.Now().Add(o.Duration)
	for seed := o.Seed; ctx.Err() == nil; seed++ {
		if o.Runs > 0 && report.Runs == o.Runs || o.Duration > 0 && !time.Now().Before(until) || len(report.Violations) >= o.enough() {
			break
		}
		digest, err := one(ctx, o, seed, &report)
		if err != nil {
			return report, fmt.Errorf("seed %d: %w", seed, err)
		}
		all.Write([]byte(digest))
		report.Runs++
	}
	report.Hash = hex.EncodeToString(all.Sum(nil))
	return report, ctx.Err()
}

// one runs a single seed.
func one(ctx context.Context, o Options, seed uint64, report *Report) (digest string, err error) {
	s, err := o.open()
	if err != nil {
		return "", err
	}
	defer s.Close()
	r := &run{ctx: ctx, report: report}
	w := &world{Rand: rand.New(rand.NewPCG(seed, 0x6c616e79617264)), k: o.checker(s), run: r}
	err = w.begin()
	step := 0
	for err == nil && step < o.Steps && ctx.Err() == nil {
		step++
		err = w.step()
	}
	report.Steps += step
	report.Days += w.now.Sub(w.start).Hours() / 24
	var v *wrong
	if errors.As(err, &v) {
		trace := r.commands
		if !o.Whole {
			trace = shrink(ctx, o, trace, v.rule)
		}
		report.Violations = append(report.Violations, Violation{Seed: seed, Step: step, Rule: v.rule, Detail: v.detail, Trace: trace})
		err = nil
	}
	return w.k.digest(), err
}

// event is what every simulated conference is called.
const event = "simulated"

func (o *Options) open() (checkin.Store, error) {
	if o.Open == nil {
		return o.wrap(checkin.NewMemory()), nil
	}
	s, err := o.Open()
	if err != nil {
		return nil, err
	}
	return o.wrap(s), nil
}

func (o *Options) checker(s checkin.Store) *checker {
	k := newChecker(s, event, o.wrap)
	k.oneOrder = o.Bug != nil && !o.Bug.order
	return k
}

func (o *Options) wrap(s checkin.Store) checkin.Store {
	if o.Bug == nil {
		return s
	}
	return o.Bug.into(s)
}

// Conviction is what became of a planted bug.
type Conviction struct {
	Bug string
	// Violation that gave it away, nil for none.
	Violation *Violation
}

// Prove plants the bugs one after the other and runs conferences until each is
// noticed, at most so many. Traces are not shortened.
func Prove(ctx context.Context, seed uint64, runs int) ([]Conviction, error) {
	var all []Conviction
	for i := range Bugs {
		r, err := Run(ctx, Options{Seed: seed, Runs: runs, Bug: &Bugs[i], Whole: true})
		if err != nil {
			return all, fmt.Errorf("%s: %w", Bugs[i].Name, err)
		}
		c := Conviction{Bug: Bugs[i].Name}
		if len(r.Violations) > 0 {
			c.Violation = &r.Violations[0]
		}
		all = append(all, c)
	}
	return all, nil
}
