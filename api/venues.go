package api

import "lanyard/checkin"

// venueFields create or change a venue.
type venueFields struct {
	ID         maybe[string]           `json:"id"`
	Name       maybe[words]            `json:"name"`
	Capacity   maybe[int]              `json:"capacity"`
	Reentry    maybe[checkin.Reentry]  `json:"reentry"`
	Categories maybe[[]string]         `json:"categories"`
	Hours      maybe[[]checkin.Window] `json:"hours"`
	Exclusive  maybe[string]           `json:"exclusive"`
	AutoExitAt maybe[string]           `json:"auto_exit_at"`
}

func (f *venueFields) apply(v *checkin.Venue, creating bool) error {
	reset(&v.Categories, f.Categories)
	reset(&v.Hours, f.Hours)
	reset(&v.Exclusive, f.Exclusive)
	reset(&v.AutoExitAt, f.AutoExitAt)
	return first(
		setID(&v.ID, f.ID, creating),
		setText(&v.Name, f.Name, "name"),
		set(&v.Capacity, f.Capacity, "capacity"),
		set(&v.Reentry, f.Reentry, "reentry"),
	)
}

func (s *Server) listVenues(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	return listed(c, cfg.Venues, func(v checkin.Venue) string { return v.ID })
}

func (s *Server) postVenue(c *call) error {
	var f venueFields
	if err := c.read(&f); err != nil {
		return err
	}
	var v checkin.Venue
	if err := f.apply(&v, true); err != nil {
		return err
	}
	v, err := s.desk.AddVenue(c.Request().Context(), c.event, c.by(), v)
	if err != nil {
		return err
	}
	return c.created("/events/"+c.event+"/venues/"+v.ID, v)
}

func (s *Server) getVenue(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	v, ok := cfg.Venue(c.Param("venue"))
	if !ok {
		return checkin.ErrNoVenue
	}
	return c.json(200, v)
}

func (s *Server) patchVenue(c *call) error {
	id, err := c.id("venue", checkin.ErrNoVenue)
	if err != nil {
		return err
	}
	var f venueFields
	if err := c.read(&f); err != nil {
		return err
	}
	v, err := s.desk.EditVenue(c.Request().Context(), c.event, id, c.by(), func(v *checkin.Venue) error { return f.apply(v, false) })
	if err != nil {
		return err
	}
	return c.json(200, v)
}

func (s *Server) deleteVenue(c *call) error {
	id, err := c.id("venue", checkin.ErrNoVenue)
	if err != nil {
		return err
	}
	if err := s.desk.DropVenue(c.Request().Context(), c.event, id, c.by()); err != nil {
		return err
	}
	return c.noContent()
}
