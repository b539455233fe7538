package api

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/web"
)

// bearer is whom an attendee's page belongs to.
type bearer struct {
	event    string
	badge    badge.Badge
	config   *checkin.Config
	attendee badge.Attendee
}

// errErased is a badge without a person any more.
var errErased = errors.New("erased")

// bearerOf finds the badge of a link, and the person too where that is shown:
// ErrNoBadge and ErrNoEvent are links of nobody.
func (s *Server) bearerOf(c *call, person bool) (*bearer, error) {
	link, err := c.id("link", checkin.ErrNoBadge)
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	p := &bearer{}
	if p.event, p.badge, err = s.desk.BadgeByLink(ctx, link); err != nil {
		return nil, err
	}
	if p.badge.Attendee == "" {
		return nil, errErased
	}
	if p.config, err = s.desk.Config(ctx, p.event); err != nil || !person {
		return p, err
	}
	p.attendee, err = s.desk.Attendee(ctx, p.event, p.badge.Attendee)
	if errors.Is(err, checkin.ErrNoAttendee) {
		err = errErased
	}
	return p, err
}

// status is the state of the badge as the page shows it. One whose key has been
// withdrawn opens no gate: its holder has to ask for another, as if it had been
// revoked.
func (p *bearer) status(now time.Time) string {
	switch b := p.badge; {
	case b.Status != badge.Active:
		return string(b.Status)
	case p.config.Withdrawn(b):
		return string(badge.Revoked)
	case !now.Before(b.ValidUntil):
		return "expired"
	case b.ValidFrom != nil && now.Before(*b.ValidFrom):
		return "not_yet_valid"
	}
	return string(badge.Active)
}

const (
	// pageAge is how old what a page says of where somebody is may be.
	pageAge = 2 * time.Second
	// pagePatience is how long a page waits to find that out: right after a
	// start a long journal must be read first, and somebody stands in a queue.
	pagePatience = 500 * time.Millisecond
)

// inside is the venue that the badge is in, nil for none, and since when.
func (s *Server) inside(c *call, p *bearer) (*checkin.Venue, time.Time, error) {
	ctx, cancel := context.WithTimeout(c.Request().Context(), pagePatience)
	defer cancel()
	w := s.scanners.get(s.desk, p.event)
	if err := w.catchUp(ctx, pageAge); err != nil {
		return nil, time.Time{}, err
	}
	id, since := w.at(p.badge.ID)
	v, ok := p.config.Venue(id)
	if !ok {
		return nil, time.Time{}, nil
	}
	return &v, since, nil
}

func (s *Server) getPage(c *call) error {
	p, err := s.bearerOf(c, true)
	if err != nil {
		return s.pageFailed(c, err)
	}
	r := c.Request()
	view := web.BadgePage{
		Lang:        web.PickLang(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"), p.attendee.Locale),
		Link:        p.badge.Link,
		Number:      p.badge.ID,
		EventName:   p.config.Event.Name,
		Place:       p.config.Event.Place,
		EventLocale: p.config.Event.Locale,
		Status:      p.status(s.desk.Now()),
		Name:        p.attendee.Name, NameLatin: p.attendee.NameLatin,
		Organization: p.attendee.Organization, Delegation: p.attendee.Delegation,
	}
	loc, err := p.config.Event.Location()
	if err != nil {
		return err
	}
	view.StartsAt, view.EndsAt = p.config.Event.StartsAt.In(loc), p.config.Event.EndsAt.In(loc)
	if g, ok := p.config.Category(p.badge.Category); ok {
		view.CategoryName, view.CategoryColor = g.Name, g.Color
	}
	if p.badge.Status == badge.Active && !p.config.Withdrawn(p.badge) {
		code, err := s.desk.Code(r.Context(), p.event, p.badge)
		if err != nil {
			return s.pageFailed(c, err)
		}
		view.QR = template.HTML(code.SVG()) // our own drawing: no text from outside is in it
	}
	// The code matters more than the rest: it is shown without it, too.
	if venue, since, err := s.inside(c, p); err == nil && venue != nil {
		view.Inside, view.InsideSince = venue.Name, since
	}
	var b bytes.Buffer
	if err := s.site.Badge(&b, view); err != nil {
		return err
	}
	pageHeaders(c.x.Header())
	c.x.writeBytes(200, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// pageHeaders let a phone keep the page for when there is no signal, and
// nobody else.
func pageHeaders(h http.Header) {
	h.Set("Cache-Control", "private, no-cache")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Vary", "Accept-Language")
}

// pageFailed shows a person what a program would get as a problem.
func (s *Server) pageFailed(c *call, err error) error {
	status, kind := http.StatusInternalServerError, web.Failed
	switch p := problemOf(err, c.x.id); {
	case errors.Is(err, errErased):
		status, kind = http.StatusGone, web.NotFound
	case p.Status == http.StatusNotFound:
		status, kind = http.StatusNotFound, web.NotFound
	case p.Status == http.StatusServiceUnavailable:
		status, kind = p.Status, web.Busy
		c.x.Header().Set("Retry-After", "1")
		c.x.err = err
	default:
		c.x.err = err
	}
	r := c.Request()
	var b bytes.Buffer
	lang := web.PickLang(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"), "")
	if err := s.site.Notice(&b, web.NoticePage{Lang: lang, Kind: kind}); err != nil {
		return err
	}
	c.x.Header().Set("X-Robots-Tag", "noindex, nofollow")
	c.x.writeBytes(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

func (s *Server) getPagePNG(c *call) error {
	p, err := s.bearerOf(c, false)
	if err != nil {
		return gone(err)
	}
	code, err := s.codeOf(c, p.event, p.badge)
	if err != nil {
		return err
	}
	pageHeaders(c.x.Header())
	return c.png(code, 16)
}

// gone is a program's answer for a person who has been erased.
func gone(err error) error {
	if errors.Is(err, errErased) {
		return errNoToken
	}
	return err
}

// pageStatus is what the attendee's page asks now and then.
type pageStatus struct {
	Status string     `json:"status"`
	Inside badge.Text `json:"inside"` // name of the venue, null for none
	Since  *time.Time `json:"since"`
}

func (s *Server) getPageStatus(c *call) error {
	p, err := s.bearerOf(c, false)
	if err != nil {
		return gone(err)
	}
	v := pageStatus{Status: p.status(s.desk.Now())}
	venue, since, err := s.inside(c, p)
	if err != nil {
		return err
	}
	if venue != nil {
		v.Inside, v.Since = venue.Name, &since
	}
	c.x.Header().Set("X-Robots-Tag", "noindex, nofollow")
	return c.json(200, v)
}
