package checkin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"lanyard/badge"
)

// How much an event may be made of. All of it is read with every decision.
const (
	maxCapacity   = 10_000_000
	maxVenues     = 500
	maxGates      = 2_000
	maxCategories = 200
	maxOperators  = 5_000
	maxWindows    = 50
	maxGroupName  = 64
)

// AddVenue makes a venue. Without an id it gets one from its name: *Invalid,
// ErrExists.
func (d *Desk) AddVenue(ctx context.Context, event string, by Stamp, v Venue) (Venue, error) {
	return add(ctx, d, event, by, v, func(c *Config, v *Venue) (err error) {
		if err = room("venues", len(c.Venues), maxVenues); err != nil {
			return err
		}
		if err = checkVenue(c, Venue{}, v); err != nil {
			return err
		}
		v.ID, err = settleID(v.ID, "venue", v.Name, c.Venue)
		return err
	})
}

// EditVenue changes one: ErrNoVenue, *Invalid, or what edit returns. The id stays.
func (d *Desk) EditVenue(ctx context.Context, event, id string, by Stamp, edit func(*Venue) error) (Venue, error) {
	return change(ctx, d, event, id, by, (*Config).Venue, ErrNoVenue, edit, func(c *Config, old Venue, v *Venue) error {
		if v.ID != id {
			return errFixedID
		}
		return checkVenue(c, old, v)
	})
}

// DropVenue removes one: ErrNoVenue, ErrInUse while it has gates or somebody is
// inside.
func (d *Desk) DropVenue(ctx context.Context, event, id string, by Stamp) error {
	return drop(ctx, d, event, id, by, (*Config).Venue, ErrNoVenue, func(c *Config, v Venue) error {
		if slices.ContainsFunc(c.Gates, func(g Gate) bool { return g.Venue == v.ID }) {
			return ErrInUse
		}
		return nil
	})
}

func checkVenue(c *Config, old Venue, v *Venue) error {
	if err := settle(&v.Name, "name", c.Event.Locale); err != nil {
		return err
	}
	if v.Capacity < 0 || v.Capacity > maxCapacity {
		return invalid("capacity", "The capacity must be a number from 0, for no limit, to 10000000.")
	}
	if v.Reentry == "" {
		v.Reentry = Free
	}
	if v.Reentry != Free && v.Reentry != Once && v.Reentry != Daily {
		return invalid("reentry", "Re-entry must be free, once or daily.")
	}
	if v.Categories == nil {
		v.Categories = []string{}
	}
	for i, id := range v.Categories {
		if slices.Contains(v.Categories[:i], id) {
			return invalid(fmt.Sprintf("categories[%d]", i), "The category is listed twice.")
		}
		if _, ok := c.Category(id); !ok && !slices.Contains(old.Categories, id) {
			return invalid(fmt.Sprintf("categories[%d]", i), "The event has no such category.")
		}
	}
	if v.Hours == nil {
		v.Hours = []Window{}
	}
	if len(v.Hours) > maxWindows {
		return invalid("hours", "A venue has at most 50 opening hours.")
	}
	for i, w := range v.Hours {
		if !clock(w.From, false) {
			return invalid(fmt.Sprintf("hours[%d].from", i), "The time must be one from 00:00 to 23:59.")
		}
		if !clock(w.To, true) {
			return invalid(fmt.Sprintf("hours[%d].to", i), "The time must be one from 00:00 to 24:00.")
		}
	}
	var ok bool
	if v.Exclusive, ok = typed(v.Exclusive, maxGroupName); !ok {
		return invalid("exclusive", "The group's name must be plain text of at most 64 characters.")
	}
	if v.AutoExitAt != "" && !clock(v.AutoExitAt, false) {
		return invalid("auto_exit_at", "The time must be one from 00:00 to 23:59.")
	}
	return nil
}

func clock(s string, midnight bool) bool {
	m, err := ParseClock(s)
	return err == nil && (m < 24*60 || midnight)
}

// AddGate makes a gate: *Invalid, ErrExists.
func (d *Desk) AddGate(ctx context.Context, event string, by Stamp, g Gate) (Gate, error) {
	return add(ctx, d, event, by, g, func(c *Config, g *Gate) (err error) {
		if err = room("gates", len(c.Gates), maxGates); err != nil {
			return err
		}
		if err = checkGate(c, g); err != nil {
			return err
		}
		g.ID, err = settleID(g.ID, "gate", g.Name, c.Gate)
		return err
	})
}

