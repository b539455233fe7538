package api

import (
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// keyView is a signing key as the API shows one.
type keyView struct {
	ID         string          `json:"kid"`
	Status     badge.KeyStatus `json:"status"`
	Public     []byte          `json:"public"`
	CreatedAt  time.Time       `json:"created_at"`
	EndedAt    *time.Time      `json:"ended_at,omitempty"`
	LastExpiry time.Time       `json:"last_expiry"`
}

func viewKey(k badge.Key) keyView {
	return keyView{k.ID, k.Status, k.Public, k.CreatedAt, k.EndedAt, k.LastExpiry}
}

func (s *Server) listKeys(c *call) error {
	keys, err := s.desk.Keys(c.Request().Context(), c.event)
	if err != nil {
		return err
	}
	views := make([]keyView, len(keys))
	for i, k := range keys {
		views[i] = viewKey(k)
	}
	return listed(c, views, func(k keyView) string { return k.ID })
}

func (s *Server) postRotate(c *call) error {
	if err := c.readNothing(); err != nil {
		return err
	}
	k, err := s.desk.RotateKey(c.Request().Context(), c.event, c.by())
	if err != nil {
		return err
	}
	return c.created("/events/"+c.event+"/keys", viewKey(k))
}

func (s *Server) postWithdraw(c *call) error {
	if err := c.readNothing(); err != nil {
		return err
	}
	kid, err := c.id("kid", checkin.ErrNoKey)
	if err != nil {
		return err
	}
	k, err := s.desk.WithdrawKey(c.Request().Context(), c.event, kid, c.by())
	if err != nil {
		return err
	}
	return c.json(200, viewKey(k))
}

func (s *Server) getJWKS(c *call) error {
	set, err := s.desk.JWKS(c.Request().Context())
	if err != nil {
		return err
	}
	// Short: a withdrawn key must go from whoever keeps a copy.
	c.x.Header().Set("Cache-Control", "public, max-age=60")
	c.x.writeBytes(200, "application/jwk-set+json", set)
	return nil
}
