package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"lanyard/cmd/internal/rig"
)

// Hall is an event made for a run: its venues and gates, one operator for each
// gate, and the tokens of everybody who holds a badge.
type Hall struct {
	Service *rig.Service
	Event   string
	Venues  []*Venue
	Gates   []*Gate
	Badges  []rig.Badge
	Foreign []string // valid tokens of another event
	// Imported is how long it took until the whole roster was stored and issued.
	Imported time.Duration
	other    string // the other event
}

// Venue of a hall. Every badge may enter it, and next is the first badge that
// nobody has brought here yet.
type Venue struct {
	ID       string
	Capacity int // 0 is no limit
	next     atomic.Int64
}

// Fresh takes the next badge that was never shown at this venue.
func (v *Venue) Fresh(badges int) (index int, ok bool) {
	n := int(v.next.Add(1)) - 1
	return n, n < badges
}

// Shown is how many badges have been brought here.
func (v *Venue) Shown(badges int) int { return min(int(v.next.Load()), badges) }

// Gate of a hall and the key of its operator.
type Gate struct {
	ID    string
	Venue *Venue
	Key   string
}

// HallPlan is how large a hall to make.
type HallPlan struct {
	Event     string // "" makes an id up
	Gates     int
	Venues    int
	Attendees int
	Capacity  int // of the last venue; the others have no limit
	Tokens    int // badges to scan with, 0 for all
}

// MakeHall prepares everything through the public API.
func MakeHall(ctx context.Context, s *rig.Service, p HallPlan) (*Hall, error) {
	if p.Event == "" {
		p.Event = "load" + rig.RandomHex(2)
	}
	h := &Hall{Service: s, Event: p.Event, other: "else" + rig.RandomHex(2)}
	if err := h.prepare(ctx, p); err != nil {
		return nil, errors.Join(err, h.Remove(context.WithoutCancel(ctx)))
	}
	return h, nil
}

func (h *Hall) prepare(ctx context.Context, p HallPlan) error {
	if err := rig.MakeEvent(ctx, h.Service, h.Event); err != nil {
		h.Event = "" // not ours to remove
		return err
	}
	for i := range p.Venues {
		v := &Venue{ID: fmt.Sprintf("hall-%d", i+1)}
		if i == p.Venues-1 {
			v.Capacity = p.Capacity
		}
		if err := h.Service.Post(ctx, h.path("/venues"), map[string]any{"id": v.ID, "name": map[string]string{"en": "Hall " + v.ID[5:]},
			"capacity": v.Capacity, "reentry": "free", "categories": []string{}, "hours": []string{}}, nil); err != nil {
			return err
		}
		h.Venues = append(h.Venues, v)
	}
	for i := range p.Gates {
		g := &Gate{ID: fmt.Sprintf("gate-%d", i+1), Venue: h.Venues[i%p.Venues]}
		if err := h.Service.Post(ctx, h.path("/gates"), map[string]any{"id": g.ID, "venue": g.Venue.ID,
			"name": map[string]string{"en": "Gate " + g.ID[5:]}, "direction": "both"}, nil); err != nil {
			return err
		}
		var operator struct{ Key string }
		if err := h.Service.Post(ctx, h.path("/operators"), map[string]any{"name": "Phone at " + g.ID, "role": "gate",
			"gates": []string{g.ID}}, &operator); err != nil {
			return err
		}
		g.Key = operator.Key
		h.Gates = append(h.Gates, g)
	}
	begun := time.Now()
	if err := rig.ImportRoster(ctx, h.Service, h.Event, p.Attendees); err != nil {
		return err
	}
	h.Imported = time.Since(begun)
	if p.Tokens == 0 {
		p.Tokens = p.Attendees
	}
	var err error
	if h.Badges, err = rig.BadgesOf(ctx, h.Service, h.Event, p.Tokens); err != nil {
		return err
	}
	if err := rig.MakeEvent(ctx, h.Service, h.other); err != nil {
		h.other = ""
		return err
	}
	const strangers = 20
	if err := rig.ImportRoster(ctx, h.Service, h.other, strangers); err != nil {
		return err
	}
	foreign, err := rig.BadgesOf(ctx, h.Service, h.other, strangers)
	for _, b := range foreign {
		h.Foreign = append(h.Foreign, b.Token)
	}
	return err
}

// Remove deletes the hall's events.
func (h *Hall) Remove(ctx context.Context) error {
	var all error
	for _, event := range []string{h.Event, h.other} {
		if event != "" {
			all = errors.Join(all, h.Service.Delete(ctx, "/api/v1/events/"+event))
		}
	}
	return all
}

func (h *Hall) path(rest string) string { return "/api/v1/events/" + h.Event + rest }
