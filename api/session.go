package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

type sessionRequest struct {
	Key     string `json:"key"`
	Pairing string `json:"pairing"`
}

// me is who a credential belongs to.
type me struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Role  checkin.Role `json:"role"`
	Event *string      `json:"event"` // null for organizers of the whole server
	Gates []string     `json:"gates"`
	// EventName is for the eyes: most roles may read nothing else of the event.
	EventName badge.Text `json:"event_name,omitempty"`
}

func (s *Server) meOf(ctx context.Context, o checkin.Operator) (me, error) {
	m := me{ID: o.ID, Name: o.Name, Role: o.Role, Event: &o.Event, Gates: o.Gates}
	if m.Gates == nil {
		m.Gates = []string{}
	}
	if o.Event == checkin.System {
		m.Event = nil
		return m, nil
	}
	cfg, err := s.desk.Config(ctx, o.Event)
	if err != nil {
		return m, err
	}
	m.EventName = cfg.Event.Name
	return m, nil
}

// postSession signs a browser in: with a key, a pairing code, or the key of an
// Authorization header. Another site can't sign a browser in.
func (s *Server) postSession(c *call) error {
	r := c.Request()
	if err := s.checkOrigin(r); err != nil {
		return err
	}
	var q sessionRequest
	if err := c.readOptional(&q); err != nil {
		return err
	}
	var op checkin.Operator
	var token string
	var until time.Time
	var err error
	switch {
	case q.Key != "" && q.Pairing != "":
		return because(errInvalidValue, "pairing", "Send a key or a pairing code, not both.")
	case q.Pairing != "":
		if !s.attempts.may(s.clientIP(r)) {
			return errTooManyAttempts
		}
		if op, token, until, err = s.desk.RedeemPairing(r.Context(), q.Pairing); errors.Is(err, checkin.ErrNoTemp) {
			err = because(errUnauthorized, "pairing", "This pairing link has been used or is older than 15 minutes: ask for a new one.")
		}
	case q.Key != "":
		op, err = s.signIn(r, credential{key: q.Key})
	default:
		var shown credential
		if shown, err = credentialOf(r); err == nil && shown.key == "" {
			err = errUnauthorized
		}
		if err != nil {
			return err
		}
		op, err = s.signIn(r, shown)
	}
	if err != nil {
		return s.wrongCredential(r, err)
	}
	c.x.operator = op.ID
	who, err := s.meOf(r.Context(), op)
	if err != nil {
		return err
	}
	if token == "" {
		if token, until, err = s.desk.OpenSession(r.Context(), op); err != nil {
			return err
		}
	}
	http.SetCookie(c.x, s.cookie(r, token, int(until.Sub(s.desk.Now()).Seconds())))
	return c.json(200, who)
}

func (s *Server) deleteSession(c *call) error {
	if c.credential.session != "" {
		if err := s.desk.CloseSession(c.Request().Context(), c.credential.session); err != nil {
			return err
		}
	}
	http.SetCookie(c.x, s.cookie(c.Request(), "", -1))
	return c.noContent()
}

func (s *Server) getMe(c *call) error {
	who, err := s.meOf(c.Request().Context(), c.op)
	if err != nil {
		return err
	}
	return c.json(200, who)
}
