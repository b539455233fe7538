package api

import (
	"slices"
	"strconv"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// badgeView is a badge as the API shows one. A badge that has ended, or whose
// key has been withdrawn, has no token any more.
type badgeView struct {
	ID         string       `json:"id"`
	Attendee   *string      `json:"attendee"` // null once the person has been erased
	Category   string       `json:"category"`
	Status     badge.Status `json:"status"`
	ValidFrom  *time.Time   `json:"valid_from"`
	ValidUntil time.Time    `json:"valid_until"`
	IssuedAt   time.Time    `json:"issued_at"`
	Token      *string      `json:"token"`
	PageURL    *string      `json:"page_url"` // null for who may not read badges
}

func (c *call) viewBadge(b badge.Badge) (badgeView, error) {
	cfg, err := c.config()
	if err != nil {
		return badgeView{}, err
	}
	return c.viewBadgeBy(cfg, b)
}

func (c *call) viewBadgeBy(cfg *checkin.Config, b badge.Badge) (badgeView, error) {
	v := badgeView{ID: b.ID, Category: b.Category, Status: b.Status, ValidFrom: b.ValidFrom, ValidUntil: b.ValidUntil, IssuedAt: b.IssuedAt}
	if slices.Contains(desks, c.op.Role) {
		page := c.s.baseURL(c.Request()) + "/b/" + b.Link
		v.PageURL = &page
	}
	if b.Attendee != "" {
		v.Attendee = &b.Attendee
	}
	if b.Status == badge.Active && !cfg.Withdrawn(b) {
		token, err := c.s.desk.Token(c.Request().Context(), c.event, b)
		if err != nil {
			return v, err
		}
		v.Token = &token
	}
	return v, nil
}

func (c *call) badgeNamed() (badge.Badge, error) {
	id, err := c.id("badge", checkin.ErrNoBadge)
	if err != nil {
		return badge.Badge{}, err
	}
	return c.s.desk.Badge(c.Request().Context(), c.event, id)
}

func (c *call) badgeLocation(b badge.Badge) string { return "/events/" + c.event + "/badges/" + b.ID }

func (s *Server) postBadge(c *call) error {
	var q struct {
		Attendee string `json:"attendee"`
	}
	if err := c.read(&q); err != nil {
		return err
	}
	if q.Attendee == "" {
		return because(errMissingField, "attendee", "The id of the attendee is needed.")
	}
	if len(q.Attendee) > 64 || !isPlain(q.Attendee) {
		return checkin.ErrNoAttendee
	}
	b, isNew, err := s.desk.IssueBadge(c.Request().Context(), c.event, c.by(), q.Attendee)
	if err != nil {
		return err
	}
	view, err := c.viewBadge(b)
	if err != nil {
		return err
	}
	if !isNew {
		return c.json(200, view)
	}
	return c.created(c.badgeLocation(b), view)
}

type issued struct {
	Issued int `json:"issued"`
}

type issueAllRequest struct {
	Renew bool `json:"renew"`
}

func (s *Server) postIssueAll(c *call) error {
	var q issueAllRequest
	if err := c.readOptional(&q); err != nil {
		return err
	}
	issue := s.desk.IssueAll
	if q.Renew {
		issue = s.desk.RenewAll
	}
	c.allow(longAnswer)
	n, err := issue(c.Request().Context(), c.event, c.by(), nil)
	if err != nil {
		return err
	}
	return c.json(200, issued{n})
}

func (s *Server) getBadge(c *call) error {
	b, err := c.badgeNamed()
	if err != nil {
		return err
	}
	view, err := c.viewBadge(b)
	if err != nil {
		return err
	}
	return c.json(200, view)
}

// codeOf draws the code of a badge that opens anything.
func (s *Server) codeOf(c *call, event string, b badge.Badge) (*badge.Code, error) {
	cfg, err := s.desk.Config(c.Request().Context(), event)
	if err != nil {
		return nil, err
	}
	if b.Status != badge.Active || cfg.Withdrawn(b) {
		return nil, errNoToken
	}
	return s.desk.Code(c.Request().Context(), event, b)
}

func (s *Server) getBadgeSVG(c *call) error {
	b, err := c.badgeNamed()
	if err != nil {
		return err
	}
	code, err := s.codeOf(c, c.event, b)
	if err != nil {
		return err
	}
	c.x.writeBytes(200, "image/svg+xml", code.SVG())
	return nil
}

// pngScale makes a picture of 650 pixels a side of a usual badge.
const pngScale = 10

func (s *Server) getBadgePNG(c *call) error {
	scale := pngScale
	if v := c.values().Get("scale"); v != "" {
		var err error
		if scale, err = strconv.Atoi(v); err != nil || scale < 1 || scale > badge.MaxPNGScale {
			return because(errInvalidValue, "scale", "The scale must be a whole number from 1 to "+strconv.Itoa(badge.MaxPNGScale)+".")
		}
	}
	b, err := c.badgeNamed()
	if err != nil {
		return err
	}
	code, err := s.codeOf(c, c.event, b)
	if err != nil {
		return err
	}
	return c.png(code, scale)
}

func (c *call) png(code *badge.Code, scale int) error {
	picture, err := code.PNG(scale)
	if err != nil {
		return err
	}
	c.x.writeBytes(200, "image/png", picture)
	return nil
}

func (s *Server) postRevoke(c *call) error {
	var q struct {
		Reason string `json:"reason"`
	}
	if err := c.read(&q); err != nil {
		return err
	}
	id, err := c.id("badge", checkin.ErrNoBadge)
	if err != nil {
		return err
	}
	b, err := s.desk.RevokeBadge(c.Request().Context(), c.event, c.by(), id, q.Reason)
	if err != nil {
		return err
	}
	view, err := c.viewBadge(b)
	if err != nil {
		return err
	}
	return c.json(200, view)
}

func (s *Server) postReissue(c *call) error {
	if err := c.readNothing(); err != nil {
		return err
	}
	id, err := c.id("badge", checkin.ErrNoBadge)
	if err != nil {
		return err
	}
	b, err := s.desk.Reissue(c.Request().Context(), c.event, c.by(), id)
	if err != nil {
		return err
	}
	view, err := c.viewBadge(b)
	if err != nil {
		return err
	}
	return c.created(c.badgeLocation(b), view)
}
