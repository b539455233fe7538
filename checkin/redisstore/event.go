package redisstore

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"lanyard/badge"
	"lanyard/checkin"
)

// event is what this process remembers of an event. Nothing here is believed
// without asking the server whether it still holds.
type event struct {
	id   string
	keys *eventKeys

	dirty   atomic.Bool // rows may have come that have no hash yet
	flights flights

	mu     sync.Mutex
	cfg    *checkin.Config // with gen, as last read
	gen    string          // made with the event: tells it from a deleted one of the same name
	plan   atomic.Pointer[plan]
	roster roster
}

// event finds what is remembered of one. An unknown one is not kept until it
// has been found to exist, so that asking for names fills no memory.
func (s *Store) event(id string) *event {
	if e, ok := s.events.Load(id); ok {
		return e.(*event)
	}
	return &event{id: id, keys: newEventKeys(id)}
}

// keep remembers an event that was found to exist.
func (s *Store) keep(e *event) *event {
	kept, _ := s.events.LoadOrStore(e.id, e)
	return kept.(*event)
}

// Events lists all events by id.
func (s *Store) Events(ctx context.Context) ([]badge.Event, error) {
	ids, err := s.client.SMembers(ctx, eventsKey).Result()
	if err != nil {
		return nil, unavailable(err)
	}
	slices.Sort(ids)
	found := make([]*redis.StringCmd, len(ids))
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			found[i] = p.HGet(ctx, newEventKeys(id).conf, checkin.Record{Thing: checkin.EventThing, ID: id}.Subject())
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, unavailable(err)
	}
	var out []badge.Event
	for i, f := range found {
		switch data, err := f.Bytes(); {
		case errors.Is(err, redis.Nil): // a dangling entry
		case err != nil:
			return nil, unavailable(err)
		default:
			c, err := checkin.NewConfig(0, []checkin.Record{{Thing: checkin.EventThing, ID: ids[i], Data: data}})
			if err != nil {
				return nil, err
			}
			out = append(out, c.Event)
		}
	}
	return out, nil
}

// Config is the event's configuration now. It is read again only when its
// revision says so.
func (s *Store) Config(ctx context.Context, id string) (*checkin.Config, error) {
	c, _, err := s.config(ctx, s.event(id))
	return c, err
}

// config also gives the event's gen.
func (s *Store) config(ctx context.Context, e *event) (*checkin.Config, string, error) {
	now, err := s.client.HMGet(ctx, e.keys.conf, "rev", "gen").Result()
	if err != nil {
		return nil, "", unavailable(err)
	}
	rev, gen := text(now, 0), text(now, 1)
	if rev == "" {
		s.events.Delete(e.id)
		if e.id == checkin.System {
			return &checkin.Config{}, "", nil
		}
		return nil, "", checkin.ErrNoEvent
	}
	e.mu.Lock()
	cfg := e.cfg
	if cfg != nil && (e.gen != gen || strconv.FormatInt(cfg.Rev, 10) != rev) {
		cfg = nil
	}
	e.mu.Unlock()
	if cfg != nil {
		return cfg, gen, nil
	}
	all, err := s.client.HGetAll(ctx, e.keys.conf).Result()
	if err != nil {
		return nil, "", unavailable(err)
	}
	if all["rev"] == "" {
		return s.config(ctx, e) // deleted in between
	}
	cfg, err = parseConfig(all)
	if err != nil {
		return nil, "", err
	}
	s.keep(e).remember(cfg, all["gen"])
	return cfg, all["gen"], nil
}

// remember keeps a configuration unless a newer one is there.
func (e *event) remember(cfg *checkin.Config, gen string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gen != gen || e.cfg == nil || e.cfg.Rev < cfg.Rev {
		e.cfg, e.gen = cfg, gen
	}
}

// parseConfig reads the conf hash.
func parseConfig(all map[string]string) (*checkin.Config, error) {
	var r reader
	rev := r.int(all["rev"])
	records := make([]checkin.Record, 0, len(all))
	for subject, data := range all {
		if rec, ok := parseRecord(subject, data); ok {
			records = append(records, rec)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return checkin.NewConfig(rev, records)
}
