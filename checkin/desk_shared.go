package checkin

import (
	"context"
	"sync"
	"time"
)

// shared loads something for many callers at once, never more often than
// every pause, and still never gives anybody a result that was begun before
// they asked: who comes while a load is under way waits for the next one, and
// shares it with all others who came meanwhile.
type shared[T any] struct {
	pause time.Duration

	once  sync.Once
	turn  chan struct{} // held by the caller who loads
	began time.Time     // of the load that gave value; monotonic
	value T
}

// get answers a result that was begun after asked. A failed load is the
// failure of the one caller who made it; the next one tries anew.
func (s *shared[T]) get(ctx context.Context, asked time.Time, load func(context.Context) (T, error)) (T, error) {
	s.once.Do(func() { s.turn = make(chan struct{}, 1) })
	var none T
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.began.After(asked) {
		return s.value, nil
	}
	if wait := s.pause - time.Since(s.began); wait > 0 && !s.began.IsZero() {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
	began := time.Now()
	v, err := load(ctx)
	if err != nil {
		return none, err
	}
	s.began, s.value = began, v
	return v, nil
}
