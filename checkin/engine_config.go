package checkin

import (
	"context"
	"fmt"
)

// Configure applies a change of configuration.
func (e *Engine) Configure(ctx context.Context, event string, c Change) (*Config, error) {
	return do(ctx, e, func(t *tx) (*Config, error) {
		s := t.events[event]
		switch {
		case s == nil && c.Rev == 0:
			s = newState(event)
			if t.backing != nil {
				b := t.backing
				s.older = func(after uint64, limit int) ([]Entry, error) { return b.Entries(event, after, limit) }
			}
		case s == nil:
			return nil, ErrNoEvent
		case c.Rev == 0 && event != System:
			return nil, ErrExists
		case s.cfg.Rev != c.Rev:
			return nil, ErrStale
		}
		next, err := changed(s.cfg, c)
		if err != nil {
			return nil, err
		}
		for _, r := range c.Drop {
			if r.Thing == VenueThing && s.inside(r.ID) > 0 {
				return nil, ErrInUse
			}
		}
		before := s.cfg
		if err := s.configure(next); err != nil {
			return nil, err
		}
		t.events[event] = s
		t.index(s, before)
		t.write(EventTable, event, "", next.Rev)
		for _, r := range c.Put {
			t.write(RecordTable, event, r.Subject(), r)
			t.configRow(s, c.Stamp, r, "put")
		}
		for _, r := range c.Drop {
			t.write(RecordTable, event, r.Subject(), nil)
			t.configRow(s, c.Stamp, r, "drop")
		}
		return next, nil
	})
}

func (t *tx) configRow(s *State, by Stamp, r Record, note string) {
	if s.id == System {
		return
	}
	t.append(s, Entry{Row: Row{Kind: KindConfig, At: by.At, RecordedAt: by.At, Operator: by.Operator, Subject: r.Subject(), Note: note}})
}

// changed is the configuration after a change.
func changed(old *Config, c Change) (*Config, error) {
	records := map[string]Record{}
	order := []string{}
	keep := func(r Record) {
		if _, ok := records[r.Subject()]; !ok {
			order = append(order, r.Subject())
		}
		records[r.Subject()] = r
	}
	for _, r := range old.Records() {
		keep(r)
	}
	for _, r := range c.Put {
		keep(r)
	}
	for _, r := range c.Drop {
		if _, ok := records[r.Subject()]; !ok {
			return nil, fmt.Errorf("%s: %w", r.Subject(), ErrStale)
		}
		delete(records, r.Subject())
	}
	var list []Record
	for _, subject := range order {
		if r, ok := records[subject]; ok {
			list = append(list, r)
		}
	}
	return NewConfig(old.Rev+1, list)
}

// DeleteEvent removes everything about the event.
func (e *Engine) DeleteEvent(ctx context.Context, event string) error {
	_, err := within(ctx, e, event, func(t *tx, s *State) (nothing, error) {
		if event == System {
			return nothing{}, ErrNoEvent
		}
		for _, b := range s.badges {
			delete(t.links, b.Link)
		}
		for _, o := range s.cfg.Operators {
			delete(t.operators, o.KeyHash)
		}
		delete(t.events, event)
		t.write(EventTable, event, "", nil)
		return nothing{}, nil
	})
	return err
}
