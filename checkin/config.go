package checkin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"lanyard/badge"
)

// Config is everything that an organizer sets up for an event. It is shared
// and must not be changed; Rev grows with every change.
type Config struct {
	Rev        int64
	Event      badge.Event // zero in System
	Categories []badge.Category
	Venues     []Venue
	Gates      []Gate
	Operators  []Operator
	Keys       []badge.Key
}

// Thing is a kind of configuration record.
type Thing string

const (
	EventThing    Thing = "event"
	CategoryThing Thing = "category"
	VenueThing    Thing = "venue"
	GateThing     Thing = "gate"
	OperatorThing Thing = "operator"
	KeyThing      Thing = "key"
)

// Record is one configuration record as it is stored.
type Record struct {
	Thing Thing           `json:"thing"`
	ID    string          `json:"id"`
	Data  json.RawMessage `json:"data"` // the JSON of badge.Event, badge.Category, Venue, Gate, Operator or badge.Key
}

// Subject names the record in the journal.
func (r Record) Subject() string { return string(r.Thing) + "/" + r.ID }

// NewRecord wraps a badge.Event, badge.Category, Venue, Gate, Operator or badge.Key.
func NewRecord(v any) Record {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	switch v := v.(type) {
	case badge.Event:
		return Record{EventThing, v.ID, data}
	case badge.Category:
		return Record{CategoryThing, v.ID, data}
	case Venue:
		return Record{VenueThing, v.ID, data}
	case Gate:
		return Record{GateThing, v.ID, data}
	case Operator:
		return Record{OperatorThing, v.ID, data}
	case badge.Key:
		return Record{KeyThing, v.ID, data}
	}
	panic(fmt.Sprintf("checkin: no record of %T", v))
}

// NewConfig puts records together, each kind ordered by id.
func NewConfig(rev int64, records []Record) (*Config, error) {
	c := &Config{Rev: rev}
	for _, r := range records {
		var err error
		switch r.Thing {
		case EventThing:
			err = json.Unmarshal(r.Data, &c.Event)
		case CategoryThing:
			c.Categories, err = added(c.Categories, r.Data)
		case VenueThing:
			c.Venues, err = added(c.Venues, r.Data)
		case GateThing:
			c.Gates, err = added(c.Gates, r.Data)
		case OperatorThing:
			c.Operators, err = added(c.Operators, r.Data)
		case KeyThing:
			c.Keys, err = added(c.Keys, r.Data)
		default:
			err = fmt.Errorf("unknown kind of record")
		}
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", r.Subject(), err)
		}
	}
	slices.SortFunc(c.Categories, func(a, b badge.Category) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Venues, func(a, b Venue) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Gates, func(a, b Gate) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Operators, func(a, b Operator) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Keys, func(a, b badge.Key) int { return cmp.Compare(a.ID, b.ID) })
	return c, nil
}

func added[T any](to []T, data []byte) ([]T, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return append(to, v), err
}

// Records are the configuration as it is stored.
func (c *Config) Records() []Record {
	var out []Record
	if c.Event.ID != "" {
		out = append(out, NewRecord(c.Event))
	}
	for _, v := range c.Categories {
		out = append(out, NewRecord(v))
	}
	for _, v := range c.Venues {
		out = append(out, NewRecord(v))
	}
	for _, v := range c.Gates {
		out = append(out, NewRecord(v))
	}
	for _, v := range c.Operators {
		out = append(out, NewRecord(v))
	}
	for _, v := range c.Keys {
		out = append(out, NewRecord(v))
	}
	return out
}

// Venue by id.
func (c *Config) Venue(id string) (Venue, bool) {
	return byID(c.Venues, id, func(v Venue) string { return v.ID })
}

// Gate by id.
func (c *Config) Gate(id string) (Gate, bool) {
	return byID(c.Gates, id, func(v Gate) string { return v.ID })
}

// Category by id.
func (c *Config) Category(id string) (badge.Category, bool) {
	return byID(c.Categories, id, func(v badge.Category) string { return v.ID })
}

// Operator by id.
func (c *Config) Operator(id string) (Operator, bool) {
	return byID(c.Operators, id, func(v Operator) string { return v.ID })
}

// Key by id.
func (c *Config) Key(id string) (badge.Key, bool) {
	return byID(c.Keys, id, func(v badge.Key) string { return v.ID })
}

func byID[T any](sorted []T, id string, key func(T) string) (T, bool) {
	i, ok := slices.BinarySearchFunc(sorted, id, func(v T, id string) int { return cmp.Compare(key(v), id) })
	if !ok {
		var none T
		return none, false
	}
	return sorted[i], true
}

// Stamp says when and by whom.
type Stamp struct {
	At       time.Time
	Operator string // id; "" for the program itself
}

// Change is an atomic change of an event's configuration, decided on the
// configuration of revision Rev. Each record put or dropped is a journal row.
type Change struct {
	Stamp
	Rev  int64 // of the Config that was read; 0 creates the event
	Put  []Record
	Drop []Record // Data is not needed
}
