package redisstore

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

// PutTemp keeps a short-lived record. The server's clock ends it.
func (s *Store) PutTemp(ctx context.Context, kind, id string, data []byte, until time.Time) error {
	_, _, err := s.step(ctx, tempScript, []string{tempKey(kind, id)}, "put", data, strconv.FormatInt(max(1, until.UnixMilli()), 10))
	return err
}

// Temp reads one.
func (s *Store) Temp(ctx context.Context, kind, id string) ([]byte, error) {
	data, err := s.client.Get(ctx, tempKey(kind, id)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, checkin.ErrNoTemp
	}
	return data, unavailable(err)
}

// TakeTemp reads one and removes it.
func (s *Store) TakeTemp(ctx context.Context, kind, id string) ([]byte, error) {
	_, values, err := s.step(ctx, tempScript, []string{tempKey(kind, id)}, "take")
	if err != nil {
		return nil, err
	}
	return []byte(text(values, 0)), nil
}

// DropTemp removes one if it is there.
func (s *Store) DropTemp(ctx context.Context, kind, id string) error {
	_, _, err := s.step(ctx, tempScript, []string{tempKey(kind, id)}, "drop")
	return err
}