// EditGate changes one: ErrNoGate, *Invalid, or what edit returns. The id stays.
func (d *Desk) EditGate(ctx context.Context, event, id string, by Stamp, edit func(*Gate) error) (Gate, error) {
	return change(ctx, d, event, id, by, (*Config).Gate, ErrNoGate, edit, func(c *Config, _ Gate, g *Gate) error {
		if g.ID != id {
			return errFixedID
		}
		return checkGate(c, g)
	})
}

// DropGate removes one: ErrNoGate. Staff who were limited to it may scan
// nowhere until they are given another.
func (d *Desk) DropGate(ctx context.Context, event, id string, by Stamp) error {
	return drop(ctx, d, event, id, by, (*Config).Gate, ErrNoGate, func(*Config, Gate) error { return nil })
}

func checkGate(c *Config, g *Gate) error {
	if err := settle(&g.Name, "name", c.Event.Locale); err != nil {
		return err
	}
	if _, ok := c.Venue(g.Venue); !ok {
		return invalid("venue", "The event has no such venue.")
	}
	if g.Direction != In && g.Direction != Out && g.Direction != Both {
		return invalid("direction", "The direction must be in, out or both.")
	}
	return nil
}

// add checks and stores something new.
func add[T any](ctx context.Context, d *Desk, event string, by Stamp, v T, check func(*Config, *T) error) (T, error) {
	var out T
	if _, ok := any(v).(Operator); !ok && event == System {
		return out, ErrNoEvent
	}
	_, err := d.configure(ctx, event, by, func(c *Config) (put, drop []Record, err error) {
		out = copied(v)
		if err := check(c, &out); err != nil {
			return nil, nil, err
		}
		return []Record{NewRecord(out)}, nil, nil
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// change lets edit have a copy of something and stores what it has made of it.
func change[T any](ctx context.Context, d *Desk, event, id string, by Stamp, find func(*Config, string) (T, bool), missing error,
	edit func(*T) error, check func(c *Config, old T, v *T) error) (T, error) {
	var out T
	_, err := d.configure(ctx, event, by, func(c *Config) (put, drop []Record, err error) {
		old, ok := find(c, id)
		if !ok {
			return nil, nil, missing
		}
		out = copied(old)
		if err := edit(&out); err != nil {
			return nil, nil, err
		}
		if err := check(c, old, &out); err != nil {
			return nil, nil, err
		}
		return []Record{NewRecord(out)}, nil, nil
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

func drop[T any](ctx context.Context, d *Desk, event, id string, by Stamp, find func(*Config, string) (T, bool), missing error,
	check func(*Config, T) error) error {
	_, err := d.configure(ctx, event, by, func(c *Config) (put, drop []Record, err error) {
		v, ok := find(c, id)
		if !ok {
			return nil, nil, missing
		}
		if err := check(c, v); err != nil {
			return nil, nil, err
		}
		return nil, []Record{NewRecord(v)}, nil
	})
	return err
}

var errFixedID = invalid("id", "The id can't be changed.")

func room(what string, have, limit int) error {
	if have >= limit {
		return invalid("", fmt.Sprintf("There are %d %s already: no more can be made.", limit, what))
	}
	return nil
}

// settleID takes an id if it is well-formed and free, and makes one from the
// English name, else by number, where none is given.
func settleID[T any](id, kind string, name badge.Text, find func(string) (T, bool)) (string, error) {
	if id != "" {
		if !badge.ValidID(id) {
			return "", invalid("id", "The id must have 1 to 32 of a-z, 0-9 and inner hyphens.")
		}
		if _, taken := find(id); taken {
			return "", ErrExists
		}
		return id, nil
	}
	base := slug(name["en"])
	if base != "" {
		if _, taken := find(base); !taken {
			return base, nil
		}
	}
	for n := 1; ; n++ {
		switch {
		case base == "":
			id = kind + "-" + strconv.Itoa(n)
		case n > 1:
			id = base + "-" + strconv.Itoa(n)
		default:
			continue
		}
		if _, taken := find(id); !taken {
			return id, nil
		}
	}
}

// slug spells a name in at most 24 of a-z, 0-9 and inner hyphens.
func slug(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r - 'A' + 'a')
		case r == '\'' || r == '’' || unicode.Is(unicode.Mn, r):
		default:
			if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
		if b.Len() >= 24 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
