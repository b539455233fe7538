package linear

import (
	"context"
	"fmt"

	"lanyard/cmd/internal/rig"
)

// Hall is an event of its own, made for one history.
type Hall struct {
	Admin      *rig.Service
	Event      string
	Venues     []Venue
	Badges     []rig.Badge
	Gate       string // key of the phones at the gates
	Supervisor string // key of whoever may override
}

// plan of the venues: each rule has one, and two exclude each other.
var venues = []Venue{
	{ID: "free", Reentry: "free"},
	{ID: "tight", Reentry: "free", Capacity: 6},
	{ID: "once", Reentry: "once"},
	{ID: "daily", Reentry: "daily", Capacity: 12},
	{ID: "east", Reentry: "free", Capacity: 7, Exclusive: "sides"},
	{ID: "west", Reentry: "free", Exclusive: "sides"},
}

// gatesPerVenue: two gates of one venue may see the same badge at once.
const gatesPerVenue = 2

// MakeHall prepares everything through the public API.
func MakeHall(ctx context.Context, admin *rig.Service, badges int) (*Hall, error) {
	h := &Hall{Admin: admin, Event: "lin" + rig.RandomHex(3)}
	if err := rig.MakeEvent(ctx, admin, h.Event); err != nil {
		return nil, err
	}
	for _, v := range venues {
		body := map[string]any{"id": v.ID, "name": v.ID, "capacity": v.Capacity, "reentry": v.Reentry}
		if v.Exclusive != "" {
			body["exclusive"] = v.Exclusive
		}
		if err := admin.Post(ctx, h.path("/venues"), body, nil); err != nil {
			return nil, err
		}
		v.Gates = nil
		for i := range gatesPerVenue {
			gate := fmt.Sprintf("%s-%d", v.ID, i+1)
			v.Gates = append(v.Gates, gate)
			if err := admin.Post(ctx, h.path("/gates"), map[string]any{"id": gate, "venue": v.ID, "name": gate, "direction": "both"}, nil); err != nil {
				return nil, err
			}
		}
		h.Venues = append(h.Venues, v)
	}
	for role, key := range map[string]*string{"gate": &h.Gate, "supervisor": &h.Supervisor} {
		var made struct{ Key string }
		if err := admin.Post(ctx, h.path("/operators"), map[string]any{"name": "A " + role, "role": role, "gates": []string{}}, &made); err != nil {
			return nil, err
		}
		*key = made.Key
	}
	if err := rig.ImportRoster(ctx, admin, h.Event, badges); err != nil {
		return nil, err
	}
	var err error
	h.Badges, err = rig.BadgesOf(ctx, admin, h.Event, badges)
	return h, err
}

func (h *Hall) path(rest string) string { return "/api/v1/events/" + h.Event + rest }

// partitions of the venues: what shares an exclusive group is one.
func partitions(all []Venue) [][]Venue {
	var out [][]Venue
	of := map[string]int{}
	for _, v := range all {
		if i, ok := of[v.Exclusive]; ok && v.Exclusive != "" {
			out[i] = append(out[i], v)
			continue
		}
		of[v.Exclusive] = len(out)
		out = append(out, []Venue{v})
	}
	return out
}
