package api

import "lanyard/badge"

// registration is what registering people and printing their badges needs to
// know: those who do it may not read the event's configuration.
type registration struct {
	Event      formedEvent      `json:"event"`
	Categories []formedCategory `json:"categories"`
}

type formedEvent struct {
	ID     string     `json:"id"`
	Name   badge.Text `json:"name"`
	Locale string     `json:"locale"`
}

type formedCategory struct {
	ID    string     `json:"id"`
	Name  badge.Text `json:"name"`
	Color string     `json:"color"`
}

func (s *Server) getRegistration(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	r := registration{
		Event:      formedEvent{cfg.Event.ID, cfg.Event.Name, cfg.Event.Locale},
		Categories: make([]formedCategory, len(cfg.Categories)),
	}
	for i, g := range cfg.Categories {
		r.Categories[i] = formedCategory{g.ID, g.Name, g.Color}
	}
	return c.json(200, r)
}
