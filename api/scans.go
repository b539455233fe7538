package api

import (
	"time"

	"lanyard/checkin"
)

// scanRequest is one reading of a token at a gate.
type scanRequest struct {
	ScanID    string            `json:"scan_id"`
	Token     string            `json:"token"`
	Gate      string            `json:"gate"`
	Direction checkin.Direction `json:"direction"`
	ScannedAt *time.Time        `json:"scanned_at"`
	Offline   bool              `json:"offline"`
	Verdict   checkin.Result    `json:"verdict"`
	Override  *overrideRequest  `json:"override"`
	DryRun    bool              `json:"dry_run"`
}

type overrideRequest struct {
	Reason string `json:"reason"`
}

// scan is the request as the desk takes it.
func (q *scanRequest) scan() (checkin.ScanRequest, error) {
	r := checkin.ScanRequest{ScanID: q.ScanID, Token: q.Token, Gate: q.Gate, Direction: q.Direction, ScannedAt: q.ScannedAt,
		Offline: q.Offline, Verdict: q.Verdict, DryRun: q.DryRun}
	switch {
	case q.ScanID == "":
		return r, because(errMissingField, "scan_id", "The scan needs an id: a UUID that the scanner makes.")
	case q.Gate == "":
		return r, because(errMissingField, "gate", "The gate is needed.")
	case q.Override == nil:
		return r, nil
	case q.Override.Reason == "":
		return r, because(errMissingField, "override.reason", "An override needs a reason.")
	}
	r.Override = q.Override.Reason
	return r, nil
}

func (s *Server) postScan(c *call) error {
	var q scanRequest
	if err := c.read(&q); err != nil {
		return err
	}
	return s.decide(c, &q)
}

// decide answers with the verdict on one scan.
func (s *Server) decide(c *call, q *scanRequest) error {
	r, err := q.scan()
	if err != nil {
		return err
	}
	if err := s.deciding.enter(); err != nil {
		return err
	}
	defer s.deciding.leave()
	began := time.Now()
	out, err := s.desk.Scan(c.Request().Context(), c.event, c.op, []checkin.ScanRequest{r})
	if err == nil {
		err = out[0].Err
	}
	if err != nil {
		return err
	}
	s.metrics.scanTime.Observe(time.Since(began).Seconds())
	s.metrics.scan(&out[0].Answer)
	return c.answer(&out[0].Answer)
}

const maxScans = 500

// postBatch decides scans in order, each by itself: one that can't be read
// doesn't keep a phone from uploading the others.
func (s *Server) postBatch(c *call) error {
	var q struct {
		Scans []raw `json:"scans"`
	}
	if err := c.read(&q); err != nil {
		return err
	}
	if q.Scans == nil {
		return because(errMissingField, "scans", "The list of scans is needed.")
	}
	if len(q.Scans) > maxScans {
		return because(errInvalidValue, "scans", "A batch has at most 500 scans.")
	}
	items := make([]any, len(q.Scans))
	requests := make([]checkin.ScanRequest, 0, len(q.Scans))
	at := make([]int, 0, len(q.Scans)) // of each request in items
	for i, text := range q.Scans {
		var one scanRequest
		err := decodeJSON(text, &one)
		var r checkin.ScanRequest
		if err == nil {
			r, err = one.scan()
		}
		if err != nil {
			items[i] = c.failedScan(one.ScanID, err)
			continue
		}
		requests, at = append(requests, r), append(at, i)
	}
	if len(requests) > 0 {
		if err := s.uploads.enter(); err != nil {
			return err
		}
		defer s.uploads.leave()
		began := time.Now()
		out, err := s.desk.Scan(c.Request().Context(), c.event, c.op, requests)
		if err != nil {
			return err
		}
		s.metrics.scanTime.Observe(time.Since(began).Seconds())
		for k := range out {
			if err := out[k].Err; err != nil {
				items[at[k]] = c.failedScan(requests[k].ScanID, err)
				continue
			}
			s.metrics.scan(&out[k].Answer)
			items[at[k]] = &out[k].Answer
		}
	}
	return c.json(200, page[any]{Items: items})
}

// failedScan stands in a batch for a scan that has no answer.
type failedScan struct {
	ScanID string  `json:"scan_id,omitempty"`
	Error  Problem `json:"error"`
}

func (c *call) failedScan(id string, err error) failedScan {
	p := problemOf(err, c.x.id)
	if p.Status >= 500 {
		c.x.err = err // for the log
	}
	if len(id) > 64 {
		id = ""
	}
	return failedScan{id, p}
}

func (s *Server) postUndo(c *call) error {
	if err := c.readNothing(); err != nil {
		return err
	}
	id, err := c.id("scan_id", checkin.ErrNoScan)
	if err != nil {
		return err
	}
	if err := s.deciding.enter(); err != nil {
		return err
	}
	defer s.deciding.leave()
	a, err := s.desk.Undo(c.Request().Context(), c.event, c.op, id)
	if err != nil {
		return err
	}
	return c.answer(&a)
}
