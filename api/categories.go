package api

import (
	"lanyard/badge"
	"lanyard/checkin"
)

// categoryFields create or change a category.
type categoryFields struct {
	ID    maybe[string] `json:"id"`
	Name  maybe[words]  `json:"name"`
	Color maybe[string] `json:"color"`
	Code  maybe[string] `json:"code"`
}

func (f *categoryFields) apply(g *badge.Category, creating bool) error {
	return first(
		setID(&g.ID, f.ID, creating),
		setText(&g.Name, f.Name, "name"),
		set(&g.Color, f.Color, "color"),
		set(&g.Code, f.Code, "code"),
	)
}

func (s *Server) listCategories(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	return listed(c, cfg.Categories, func(g badge.Category) string { return g.ID })
}

func (s *Server) postCategory(c *call) error {
	var f categoryFields
	if err := c.read(&f); err != nil {
		return err
	}
	var g badge.Category
	if err := f.apply(&g, true); err != nil {
		return err
	}
	g, err := s.desk.AddCategory(c.Request().Context(), c.event, c.by(), g)
	if err != nil {
		return err
	}
	return c.created("/events/"+c.event+"/categories/"+g.ID, g)
}

func (s *Server) getCategory(c *call) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	g, ok := cfg.Category(c.Param("category"))
	if !ok {
		return checkin.ErrNoCategory
	}
	return c.json(200, g)
}

func (s *Server) patchCategory(c *call) error {
	id, err := c.id("category", checkin.ErrNoCategory)
	if err != nil {
		return err
	}
	var f categoryFields
	if err := c.read(&f); err != nil {
		return err
	}
	g, err := s.desk.EditCategory(c.Request().Context(), c.event, id, c.by(), func(g *badge.Category) error { return f.apply(g, false) })
	if err != nil {
		return err
	}
	return c.json(200, g)
}

func (s *Server) deleteCategory(c *call) error {
	id, err := c.id("category", checkin.ErrNoCategory)
	if err != nil {
		return err
	}
	if err := s.desk.DropCategory(c.Request().Context(), c.event, id, c.by()); err != nil {
		return err
	}
	return c.noContent()
}
