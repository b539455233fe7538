package checkin

import (
	"crypto/subtle"
	"time"

	"lanyard/badge"
)

// remembered answers a scan whose id has been answered before: ok tells so.
// overruled is the entry that a phone's own, different verdict replaces.
func (s *State) remembered(c Scan) (a Answer, overruled *Entry, ok bool, err error) {
	seq, known := s.scans[parseScanID(c.ID)]
	if !known {
		return Answer{}, nil, false, nil
	}
	e, err := s.entry(seq)
	if err != nil {
		return Answer{}, nil, false, err
	}
	dir := c.Direction
	if g, found := s.cfg.Gate(c.Gate); found && dir == "" && g.Direction != Both {
		dir = g.Direction
	}
	if e.Content != c.Content || e.Row.Gate != c.Gate || dir != "" && e.Row.Direction != dir {
		return Answer{}, nil, false, ErrScanReused
	}
	a = s.answer(e)
	a.Replayed = true
	if c.Offline && c.Shown != a.Result {
		return a, &e, true, nil
	}
	return a, nil, true, nil
}

// answer is what the entry of a scan says to the gate.
func (s *State) answer(e Entry) Answer {
	r := &e.Row
	a := Answer{ScanID: r.ScanID, Result: r.Result, Reason: r.Reason, Note: r.Note, Conflict: r.Conflict, Forced: r.Forced,
		Venue: VenueCard{ID: r.Venue, Inside: e.Inside, Capacity: e.Capacity}, Earlier: e.Earlier, At: r.At, Seq: r.Seq}
	if r.Kind == KindUndo { // of a scan that the phone had shown as denied
		a.Result, a.Note = Denied, NoteShown
	}
	if s.undone[r.Seq] != 0 {
		a.Note = NoteUndone
	}
	if r.Badge != "" {
		a.Badge = &BadgeCard{ID: r.Badge, Category: e.Category}
		if b := s.badges[r.Badge]; b != nil {
			a.Attendee = s.card(b.Attendee)
		}
	}
	return a
}

func (s *State) card(attendee string) *PersonCard {
	p, ok := s.people.Get(attendee)
	if !ok {
		return nil
	}
	return &PersonCard{Name: p.Name, NameLatin: p.NameLatin, Organization: p.Organization, Category: p.Category}
}

// guard refuses to decide for an operator who may not scan here.
func (s *State) guard(c Scan) error {
	if !c.Guarded {
		return nil
	}
	o, ok := s.cfg.Operator(c.Operator)
	if !ok || !o.Usable(c.Now) {
		return ErrOperatorGone
	}
	if !o.MayUse(c.Gate) {
		return ErrGateRefused
	}
	return nil
}

// way resolves the gate and the direction of a scan.
func (s *State) way(c Scan) (Gate, Direction, error) {
	g, ok := s.cfg.Gate(c.Gate)
	switch {
	case !ok:
		return g, "", ErrNoGate
	case c.Direction == "" && g.Direction == Both:
		return g, "", ErrDirectionNeeded
	case c.Direction == "":
		return g, g.Direction, nil
	case g.Direction != Both && g.Direction != c.Direction:
		return g, "", ErrWrongDirection
	}
	return g, c.Direction, nil
}

// issuedAs tells whether the token is the one that the badge was issued with,
// by 128 bits of SHA-256: signing is deterministic, so a token that we signed
// needs no second look at its signature.
func (s *State) issuedAs(c Scan) bool {
	b := s.badges[c.Badge]
	return b != nil && b.Digest != "" && subtle.ConstantTimeCompare([]byte(b.Digest), []byte(c.Content)) == 1
}

