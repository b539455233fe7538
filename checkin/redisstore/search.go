package redisstore

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

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

	loads   sync.Mutex // guards loading; taken before mu
	loading *loading   // nil when nobody loads
}

// loading is the reading of a whole roster. It goes on when those who wait for
// it have given up: whoever asks next finds it further on.
type loading struct {
	gen  string
	done chan struct{}
	err  error // once done
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
	for {
		gen, rev, err := s.rosterRev(ctx, e)
		if err != nil {
			return err
		}
		e = s.keep(e)
		ros := &e.roster
		ros.mu.RLock()
		loaded, current := ros.gen == gen, ros.rev == rev
		if loaded && current {
			defer ros.mu.RUnlock()
			look(ros.index)
			return nil
		}
		ros.mu.RUnlock()
		if !loaded {
			if err := s.load(ctx, e, gen, rev); err != nil {
				return err
			}
			continue // it took a while: as it is now
		}
		if done, err := s.refresh(ctx, e, gen, rev, look); done || err != nil {
			return err
		}
	}
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

// load reads the whole roster, or waits for somebody else who does.
func (s *Store) load(ctx context.Context, e *event, gen, rev string) error {
	ros := &e.roster
	ros.loads.Lock()
	l := ros.loading
	if l == nil || l.gen != gen {
		l = &loading{gen: gen, done: make(chan struct{})}
		ros.loading = l
		s.working.Go(func() {
			defer close(l.done)
			var index *badge.Index
			index, l.err = s.readRoster(s.ctx, e)
			ros.loads.Lock()
			defer ros.loads.Unlock()
			if ros.loading != l {
				return // the event has been made anew
			}
			ros.loading = nil
			if l.err == nil {
				ros.mu.Lock()
				defer ros.mu.Unlock()
				ros.gen, ros.rev, ros.index = gen, rev, index
			}
		})
	}
	ros.loads.Unlock()
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

// readRoster reads every attendee. What changes meanwhile is in the log with a
// revision above the one that was read before.
func (s *Store) readRoster(ctx context.Context, e *event) (*badge.Index, error) {
	type record struct{ id, text string }
	g, ctx := errgroup.WithContext(ctx)
	pages := make(chan []record, 2)
	index := badge.NewIndex()
	g.Go(func() error {
		defer close(pages)
		var page []record
		send := func() error {
			select {
			case pages <- page:
				page = nil
				return nil
			case <-ctx.Done():
				return unavailable(ctx.Err())
			}
		}
		err := s.each(ctx, e.keys.people, func(id, text string) error {
			if page = append(page, record{id, text}); len(page) < pageSize {
				return nil
			}
			return send()
		})
		if err != nil {
			return err
		}
		return send()
	})
	g.Go(func() error {
		var r reader
		index.Fill(func(yield func(badge.Attendee) bool) {
			for page := range pages {
				for _, p := range page {
					if a := r.person(unescape(p.id), p.text); !yield(a) {
						return
					}
				}
			}
		})
		return r.err
	})
	return index, g.Wait()
}

// refresh brings the index to that revision at least and looks at it, unless
// it has become another event's meanwhile.
func (s *Store) refresh(ctx context.Context, e *event, gen, rev string, look func(*badge.Index)) (done bool, err error) {
	ros := &e.roster
	ros.mu.Lock()
	defer ros.mu.Unlock()
	if ros.gen != gen {
		return false, nil
	}
	if ros.rev != rev {
		if err := s.catchUp(ctx, e); err != nil {
			return false, err
		}
	}
	look(ros.index)
	return true, nil
}

// catchUp puts into the index, which is locked, what has changed since its
// revision.
func (s *Store) catchUp(ctx context.Context, e *event) error {
	ros := &e.roster
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
