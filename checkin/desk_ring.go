package checkin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"lanyard/badge"
)

// rings remembers the keys of the events at whose gates people are scanned.
// A ring that has grown old can't let anybody in: what it verifies is decided
// in the step, on the key as it is on record, and what it can't verify is
// tried again with a ring loaded after the token had come.
type rings struct {
	desk *Desk
	mu   sync.RWMutex
	of   map[string]*heldRing
}

type heldRing struct {
	now     atomic.Pointer[badge.Ring]
	loading shared[*badge.Ring]
}

// ringPause bounds how often the unverifiable can make us load an event's keys.
const ringPause = 100 * time.Millisecond

func (r *rings) init(d *Desk) { r.desk, r.of = d, map[string]*heldRing{} }

func (r *rings) held(event string) *heldRing {
	r.mu.RLock()
	h := r.of[event]
	r.mu.RUnlock()
	return h
}

// any is the ring of an event as it was last seen.
func (r *rings) any(ctx context.Context, event string, asked time.Time) (*badge.Ring, error) {
	if h := r.held(event); h != nil {
		if k := h.now.Load(); k != nil {
			return k, nil
		}
	}
	return r.fresh(ctx, event, asked)
}

// fresh is the ring of an event, loaded after asked.
func (r *rings) fresh(ctx context.Context, event string, asked time.Time) (*badge.Ring, error) {
	h := r.held(event)
	if h == nil {
		r.mu.Lock()
		if h = r.of[event]; h == nil {
			h = &heldRing{loading: shared[*badge.Ring]{pause: ringPause}}
			r.of[event] = h
		}
		r.mu.Unlock()
	}
	k, err := h.loading.get(ctx, asked, func(ctx context.Context) (*badge.Ring, error) {
		c, err := r.desk.store.Config(ctx, event)
		if err != nil {
			return nil, err
		}
		k, err := r.desk.newRing(event, c)
		if err == nil {
			h.now.Store(k)
		}
		return k, err
	})
	if errors.Is(err, ErrNoEvent) || err != nil && h.now.Load() == nil {
		r.forget(event) // who makes up events must not fill the memory
	}
	return k, err
}

// learn takes over a configuration that was read or made for another purpose.
func (r *rings) learn(event string, c *Config) {
	if h := r.held(event); h != nil && event != System {
		if k, err := r.desk.newRing(event, c); err == nil {
			h.now.Store(k)
		}
	}
}

func (r *rings) forget(event string) {
	r.mu.Lock()
	delete(r.of, event)
	r.mu.Unlock()
}

func (d *Desk) newRing(event string, c *Config) (*badge.Ring, error) {
	if event == System {
		return nil, ErrNoEvent
	}
	k, err := badge.NewRing(event, c.Keys, d.secret)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", event, err)
	}
	return k, nil
}

// judged is what a token says by itself.
type judged struct {
	badge, key string
	refused    Reason
	unverified bool
}

// guess is judge without the signature of a token that says it is of this
// event: the step knows whether it is the one that was issued.
func (d *Desk) guess(ctx context.Context, own *badge.Ring, token string, asked time.Time) (judged, error) {
	hint, err := badge.Parse(token)
	switch {
	case err != nil:
		return judged{refused: InvalidToken}, nil
	case hint.Event == own.Event():
		return judged{badge: hint.ID, key: hint.Key, unverified: true}, nil
	}
	return d.judge(ctx, own, token, asked)
}

// judge verifies a token that came at a moment for the event whose ring is
// given. Its errors are the store's.
func (d *Desk) judge(ctx context.Context, own *badge.Ring, token string, asked time.Time) (judged, error) {
	hint, err := badge.Parse(token)
	if err != nil {
		return judged{refused: InvalidToken}, nil
	}
	if hint.Event == own.Event() {
		c, _, err := own.Verify(token)
		if err != nil {
			if own, err = d.rings.fresh(ctx, own.Event(), asked); err != nil {
				return judged{}, err
			}
			if c, _, err = own.Verify(token); err != nil {
				return judged{refused: InvalidToken}, nil
			}
		}
		return judged{badge: c.ID, key: c.Key}, nil
	}
	other, err := d.rings.any(ctx, hint.Event, asked)
	if err == nil {
		if _, _, err = other.Verify(token); err == nil {
			return judged{refused: WrongEvent}, nil
		}
		if other, err = d.rings.fresh(ctx, hint.Event, asked); err == nil {
			if _, _, err = other.Verify(token); err == nil {
				return judged{refused: WrongEvent}, nil
			}
			return judged{refused: InvalidToken}, nil
		}
	}
	if errors.Is(err, ErrNoEvent) {
		return judged{refused: InvalidToken}, nil
	}
	return judged{}, err
}
