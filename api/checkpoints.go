package api

import (
	"fmt"

	"lanyard/checkin"
)

func (s *Server) listCheckpoints(c *call) error {
	marks, err := s.desk.Checkpoints(c.Request().Context(), c.event)
	if err != nil {
		return err
	}
	// Padded, so that counts sort as text.
	return listed(c, marks, func(m checkin.Checkpoint) string { return fmt.Sprintf("%020d", m.Count) })
}
