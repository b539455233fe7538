package api

import (
	"net/url"
	"time"

	"lanyard/checkin"
)

// operatorView is an operator as the API shows one: without the key's hash.
type operatorView struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Role      checkin.Role `json:"role"`
	Gates     []string     `json:"gates"`
	ExpiresAt *time.Time   `json:"expires_at,omitempty"`
	CreatedAt time.Time    `json:"created_at"`
	RevokedAt *time.Time   `json:"revoked_at,omitempty"`
	// SignedInAt is told of one operator at a time: the list would cost a
	// look-up for each.
	SignedInAt *time.Time `json:"signed_in_at,omitempty"`
}

func viewOperator(o checkin.Operator) operatorView {
	v := operatorView{ID: o.ID, Name: o.Name, Role: o.Role, Gates: o.Gates, ExpiresAt: o.ExpiresAt, CreatedAt: o.CreatedAt, RevokedAt: o.RevokedAt}
	if v.Gates == nil {
		v.Gates = []string{}
	}
	return v
}

// newOperator is the one answer that shows a key. The pairing URL is "" where
// none could be made; another one can be asked for.
type newOperator struct {
	operatorView
	Key        string `json:"key"`
	PairingURL string `json:"pairing_url"`
}

type pairing struct {
	PairingURL string    `json:"pairing_url"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// operatorFields create or change an operator.
type operatorFields struct {
	ID        maybe[string]       `json:"id"`
	Name      maybe[string]       `json:"name"`
	Role      maybe[checkin.Role] `json:"role"`
	Gates     maybe[[]string]     `json:"gates"`
	ExpiresAt maybe[time.Time]    `json:"expires_at"`
}

func (f *operatorFields) apply(o *checkin.Operator, creating bool) error {
	reset(&o.Gates, f.Gates)
	if f.ExpiresAt.given {
		o.ExpiresAt = &f.ExpiresAt.value
		if f.ExpiresAt.null {
			o.ExpiresAt = nil
		}
	}
	return first(
		setID(&o.ID, f.ID, creating),
		set(&o.Name, f.Name, "name"),
		set(&o.Role, f.Role, "role"),
	)
}

// surfaceOf is the page that a role works on.
func surfaceOf(r checkin.Role) string {
	switch r {
	case checkin.GateStaff, checkin.Supervisor:
		return "/scan"
	case checkin.Security:
		return "/live"
	}
	return "/desk"
}

// pairingURL has its code in the fragment, which browsers send nowhere.
func (c *call) pairingURL(r checkin.Role, code string) string {
	return c.s.baseURL(c.Request()) + surfaceOf(r) + "#pair=" + url.QueryEscape(code)
}

// operatorNamed is the operator of the path, who is gone once revoked: only
// the list still knows them, for the names in the journal.
func (c *call) operatorNamed() (checkin.Operator, error) {
	cfg, err := c.config()
	if err != nil {
		return checkin.Operator{}, err
	}
	o, ok := cfg.Operator(c.Param("operator"))
	if !ok || o.RevokedAt != nil {
		return checkin.Operator{}, checkin.ErrNoOperator
	}
	return o, nil
}

func (s *Server) listOperators(c *call) error {
	revoked, err := c.boolean("revoked")
	if err != nil {
		return err
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	views := make([]operatorView, 0, len(cfg.Operators))
	for _, o := range cfg.Operators {
		if revoked || o.RevokedAt == nil {
			views = append(views, viewOperator(o))
		}
	}
	return listed(c, views, func(v operatorView) string { return v.ID })
}

func (s *Server) postOperator(c *call) error {
	var f operatorFields
	if err := c.read(&f); err != nil {
		return err
	}
	var o checkin.Operator
	if err := f.apply(&o, true); err != nil {
		return err
	}
	o, key, code, err := s.desk.AddOperator(c.Request().Context(), c.event, c.by(), o)
	if err != nil {
		return err
	}
	made := newOperator{operatorView: viewOperator(o), Key: key}
	if code != "" {
		made.PairingURL = c.pairingURL(o.Role, code)
	}
	return c.created("/events/"+c.event+"/operators/"+o.ID, made)
}

func (s *Server) getOperator(c *call) error {
	o, err := c.operatorNamed()
	if err != nil {
		return err
	}
	at, err := s.desk.SignedIn(c.Request().Context(), o)
	if err != nil {
		return err
	}
	v := viewOperator(o)
	if !at.IsZero() {
		v.SignedInAt = &at
	}
	return c.json(200, v)
}

func (s *Server) patchOperator(c *call) error {
	var f operatorFields
	if err := c.read(&f); err != nil {
		return err
	}
	id, err := c.id("operator", checkin.ErrNoOperator)
	if err != nil {
		return err
	}
	o, err := s.desk.EditOperator(c.Request().Context(), c.event, id, c.by(), func(o *checkin.Operator) error {
		if o.RevokedAt != nil {
			return checkin.ErrNoOperator
		}
		return f.apply(o, false)
	})
	if err != nil {
		return err
	}
	return c.json(200, viewOperator(o))
}

func (s *Server) deleteOperator(c *call) error {
	o, err := c.operatorNamed()
	if err != nil {
		return err
	}
	if err := s.desk.RevokeOperator(c.Request().Context(), c.event, o.ID, c.by()); err != nil {
		return err
	}
	return c.noContent()
}

func (s *Server) postPairing(c *call) error {
	if err := c.readNothing(); err != nil {
		return err
	}
	o, err := c.operatorNamed()
	if err != nil {
		return err
	}
	if !o.Usable(s.desk.Now()) {
		return &checkin.Invalid{Field: "expires_at", Message: "This operator has expired: move the date first."}
	}
	code, err := s.desk.NewPairing(c.Request().Context(), c.event, o.ID)
	if err != nil {
		return err
	}
	return c.json(200, pairing{c.pairingURL(o.Role, code), s.desk.Now().Add(checkin.PairingLife)})
}
