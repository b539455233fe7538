package api

import (
	"errors"

	"lanyard/badge"
	"lanyard/checkin"
)

// numberScanRequest is a scan of a badge whose code can't be read: its number,
// which is printed under the code, was typed. It has no offline form, because a
// number alone proves nothing to a phone.
type numberScanRequest struct {
	ScanID    string            `json:"scan_id"`
	Gate      string            `json:"gate"`
	Direction checkin.Direction `json:"direction"`
	Override  *overrideRequest  `json:"override"`
	DryRun    bool              `json:"dry_run"`
}

// postNumberScan decides the scan that the badge's own token would have been,
// and never shows that token: whoever may let people in at a gate can't make
// badges by knowing numbers. Numbers have 64 random bits; a client that keeps
// asking for ones that don't exist is stopped all the same.
func (s *Server) postNumberScan(c *call) error {
	var q numberScanRequest
	if err := c.read(&q); err != nil {
		return err
	}
	client := s.clientIP(c.Request())
	if !s.numbers.may(client) {
		return errTooManyAttempts
	}
	b, err := c.badgeNamed()
	if errors.Is(err, checkin.ErrNoBadge) && s.numbers.failed(client) {
		return errTooManyAttempts
	}
	if err != nil {
		return err
	}
	token, err := s.desk.Token(c.Request().Context(), c.event, b)
	if errors.Is(err, badge.ErrUnknownKey) {
		return errNoToken // of a badge so old that its key is gone
	}
	if err != nil {
		return err
	}
	return s.decide(c, &scanRequest{ScanID: q.ScanID, Token: token, Gate: q.Gate, Direction: q.Direction, Override: q.Override, DryRun: q.DryRun})
}
