package api

import (
	"errors"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// eventFields create or change an event.
type eventFields struct {
	ID          maybe[string]    `json:"id"`
	Name        maybe[words]     `json:"name"`
	TimeZone    maybe[string]    `json:"timezone"`
	StartsAt    maybe[time.Time] `json:"starts_at"`
	EndsAt      maybe[time.Time] `json:"ends_at"`
	Locale      maybe[string]    `json:"locale"`
	Place       maybe[words]     `json:"place"`
	RetainUntil maybe[time.Time] `json:"retain_until"`
}

func (f *eventFields) apply(e *badge.Event, creating bool) error {
	if f.RetainUntil.given {
		e.RetainUntil = &f.RetainUntil.value
		if f.RetainUntil.null {
			e.RetainUntil = nil
		}
	}
	if f.Place.null {
		e.Place, f.Place = nil, maybe[words]{}
	}
	return first(
		setID(&e.ID, f.ID, creating),
		setText(&e.Name, f.Name, "name"),
		setText(&e.Place, f.Place, "place"),
		set(&e.TimeZone, f.TimeZone, "timezone"),
		set(&e.StartsAt, f.StartsAt, "starts_at"),
		set(&e.EndsAt, f.EndsAt, "ends_at"),
		set(&e.Locale, f.Locale, "locale"),
	)
}

// listEvents shows organizers of one event that one.
func (s *Server) listEvents(c *call) error {
	ctx := c.Request().Context()
	if c.op.Event == checkin.System {
		all, err := s.desk.Events(ctx)
		if err != nil {
			return err
		}
		return listed(c, all, func(e badge.Event) string { return e.ID })
	}
	cfg, err := s.desk.Config(ctx, c.op.Event)
	switch {
	case errors.Is(err, checkin.ErrNoEvent):
		return listed(c, []badge.Event{}, func(e badge.Event) string { return e.ID })
	case err != nil:
		return err
	}
	return listed(c, []badge.Event{cfg.Event}, func(e badge.Event) string { return e.ID })
}

func (s *Server) postEvent(c *call) error {
	if c.op.Event != checkin.System {
		return because(errForbidden, "", "Only an organizer of the whole server may create events.")
	}
	var f eventFields
	if err := c.read(&f); err != nil {
		return err
	}
	var e badge.Event
	if err := f.apply(&e, true); err != nil {
		return err
	}
	e, err := s.desk.CreateEvent(c.Request().Context(), c.by(), e)
	if err != nil {
		return err
	}
	return c.created("/events/"+e.ID, e)
}

func (s *Server) getEvent(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	return c.json(200, cfg.Event)
}

func (s *Server) patchEvent(c *call) error {
	var f eventFields
	if err := c.read(&f); err != nil {
		return err
	}
	e, err := s.desk.EditEvent(c.Request().Context(), c.event, c.by(), func(e *badge.Event) error { return f.apply(e, false) })
	if err != nil {
		return err
	}
	return c.json(200, e)
}

func (s *Server) deleteEvent(c *call) error {
	if err := s.desk.DeleteEvent(c.Request().Context(), c.event, c.by()); err != nil {
		return err
	}
	s.scanners.forget(c.event)
	return c.noContent()
}
