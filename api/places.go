package api

import (
	"cmp"
	"slices"
	"time"

	"lanyard/checkin"
)

// placeView is what is known of a badge at one venue: the latest entry, and the
// exit after it.
type placeView struct {
	Venue     string     `json:"venue"`
	Inside    bool       `json:"inside"`
	EnteredAt *time.Time `json:"entered_at"` // null where only exits are on record
	Gate      string     `json:"gate,omitempty"`
	LeftAt    *time.Time `json:"left_at"`
}

// listPlaces answers where somebody is and was, the latest first: what the help
// desk looks up when a gate has sent a person there.
func (s *Server) listPlaces(c *call) error {
	b, err := c.badgeNamed()
	if err != nil {
		return err
	}
	found, err := s.desk.Places(c.Request().Context(), c.event, b.ID)
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b checkin.Presence) int {
		return cmp.Or(cmp.Compare(b.MovedAt, a.MovedAt), cmp.Compare(a.Venue, b.Venue))
	})
	views := make([]placeView, 0, len(found))
	for _, p := range found {
		if p.MovedAt == 0 {
			continue // refused there, never in
		}
		v := placeView{Venue: p.Venue, Inside: p.Inside, Gate: p.EntryGate, EnteredAt: millis(p.EntryAt)}
		if !p.Inside {
			v.LeftAt = millis(p.MovedAt)
		}
		views = append(views, v)
	}
	return c.json(200, page[placeView]{Items: views})
}

// millis is a time on record, null for none.
func millis(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}
