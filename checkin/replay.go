package checkin

import (
	"cmp"
	"slices"
)

// correction is what a place would be if a scan had not been.
type correction struct {
	Presence
	// uncounted: the badge comes back to where nothing that is counted had taken
	// it out, because it had entered late.
	uncounted bool
}

// without are the places of a scan's badge that would be different if the scan
// had not been: the scan's own first, then others of its exclusive group. What
// stands of the badge there is followed twice, with the scan and without it; a
// difference between the two is put into a place that is as the first says.
func (s *State) without(e Entry) ([]correction, error) {
	if e.Row.Badge == "" || e.Row.Result == Denied || !s.stands(&e) {
		return nil, nil
	}
	own := s.presence(e.Row.Badge, e.Row.Venue)
	rows, err := s.history(own, e.Row.Seq)
	if err != nil {
		return nil, err
	}
	places := []Presence{own}
	for _, venue := range s.linked(&e) {
		q := s.presence(own.Badge, venue)
		more, err := s.history(q, 0)
		if err != nil {
			return nil, err
		}
		places, rows = append(places, q), append(rows, more...)
	}
	slices.SortFunc(rows, func(a, b Entry) int { return cmp.Compare(a.Row.Seq, b.Row.Seq) })
	with, err := s.follow(rows, places, nil)
	if err != nil {
		return nil, err
	}
	without, err := s.follow(rows, places, &e)
	if err != nil {
		return nil, err
	}
	var changed []correction
	left := "" // the scan's own venue, where this takes the badge out of it
	for i, now := range places {
		a, b := with[now.Venue], without[now.Venue]
		if a == nil || b == nil {
			continue
		}
		mayMove := s.mayReturn(now, left)
		if !b.Inside {
			mayMove = i == 0 || !a.Inside
		}
		next := now.corrected(a, b, mayMove)
		if next != now {
			in := s.scans[parseScanID(next.MovedBy)]
			changed = append(changed, correction{next, !slices.ContainsFunc(rows, func(e Entry) bool {
				return e.Row.Seq > in && e.left(now.Venue)
			})})
		}
		if i == 0 && !next.Inside {
			left = now.Venue
		}
	}
	return changed, nil
}

// corrected is the place with the difference between a and b, as far as it is
// as a says.
func (p Presence) corrected(a, b *Presence, mayMove bool) Presence {
	if mayMove && (a.Inside != b.Inside || a.MovedBy != b.MovedBy) && p.Inside == a.Inside && p.MovedBy == a.MovedBy {
		p.Inside, p.MovedAt, p.MovedBy = b.Inside, b.MovedAt, b.MovedBy
	}
	if a.EntryID != b.EntryID && p.EntryID == a.EntryID {
		p.EntryAt, p.EntryID, p.EntryGate, p.EntryBy, p.EntryDay = b.EntryAt, b.EntryID, b.EntryGate, b.EntryBy, b.EntryDay
	}
	return p
}

// stands tells whether the row of a scan is its verdict and hasn't been undone.
func (s *State) stands(e *Entry) bool {
	return s.scans[parseScanID(e.Row.ScanID)] == e.Row.Seq && s.undone[e.Row.Seq] == 0
}

// maxHistory is how many of a badge's scans at a venue an undo looks at, from
// the latest back. Those before them are in what the first of them found.
const maxHistory = 256

// history are the rows of the scans of a badge at a venue. Rows of older builds
// may not tell which came before: then it goes on with the one at seq, if that
// is not among them.
func (s *State) history(p Presence, seq uint64) ([]Entry, error) {
	var rows []Entry
	found := false
	for next := p.LastSeq; ; {
		for len(rows) < maxHistory && next != 0 {
			e, err := s.entry(next)
			if err != nil {
				return nil, err
			}
			if len(e.Before) == 0 {
				break
			}
			rows, found = append(rows, e), found || next == seq
			next = e.Before[0].LastSeq
		}
		if found || seq == 0 || len(rows) >= maxHistory {
			return rows, nil
		}
		next, found = seq, true
	}
}

// linked are the other venues that an entry has a say in: those of the exclusive
// group, and those that it left when the group was another.
func (s *State) linked(e *Entry) []string {
	var venues []string
	for _, w := range s.group(e.Row.Venue) {
		venues = append(venues, w.ID)
	}
	for _, left := range e.Before[1:] {
		if !slices.Contains(venues, left.Venue) {
			venues = append(venues, left.Venue)
		}
	}
	return venues
}

// follow gives by venue where rows, by seq, say that a badge is, but for the
// one that is left out. A place is as the first row found it that tells of it.
// What else rows found, and places as they are now, shows who was taken out of
// them by other than these rows.
func (s *State) follow(rows []Entry, places []Presence, leftOut *Entry) (map[string]*Presence, error) {
	at := map[string]*Presence{}
	for i := range rows {
		e := &rows[i]
		found := e.Before[0]
		p := at[found.Venue]
		if p == nil {
			p = &found
			at[found.Venue] = p
		}
		for _, left := range e.Before[1:] {
			if at[left.Venue] == nil {
				at[left.Venue] = &left
			}
		}
		if err := s.takeOut(p, found, leftOut); err != nil {
			return nil, err
		}
		if e.Row.Result == Denied || leftOut != nil && e.Row.Seq == leftOut.Row.Seq || !s.stands(e) {
			continue
		}
		var others []*Presence
		for _, w := range s.linked(e) {
			if q := at[w]; q != nil {
				others = append(others, q)
			}
		}
		f := e.fact()
		f.move(p, others)
	}
	for i := range places {
		if p := at[places[i].Venue]; p != nil {
			if err := s.takeOut(p, places[i], leftOut); err != nil {
				return nil, err
			}
		}
	}
	return at, nil
}

// takeOut takes the badge out of p where it was found to be out by an automatic
// exit, or by an entry elsewhere that stands and is not the one left out.
func (s *State) takeOut(p *Presence, found Presence, leftOut *Entry) error {
	if !p.Inside || found.Inside || found.MovedAt < p.MovedAt || found.MovedBy == p.MovedBy {
		return nil
	}
	if found.MovedBy != "" {
		if leftOut != nil && leftOut.Row.ScanID == found.MovedBy {
			return nil
		}
		seq, ok := s.scans[parseScanID(found.MovedBy)]
		if !ok {
			return nil
		}
		by, err := s.entry(seq)
		if err != nil {
			return err
		}
		if by.Row.Result != Admitted || !s.stands(&by) {
			return nil
		}
	}
	p.Inside, p.MovedAt, p.MovedBy = false, found.MovedAt, found.MovedBy
	return nil
}

// left tells whether the scan took its badge out of another venue.
func (e *Entry) left(venue string) bool {
	return len(e.Before) > 1 && slices.ContainsFunc(e.Before[1:], func(p Presence) bool { return p.Venue == venue })
}

// mayReturn tells whether a badge can be put back inside a place: not where the
// venue is gone, nor while it is inside another one of the exclusive group, left
// apart, which the same undo takes it out of.
func (s *State) mayReturn(p Presence, left string) bool {
	if _, ok := s.cfg.Venue(p.Venue); !ok {
		return false
	}
	for _, w := range s.group(p.Venue) {
		if w.ID != left && s.presence(p.Badge, w.ID).Inside {
			return false
		}
	}
	return true
}
