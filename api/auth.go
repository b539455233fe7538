package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"lanyard/badge"
	"lanyard/checkin"
)

// sessionCookie holds a browser's session.
const sessionCookie = "lanyard_session"

// credential is what a request shows: an operator's key or a browser's session.
type credential struct {
	key, session string
}

// credentialOf reads a request's credential. An Authorization header wins over
// a cookie, and one that isn't a bearer key is a wrong one, not none.
func credentialOf(r *http.Request) (credential, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, key, _ := strings.Cut(h, " ")
		if key = strings.TrimSpace(key); !strings.EqualFold(scheme, "Bearer") || key == "" || len(key) > 256 {
			return credential{}, because(errUnauthorized, "", "The Authorization header must be: Bearer, a space and an operator key.")
		}
		return credential{key: key}, nil
	}
	if c, err := r.Cookie(sessionCookie); err == nil && c.Value != "" && len(c.Value) <= 256 {
		return credential{session: c.Value}, nil
	}
	return credential{}, errUnauthorized
}

// operator is whose credential it is.
func (s *Server) operator(ctx context.Context, c credential) (checkin.Operator, error) {
	if c.key != "" {
		return s.desk.Authenticate(ctx, c.key)
	}
	return s.desk.SessionOperator(ctx, c.session)
}

// signIn is operator for a client that hasn't sent too many wrong credentials;
// one that has is told so before the store is asked, unless this credential is
// known to be good: errTooManyAttempts.
func (s *Server) signIn(r *http.Request, c credential) (checkin.Operator, error) {
	if c.key != "" {
		if o, ok := s.desk.Recognize(c.key); ok {
			return o, nil
		}
	}
	known := c.key != "" && s.desk.KnowsKey(c.key) || c.key == "" && s.desk.KnowsSession(c.session)
	if !known && !s.attempts.may(s.clientIP(r)) {
		return checkin.Operator{}, errTooManyAttempts
	}
	return s.operator(r.Context(), c)
}

// wrongCredential counts a failed attempt and says what became of it. Failures
// of the store are no attempts, nor are those that weren't looked at.
func (s *Server) wrongCredential(r *http.Request, err error) error {
	gone := errors.Is(err, checkin.ErrOperatorGone)
	if !gone && !errors.Is(err, checkin.ErrNoOperator) && !errors.Is(err, checkin.ErrNoTemp) && !errors.Is(err, errUnauthorized) {
		return err
	}
	switch {
	case s.attempts.failed(s.clientIP(r)):
		return errTooManyAttempts
	case gone, errors.Is(err, errUnauthorized):
		return err
	}
	return errUnauthorized
}

// admit finds out who asks and whether they may. Strangers learn nothing of
// events: an operator of another event gets the same 404 as for an event that
// doesn't exist, and only within their own event a wrong role is a 403.
func (s *Server) admit(c *call) error {
	if c.route.open {
		return nil
	}
	r := c.Request()
	var err error
	if c.credential, err = credentialOf(r); err != nil {
		return err
	}
	if c.op, err = s.signIn(r, c.credential); err != nil {
		return s.wrongCredential(r, err)
	}
	c.x.operator = c.op.ID
	if c.credential.session != "" {
		if err := s.checkOrigin(r); err != nil {
			return err
		}
	}
	if c.route.inEvent {
		c.event = c.Param("event")
		switch {
		case c.event == checkin.System:
			if !c.route.system || c.op.Event != checkin.System {
				return checkin.ErrNoEvent
			}
		case !badge.ValidID(c.event), c.op.Event != checkin.System && c.op.Event != c.event:
			return checkin.ErrNoEvent
		}
	}
	if c.route.roles != nil && !slices.Contains(c.route.roles, c.op.Role) {
		return errForbidden
	}
	return nil
}

// checkOrigin refuses what another site makes a signed-in browser send.
func (s *Server) checkOrigin(r *http.Request) error {
	if s.crossOrigin.Check(r) != nil {
		return errCrossOrigin
	}
	return nil
}

// cookie is the session's cookie; an empty value removes it.
func (s *Server) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: sessionCookie, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.isHTTPS(r), SameSite: http.SameSiteStrictMode}
}
