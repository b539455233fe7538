package redisstore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

// Figures of a venue in the state are "entries|exits|denied|minute|entries|
// exits|denied|inside", the last five those of its last minute; of a gate
// "entries|exits|denied|last seen". Minutes that are over are
// "entries,exits,denied,inside" in a hash of their own.

func (r *reader) venue(s string) (checkin.VenueCounts, checkin.Bucket) {
	var f [8]string
	r.cut(s, "|", "venue's figures", f[:])
	return checkin.VenueCounts{Entries: int(r.int(f[0])), Exits: int(r.int(f[1])), Denied: int(r.int(f[2]))},
		checkin.Bucket{Minute: r.int(f[3]), Entries: int(r.int(f[4])), Exits: int(r.int(f[5])), Denied: int(r.int(f[6])), Inside: int(r.int(f[7]))}
}

func (r *reader) gate(s string) checkin.GateCounts {
	var f [4]string
	r.cut(s, "|", "gate's figures", f[:])
	return checkin.GateCounts{Entries: int(r.int(f[0])), Exits: int(r.int(f[1])), Denied: int(r.int(f[2])), LastSeen: r.time(f[3])}
}

func (r *reader) minute(minute, s string) checkin.Bucket {
	var f [4]string
	r.cut(s, ",", "minute's figures", f[:])
	return checkin.Bucket{Minute: r.int(minute), Entries: int(r.int(f[0])), Exits: int(r.int(f[1])), Denied: int(r.int(f[2])), Inside: int(r.int(f[3]))}
}

func sortMinutes(b []checkin.Bucket) {
	slices.SortFunc(b, func(a, b checkin.Bucket) int { return cmp.Compare(a.Minute, b.Minute) })
}

// Counts are the figures now.
func (s *Store) Counts(ctx context.Context, id string, now time.Time) (*checkin.Counts, error) {
	k := s.event(id).keys
	since := now.Add(-checkin.RateWindow).Unix() / 60
	_, values, err := s.run(ctx, countsScript, []string{k.state, k.conf, k.never()}, k.prefix, since)
	if err != nil {
		return nil, err
	}
	var r reader
	c := &checkin.Counts{Seq: uint64(r.int(text(values, 0))), Venues: map[string]checkin.VenueCounts{}, Gates: map[string]checkin.GateCounts{}}
	for _, v := range items(values, 1) {
		v := v.([]any)
		n, last := r.venue(text(v, 1))
		inside, _ := v[2].(int64)
		n.Inside = int(inside)
		minutes := items(v, 3)
		for i := 0; i+1 < len(minutes); i += 2 {
			n.Recent = append(n.Recent, r.minute(text(minutes, i), text(minutes, i+1)))
		}
		sortMinutes(n.Recent)
		if last.Minute >= since {
			n.Recent = append(n.Recent, last)
		}
		c.Venues[unescape(text(v, 0))] = n
	}
	for _, g := range items(values, 2) {
		g := g.([]any)
		c.Gates[unescape(text(g, 0))] = r.gate(text(g, 1))
	}
	return c, r.err
}

// items is the i-th value of a result as a list.
func items(values []any, i int) []any {
	if i >= len(values) {
		return nil
	}
	list, _ := values[i].([]any)
	return list
}

// History are a venue's minutes in [from, to) and the last one before.
func (s *Store) History(ctx context.Context, id, venue string, from, to time.Time) ([]checkin.Bucket, error) {
	e := s.event(id)
	cfg, _, err := s.config(ctx, e)
	if err != nil {
		return nil, err
	}
	if _, ok := cfg.Venue(venue); !ok {
		return nil, checkin.ErrNoVenue
	}
	all, err := s.minutes(ctx, e, venue)
	if err != nil {
		return nil, err
	}
	first := func(minute int64) int {
		i, _ := slices.BinarySearchFunc(all, minute, func(b checkin.Bucket, m int64) int { return cmp.Compare(b.Minute, m) })
		return i
	}
	start, end := max(0, first(from.Unix()/60)-1), first((to.Unix()+59)/60)
	return all[start:max(start, end)], nil
}

