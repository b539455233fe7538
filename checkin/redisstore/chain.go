package redisstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

// Rows get their hashes here, soon after they were written: whatever process
// comes first appends them, and all come to the same. A hash that is stored
// stays, so that a row changed later no longer fits it.

const (
	hashSize = 32 // bytes of SHA-256
	// chainPage is how many rows get their hashes at once.
	chainPage = 1000
	// chainPause lets rows gather, chainRetry the server come back.
	chainPause = 200 * time.Millisecond
	chainRetry = 2 * time.Second
)

// chain gives every row that has none its hash.
func (s *Store) chain(ctx context.Context, e *event) error {
	for {
		var size *redis.IntCmd
		var last *redis.StringCmd
		var gen *redis.SliceCmd
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			size = p.StrLen(ctx, e.keys.hashes)
			last = p.GetRange(ctx, e.keys.hashes, -hashSize, -1)
			gen = p.HMGet(ctx, e.keys.conf, "gen")
			return nil
		})
		if err != nil {
			return unavailable(err)
		}
		if size.Val()%hashSize != 0 {
			return fmt.Errorf("redis: %d bytes of hashes are no whole number of them", size.Val())
		}
		n := uint64(size.Val() / hashSize)
		page, err := s.client.XRangeN(ctx, e.keys.journal, streamID(n+1), "+", chainPage).Result()
		if err != nil {
			return unavailable(err)
		}
		if len(page) == 0 {
			return nil
		}
		rows, err := readRows(page)
		if err != nil {
			return err
		}
		prev := checkin.GenesisHash
		if n > 0 {
			prev = hex.EncodeToString([]byte(last.Val()))
		}
		sums := make([]byte, 0, hashSize*len(rows))
		for i := range rows {
			r := &rows[i]
			if r.Seq != n+1+uint64(i) {
				return &checkin.BrokenRow{Seq: n + 1 + uint64(i), Problem: "missing"}
			}
			prev = r.Chain(prev)
			sum, err := hex.DecodeString(prev)
			if err != nil {
				return err
			}
			sums = append(sums, sum...)
		}
		_, values, err := s.run(ctx, chainScript, []string{e.keys.hashes, e.keys.conf, e.keys.journal}, n, text(gen.Val(), 0), sums,
			page[len(page)-1].Values["r"])
		if err != nil {
			return err
		}
		now, _ := values[0].(int64) // fewer than these when another process was faster with less
		if len(page) < chainPage && uint64(now) >= n+uint64(len(page)) {
			return nil
		}
	}
}

// touch says that an event may have new rows.
func (s *Store) touch(e *event) {
	e.dirty.Store(true)
	select {
	case s.touched <- struct{}{}:
	default:
	}
}

// chainAlong gives rows their hashes until ctx ends: first those that a process
// left without when it died.
func (s *Store) chainAlong(ctx context.Context) {
	if events, err := s.Events(ctx); err == nil { // else the next write to each event does it
		for _, ev := range events {
			s.touch(s.keep(s.event(ev.ID)))
		}
	}
	for {
		select {
		case <-s.touched:
		case <-ctx.Done():
			return
		}
		pause := chainPause
		s.events.Range(func(_, v any) bool {
			e := v.(*event)
			if !e.dirty.Swap(false) {
				return true
			}
			err := s.chain(ctx, e)
			switch {
			case err == nil, errors.Is(err, checkin.ErrNoEvent), ctx.Err() != nil:
			case errors.Is(err, checkin.ErrUnavailable):
				s.touch(e)
				pause = chainRetry
			default:
				s.log.Error("the journal can't be chained", "event", e.id, "error", err)
			}
			return true
		})
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}
