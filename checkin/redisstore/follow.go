package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

const (
	followPage = 512
	// followBlock is how long a follower waits for rows before it looks whether
	// the event is still there.
	followBlock = 2 * time.Second
)

// Follow calls fn with rows as they are committed, without Prev and Hash. It
// ends with ErrUnavailable when the connection does: call it again with the
// last seq that fn got.
func (s *Store) Follow(ctx context.Context, id string, after uint64, fn func([]checkin.Row) error) error {
	e := s.event(id)
	gen, err := s.gen(ctx, e)
	if err != nil {
		return err
	}
	type page struct {
		streams []redis.XStream
		err     error
	}
	for {
		// The client can't be called off while the server lets it wait.
		got := make(chan page, 1)
		go func() {
			streams, err := s.follower.XRead(ctx, &redis.XReadArgs{Streams: []string{e.keys.journal, streamID(after)},
				Count: followPage, Block: followBlock}).Result()
			got <- page{streams, err}
		}()
		var p page
		select {
		case p = <-got:
		case <-ctx.Done():
			return ctx.Err()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(p.err, redis.Nil) {
			now, err := s.gen(ctx, e)
			if err != nil {
				return err
			}
			if now != gen {
				return checkin.ErrNoEvent
			}
			continue
		}
		if p.err != nil {
			return unavailable(p.err)
		}
		rows, err := readRows(p.streams[0].Messages)
		if err != nil {
			return err
		}
		if err := fn(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].Seq
	}
}

// gen names this event and no other of the same id.
func (s *Store) gen(ctx context.Context, e *event) (string, error) {
	gen, err := s.client.HGet(ctx, e.keys.conf, "gen").Result()
	if errors.Is(err, redis.Nil) {
		return "", checkin.ErrNoEvent
	}
	return gen, unavailable(err)
}
