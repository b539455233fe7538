package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"lanyard/badge"
	"lanyard/checkin"
)

// parseRecord reads a field of the conf hash; rev and gen are no records.
func parseRecord(subject, data string) (checkin.Record, bool) {
	thing, id, ok := strings.Cut(subject, "/")
	return checkin.Record{Thing: checkin.Thing(thing), ID: id, Data: json.RawMessage(data)}, ok
}

// Configure applies a change of configuration.
func (s *Store) Configure(ctx context.Context, id string, c checkin.Change) (*checkin.Config, error) {
	e := s.event(id)
	old, gen, err := s.config(ctx, e)
	switch {
	case errors.Is(err, checkin.ErrNoEvent) && c.Rev == 0:
		old, gen = &checkin.Config{}, badge.NewID()
	case err != nil:
		return nil, err
	case c.Rev == 0 && id != checkin.System:
		return nil, checkin.ErrExists
	case old.Rev != c.Rev:
		return nil, checkin.ErrStale
	case old.Rev == 0:
		gen = badge.NewID()
	}
	next, err := changed(old, c)
	if err != nil {
		return nil, err
	}
	if err := s.point(ctx, id, next.Operators); err != nil {
		return nil, err
	}
	system := ""
	if id == checkin.System {
		system = "1"
	}
	args := []any{e.keys.prefix, c.Rev, gen, system, formatTime(c.At), escape(c.Operator), len(c.Put), len(c.Drop)}
	for _, r := range c.Put {
		args = append(args, r.Subject(), []byte(r.Data))
	}
	for _, r := range c.Drop {
		args = append(args, r.Subject())
	}
	args = append(args, rules(next)...)
	_, values, err := s.step(ctx, configureScript, []string{e.keys.conf, e.keys.rules, e.keys.state, e.keys.journal, e.keys.never()}, args...)
	if err != nil {
		return nil, err
	}
	e = s.keep(e)
	e.remember(next, text(values, 1))
	s.touch(e)
	s.unpoint(ctx, operatorKeys(old.Operators, next.Operators))
	return next, nil
}

// point makes an event and its operators findable.
func (s *Store) point(ctx context.Context, id string, operators []checkin.Operator) error {
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		if id != checkin.System {
			p.SAdd(ctx, eventsKey, id)
		}
		for _, o := range operators {
			p.HSet(ctx, operatorsKey, o.KeyHash, id)
		}
		return nil
	})
	return unavailable(err)
}

// unpoint forgets operators' keys. What stays behind when it fails leads nowhere.
func (s *Store) unpoint(ctx context.Context, keyHashes []string) {
	if len(keyHashes) == 0 {
		return
	}
	if err := s.client.HDel(ctx, operatorsKey, keyHashes...).Err(); err != nil {
		s.log.Warn("old operator keys were left in the index", "error", err)
	}
}

// DeleteEvent removes everything about the event.
func (s *Store) DeleteEvent(ctx context.Context, id string) error {
	if id == checkin.System {
		return checkin.ErrNoEvent
	}
	e := s.event(id)
	cfg, _, err := s.config(ctx, e)
	if err != nil {
		return err
	}
	var links []string
	err = s.each(ctx, e.keys.badges, func(badgeID, record string) error {
		var r reader
		b := r.badge(badgeID, record)
		links = append(links, b.Link)
		return r.err
	})
	if err != nil {
		return err
	}
	fixed := e.keys.fixed()
	keys := append([]string{e.keys.conf, e.keys.state, e.keys.never()}, fixed...)
	if _, _, err := s.step(ctx, deleteScript, keys, e.keys.prefix); err != nil {
		return err
	}
	s.events.Delete(id)
	s.unpoint(ctx, operatorKeys(cfg.Operators, nil))
	for page := range slices.Chunk(links, 1000) {
		s.unlink(ctx, page)
	}
	if err := s.client.SRem(ctx, eventsKey, id).Err(); err != nil {
		s.log.Warn("a deleted event was left in the index", "event", id, "error", err)
	}
	return nil
}

// OperatorByKey finds an operator of any event. Where the index leads is
// looked up in the event's configuration as it is now.
func (s *Store) OperatorByKey(ctx context.Context, keyHash string) (checkin.Operator, error) {
	if id, ok := s.operators.Load(keyHash); ok {
		o, err := s.operatorOf(ctx, id.(string), keyHash)
		if !errors.Is(err, checkin.ErrNoOperator) {
			return o, err
		}
		s.operators.Delete(keyHash)
	}
	id, err := s.client.HGet(ctx, operatorsKey, keyHash).Result()
	if errors.Is(err, redis.Nil) {
		return checkin.Operator{}, checkin.ErrNoOperator
	}
	if err != nil {
		return checkin.Operator{}, unavailable(err)
	}
	o, err := s.operatorOf(ctx, id, keyHash)
	if err == nil {
		s.operators.Store(keyHash, id)
	}
	return o, err
}

func (s *Store) operatorOf(ctx context.Context, id, keyHash string) (checkin.Operator, error) {
	cfg, err := s.Config(ctx, id)
	if errors.Is(err, checkin.ErrNoEvent) {
		return checkin.Operator{}, checkin.ErrNoOperator
	}
	if err != nil {
		return checkin.Operator{}, err
	}
	for _, o := range cfg.Operators {
		if o.KeyHash == keyHash {
			return o, nil
		}
	}
	return checkin.Operator{}, checkin.ErrNoOperator
}
