package checkin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"lanyard/badge"
)

// ScanRequest is a scan as it comes from a gate.
type ScanRequest struct {
	ScanID    string // UUID (RFC 9562)
	Token     string
	Gate      string
	Direction Direction  // may be left out where the gate has only one
	ScannedAt *time.Time // by the scanner's clock; needed when Offline
	Offline   bool
	Verdict   Result // that the scanner showed, when Offline and only then
	// Override is why somebody entitled lets the badge in all the same, "" for
	// none.
	Override string
	DryRun   bool
}

// scanPatience is how long a scan may wait for the store. A phone decides by
// itself long before that; whoever asked is gone after it.
const scanPatience = 3 * time.Second

// overriders may let a badge in against the rules and undo anybody's scans.
var overriders = []Role{Supervisor, HelpDesk, Organizer}

// MayOverride tells whether the operator may let a badge in against the rules,
// and undo everybody's scans.
func (o Operator) MayOverride() bool { return slices.Contains(overriders, o.Role) }

// Scan answers scans in order, each by itself, in one step of the store or in
// one for each. Outcomes without an answer have *Invalid, ErrScanReused,
// ErrNoGate, ErrDirectionNeeded, ErrWrongDirection, ErrGateRefused,
// ErrOperatorGone or ErrOverrideRefused. The error is the store's own and then
// no outcome counts; the same scans may be sent again.
func (d *Desk) Scan(ctx context.Context, event string, o Operator, reqs []ScanRequest) ([]Outcome, error) {
	if o.Event != event && o.Event != System {
		return nil, ErrGateRefused
	}
	ctx, cancel := context.WithTimeout(ctx, scanPatience+time.Duration(len(reqs))*scanPatience/100)
	defer cancel()
	asked := time.Now()
	own, err := d.rings.any(ctx, event, asked)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	outcomes := make([]Outcome, len(reqs))
	scans := make([]Scan, 0, len(reqs))
	places := make([]int, 0, len(reqs)) // of scans in outcomes
	var gone error                      // why nobody overrides
	if slices.ContainsFunc(reqs, func(r ScanRequest) bool { return r.Override != "" }) {
		switch now, err := d.current(ctx, o); {
		case err == nil:
			o = now
		case errors.Is(err, ErrOperatorGone):
			gone = err
		default:
			return nil, err
		}
	}
	for i, r := range reqs {
		s, err := newScan(r, o, now)
		if r.Override != "" && gone != nil {
			err = gone
		}
		if err != nil {
			outcomes[i].Err = err
			continue
		}
		look := d.judge
		if len(reqs) == 1 { // in a batch one that has to come again would lose its turn
			look = d.guess
		}
		j, err := look(ctx, own, r.Token, asked)
		if err != nil {
			return nil, err
		}
		s.take(j)
		s.Guarded = o.Event == event
		scans, places = append(scans, s), append(places, i)
	}
	if len(scans) == 0 {
		return outcomes, nil
	}
	answers, err := d.store.Scan(ctx, event, scans)
	if err == nil && len(scans) == 1 && errors.Is(answers[0].Err, ErrUnverified) {
		var j judged
		if j, err = d.judge(ctx, own, reqs[places[0]].Token, asked); err == nil {
			scans[0].take(j)
			answers, err = d.store.Scan(ctx, event, scans)
		}
	}
	if err != nil {
		if errors.Is(err, ErrNoEvent) {
			d.rings.forget(event)
		}
		return nil, err
	}
	for i, a := range answers {
		outcomes[places[i]] = a
	}
	return outcomes, nil
}

// take notes what the token says.
func (s *Scan) take(j judged) {
	s.Badge, s.Key, s.Refused, s.Unverified = j.badge, j.key, j.refused, j.unverified
}

