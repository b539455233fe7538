package api

import (
	"time"

	"lanyard/checkin"
)

type markRequest struct {
	Badge string    `json:"badge"`
	Safe  bool      `json:"safe"`
	At    time.Time `json:"at"`
}

// postRollCall is one device's turn in the roll call after an evacuation.
func (s *Server) postRollCall(c *call) error {
	var q struct {
		Device string        `json:"device"`
		Start  bool          `json:"start"`
		Roll   string        `json:"roll"`
		Began  *time.Time    `json:"began"`
		Marks  []markRequest `json:"marks"`
		Known  string        `json:"known"`
	}
	if err := c.read(&q); err != nil {
		return err
	}
	if q.Device == "" {
		return because(errMissingField, "device", "The device needs an id that it makes by itself.")
	}
	turn := checkin.RollCallTurn{Device: q.Device, Start: q.Start, Roll: q.Roll, Known: q.Known,
		Marks: make([]checkin.Mark, len(q.Marks))}
	if q.Began != nil {
		turn.Began = *q.Began
	}
	for i, m := range q.Marks {
		turn.Marks[i] = checkin.Mark{Badge: m.Badge, Safe: m.Safe, At: m.At}
	}
	answer, err := s.desk.RollCall(c.Request().Context(), c.event, turn)
	if err != nil {
		return err
	}
	return c.json(200, answer)
}
