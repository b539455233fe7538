package simulate

import (
	"context"
	"encoding/json"
	"slices"
	"sort"
	"time"

	"lanyard/checkin"
)

// faulty is a store with a bug.
type faulty struct {
	checkin.Store

	ask       func(*checkin.Scan)   // changes what is decided
	row       func(*checkin.Row)    // changes what is on record
	counts    func(*checkin.Counts) // changes what is counted
	kept      func(*checkin.Venue)  // changes what the rules are decided by
	lenient   checkin.Reason        // is no reason
	forgets   time.Duration         // after which a scan id is new
	losesUndo bool
	losesRow  uint64

	asked  map[string]time.Time
	alias  map[string]string        // of scan ids that are decided a second time
	masked map[uint64]bool          // rows that hide why somebody was let in
	venues map[string]checkin.Venue // as they were put

	rows []checkin.Row // as they are told, up to row read of the store's own
	read uint64
	head string
}

// into plants the bug into a store.
func (b *Bug) into(s checkin.Store) checkin.Store {
	f := &faulty{Store: s, head: checkin.GenesisHash, asked: map[string]time.Time{}, alias: map[string]string{}, masked: map[uint64]bool{}, venues: map[string]checkin.Venue{}}
	b.plant(f)
	return f
}

func (f *faulty) Scan(ctx context.Context, event string, scans []checkin.Scan) ([]checkin.Outcome, error) {
	out := make([]checkin.Outcome, len(scans))
	for i, c := range scans {
		o, err := f.decide(ctx, event, c)
		if err != nil {
			return nil, err
		}
		o.Answer.ScanID = c.ID
		if f.row != nil {
			r := checkin.Row{Note: o.Answer.Note}
			f.row(&r)
			o.Answer.Note = r.Note
		}
		out[i] = o
	}
	return out, nil
}

func (f *faulty) decide(ctx context.Context, event string, c checkin.Scan) (checkin.Outcome, error) {
	if f.ask != nil {
		f.ask(&c)
	}
	if f.forgets > 0 && !c.Offline && !c.DryRun {
		if at, again := f.asked[c.ID]; again && c.Now.Sub(at) >= f.forgets {
			other := c.ID[:len(c.ID)-4] + "0bad"
			f.alias[other], c.ID = c.ID, other
		} else if !again {
			f.asked[c.ID] = c.Now
		}
	}
	one := func(c checkin.Scan) (checkin.Outcome, error) {
		out, err := f.Store.Scan(ctx, event, []checkin.Scan{c})
		if err != nil {
			return checkin.Outcome{}, err
		}
		return out[0], nil
	}
	if f.lenient == "" || c.Offline || c.DryRun || c.Override != "" {
		return one(c)
	}
	probe := c
	probe.DryRun = true
	if o, err := one(probe); err != nil || o.Err != nil || o.Answer.Replayed || o.Answer.Reason != f.lenient {
		if err != nil {
			return o, err
		}
		return one(c)
	}
	c.Override = "planted"
	o, err := one(c)
	if err == nil && o.Err == nil && o.Answer.Forced {
		f.masked[o.Answer.Seq] = true
		o.Answer.Forced, o.Answer.Reason, o.Answer.Earlier = false, "", nil
	}
	return o, err
}

func (f *faulty) Undo(ctx context.Context, event string, u checkin.Undo) (checkin.Answer, error) {
	if f.losesUndo {
		return checkin.Answer{ScanID: u.ScanID, Note: checkin.NoteUndone}, nil
	}
	return f.Store.Undo(ctx, event, u)
}

// Journal chains the rows again that this store would have written.
func (f *faulty) Journal(ctx context.Context, event string, after uint64, limit int) ([]checkin.Row, error) {
	rows, err := f.Store.Journal(ctx, event, f.read, limit)
	for _, r := range rows {
		if f.read = r.Seq; r.Seq == f.losesRow {
			continue
		}
		if f.masked[r.Seq] {
			r.Forced, r.Reason, r.Why = false, "", ""
		}
		if id, ok := f.alias[r.ScanID]; ok {
			r.ScanID = id
		}
		if f.row != nil {
			f.row(&r)
		}
		r.Prev = f.head
		f.head = r.Chain(f.head)
		r.Hash = f.head
		f.rows = append(f.rows, r)
	}
	i := sort.Search(len(f.rows), func(i int) bool { return f.rows[i].Seq > after })
	return slices.Clone(f.rows[i:]), err
}

func (f *faulty) Counts(ctx context.Context, event string, now time.Time) (*checkin.Counts, error) {
	c, err := f.Store.Counts(ctx, event, now)
	if err == nil && f.counts != nil {
		f.counts(c)
	}
	return c, err
}

func (f *faulty) Configure(ctx context.Context, event string, c checkin.Change) (*checkin.Config, error) {
	if f.kept != nil {
		put := make([]checkin.Record, len(c.Put))
		for i, r := range c.Put {
			var err error
			if put[i], err = f.keep(r); err != nil {
				return nil, err
			}
		}
		c.Put = put
	}
	cfg, err := f.Store.Configure(ctx, event, c)
	if err != nil {
		return cfg, err
	}
	return f.Config(ctx, event)
}

func (f *faulty) keep(r checkin.Record) (checkin.Record, error) {
	if r.Thing != checkin.VenueThing {
		return r, nil
	}
	var v checkin.Venue
	if err := json.Unmarshal(r.Data, &v); err != nil {
		return r, err
	}
	f.venues[v.ID] = v
	f.kept(&v)
	return checkin.NewRecord(v), nil
}

// Config tells of the venues as they were put.
func (f *faulty) Config(ctx context.Context, event string) (*checkin.Config, error) {
	cfg, err := f.Store.Config(ctx, event)
	if err != nil || f.kept == nil {
		return cfg, err
	}
	told := *cfg
	told.Venues = nil
	for _, v := range cfg.Venues {
		if put, ok := f.venues[v.ID]; ok {
			v = put
		}
		told.Venues = append(told.Venues, v)
	}
	return &told, nil
}
