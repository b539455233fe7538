package checkin

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"
)

// Bounds of what is read at once.
const (
	maxPoints = 3_000
	maxRows   = 10_000
	verifyBy  = 2_000
)

// Occupancy is who is inside, in numbers.
func (d *Desk) Occupancy(ctx context.Context, event string) (Occupancy, error) {
	if err := own(event); err != nil {
		return Occupancy{}, err
	}
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return Occupancy{}, err
	}
	return d.occupancy(ctx, event, c)
}

func (d *Desk) occupancy(ctx context.Context, event string, c *Config) (Occupancy, error) {
	now := d.Now()
	n, err := d.store.Counts(ctx, event, now)
	if err != nil {
		return Occupancy{}, err
	}
	return NewOccupancy(c, n, now), nil
}

// History is a venue's course in [from, to), in steps of whole minutes of which
// there are at most 3,000: *Invalid, ErrNoVenue. It begins at a whole minute.
func (d *Desk) History(ctx context.Context, event, venue string, from, to time.Time, step time.Duration) ([]Point, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return nil, err
	}
	if _, ok := c.Venue(venue); !ok {
		return nil, ErrNoVenue
	}
	from, to = from.UTC().Truncate(time.Minute), to.UTC()
	for field, t := range map[string]time.Time{"from": from, "to": to} {
		if t.Before(firstDay) || t.After(lastDay) {
			return nil, invalid(field, "The time must lie between 1971 and 9998.")
		}
	}
	switch {
	case !from.Before(to):
		return nil, invalid("to", "The end must come after the start.")
	case step < time.Minute || step%time.Minute != 0:
		return nil, invalid("step", "A step must be of whole minutes.")
	case to.Sub(from)/step >= maxPoints:
		return nil, invalid("step", "These are more than 3000 steps: choose longer ones or a shorter time.")
	}
	buckets, err := d.store.History(ctx, event, venue, from, to)
	if err != nil {
		return nil, err
	}
	return NewHistory(buckets, from, to, step), nil
}

// Inside lists who is inside a venue, or anywhere with "": ErrNoVenue.
func (d *Desk) Inside(ctx context.Context, event, venue string) ([]Inside, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	return d.store.Inside(ctx, event, venue)
}

// Journal is at most limit rows, and never more than 10,000, after a seq.
func (d *Desk) Journal(ctx context.Context, event string, after uint64, limit int) ([]Row, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	return d.store.Journal(ctx, event, after, min(max(limit, 1), maxRows))
}

// Verify checks the whole journal: that every row follows from the one before,
// and that every checkpoint was signed by the event's key and agrees. A
// *BrokenRow names the first row that doesn't fit.
func (d *Desk) Verify(ctx context.Context, event string) (rows uint64, checkpoints int, err error) {
	if err := own(event); err != nil {
		return 0, 0, err
	}
	marks, err := d.store.Checkpoints(ctx, event)
	if err != nil {
		return 0, 0, err
	}
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return 0, 0, err
	}
	// With the secret, a key that is not ours is found out here.
	if _, err := d.newRing(event, c); err != nil {
		return 0, 0, err
	}
	hash := GenesisHash
	for {
		page, err := d.store.Journal(ctx, event, rows, verifyBy)
		if err != nil {
			return rows, checkpoints, err
		}
		if len(page) == 0 {
			break
		}
		// Up to the next checkpoint or the end of the page, whichever is first.
		for len(page) > 0 {
			part := page
			if checkpoints < len(marks) && marks[checkpoints].Count < rows+uint64(len(page)) {
				if part = page[:0]; marks[checkpoints].Count > rows {
					part = page[:marks[checkpoints].Count-rows]
				}
			}
			if hash, err = VerifyChain(part, hash, rows+1); err != nil {
				var broken *BrokenRow
				if errors.As(err, &broken) {
					rows = broken.Seq - 1
				}
				return rows, checkpoints, err
			}
			rows, page = rows+uint64(len(part)), page[len(part):]
			for checkpoints < len(marks) && marks[checkpoints].Count <= rows {
				if problem := checkMark(c, marks[checkpoints], event, rows, hash); problem != "" {
					return rows, checkpoints, &BrokenRow{Seq: rows, Problem: problem}
				}
				checkpoints++
			}
		}
	}
	if checkpoints < len(marks) {
		return rows, checkpoints, &BrokenRow{Seq: rows + 1, Problem: "missing: a checkpoint counts more rows"}
	}
	return rows, checkpoints, nil
}

// checkMark says what is wrong with a checkpoint at a row with a hash.
func checkMark(c *Config, m Checkpoint, event string, row uint64, hash string) string {
	k, ok := c.Key(m.Key)
	switch {
	case m.Event != event || m.Count != row:
		return "a checkpoint is out of order"
	case !ok:
		return "a checkpoint is signed with a key that is not on record"
	case len(k.Public) != ed25519.PublicKeySize || !ed25519.Verify(k.Public, m.Signed(), m.Signature):
		return "a checkpoint's signature doesn't match"
	case m.Hash != hash:
		return "a checkpoint has another hash"
	}
	return ""
}
