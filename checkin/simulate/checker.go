package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// checker runs commands on a store and demands after each of them what must be
// true at any time.
type checker struct {
	store checkin.Store
	wrap  func(checkin.Store) checkin.Store // puts the same bug into a copy
	event string
	// oneOrder spares the copies on which other orders of syncing are tried.
	oneOrder bool
	fold     *fold
	seq      uint64
	head     string // hash of the last row
	cfg      *checkin.Config
	loc      *time.Location
	badges   map[string]badge.Badge
	// answers are the first ones by scan id, and what overruled them.
	answers map[string]checkin.Answer
	trace   hash.Hash
}

func newChecker(s checkin.Store, event string, wrap func(checkin.Store) checkin.Store) *checker {
	return &checker{store: s, wrap: wrap, event: event, fold: newFold(), head: checkin.GenesisHash, loc: time.UTC, badges: map[string]badge.Badge{},
		answers: map[string]checkin.Answer{}, trace: sha256.New()}
}

// wrong is a promise that the store has broken; any other error is a failure
// of the run.
type wrong struct{ rule, detail string }

func (w *wrong) Error() string { return w.rule + ": " + w.detail }

func broken(rule, format string, args ...any) error {
	return &wrong{rule, fmt.Sprintf(format, args...)}
}

// Rules that a run holds a store to. Those that have a column of their own where
// violations are counted are public.
const (
	ruleWhole     = "the journal is whole"
	ruleSet       = "occupancy is the set"
	ruleSum       = "gates sum up to their venue"
	RuleExit      = "an exit between two online entries"
	RuleCapacity  = "never above capacity"
	ruleRevoked   = "a revoked badge never enters"
	ruleReasons   = "the table of reasons"
	ruleLeave     = "people can leave"
	ruleGroup     = "one venue of a group"
	ruleSame      = "one scan id, one answer"
	ruleNothing   = "refusals change nothing"
	ruleFact      = "a fact stays as the phone told it"
	ruleAutoExit  = "the automatic exit"
	ruleSyncOrder = "the order of syncing decides nothing"
)

// run asks the store for c and checks everything.
func (k *checker) run(ctx context.Context, c *Command) (result, error) {
	if c.Kind == syncCommand {
		return result{}, k.sync(ctx, c)
	}
	r := c.do(ctx, k.store, k.event, k.cfg)
	if errors.Is(r.Err, checkin.ErrUnavailable) {
		return r, r.Err
	}
	k.note(c, r)
	rows, err := k.store.Journal(ctx, k.event, k.seq, 100_000)
	if err != nil {
		return r, err
	}
	if k.head, err = checkin.VerifyChain(rows, k.head, k.seq+1); err != nil {
		return r, broken(ruleWhole, "%v", err)
	}
	k.seq += uint64(len(rows))
	if r.Err != nil && len(rows) > 0 {
		return r, broken(ruleNothing, "%s failed with %v and left %d rows", c.Kind, r.Err, len(rows))
	}
	switch c.Kind {
	case scanCommand:
		err = k.scans(c, r, rows)
	case undoCommand:
		err = k.undo(c, r, rows)
	default:
		err = k.read(rows)
	}
	if err != nil {
		return r, err
	}
	if err := k.learn(ctx, c, r, len(rows)); err != nil {
		return r, err
	}
	return r, k.figures(ctx, c.At)
}

// note keeps a digest of what was asked and answered, by which two runs are
// compared.
func (k *checker) note(c *Command, r result) {
	enc := json.NewEncoder(k.trace)
	enc.Encode(c)
	for _, o := range r.Outcomes {
		enc.Encode(o.Answer)
		fmt.Fprintln(k.trace, o.Err)
	}
	enc.Encode(r.Answer)
	fmt.Fprintln(k.trace, r.Swept, r.Err)
}

func (k *checker) digest() string { return hex.EncodeToString(k.trace.Sum(nil)) }

func (k *checker) read(rows []checkin.Row) error {
	for _, r := range rows {
		if err := k.fold.read(r); err != nil {
			return broken(ruleWhole, "row %d: %v", r.Seq, err)
		}
	}
	return nil
}

