package checkin

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"lanyard/badge"
)

// Grace is how long badges stay valid after the event's end.
const Grace = 24 * time.Hour

// maxName is the longest name of anything, in bytes of one language.
const maxName = 200

// Events lists all events by id.
func (d *Desk) Events(ctx context.Context) ([]badge.Event, error) { return d.store.Events(ctx) }

// Config is the event's configuration, fresh from the store. It is shared and
// must not be changed.
func (d *Desk) Config(ctx context.Context, event string) (*Config, error) {
	return d.store.Config(ctx, event)
}

// CreateEvent makes an event with its first signing key: *Invalid, ErrExists.
// It has no categories yet.
func (d *Desk) CreateEvent(ctx context.Context, by Stamp, e badge.Event) (badge.Event, error) {
	e = copied(e)
	if !badge.ValidID(e.ID) {
		return e, invalid("id", "The id must have 1 to 32 of a-z, 0-9 and inner hyphens.")
	}
	if err := checkEvent(&e); err != nil {
		return e, err
	}
	if _, err := d.store.Config(ctx, e.ID); err == nil {
		return e, ErrExists
	} else if !errors.Is(err, ErrNoEvent) {
		return e, err
	}
	by = d.stamp(by)
	key, err := d.newKey(ctx, e, by.At, nil)
	if err != nil {
		return e, err
	}
	c, err := d.store.Configure(ctx, e.ID, Change{Stamp: by, Put: []Record{NewRecord(e), NewRecord(key)}})
	if err != nil {
		return e, err
	}
	d.rings.learn(e.ID, c)
	return c.Event, nil
}

// EditEvent changes the event: *Invalid, ErrNoEvent, or what edit returns. The
// id stays. Badges that are issued keep the validity that they were signed
// with: RenewAll replaces those that end too early for a longer event.
func (d *Desk) EditEvent(ctx context.Context, event string, by Stamp, edit func(*badge.Event) error) (badge.Event, error) {
	if event == System {
		return badge.Event{}, ErrNoEvent
	}
	c, err := d.configure(ctx, event, by, func(c *Config) ([]Record, []Record, error) {
		e := copied(c.Event)
		if err := edit(&e); err != nil {
			return nil, nil, err
		}
		if e.ID != c.Event.ID {
			return nil, nil, invalid("id", "The id can't be changed.")
		}
		if err := checkEvent(&e); err != nil {
			return nil, nil, err
		}
		put := []Record{NewRecord(e)}
		for _, k := range c.Keys {
			if until := validUntil(e); k.Status == badge.KeyActive && until.After(k.LastExpiry) {
				k.LastExpiry = until
				put = append(put, NewRecord(k))
			}
		}
		return put, nil, nil
	})
	if err != nil {
		return badge.Event{}, err
	}
	return c.Event, nil
}

// DeleteEvent removes everything about the event, its journal too: ErrNoEvent.
func (d *Desk) DeleteEvent(ctx context.Context, event string, by Stamp) error {
	if event == System {
		return ErrNoEvent
	}
	if err := d.store.DeleteEvent(ctx, event); err != nil {
		return err
	}
	d.rings.forget(event)
	d.operators.forget(func(_ string, o Operator) bool { return o.Event == event })
	d.log.Info("event deleted", "event", event, "operator", by.Operator)
	return nil
}

// validUntil is when the badges of an event expire, in whole seconds as exp is.
func validUntil(e badge.Event) time.Time { return e.EndsAt.Truncate(time.Second).Add(Grace) }

// The times that an event may have: all of its badges' times fit a token and
// RFC 3339.
var (
	firstDay = time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

func checkEvent(e *badge.Event) error {
	if e.Locale == "" {
		e.Locale = "en"
	}
	if !badge.ValidLocale(e.Locale) {
		return invalid("locale", "The locale must be one such as en, zh or pt-BR.")
	}
	if err := settle(&e.Name, "name", e.Locale); err != nil {
		return err
	}
	if len(e.Place) > 0 {
		if err := settle(&e.Place, "place", e.Locale); err != nil {
			return err
		}
	}
	if _, err := e.Location(); err != nil {
		return invalid("timezone", "The time zone must have an IANA name such as Asia/Shanghai.")
	}
	for field, t := range map[string]*time.Time{"starts_at": &e.StartsAt, "ends_at": &e.EndsAt} {
		if *t = t.UTC().Truncate(time.Millisecond); t.IsZero() {
			return invalid(field, "A time is needed, such as 2026-11-07T09:00:00+08:00.")
		}
		if t.Before(firstDay) || t.After(lastDay) {
			return invalid(field, "The time must lie between 1971 and 9998.")
		}
	}
	if !e.EndsAt.After(e.StartsAt) {
		return invalid("ends_at", "The end must come after the start.")
	}
	if e.RetainUntil != nil {
		t := e.RetainUntil.UTC().Truncate(time.Millisecond)
		if e.RetainUntil = &t; !t.After(e.EndsAt) || t.After(lastDay) {
			return invalid("retain_until", "Personal data can be erased only after the event's end.")
		}
	}
	return nil
}

// settle puts a text of a few words into the form in which it is kept and says
// what is wrong with it.
func settle(text *badge.Text, field, locale string) error {
	t := maps.Clone(text.Settle(locale))
	for l, s := range t {
		if strings.ContainsFunc(s, unicode.IsControl) {
			return invalid(field, "The "+field+" must not have control characters.")
		}
		t[l] = badge.CleanText(s)
	}
	if err := t.Check(maxName); err != nil {
		return invalid(field, "The "+field+" "+err.Error()+".")
	}
	*text = t
	return nil
}

// copied shares nothing that can be changed with v.
func copied[T any](v T) T {
	switch v := any(&v).(type) {
	case *badge.Event:
		v.Name, v.Place, v.RetainUntil = maps.Clone(v.Name), maps.Clone(v.Place), clonedTime(v.RetainUntil)
	case *badge.Category:
		v.Name = maps.Clone(v.Name)
	case *Venue:
		v.Name, v.Categories, v.Hours = maps.Clone(v.Name), slices.Clone(v.Categories), slices.Clone(v.Hours)
	case *Gate:
		v.Name = maps.Clone(v.Name)
	case *Operator:
		v.Gates, v.ExpiresAt, v.RevokedAt = slices.Clone(v.Gates), clonedTime(v.ExpiresAt), clonedTime(v.RevokedAt)
	default:
		panic("checkin: no copy of this type")
	}
	return v
}

func clonedTime(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	c := *t
	return &c
}
