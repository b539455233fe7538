package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// plan is the configuration as scans are prepared by it. A script believes what
// was prepared only while rev and gen are the event's.
type plan struct {
	cfg      *checkin.Config
	rev, gen string
	loc      *time.Location
}

// learn makes an event's plan anew by its configuration as it is now.
func (s *Store) learn(ctx context.Context, e *event) error {
	cfg, gen, err := s.config(ctx, e)
	if err != nil {
		return err
	}
	if cfg.Event.ID == "" { // System, where nobody is scanned
		return checkin.ErrNoEvent
	}
	loc, err := cfg.Event.Location()
	if err != nil {
		return err
	}
	e.plan.Store(&plan{cfg: cfg, rev: strconv.FormatInt(cfg.Rev, 10), gen: gen, loc: loc})
	return nil
}

// scan appends what scan.lua takes for one scan: what it is, and what the
// configuration says of it. Most of it ends up in the entry record as it is.
func (p *plan) scan(to []byte, c *checkin.Scan) []byte {
	gate, direction, refusal := p.admit(c)
	venue, known := p.cfg.Venue(gate.Venue)
	if !known && refusal == nil {
		refusal = checkin.ErrNoGate
	}
	text := func(s string) { to = append(appendEscaped(to, s), '|') }
	millis := func(t time.Time) { to = append(strconv.AppendInt(to, t.UnixMilli(), 10), '|') }
	text(c.ID)
	text(c.Gate)
	text(gate.Venue)
	text(string(direction))
	text(c.Content)
	text(c.Badge)
	text(c.Operator)
	millis(c.Now)
	if c.At.Equal(c.Now) {
		text("")
	} else {
		millis(c.At)
	}
	to = append(p.flags(to, c), '|')
	if day := checkin.LocalDay(c.At, p.loc); day != 0 {
		to = strconv.AppendInt(to, int64(day), 10)
	}
	to = append(to, '|')
	to = append(strconv.AppendInt(to, int64(checkin.LocalMinute(c.At, p.loc)), 10), '|')
	if refusal == nil && venue.AutoExitAt == "" && c.Refused == "" && c.Shown == "" && c.Override == "" {
		return to
	}
	if refusal != nil {
		to = strconv.AppendInt(to, int64(codeOf(refusal)), 10)
	}
	to = append(to, '|')
	if known && venue.AutoExitAt != "" {
		to = strconv.AppendInt(to, checkin.LastAutoExit(p.loc, venue.AutoExitAt, c.Now).UnixMilli(), 10)
	}
	to = append(to, '|')
	text(string(c.Refused))
	text(string(c.Shown))
	return appendEscaped(to, c.Override)
}

// admit looks up the operator, the gate and the direction, "" where it is not
// known. A refusal is the script's to give: an operator's before all else, any
// other one only to a scan that is not remembered.
func (p *plan) admit(c *checkin.Scan) (gate checkin.Gate, direction checkin.Direction, refusal error) {
	gate, found := p.cfg.Gate(c.Gate)
	direction = c.Direction
	switch {
	case !found:
		refusal = checkin.ErrNoGate
	case direction == "" && gate.Direction == checkin.Both:
		refusal = checkin.ErrDirectionNeeded
	case direction == "":
		direction = gate.Direction
	case gate.Direction != checkin.Both && gate.Direction != direction:
		refusal = checkin.ErrWrongDirection
	}
	if c.Guarded {
		switch o, found := p.cfg.Operator(c.Operator); {
		case !found || !o.Usable(c.Now):
			refusal = checkin.ErrOperatorGone
		case !o.MayUse(c.Gate):
			refusal = checkin.ErrGateRefused
		}
	}
	return gate, direction, refusal
}

func (p *plan) flags(to []byte, c *checkin.Scan) []byte {
	key, found := p.cfg.Key(c.Key)
	for _, f := range [...]struct {
		set  bool
		flag byte
	}{{c.Offline, 'o'}, {c.Skewed, 's'}, {c.DryRun, 'd'}, {c.Unverified, 'u'}, {!found || key.Status == badge.KeyWithdrawn, 'x'}} {
		if f.set {
			to = append(to, f.flag)
		}
	}
	return to
}

// codeOf is the code by which scripts give an error that means something to
// callers.
func codeOf(err error) code {
	for i := range codes {
		if codes[i].err != nil && errors.Is(err, codes[i].err) {
			return code(i)
		}
	}
	return codeBroken
}

// appendEscaped appends what escape gives.
func appendEscaped(to []byte, s string) []byte {
	if !strings.ContainsAny(s, "%|;,") {
		return append(to, s...)
	}
	return append(to, escaper.Replace(s)...)
}
