package api

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"lanyard/checkin"
)

// health remembers the store's findings for a moment: the address is open to
// everybody, and finding out asks the store for its settings.
type health struct {
	ready    atomic.Bool
	mu       sync.Mutex
	findings []checkin.Finding
	asked    time.Time
}

const findingsLife = 10 * time.Second

func (h *health) durability(ctx context.Context, d *checkin.Desk) ([]checkin.Finding, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.asked.IsZero() || time.Since(h.asked) > findingsLife {
		f, err := d.Durability(ctx)
		if err != nil {
			return nil, err
		}
		h.findings, h.asked = f, time.Now()
	}
	return h.findings, nil
}

func (s *Server) getHealth(c *call) error {
	return c.json(200, map[string]string{"status": "up"})
}

type readiness struct {
	Status     string            `json:"status"`     // ready, stopping, unavailable
	Durability []checkin.Finding `json:"durability"` // ways to lose acknowledged scans; none is good
}

func (s *Server) getReady(c *call) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	r := readiness{Status: "ready", Durability: []checkin.Finding{}}
	if !s.health.ready.Load() {
		r.Status = "stopping"
	} else if err := s.desk.Ready(ctx); err != nil {
		c.x.err = err
		r.Status = "unavailable"
	} else if found, err := s.health.durability(ctx, s.desk); err != nil {
		c.x.err = err
		r.Status = "unavailable"
	} else {
		r.Durability = append(r.Durability, found...)
	}
	if r.Status != "ready" {
		c.x.Header().Set("Retry-After", "1")
		return c.json(http.StatusServiceUnavailable, r)
	}
	return c.json(200, r)
}
