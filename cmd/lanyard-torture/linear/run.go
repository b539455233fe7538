package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"lanyard/cmd/lanyard-torture/part"
)

const (
	// historyOf bounds a history in time; a longer run makes several, each in an
	// event of its own. The search takes memory by the square of the history.
	historyOf = 20 * time.Second
	// roster is how many badges an event has.
	roster = 600
	// usualThink is the longest pause of a client between two acts.
	usualThink = 40 * time.Millisecond
	// usualLate is how long an operation may still happen whose client has gone:
	// longer than the three seconds that a server waits for its store.
	usualLate = 4 * time.Second
)

// On is the part that holds Lanyard on one of the stores to its rules.
func On(store string) part.Func {
	return func(ctx context.Context, p part.Plan) (t part.Tally, err error) {
		s, err := startSystem(ctx, store, p)
		if err != nil {
			return t, err
		}
		defer s.stop()
		n := int((p.Duration + historyOf - 1) / historyOf)
		r := &runner{system: s, tally: &t, faults: map[string]int{}, verdicts: map[string]int{}, think: usualThink, late: usualLate}
		for i := range n {
			if err := r.history(ctx, p.Seed+uint64(i)*1_000_003, p.Duration/time.Duration(n), roster); err != nil {
				return t, err
			}
			p.Log("history %d of %d: %d operations, %d faults, %d violations", i+1, n, t.Operations, t.Faults, t.Lost+t.Doubled+t.OverCapacity+t.WrongAnswers)
		}
		r.note()
		return t, nil
	}
}

// runner makes histories on one system and adds them up.
type runner struct {
	*system
	tally           *part.Tally
	think           time.Duration // longest pause of a client
	late            time.Duration // until nothing can happen any more whose client has gone
	mu              sync.Mutex
	faults          map[string]int
	verdicts        map[string]int
	happened, never int
	gap             time.Duration
	took            time.Duration // by the checker
	spent           time.Duration // making histories
}

func (r *runner) count(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.Faults++
	r.faults[name]++
}

// history of one event: made under faults, then checked.
func (r *runner) history(ctx context.Context, seed uint64, during time.Duration, badges int) error {
	hall, err := MakeHall(ctx, r.admin, badges)
	if err != nil {
		return err
	}
	c := newCrowd(hall, seed, r.bases, r.think)
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	var crowd sync.WaitGroup
	crowd.Go(func() { c.run(working) })
	tormenting, calm := context.WithTimeout(ctx, during)
	defer calm()
	var nemeses sync.WaitGroup
	broken := make([]error, 2)
	for i, faults := range [][]fault{r.process, r.network} {
		nemeses.Go(func() {
			broken[i] = torment(tormenting, faults, rand.New(rand.NewPCG(seed, 1000+uint64(i))), r.count)
		})
	}
	<-tormenting.Done()
	nemeses.Wait()
	rest(ctx, min(300*time.Millisecond, during/4)) // some more in peace: what broke must be whole again
	c.stop()
	crowd.Wait()
	if err := errors.Join(append(broken, ctx.Err())...); err != nil {
		return err
	}
	r.spent += during
	evidence, err := r.collect(ctx, hall, c.rec)
	if err != nil {
		return err
	}
	began := time.Now()
	r.tally.Faults += c.faults
	r.faults["requests doubled or overtaken"] += c.faults
	outcome, err := check(r.tally, hall, c.rec, evidence)
	r.took += time.Since(began)
	r.add(c.rec, outcome)
	if err != nil {
		return err
	}
	return r.admin.Delete(ctx, hall.path(""))
}

// collect what is on record. While operations have no outcome, it first lets
// pass the time in which they could still happen.
func (r *runner) collect(ctx context.Context, hall *Hall, rec *Recorder) (*Evidence, error) {
	if slices.ContainsFunc(rec.Ops(), func(o Op) bool { return !o.Answered && o.Kind != Look }) {
		last := int64(0)
		for _, o := range rec.Ops() {
			if !o.Answered {
				last = max(last, o.Call)
			}
		}
		rest(ctx, r.late-time.Duration(rec.now()-last))
	}
	e, err := collect(ctx, hall)
	if err == nil && r.verify != nil {
		e.Verify = func() (string, error) { return r.verify(hall.Event) }
	}
	return e, err
}

// add a history to the notes.
func (r *runner) add(rec *Recorder, s settled) {
	for _, o := range rec.Ops() {
		switch {
		case !o.Answered:
			r.verdicts["no answer"]++
		case o.Kind == Scan && o.Answer.Replayed:
			r.verdicts["replayed"]++
		case o.Kind == Scan && o.Answer.Code == "":
			r.verdicts[strings.TrimSpace(o.Answer.Result+" "+o.Answer.Reason)]++
		case o.Kind == Undo && o.Answer.Code == "":
			r.verdicts["undone"]++
		case o.Answer.Code != "":
			r.verdicts[o.Answer.Code]++
		}
	}
	r.gap = max(r.gap, rec.gap)
	r.happened, r.never = r.happened+s.happened, r.never+s.never
}

func (r *runner) note() {
	r.tally.Note("%.0f operations/s; %d without an answer were settled from the journal: %d had happened, %d never; longest time without any answer %.2f s; checked in %.1f s",
		float64(r.tally.Operations)/max(r.spent.Seconds(), 1), r.happened+r.never, r.happened, r.never, r.gap.Seconds(), r.took.Seconds())
	r.tally.Note("faults: %s", listed(r.faults))
	r.tally.Note("answers: %s", listed(r.verdicts))
}

func listed(counts map[string]int) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(words, ", ")
}
