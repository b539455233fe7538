package checkin

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"
)

// AddOperator makes an operator of the event, or an organizer of everything
// in System. The key, "lk_" and 256 random bits, is told this once; the pairing
// code is as from NewPairing, and "" where the store failed after the operator
// was made: NewPairing can be tried again, the key could not. The id, if none is given, is random: journals
// have ids and no names.
func (d *Desk) AddOperator(ctx context.Context, event string, by Stamp, o Operator) (op Operator, key, pairing string, err error) {
	key = keyPrefix + randomText(32)
	if op, err = d.addOperator(ctx, event, by, o, key); err != nil {
		return Operator{}, "", "", err
	}
	if pairing, err = d.newPairing(ctx, op); err != nil {
		d.log.Warn("an operator was made without a pairing code", "event", event, "operator", op.ID, "error", err)
		pairing = ""
	}
	return op, key, pairing, nil
}

func (d *Desk) addOperator(ctx context.Context, event string, by Stamp, o Operator, key string) (Operator, error) {
	return add(ctx, d, event, by, o, func(c *Config, o *Operator) (err error) {
		if err = room("operators", len(c.Operators), maxOperators); err != nil {
			return err
		}
		now := d.Now()
		if o.ExpiresAt != nil && !o.ExpiresAt.After(now) {
			return invalid("expires_at", "The time must lie ahead.")
		}
		o.Event, o.KeyHash, o.CreatedAt, o.RevokedAt = event, HashKey(key), now, nil
		if err = checkOperator(c, Operator{}, o); err != nil {
			return err
		}
		if o.ID == "" {
			o.ID = "op-" + strings.ToLower(rand.Text()[:8])
		}
		o.ID, err = settleID(o.ID, "operator", nil, c.Operator)
		return err
	})
}

// EditOperator changes name, role, gates or expiry: ErrNoOperator, *Invalid, or
// what edit returns. All else stays.
func (d *Desk) EditOperator(ctx context.Context, event, id string, by Stamp, edit func(*Operator) error) (Operator, error) {
	o, err := change(ctx, d, event, id, by, (*Config).Operator, ErrNoOperator, edit, func(c *Config, old Operator, o *Operator) error {
		if o.ID != id {
			return errFixedID
		}
		o.Event, o.KeyHash, o.CreatedAt, o.RevokedAt = old.Event, old.KeyHash, old.CreatedAt, old.RevokedAt
		return checkOperator(c, old, o)
	})
	d.forgetOperator(event, id)
	return o, err
}

// RevokeOperator ends an operator's key and sessions: ErrNoOperator. The record
// stays for the journal.
func (d *Desk) RevokeOperator(ctx context.Context, event, id string, by Stamp) error {
	by = d.stamp(by)
	_, err := change(ctx, d, event, id, by, (*Config).Operator, ErrNoOperator, func(o *Operator) error {
		if o.RevokedAt == nil {
			o.RevokedAt = &by.At
		}
		return nil
	}, func(*Config, Operator, *Operator) error { return nil })
	d.forgetOperator(event, id)
	return err
}

func (d *Desk) forgetOperator(event, id string) {
	d.operators.forget(func(_ string, o Operator) bool { return o.Event == event && o.ID == id })
}

func checkOperator(c *Config, old Operator, o *Operator) error {
	var ok bool
	if o.Name, ok = typed(o.Name, maxName); !ok || o.Name == "" {
		return invalid("name", "The name must be plain text of 1 to 200 characters.")
	}
	if !slices.Contains(Roles, o.Role) {
		return invalid("role", "The role must be organizer, desk, supervisor, gate or security.")
	}
	if o.Event == System && o.Role != Organizer {
		return invalid("role", "Only organizers belong to no event.")
	}
	if o.Gates == nil {
		o.Gates = []string{}
	}
	if len(o.Gates) > 0 && o.Role != GateStaff {
		return invalid("gates", "Only operators with the role gate are limited to gates.")
	}
	for i, id := range o.Gates {
		if slices.Contains(o.Gates[:i], id) {
			return invalid(fmt.Sprintf("gates[%d]", i), "The gate is listed twice.")
		}
		if _, ok := c.Gate(id); !ok && !slices.Contains(old.Gates, id) {
			return invalid(fmt.Sprintf("gates[%d]", i), "The event has no such gate.")
		}
	}
	if o.ExpiresAt != nil {
		t := o.ExpiresAt.UTC().Truncate(time.Millisecond)
		if o.ExpiresAt = &t; t.Before(firstDay) || t.After(lastDay) {
			return invalid("expires_at", "The time must lie between 1971 and 9998.")
		}
	}
	return nil
}

// walkInRef makes a ref for somebody whom the organizer had no number for.
func walkInRef() string {
	var b [5]byte
	rand.Read(b[:]) // never fails, by contract of crypto/rand
	return "W-" + base32.StdEncoding.EncodeToString(b[:])
}
