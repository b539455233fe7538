package api

import "lanyard/checkin"

// gateFields create or change a gate.
type gateFields struct {
	ID        maybe[string]            `json:"id"`
	Venue     maybe[string]            `json:"venue"`
	Name      maybe[words]             `json:"name"`
	Direction maybe[checkin.Direction] `json:"direction"`
}

func (f *gateFields) apply(g *checkin.Gate, creating bool) error {
	return first(
		setID(&g.ID, f.ID, creating),
		set(&g.Venue, f.Venue, "venue"),
		setText(&g.Name, f.Name, "name"),
		set(&g.Direction, f.Direction, "direction"),
	)
}

func (s *Server) listGates(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	return listed(c, cfg.Gates, func(g checkin.Gate) string { return g.ID })
}

func (s *Server) postGate(c *call) error {
	var f gateFields
	if err := c.read(&f); err != nil {
		return err
	}
	var g checkin.Gate
	if err := f.apply(&g, true); err != nil {
		return err
	}
	g, err := s.desk.AddGate(c.Request().Context(), c.event, c.by(), g)
	if err != nil {
		return err
	}
	return c.created("/events/"+c.event+"/gates/"+g.ID, g)
}

func (s *Server) getGate(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	g, ok := cfg.Gate(c.Param("gate"))
	if !ok {
		return checkin.ErrNoGate
	}
	return c.json(200, g)
}

func (s *Server) patchGate(c *call) error {
	id, err := c.id("gate", checkin.ErrNoGate)
	if err != nil {
		return err
	}
	var f gateFields
	if err := c.read(&f); err != nil {
		return err
	}
	g, err := s.desk.EditGate(c.Request().Context(), c.event, id, c.by(), func(g *checkin.Gate) error { return f.apply(g, false) })
	if err != nil {
		return err
	}
	return c.json(200, g)
}

func (s *Server) deleteGate(c *call) error {
	id, err := c.id("gate", checkin.ErrNoGate)
	if err != nil {
		return err
	}
	if err := s.desk.DropGate(c.Request().Context(), c.event, id, c.by()); err != nil {
		return err
	}
	return c.noContent()
}
