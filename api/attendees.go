package api

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// attendeeView is a person as the API shows one.
type attendeeView struct {
	ID           string     `json:"id"`
	Ref          string     `json:"ref"`
	Name         string     `json:"name"`
	NameLatin    string     `json:"name_latin"`
	Organization string     `json:"organization"`
	Delegation   string     `json:"delegation"`
	Category     string     `json:"category"`
	Email        string     `json:"email"`
	Phone        string     `json:"phone"`
	Locale       string     `json:"locale"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Badge        *badgeView `json:"badge"` // the active one
	// Revoked is the last badge of who has none any more, null for all others.
	Revoked *revokedView `json:"revoked"`
}

type revokedView struct {
	Badge string    `json:"badge"`
	At    time.Time `json:"at"`
}

// attendeeFields create or change an attendee.
type attendeeFields struct {
	Ref          maybe[string] `json:"ref"`
	Name         maybe[string] `json:"name"`
	NameLatin    maybe[string] `json:"name_latin"`
	Organization maybe[string] `json:"organization"`
	Delegation   maybe[string] `json:"delegation"`
	Category     maybe[string] `json:"category"`
	Email        maybe[string] `json:"email"`
	Phone        maybe[string] `json:"phone"`
	Locale       maybe[string] `json:"locale"`
}

func (f *attendeeFields) apply(a *badge.Attendee) error {
	reset(&a.NameLatin, f.NameLatin)
	reset(&a.Organization, f.Organization)
	reset(&a.Delegation, f.Delegation)
	reset(&a.Email, f.Email)
	reset(&a.Phone, f.Phone)
	reset(&a.Locale, f.Locale)
	return first(
		set(&a.Ref, f.Ref, "ref"),
		set(&a.Name, f.Name, "name"),
		set(&a.Category, f.Category, "category"),
	)
}

// viewAttendees shows people with their badges, which are fetched together.
func (c *call) viewAttendees(people []badge.Attendee) ([]attendeeView, error) {
	ctx := c.Request().Context()
	views := make([]attendeeView, len(people))
	badges, err := c.s.latestBadges(ctx, c.event, people)
	if err != nil {
		return nil, err
	}
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	for i, a := range people {
		views[i] = attendeeView{a.ID, a.Ref, a.Name, a.NameLatin, a.Organization, a.Delegation, a.Category,
			a.Email, a.Phone, a.Locale, a.CreatedAt, a.UpdatedAt, nil, nil}
		if b := badges[i]; b.ID != "" && b.Status == badge.Active {
			v, err := c.viewBadgeBy(cfg, b)
			if err != nil {
				return nil, err
			}
			views[i].Badge = &v
		} else if b.ID != "" && b.EndedAt != nil && b.Status == badge.Revoked {
			views[i].Revoked = &revokedView{b.ID, *b.EndedAt}
		}
	}
	return views, nil
}

// latestBadges are the badges that people have, or that were revoked, in their
// order; zero where there never was one.
func (s *Server) latestBadges(ctx context.Context, event string, people []badge.Attendee) ([]badge.Badge, error) {
	var ids []string
	var at []int
	for i, a := range people {
		if id := cmp.Or(a.Badge, a.Revoked); id != "" {
			ids, at = append(ids, id), append(at, i)
		}
	}
	badges := make([]badge.Badge, len(people))
	if len(ids) == 0 {
		return badges, nil
	}
	found, err := s.desk.Badges(ctx, event, ids)
	if err != nil {
		return nil, err
	}
	for i, b := range found {
		badges[at[i]] = b
	}
	return badges, nil
}

func (c *call) viewAttendee(a badge.Attendee) (attendeeView, error) {
	views, err := c.viewAttendees([]badge.Attendee{a})
	if err != nil {
		return attendeeView{}, err
	}
	return views[0], nil
}

const maxSearch = 200 // bytes

func (s *Server) listAttendees(c *call) error {
	limit, err := c.limit(100, maxPage)
	if err != nil {
		return err
	}
	v := c.values()
	q := badge.Query{Text: v.Get("q"), Category: v.Get("category"), Status: v.Get("status"), After: v.Get("cursor"), Limit: limit}
	withTotal, err := c.boolean("total")
	if err != nil {
		return err
	}
	if skip := v.Get("skip"); skip != "" {
		if q.Skip, err = strconv.Atoi(skip); err != nil || q.Skip < 0 {
			return because(errInvalidValue, "skip", "The parameter must be a whole number from 0.")
		}
	}
	switch {
	case len(q.Text) > maxSearch:
		return because(errInvalidValue, "q", "The search is longer than 200 bytes.")
	case q.Status != "" && q.Status != "active" && q.Status != "none" && q.Status != "revoked":
		return because(errInvalidValue, "status", "The status must be active, none or revoked.")
	case !badge.ValidCursor(q.After):
		return errInvalidCursor
	}
	people, next, err := s.desk.Attendees(c.Request().Context(), c.event, q)
	if err != nil {
		return err
	}
	views, err := c.viewAttendees(people)
	if err != nil {
		return err
	}
	list := attendeeList{page: page[attendeeView]{views, next}}
	if withTotal {
		n, err := s.desk.CountAttendees(c.Request().Context(), c.event, q)
		if err != nil {
			return err
		}
		list.Total = &n
	}
	return c.json(200, list)
}

// attendeeList is a page of a search and, where it was asked for, how many
// there are on all pages.
type attendeeList struct {
	page[attendeeView]
	Total *int `json:"total,omitempty"`
}

func (s *Server) postAttendee(c *call) error {
	var f attendeeFields
	if err := c.read(&f); err != nil {
		return err
	}
	var a badge.Attendee
	if err := f.apply(&a); err != nil {
		return err
	}
	a, err := s.desk.AddAttendee(c.Request().Context(), c.event, c.by(), a)
	if err != nil {
		return err
	}
	view, err := c.viewAttendee(a)
	if err != nil {
		return err
	}
	return c.created("/events/"+c.event+"/attendees/"+a.ID, view)
}

func (s *Server) getAttendee(c *call) error {
	id, err := c.id("attendee", checkin.ErrNoAttendee)
	if err != nil {
		return err
	}
	a, err := s.desk.Attendee(c.Request().Context(), c.event, id)
	if err != nil {
		return err
	}
	view, err := c.viewAttendee(a)
	if err != nil {
		return err
	}
	return c.json(200, view)
}

func (s *Server) patchAttendee(c *call) error {
	id, err := c.id("attendee", checkin.ErrNoAttendee)
	if err != nil {
		return err
	}
	var f attendeeFields
	if err := c.read(&f); err != nil {
		return err
	}
	a, err := s.desk.EditAttendee(c.Request().Context(), c.event, id, c.by(), f.apply)
	if err != nil {
		return err
	}
	view, err := c.viewAttendee(a)
	if err != nil {
		return err
	}
	return c.json(200, view)
}

func (s *Server) deleteAttendee(c *call) error {
	id, err := c.id("attendee", checkin.ErrNoAttendee)
	if err != nil {
		return err
	}
	if err := s.desk.EraseAttendee(c.Request().Context(), c.event, id, c.by()); err != nil {
		return err
	}
	return c.noContent()
}
