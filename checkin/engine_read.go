package checkin

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// Counts are the figures now.
func (e *Engine) Counts(ctx context.Context, event string, now time.Time) (c *Counts, err error) {
	err = e.read(ctx, event, func(s *State) error {
		c = &Counts{Seq: s.seq, Venues: make(map[string]VenueCounts, len(s.venues)), Gates: make(map[string]GateCounts, len(s.gates))}
		since := now.Add(-RateWindow).Unix() / 60
		for id, v := range s.venues {
			n := v.VenueCounts
			n.Inside = len(v.inside)
			n.Recent = slices.Clone(v.minutes[firstMinute(v.minutes, since):])
			c.Venues[id] = n
		}
		for id, g := range s.gates {
			c.Gates[id] = *g
		}
		return nil
	})
	return c, err
}

// firstMinute is the index of the first bucket at or after a minute.
func firstMinute(b []Bucket, minute int64) int {
	i, _ := slices.BinarySearchFunc(b, minute, func(b Bucket, m int64) int { return cmp.Compare(b.Minute, m) })
	return i
}

// History are a venue's minutes in [from, to) and the last one before.
func (e *Engine) History(ctx context.Context, event, venue string, from, to time.Time) (out []Bucket, err error) {
	err = e.read(ctx, event, func(s *State) error {
		if _, ok := s.cfg.Venue(venue); !ok {
			return ErrNoVenue
		}
		v := s.venues[venue]
		if v == nil {
			return nil
		}
		start := max(0, firstMinute(v.minutes, from.Unix()/60)-1)
		end := firstMinute(v.minutes, (to.Unix()+59)/60)
		out = slices.Clone(v.minutes[start:max(start, end)])
		return nil
	})
	return out, err
}

// Inside lists who is inside.
func (e *Engine) Inside(ctx context.Context, event, venue string) (out []Inside, err error) {
	err = e.read(ctx, event, func(s *State) error {
		venues := []string{venue}
		if venue == "" {
			venues = slices.Sorted(maps.Keys(s.venues))
		} else if _, ok := s.cfg.Venue(venue); !ok {
			return ErrNoVenue
		}
		for _, id := range venues {
			v := s.venues[id]
			if v == nil {
				continue
			}
			first := len(out)
			for b, p := range v.inside {
				in := Inside{Badge: b, Venue: id, Gate: p.EntryGate, Since: time.UnixMilli(p.EntryAt).UTC()}
				if bd := s.badges[b]; bd != nil {
					if a, ok := s.people.Get(bd.Attendee); ok {
						in.Ref, in.Attendee = a.Ref, s.card(a.ID)
					}
				}
				out = append(out, in)
			}
			slices.SortFunc(out[first:], func(a, b Inside) int {
				return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Badge, b.Badge))
			})
		}
		return nil
	})
	return out, err
}

// Places are a badge's presences, by venue.
func (e *Engine) Places(ctx context.Context, event, badge string) (out []Presence, err error) {
	err = e.read(ctx, event, func(s *State) error {
		for _, id := range slices.Sorted(maps.Keys(s.venues)) {
			if p := s.places[place{badge, id}]; p != nil {
				out = append(out, *p)
			}
		}
		return nil
	})
	return out, err
}

// Seq is the seq of the last committed row.
func (e *Engine) Seq(ctx context.Context, event string) (seq uint64, err error) {
	err = e.read(ctx, event, func(s *State) error { seq = s.committed; return nil })
	return seq, err
}

// Journal is at most limit committed rows after a seq.
func (e *Engine) Journal(ctx context.Context, event string, after uint64, limit int) ([]Row, error) {
	entries, _, err := e.committed(ctx, event, after, limit)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(entries))
	for i := range entries {
		rows[i] = entries[i].Row
	}
	return rows, nil
}

// committed reads entries from memory where they are there, else from disk,
// and gives the channel that the next commit closes.
func (e *Engine) committed(ctx context.Context, event string, after uint64, limit int) (out []Entry, news <-chan struct{}, err error) {
	var older func(uint64, int) ([]Entry, error)
	err = e.read(ctx, event, func(s *State) error {
		news = e.news
		if after >= s.committed {
			return nil
		}
		if len(s.tail) > 0 && after+1 >= s.tail[0].Row.Seq {
			from := after + 1 - s.tail[0].Row.Seq
			to := min(from+uint64(limit), s.committed+1-s.tail[0].Row.Seq)
			out = slices.Clone(s.tail[from:to])
			return nil
		}
		older = s.older
		return nil
	})
	if err == nil && older != nil {
		out, err = older(after, limit)
	}
	return out, news, err
}

// Follow calls fn with rows as they are committed.
func (e *Engine) Follow(ctx context.Context, event string, after uint64, fn func([]Row) error) error {
	for {
		entries, news, err := e.committed(ctx, event, after, 1024)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			select {
			case <-news:
				continue
			case <-ctx.Done():
				return ctx.Err()
			case <-e.done:
				return ErrUnavailable
			}
		}
		rows := make([]Row, len(entries))
		for i := range entries {
			rows[i] = entries[i].Row
		}
		if err := fn(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].Seq
	}
}

// AddCheckpoint keeps a signed checkpoint.
func (e *Engine) AddCheckpoint(ctx context.Context, c Checkpoint) error {
	_, err := within(ctx, e, c.Event, func(t *tx, s *State) (nothing, error) {
		if n := len(s.marks); n > 0 && s.marks[n-1].Count >= c.Count {
			return nothing{}, nil
		}
		s.marks = append(s.marks, c)
		t.write(CheckpointTable, c.Event, "", c)
		return nothing{}, nil
	})
	return err
}

// Checkpoints lists them by count.
func (e *Engine) Checkpoints(ctx context.Context, event string) (out []Checkpoint, err error) {
	err = e.read(ctx, event, func(s *State) error { out = slices.Clone(s.marks); return nil })
	return out, err
}
