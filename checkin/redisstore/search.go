package redisstore

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"

	"lanyard/badge"
	"lanyard/checkin"
)

// roster is an event's attendees in memory, for searches. It is loaded by the
// first search; each search first fetches who has changed since.
type roster struct {
	mu    sync.RWMutex
	gen   string // of the event that it was loaded from
	rev   string // roster revision that it includes
	index *badge.Index
}

// Attendees is one page of a search.
func (s *Store) Attendees(ctx context.Context, id string, q badge.Query) (page []badge.Attendee, next string, err error) {
	err = s.search(ctx, id, func(x *badge.Index) { page, next = x.Search(q) })
	return page, next, err
}

// CountAttendees is how many a search finds.
func (s *Store) CountAttendees(ctx context.Context, id string, q badge.Query) (n int, err error) {
	err = s.search(ctx, id, func(x *badge.Index) { n = x.Count(q) })
	return n, err
}

// search looks at the roster as it is now.
func (s *Store) search(ctx context.Context, id string, look func(*badge.Index)) error {
	e := s.event(id)
	gen, rev, err := s.rosterRev(ctx, e)
	if err != nil {
		return err
	}
	e = s.keep(e)
	ros := &e.roster
	ros.mu.RLock()
	if ros.gen == gen && ros.rev == rev {
		defer ros.mu.RUnlock()
		look(ros.index)
		return nil
	}
	ros.mu.RUnlock()
	ros.mu.Lock()
	defer ros.mu.Unlock()
	if err := s.refresh(ctx, e, gen, rev); err != nil {
		return err
	}
	look(ros.index)
	return nil
}

// rosterRev gives the event's gen and the revision of its roster.
func (s *Store) rosterRev(ctx context.Context, e *event) (gen, rev string, err error) {
	var conf, state *redis.SliceCmd
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		conf = p.HMGet(ctx, e.keys.conf, "gen")
		state = p.HMGet(ctx, e.keys.state, "roster")
		return nil
	})
	if err != nil {
		return "", "", unavailable(err)
	}
	if gen = text(conf.Val(), 0); gen == "" {
		return "", "", checkin.ErrNoEvent
	}
	if rev = text(state.Val(), 0); rev == "" {
		rev = "0"
	}
	return gen, rev, nil
}

// refresh brings the index, which is locked, to that revision at least.
func (s *Store) refresh(ctx context.Context, e *event, gen, rev string) error {
	ros := &e.roster
	if ros.gen == gen && ros.rev == rev {
		return nil
	}
	if ros.index == nil || ros.gen != gen {
		// What changes while the hash is read through is in the log with a
		// revision above the one that was read first.
		index := badge.NewIndex()
		err := s.each(ctx, e.keys.people, func(id, record string) error {
			var r reader
			index.Put(r.person(unescape(id), record))
			return r.err
		})
		if err != nil {
			return err
		}
		ros.index, ros.gen, ros.rev = index, gen, rev
	}
	changed, err := s.client.ZRangeByScoreWithScores(ctx, e.keys.rosterLog, &redis.ZRangeBy{Min: "(" + ros.rev, Max: "+inf"}).Result()
	if err != nil {
		return unavailable(err)
	}
	ids := make([]string, len(changed))
	for i, z := range changed {
		ids[i] = unescape(z.Member.(string))
	}
	records, err := s.fields(ctx, e.keys.people, ids)
	if err != nil {
		return err
	}
	var r reader
	for i, record := range records {
		if record == "" {
			ros.index.Delete(ids[i])
			continue
		}
		ros.index.Put(r.person(ids[i], record))
	}
	if n := len(changed); n > 0 && r.err == nil {
		ros.rev = formatInt(int64(changed[n-1].Score))
	}
	return r.err
}
