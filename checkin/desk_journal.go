package checkin

import (
	"context"
	"slices"
	"time"
)

// Sought says which rows of a journal are looked for: those that have all that
// is set here.
type Sought struct {
	Kind      Kind
	Result    Result
	Venue     string
	Gate      string
	Operator  string
	Badge     string
	Forced    bool      // overrides alone
	Conflicts bool      // offline verdicts that the rules disagree with, alone
	From      time.Time // recorded then or later
	To        time.Time // recorded before
}

// Fits tells whether a row is one of those.
func (s Sought) Fits(r Row) bool {
	return is(s.Kind, r.Kind) && is(s.Result, r.Result) && is(s.Venue, r.Venue) && is(s.Gate, r.Gate) &&
		is(s.Operator, r.Operator) && is(s.Badge, r.Badge) &&
		(!s.Forced || r.Forced) && (!s.Conflicts || r.Conflict != "") &&
		(s.From.IsZero() || !r.RecordedAt.Before(s.From)) && (s.To.IsZero() || r.RecordedAt.Before(s.To))
}

func is[T ~string](wanted, has T) bool { return wanted == "" || wanted == has }

// How far a search goes in one call: a rare row of a long journal takes more
// than one.
const (
	searchPage  = 1000
	searchPages = 20
)

// NewestRows finds rows newest first, at most limit, among those before a seq, 0
// for the end of the journal. It looks at no more than 20,000: the search goes
// on before the seq that it gives, which is 0 once there is nothing left.
func (d *Desk) NewestRows(ctx context.Context, event string, before uint64, limit int, s Sought) (found []Row, rest uint64, err error) {
	if err := own(event); err != nil {
		return nil, 0, err
	}
	if before == 0 {
		if before, err = d.end(ctx, event, s.To); err != nil {
			return nil, 0, err
		}
	}
	for range searchPages {
		if before <= 1 {
			return found, 0, nil
		}
		after := uint64(0)
		if before > searchPage+1 {
			after = before - 1 - searchPage
		}
		rows, err := d.store.Journal(ctx, event, after, int(before-1-after))
		if err != nil {
			return nil, 0, err
		}
		for _, r := range slices.Backward(rows) {
			if r.Seq >= before {
				continue
			}
			if !s.From.IsZero() && r.RecordedAt.Before(s.From) {
				return found, 0, nil
			}
			if !s.Fits(r) {
				continue
			}
			if found = append(found, r); len(found) == limit {
				return found, onward(r.Seq), nil
			}
		}
		before = after + 1
	}
	return found, onward(before), nil
}

// onward is where a search goes on before a seq: nowhere before the first row.
func onward(before uint64) uint64 {
	if before <= 1 {
		return 0
	}
	return before
}

// end is the seq after the last row that was recorded before a time, or after
// the last of all.
func (d *Desk) end(ctx context.Context, event string, to time.Time) (uint64, error) {
	last, err := d.store.Seq(ctx, event)
	if err != nil || to.IsZero() {
		return last + 1, err
	}
	after, err := d.RecordedBefore(ctx, event, to)
	return after + 1, err
}

// RecordedBefore is the seq of the last row that was recorded before a time, 0
// where there is none. Rows are recorded in the order of their seq.
func (d *Desk) RecordedBefore(ctx context.Context, event string, at time.Time) (uint64, error) {
	if err := own(event); err != nil {
		return 0, err
	}
	last, err := d.store.Seq(ctx, event)
	if err != nil {
		return 0, err
	}
	low, high := uint64(0), last // the answer lies from low to high
	for low < high {
		mid := low + (high-low+1)/2
		rows, err := d.store.Journal(ctx, event, mid-1, 1)
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 || !rows[0].RecordedAt.Before(at) {
			high = mid - 1
		} else {
			low = mid
		}
	}
	return low, nil
}