// learn keeps the records that a command changed, and checks what it promised
// of them.
func (k *checker) learn(ctx context.Context, c *Command, r result, rows int) error {
	var err error
	switch c.Kind {
	case configureCommand:
		if k.cfg, err = k.store.Config(ctx, k.event); err == nil {
			k.loc, err = k.cfg.Event.Location()
		}
	case issueCommand:
		for _, is := range r.Issued {
			if is.Err == nil {
				k.badges[is.Badge.ID] = is.Badge
			}
		}
	case peopleCommand:
		for _, p := range r.People {
			if b, ok := k.badges[p.Attendee.Badge]; p.Err == nil && ok {
				b.Category = p.Attendee.Category
				k.badges[b.ID] = b
			}
		}
	case revokeCommand:
		if r.Err == nil && !k.fold.ended[c.ID] {
			return broken(ruleRevoked, "badge %s was revoked without a row", c.ID)
		}
	case sweepCommand:
		if r.Swept != rows {
			return broken(ruleAutoExit, "a sweep tells of %d and left %d rows", r.Swept, rows)
		}
		return k.swept(ctx, c.At)
	}
	return err
}

// swept demands that nobody is inside since before their venue's hour struck.
func (k *checker) swept(ctx context.Context, now time.Time) error {
	for _, v := range k.cfg.Venues {
		if v.AutoExitAt == "" {
			continue
		}
		struck := checkin.LastAutoExit(k.loc, v.AutoExitAt, now).UnixMilli()
		for b := range k.fold.inside[v.ID] {
			places, err := k.store.Places(ctx, k.event, b)
			if err != nil {
				return err
			}
			for _, p := range places {
				if p.Venue == v.ID && p.MovedAt < struck {
					return broken(ruleAutoExit, "%s is inside %s since before %s", b, v.ID, v.AutoExitAt)
				}
			}
		}
	}
	return nil
}

// figures holds what the store says of itself against the fold.
func (k *checker) figures(ctx context.Context, now time.Time) error {
	if k.seq == 0 {
		return nil
	}
	n, err := k.store.Counts(ctx, k.event, now)
	if err != nil {
		return err
	}
	if n.Seq != k.seq {
		return broken(ruleWhole, "the counts are as of row %d of %d", n.Seq, k.seq)
	}
	sums := map[string]*figures{}
	for gate, want := range k.fold.gates {
		got := n.Gates[gate]
		if got.Entries != want.entries || got.Exits != want.exits || got.Denied != want.denied {
			return broken(ruleSum, "gate %s counts %+v, its rows %+v", gate, got, *want)
		}
		sum := figuresOf(sums, k.fold.at[gate])
		sum.entries, sum.exits, sum.denied = sum.entries+got.Entries, sum.exits+got.Exits, sum.denied+got.Denied
	}
	for venue, want := range k.fold.venues {
		got, sum := n.Venues[venue], figuresOf(sums, venue)
		switch {
		case got.Entries != want.entries || got.Exits != want.exits || got.Denied != want.denied:
			return broken(ruleSum, "%s counts %+v, its rows %+v", venue, got, *want)
		case sum.entries != got.Entries || sum.exits+k.fold.system[venue] != got.Exits || sum.denied != got.Denied:
			return broken(ruleSum, "%s counts %+v, its gates %+v and %d by the system", venue, got, *sum, k.fold.system[venue])
		case got.Inside != got.Entries-got.Exits-want.idle:
			return broken(ruleSum, "%d are inside %s by %d entries and %d exits, %d of which moved nobody", got.Inside, venue, got.Entries, got.Exits, want.idle)
		case got.Inside != k.fold.occupancy(venue):
			return broken(ruleSet, "%d are inside %s, by the journal %d", got.Inside, venue, k.fold.occupancy(venue))
		}
	}
	list, err := k.store.Inside(ctx, k.event, "")
	if err != nil {
		return err
	}
	return k.list(list)
}

func (k *checker) list(list []checkin.Inside) error {
	listed := map[string]int{}
	for _, in := range list {
		if !k.fold.isInside(spot{in.Badge, in.Venue}) {
			return broken(ruleSet, "%s is listed inside %s, and not by the journal", in.Badge, in.Venue)
		}
		listed[in.Venue]++
	}
	for venue := range k.fold.inside {
		if listed[venue] != k.fold.occupancy(venue) {
			return broken(ruleSet, "%d are listed inside %s, by the journal %d", listed[venue], venue, k.fold.occupancy(venue))
		}
	}
	return nil
}

// others are the venues that entering v leaves.
func (k *checker) others(v checkin.Venue) (ids []string) {
	for _, w := range k.cfg.Venues {
		if v.Exclusive != "" && w.Exclusive == v.Exclusive && w.ID != v.ID {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// settled tells whether a denial says nothing about this venue's rules.
func settled(r checkin.Reason) bool {
	return slices.Contains([]checkin.Reason{checkin.InvalidToken, checkin.WrongEvent, checkin.UnknownBadge}, r)
}