// decide applies the rules to a scan that is not remembered, or whose
// remembered denial the phone has overruled. The first entry is the scan's.
func (s *State) decide(c Scan, g Gate, dir Direction, overruled *Entry) []Entry {
	v, _ := s.cfg.Venue(g.Venue)
	e := Entry{Content: c.Content, Inside: s.inside(v.ID), Capacity: v.Capacity, Row: Row{
		Kind: KindScan, At: c.At, RecordedAt: c.Now, ScanID: c.ID, Venue: v.ID, Gate: g.ID, Direction: dir,
		Offline: c.Offline, Operator: c.Operator}}
	reason := c.Refused
	if key, ok := s.cfg.Key(c.Key); reason == "" && dir == In && (!ok || key.Status == badge.KeyWithdrawn) {
		reason = InvalidToken // people leave on it, nobody enters
	}
	if reason == "" {
		e.Row.Badge = c.Badge
	}
	p := s.presence(e.Row.Badge, v.ID)
	if b := s.badges[e.Row.Badge]; b != nil {
		e.Category = b.Category
		if dir == In {
			reason = Judge(Facts{Venue: v, Inside: e.Inside, Badge: b, Presence: p, At: c.At,
				Day: LocalDay(c.At, s.loc), Minute: LocalMinute(c.At, s.loc)})
		}
	} else if reason == "" {
		reason = UnknownBadge
	}
	if overruled != nil {
		reason = overruled.Row.Reason
	}
	if namesEarlier(reason) && p.EntryAt != 0 { // 0: what a phone overrules may have been taken back
		e.Earlier = &Earlier{At: time.UnixMilli(p.EntryAt).UTC(), Gate: p.EntryGate, Scanner: p.EntryBy}
	}
	verdict(&e.Row, c, dir, reason)
	entries := s.move(c, &e, p, overruled != nil)
	return append([]Entry{e}, entries...)
}

// verdict writes the verdict into the row: what the rules say, or of an offline
// scan what the phone showed and how the rules differ.
func verdict(r *Row, c Scan, dir Direction, reason Reason) {
	forced := c.Override != "" && dir == In && overridable(reason)
	switch {
	case c.Offline:
		r.Result = c.Shown
	case reason != "" && !forced:
		r.Result = Denied
	case dir == In:
		r.Result = Admitted
	default:
		r.Result = Exited
	}
	switch {
	case r.Result == Denied:
		r.Reason = reason
	case forced:
		r.Forced, r.Reason, r.Why = true, reason, c.Override
	default:
		r.Conflict = reason
	}
}

// overridable are reasons 4 to 10 of the table.
func overridable(r Reason) bool {
	switch r {
	case "", InvalidToken, WrongEvent, UnknownBadge:
		return false
	}
	return true
}

// move works out where the badge is after the scan, completes its entry, and
// gives the entries of the venues that it leaves by entering this one.
func (s *State) move(c Scan, e *Entry, p Presence, overruling bool) []Entry {
	r := &e.Row
	moves := r.Result != Denied
	was := p.Inside
	late := false
	var left []*Presence
	if r.Badge != "" {
		e.Before = []Presence{p}
	}
	if moves && r.Badge != "" {
		f := fact{id: c.ID, at: c.At.UnixMilli(), enters: r.Result == Admitted, arrived: !c.Offline || c.Skewed,
			gate: r.Gate, by: c.Operator, day: LocalDay(c.At, s.loc)}
		if late, left = f.move(&p, s.others(p)); f.enters && p.EntryID != c.ID {
			e.Day = f.day
		}
		for _, q := range left {
			e.Before = append(e.Before, s.presence(q.Badge, q.Venue))
		}
	}
	switch {
	case moves && r.Badge == "":
		r.Note, e.Silent = NoteUnverified, r.Result == Exited
	case late:
		r.Note = NoteLate
	case r.Result == Exited && !was:
		r.Note, e.Silent = NoteNotInside, true
	case overruling:
		r.Note = NoteShown
	case c.Skewed:
		r.Note = NoteClockSkew
	}
	if r.Badge == "" {
		return nil
	}
	p.LastSeq = s.seq + 1
	e.After = []Presence{p}
	if p.Inside && !was {
		e.Inside++
	} else if was && !p.Inside {
		e.Inside--
	}
	var exits []Entry
	for _, q := range left {
		e.After = append(e.After, *q)
		exits = append(exits, Entry{Row: Row{Kind: KindExit, At: c.At, RecordedAt: c.Now, ScanID: c.ID, Badge: r.Badge,
			Venue: q.Venue, Direction: Out, Result: Exited, Note: NoteExclusive, Operator: c.Operator}})
	}
	return exits
}

// others are copies of what is known of a badge at the other venues of a
// place's exclusive group.
func (s *State) others(p Presence) []*Presence {
	var all []*Presence
	for _, w := range s.group(p.Venue) {
		if q := s.places[place{p.Badge, w.ID}]; q != nil {
			known := *q
			all = append(all, &known)
		}
	}
	return all
}

// group are the other venues of a venue's exclusive group, by id.
func (s *State) group(venue string) []Venue {
	v, _ := s.cfg.Venue(venue)
	if v.Exclusive == "" {
		return nil
	}
	var others []Venue
	for _, w := range s.cfg.Venues {
		if w.Exclusive == v.Exclusive && w.ID != venue {
			others = append(others, w)
		}
	}
	return others
}
