package checkin

import (
	"context"
	"encoding/base64"
	"errors"
)

// FirstOrganizer makes the first organizer of everything on a store that has
// none and tells the key, this once. It is "" where there is one already.
func (d *Desk) FirstOrganizer(ctx context.Context) (key string, err error) {
	key = keyPrefix + randomText(32)
	_, err = d.configure(ctx, System, Stamp{}, func(c *Config) (put, drop []Record, err error) {
		if len(c.Operators) > 0 {
			return nil, nil, ErrExists
		}
		return []Record{NewRecord(Operator{ID: "organizer", Event: System, Name: "First organizer", Role: Organizer,
			Gates: []string{}, CreatedAt: d.Now(), KeyHash: HashKey(key)})}, nil, nil
	})
	if errors.Is(err, ErrExists) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return key, nil
}

// Lend makes a key for an operator that this Desk alone knows, for as long as
// it lives: a command's way through the API of its own process.
func (d *Desk) Lend(o Operator) (key string) {
	key = keyPrefix + randomText(32)
	o.KeyHash = HashKey(key)
	d.lent.Store(o.KeyHash, o)
	return key
}

// KnownKey is an operator's key that comes from the program's secret and a
// label: the same at every start. A demo has such keys; whoever reads the
// secret has them too. It is "" without a secret.
func (d *Desk) KnownKey(label string) string {
	if d.secret == nil {
		return ""
	}
	return keyPrefix + base64.RawURLEncoding.EncodeToString(d.secret.Derive("operator key " + label)[:32])
}

// EnsureOperator makes an operator with a key of the caller's choosing, unless
// that key opens something already: ErrOperatorGone when it once did.
func (d *Desk) EnsureOperator(ctx context.Context, event string, o Operator, key string) (Operator, error) {
	known, err := d.store.OperatorByKey(ctx, HashKey(key))
	if err == nil {
		if !known.Usable(d.Now()) {
			return Operator{}, ErrOperatorGone
		}
		return known, nil
	}
	if !errors.Is(err, ErrNoOperator) {
		return Operator{}, err
	}
	return d.addOperator(ctx, event, Stamp{}, o, key)
}

// CheckKeys tells whether the secret opens an event's signing keys.
func (d *Desk) CheckKeys(ctx context.Context, event string) error {
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return err
	}
	_, err = d.newRing(event, c)
	return err
}