// minutes are all of a venue, ascending, as they are at one moment.
func (s *Store) minutes(ctx context.Context, e *event, venue string) ([]checkin.Bucket, error) {
	var figures *redis.StringCmd
	var over *redis.MapStringStringCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		figures = p.HGet(ctx, e.keys.state, "v/"+escape(venue))
		over = p.HGetAll(ctx, e.keys.minutes(venue))
		return nil
	})
	if errors.Is(figures.Err(), redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	var r reader
	_, last := r.venue(figures.Val())
	var out []checkin.Bucket
	for minute, f := range over.Val() {
		out = append(out, r.minute(minute, f))
	}
	if last.Minute != 0 {
		out = append(out, last)
	}
	sortMinutes(out)
	return out, r.err
}

// Inside lists who is inside: the sets of all venues are read at one moment,
// the rest right after it.
func (s *Store) Inside(ctx context.Context, id, venue string) ([]checkin.Inside, error) {
	e := s.event(id)
	cfg, _, err := s.config(ctx, e)
	if err != nil {
		return nil, err
	}
	var venues []string
	for _, v := range cfg.Venues {
		if venue == "" || v.ID == venue {
			venues = append(venues, v.ID)
		}
	}
	if venue != "" && len(venues) == 0 {
		return nil, checkin.ErrNoVenue
	}
	if len(venues) == 0 {
		return nil, nil
	}
	sets := make([]*redis.StringSliceCmd, len(venues))
	_, err = s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for i, v := range venues {
			sets[i] = p.ZRange(ctx, e.keys.inside(v), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, unavailable(err)
	}
	var out []checkin.Inside
	for i, v := range venues {
		found, err := s.insideOne(ctx, e, v, sets[i].Val())
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// insideOne tells since when and who the badges in a venue are.
func (s *Store) insideOne(ctx context.Context, e *event, venue string, escaped []string) ([]checkin.Inside, error) {
	ids := make([]string, len(escaped))
	for i, id := range escaped {
		ids[i] = unescape(id)
	}
	places, err := s.fields(ctx, e.keys.places, ids)
	if err != nil {
		return nil, err
	}
	badges, err := s.fields(ctx, e.keys.badges, ids)
	if err != nil {
		return nil, err
	}
	var r reader
	out := make([]checkin.Inside, len(ids))
	owner := make([]string, len(ids))
	for i, id := range ids {
		out[i] = checkin.Inside{Badge: id, Venue: venue}
		for _, p := range r.places(id, places[i]) {
			if p.Venue == venue {
				out[i].Gate, out[i].Since = p.EntryGate, time.UnixMilli(p.EntryAt).UTC()
			}
		}
		if badges[i] != "" {
			owner[i] = r.badge(id, badges[i]).Attendee
		}
	}
	people, err := s.fields(ctx, e.keys.people, owner)
	if err != nil {
		return nil, err
	}
	for i, record := range people {
		if owner[i] != "" && record != "" {
			a := r.person(owner[i], record)
			out[i].Ref, out[i].Attendee = a.Ref, cardOf(a)
		}
	}
	slices.SortFunc(out, func(a, b checkin.Inside) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Badge, b.Badge))
	})
	return out, r.err
}

// Places are a badge's presences, by venue.
func (s *Store) Places(ctx context.Context, id, badge string) ([]checkin.Presence, error) {
	record, err := s.field(ctx, id, s.event(id).keys.places, badge)
	if err != nil {
		return nil, err
	}
	var r reader
	out := r.places(badge, record)
	slices.SortFunc(out, func(a, b checkin.Presence) int { return strings.Compare(a.Venue, b.Venue) })
	return out, r.err
}

// Seq is the seq of the last row.
func (s *Store) Seq(ctx context.Context, id string) (uint64, error) {
	seq, err := s.field(ctx, id, s.event(id).keys.state, "seq")
	if err != nil {
		return 0, err
	}
	var r reader
	return uint64(r.int(seq)), r.err
}
