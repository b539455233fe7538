package simulate

import (
	"maps"
	"slices"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// phone is a gate's, as web/src/scan does it: it asks the server while that
// answers, decides by itself while it doesn't, and uploads under the same ids.
type phone struct {
	operator string
	gate     checkin.Gate
	// offlineUntil is in the future while no request gets through.
	offlineUntil time.Time
	// off is how far the phone's idea of the server's clock is wrong.
	off   time.Duration
	known *known
	queue []fact
	moves map[spot]move
	// late are requests that have left the phone and reach the server only later.
	late []checkin.Scan
}

// fact is a verdict that the phone gave and the server hasn't confirmed.
type fact struct {
	scan  checkin.Scan // all but Now, At and Skewed
	at    time.Time    // by the phone's clock
	shown checkin.Result
}

// known is what the server last told: no names, as in web/src/scan/known.ts.
type known struct {
	at       time.Time
	cfg      *checkin.Config
	loc      *time.Location
	counts   map[string]int
	ended    map[string]bool
	stays    map[spot]stay
	withdraw map[string]bool // keys that are not served any more
}

type stay struct {
	inside  bool
	entered time.Time
}

// move is a badge's place at a venue as this phone saw it change.
type move struct {
	scan    string
	inside  bool
	at      time.Time
	entered time.Time // zero for never
	queued  bool      // the server may not know
	before  *move     // for an undo
}

func (p *phone) online(now time.Time) bool { return !now.Before(p.offlineUntil) }

// clock is the server's time as the phone believes it.
func (p *phone) clock(now time.Time) time.Time { return now.Add(p.off).Truncate(time.Millisecond) }

// learn asks the server for everything that a phone may know.
func (p *phone) learn(k *checker, now time.Time) {
	n := &known{at: now, cfg: k.cfg, loc: k.loc, counts: map[string]int{}, ended: maps.Clone(k.fold.ended), stays: map[spot]stay{}, withdraw: map[string]bool{}}
	for venue, of := range k.fold.inside {
		n.counts[venue] = len(of)
	}
	for s := range k.fold.entries {
		last, ok := k.fold.latest(s)
		if !ok {
			continue
		}
		in := k.fold.isInside(s)
		v, _ := k.cfg.Venue(s.venue)
		if in || v.Reentry == checkin.Once || v.Reentry == checkin.Daily && sameDay(last.at, now, k.loc) {
			n.stays[s] = stay{in, last.at}
		}
	}
	for _, key := range k.cfg.Keys {
		if key.Status == badge.KeyWithdrawn {
			n.withdraw[key.ID] = true
		}
	}
	p.known = n
	for s, m := range p.moves {
		if !m.queued {
			delete(p.moves, s)
		}
	}
}

// presence is the later of what the server told and what the phone saw.
func (p *phone) presence(s spot) (inside bool, entered time.Time) {
	told := p.known.stays[s]
	own, seen := p.moves[s]
	if !seen || told.entered.After(own.at) {
		return told.inside, told.entered
	}
	if own.entered.IsZero() {
		return own.inside, told.entered
	}
	return own.inside, own.entered
}

// inside is how many are in a venue, with what the server doesn't know yet.
func (p *phone) inside(venue string) int {
	n := p.known.counts[venue]
	for s, m := range p.moves {
		if s.venue != venue || !m.queued {
			continue
		}
		was := p.known.stays[s].inside
		if now, _ := p.presence(s); now != was {
			if was {
				n--
			} else {
				n++
			}
		}
	}
	return max(0, n)
}

// judge decides as far as a phone can, as web/src/scan/rules.ts does. What the
// token says is the badge's record as it was signed.
func (p *phone) judge(c checkin.Scan, b badge.Badge, override bool, now time.Time) checkin.Result {
	if c.Refused != "" {
		return checkin.Denied
	}
	if c.Direction == checkin.Out {
		return checkin.Exited
	}
	if p.known.withdraw[c.Key] {
		return checkin.Denied
	}
	if reason := p.against(c, b, p.clock(now)); reason == "" || override {
		return checkin.Admitted
	}
	return checkin.Denied
}

func (p *phone) against(c checkin.Scan, b badge.Badge, now time.Time) checkin.Reason {
	v, ok := p.known.cfg.Venue(p.gate.Venue)
	inside, entered := p.presence(spot{c.Badge, v.ID})
	if ok && inside && v.AutoExitAt != "" && entered.Before(checkin.LastAutoExit(p.known.loc, v.AutoExitAt, now)) {
		inside = false
	}
	switch {
	case p.known.ended[c.Badge]:
		return checkin.RevokedBadge
	case b.ValidFrom != nil && now.Before(*b.ValidFrom):
		return checkin.NotYetValid
	case !now.Before(b.ValidUntil):
		return checkin.Expired
	case !ok:
		return ""
	case len(v.Categories) > 0 && !slices.ContainsFunc(p.known.cfg.Categories, func(cat badge.Category) bool {
		return cat.Code == b.Code && slices.Contains(v.Categories, cat.ID)
	}):
		return checkin.WrongCategory
	case !isOpen(v.Hours, now.In(p.known.loc)):
		return checkin.VenueClosed
	case inside:
		return checkin.AlreadyInside
	case !entered.IsZero() && v.Reentry == checkin.Once:
		return checkin.AlreadyUsed
	case !entered.IsZero() && v.Reentry == checkin.Daily && sameDay(entered, now, p.known.loc):
		return checkin.AlreadyUsedToday
	case v.Capacity > 0 && p.inside(v.ID) >= v.Capacity:
		return checkin.VenueFull
	}
	return ""
}

// saw notes what a passage changes: the venue itself, and others of its group.
func (p *phone) saw(c checkin.Scan, result checkin.Result, at time.Time, queued bool) {
	if result == checkin.Denied || c.Badge == "" || p.known == nil {
		return
	}
	note := func(s spot, in bool) {
		m := move{scan: c.ID, inside: in, at: at, queued: queued}
		if old, ok := p.moves[s]; ok {
			old.before = nil
			m.before = &old
		}
		if _, m.entered = p.presence(s); in {
			m.entered = at
		}
		p.moves[s] = m
	}
	note(spot{c.Badge, p.gate.Venue}, result == checkin.Admitted)
	home, _ := p.known.cfg.Venue(p.gate.Venue)
	if result != checkin.Admitted || home.Exclusive == "" {
		return
	}
	for _, v := range p.known.cfg.Venues {
		s := spot{c.Badge, v.ID}
		if v.Exclusive != home.Exclusive || v.ID == home.ID {
			continue
		}
		if in, _ := p.presence(s); in {
			note(s, false)
		}
	}
}

// retract takes back a verdict that still waits: it goes up as denied, because
// the server may have heard of it.
func (p *phone) retract(i int) {
	id := p.queue[i].scan.ID
	p.queue[i].shown = checkin.Denied
	for s, m := range p.moves {
		switch {
		case m.scan != id:
		case m.before != nil:
			p.moves[s] = *m.before
		default:
			delete(p.moves, s)
		}
	}
}

// upload is a fact as the server takes it at a time: a clock that claims the
// future is not believed.
func (f fact) upload(now time.Time) checkin.Scan {
	c := f.scan
	c.Now, c.At, c.Offline, c.Shown, c.Unverified = now, f.at, true, f.shown, false
	if first := time.UnixMilli(1).UTC(); c.At.Before(first) {
		c.At = first
	}
	if c.Skewed = c.At.After(now.Add(checkin.MaxSkew)); c.Skewed {
		c.At = now
	}
	return c
}
