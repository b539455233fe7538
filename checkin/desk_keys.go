package checkin

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"lanyard/badge"
)

// Keys lists the event's signing keys by id, without their private halves.
func (d *Desk) Keys(ctx context.Context, event string) ([]badge.Key, error) {
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return nil, err
	}
	keys := make([]badge.Key, len(c.Keys))
	for i, k := range c.Keys {
		keys[i] = shown(k)
	}
	return keys, nil
}

func shown(k badge.Key) badge.Key {
	k.Sealed = nil
	return k
}

// RotateKey makes a new key that signs from now on. Badges of the old one stay
// good.
func (d *Desk) RotateKey(ctx context.Context, event string, by Stamp) (badge.Key, error) {
	by = d.stamp(by)
	return d.changeKeys(ctx, event, by, func(c *Config) ([]badge.Key, error) {
		next, err := d.newKey(ctx, c.Event, by.At, c.Keys)
		if err != nil {
			return nil, err
		}
		return badge.Rotate(c.Keys, next, by.At), nil
	})
}

// WithdrawKey ends a key at once: its badges open nothing but the way out, and
// IssueAll replaces them. Where it is the active one, a new one is made first.
// The key that is active afterwards is returned: ErrNoKey.
func (d *Desk) WithdrawKey(ctx context.Context, event, kid string, by Stamp) (badge.Key, error) {
	by = d.stamp(by)
	return d.changeKeys(ctx, event, by, func(c *Config) ([]badge.Key, error) {
		keys, err := badge.Withdraw(c.Keys, kid, by.At)
		if errors.Is(err, badge.ErrKeyActive) {
			var next badge.Key
			if next, err = d.newKey(ctx, c.Event, by.At, c.Keys); err == nil {
				keys, err = badge.Withdraw(badge.Rotate(c.Keys, next, by.At), kid, by.At)
			}
		}
		if errors.Is(err, badge.ErrUnknownKey) {
			err = ErrNoKey
		}
		return keys, err
	})
}

// changeKeys replaces the event's keys and returns the active one.
func (d *Desk) changeKeys(ctx context.Context, event string, by Stamp, change func(*Config) ([]badge.Key, error)) (badge.Key, error) {
	if event == System {
		return badge.Key{}, ErrNoEvent
	}
	c, err := d.configure(ctx, event, by, func(c *Config) (put, drop []Record, err error) {
		keys, err := change(c)
		for _, k := range keys {
			put = append(put, NewRecord(k))
		}
		return put, nil, err
	})
	if err != nil {
		return badge.Key{}, err
	}
	for _, k := range c.Keys {
		if k.Status == badge.KeyActive {
			return shown(k), nil
		}
	}
	return badge.Key{}, ErrNoKey
}

// newKey makes an active key under a name that no key of any event has, as
// long as there is one.
func (d *Desk) newKey(ctx context.Context, e badge.Event, now time.Time, own []badge.Key) (badge.Key, error) {
	taken := map[string]bool{}
	all, err := d.allKeys(ctx)
	if err != nil {
		return badge.Key{}, err
	}
	for _, k := range append(all, own...) {
		taken[k.ID] = true
	}
	key, err := badge.GenerateKey(e.ID, d.secret, now, func(kid string) bool { return taken[kid] })
	if errors.Is(err, badge.ErrNoKeyLeft) {
		clear(taken)
		for _, k := range own {
			taken[k.ID] = true
		}
		key, err = badge.GenerateKey(e.ID, d.secret, now, func(kid string) bool { return taken[kid] })
	}
	// All that it will sign expires no later, until the event's end is moved.
	key.LastExpiry = validUntil(e)
	return key, err
}

func (d *Desk) allKeys(ctx context.Context) ([]badge.Key, error) {
	events, err := d.store.Events(ctx)
	if err != nil {
		return nil, err
	}
	var keys []badge.Key
	for _, e := range events {
		c, err := d.store.Config(ctx, e.ID)
		if errors.Is(err, ErrNoEvent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, c.Keys...)
	}
	return keys, nil
}

// JWKS is the JWK Set (RFC 7517) of all events, as JSON.
func (d *Desk) JWKS(ctx context.Context) ([]byte, error) {
	return d.published.get(ctx, time.Now(), func(ctx context.Context) ([]byte, error) {
		keys, err := d.allKeys(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(badge.JWKS(keys, d.Now()))
	})
}