// newScan checks all of a request but its token.
func newScan(r ScanRequest, o Operator, now time.Time) (Scan, error) {
	s := Scan{Gate: r.Gate, Direction: r.Direction, Now: now, At: now, Offline: r.Offline, Shown: r.Verdict, DryRun: r.DryRun,
		Operator: o.ID}
	var ok bool
	if s.ID, ok = canonicalScanID(r.ScanID); !ok {
		return s, invalid("scan_id", "The scan's id must be a UUID.")
	}
	if r.Token == "" {
		return s, invalid("token", "The token is missing.")
	}
	s.Content = badge.Digest(r.Token)
	switch {
	case r.Gate == "":
		return s, invalid("gate", "The gate is missing.")
	case !badge.ValidID(r.Gate):
		return s, ErrNoGate
	}
	if r.Direction != "" && r.Direction != In && r.Direction != Out {
		return s, invalid("direction", "The direction must be in or out.")
	}
	if err := s.setTime(r); err != nil {
		return s, err
	}
	if err := s.setShown(r); err != nil {
		return s, err
	}
	if r.Override != "" {
		if !o.MayOverride() {
			return s, ErrOverrideRefused
		}
		var err error
		if s.Override, err = reason("override.reason", r.Override); err != nil {
			return s, err
		}
	}
	return s, nil
}

// setTime takes an offline scan's time from the scanner and any other's from
// us. A phone whose clock was reset reports facts of 1970: they are as old as
// can be, and facts all the same.
func (s *Scan) setTime(r ScanRequest) error {
	if r.ScannedAt == nil {
		if r.Offline {
			return invalid("scanned_at", "An offline scan needs the time at which it was made.")
		}
		return nil
	}
	at := r.ScannedAt.UTC().Truncate(time.Millisecond)
	if at.Before(epoch) || at.Year() > 9999 {
		return invalid("scanned_at", "The time must lie between 1970 and 9999.")
	}
	if at.Equal(epoch) {
		at = epoch.Add(time.Millisecond) // 0 stands for never in what is known of a place
	}
	if s.Skewed = at.After(s.Now.Add(MaxSkew)); r.Offline && !s.Skewed {
		s.At = at
	}
	return nil
}

var epoch = time.UnixMilli(0).UTC()

// setShown takes the verdict that an offline scanner gave. One that let
// somebody pass says the direction, too.
func (s *Scan) setShown(r ScanRequest) error {
	if !r.Offline {
		if r.Verdict != "" {
			return invalid("verdict", "Only an offline scan comes with a verdict.")
		}
		return nil
	}
	passed := In
	switch r.Verdict {
	case Denied:
		return nil
	case Admitted:
	case Exited:
		passed = Out
	default:
		return invalid("verdict", "An offline scan needs the verdict that was shown: admitted, exited or denied.")
	}
	if s.Direction == "" {
		s.Direction = passed
	}
	if s.Direction != passed {
		return invalid("verdict", "The verdict doesn't fit the direction.")
	}
	return nil
}

// canonicalScanID takes a UUID in its usual form and in lower case.
func canonicalScanID(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return "", false
			}
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return "", false
		}
	}
	return strings.ToLower(s), true
}

// Undo takes a scan back: ErrNoScan, ErrUndoRefused, ErrSuperseded,
// ErrOperatorGone. Gate staff undo their own scans within UndoWindow.
func (d *Desk) Undo(ctx context.Context, event string, o Operator, id string) (Answer, error) {
	if err := own(event); err != nil {
		return Answer{}, err
	}
	if o.Event != event && o.Event != System {
		return Answer{}, ErrUndoRefused
	}
	id, ok := canonicalScanID(id)
	if !ok {
		return Answer{}, ErrNoScan
	}
	o, err := d.current(ctx, o)
	if err != nil {
		return Answer{}, err
	}
	if o.Role == Security {
		return Answer{}, ErrUndoRefused
	}
	return d.store.Undo(ctx, event, Undo{ScanID: id, Now: d.Now(), Operator: o.ID, Any: o.MayOverride()})
}
