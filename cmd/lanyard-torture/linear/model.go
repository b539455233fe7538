package linear

import (
	"cmp"
	"slices"

	"github.com/anishathalye/porcupine"
)

// Venue as the model knows it.
type Venue struct {
	ID        string `json:"id"`
	Capacity  int    `json:"capacity"` // at first; 0 is no limit
	Reentry   string `json:"reentry"`  // free, once or daily
	Exclusive string `json:"exclusive,omitempty"`
	Gates     []string
}

// rules of the venues of one partition.
type rules struct{ venues []Venue }

func (m *rules) venue(id string) Venue {
	for _, v := range m.venues {
		if v.ID == id {
			return v
		}
	}
	return Venue{ID: id, Reentry: "free"}
}

// model for porcupine.
func (m *rules) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return newState(m.venues) },
		Step: func(s, in, out any) (bool, any) {
			expected, after := m.step(s.(*state), in.(*Request), out.(*Answer))
			return expected.fits(out.(*Answer)) && after != nil, after
		},
		Equal: func(a, b any) bool { return a.(*state).equal(b.(*state)) },
	}
}

// step gives the answer that the rules demand for a request in a state, and
// the state after it. Of what was told it takes what the rules leave open: the
// time and the number of the row. No state means that the row can't come here.
func (m *rules) step(s *state, r *Request, told *Answer) (Answer, *state) {
	switch r.Kind {
	case Scan:
		return m.scan(s, r, told)
	case Undo:
		return m.undo(s, r, told)
	case Look:
		return m.look(s, r, told)
	}
	if told.Seq == 0 && r.Kind == Capacity && s.limit(r.Venue) == r.Capacity {
		return *told, s // what changes nothing leaves no row
	}
	if told.Seq <= s.seq {
		return Answer{Code: "a row, or nothing to change"}, nil
	}
	n := s.next(told.Seq)
	if r.Kind == Revoke {
		n.revoked = n.revoked.Set(r.Badge, true)
	} else {
		n.capacity = n.capacity.Set(r.Venue, r.Capacity)
	}
	return *told, n
}

// fits tells whether what was told is what the rules demand.
func (a Answer) fits(told *Answer) bool {
	if a.Code != "" || told.Code != "" {
		return a.Code == told.Code
	}
	if told.Settled { // the journal tells no counts
		a.Inside, a.Capacity, a.EarlierAt, a.EarlierGate = told.Inside, told.Capacity, told.EarlierAt, told.EarlierGate
		if told.Note == "undone" { // nor an undo's row why the scan was answered so
			a.Reason, a.Conflict, a.Forced, a.At = told.Reason, told.Conflict, told.Forced, told.At
		}
	}
	a.Settled = told.Settled
	return a == *told
}

func (m *rules) scan(s *state, r *Request, told *Answer) (Answer, *state) {
	if known, ok := s.scans.Get(r.ScanID); ok {
		if known.content != r.content() {
			return Answer{Code: "scan_id_reused"}, s
		}
		again := known.answer
		again.Replayed = true
		if known.undo != nil {
			again.Note = "undone"
		}
		return again, s
	}
	at := told.At
	if r.Offline {
		at = r.At
	}
	a := Answer{Seq: told.Seq, At: at}
	reason := m.against(s, r, at)
	p := s.at(r.Badge, r.Venue)
	switch {
	case r.Offline:
		a.Result = r.Shown
	case reason != "" && !(r.Override && reason != "invalid_token"):
		a.Result = "denied"
	case r.Direction == "in":
		a.Result = "admitted"
	default:
		a.Result = "exited"
	}
	switch {
	case a.Result == "denied":
		a.Reason = reason
	case reason != "" && r.Override:
		a.Forced, a.Reason = true, reason
	default:
		a.Conflict = reason
	}
	if reason == "already_inside" || reason == "already_used" || reason == "already_used_today" {
		a.EarlierAt, a.EarlierGate = p.entryAt, p.entryGate
	}
	n := s.next(told.Seq)
	a.Note = m.move(n, r, a.Result, at)
	a.Inside, a.Capacity = n.count(r.Venue), n.limit(r.Venue)
	n.scans = n.scans.Set(r.ScanID, memory{content: r.content(), request: *r, answer: a})
	if told.Code != "" || told.Replayed || told.Seq <= s.seq {
		return a, nil
	}
	return a, n
}

// against gives the first reason that speaks against a scan.
func (m *rules) against(s *state, r *Request, at int64) string {
	if r.Badge == "" {
		return "invalid_token"
	}
	if r.Direction == "out" {
		return ""
	}
	v, p := m.venue(r.Venue), s.at(r.Badge, r.Venue)
	revoked, _ := s.revoked.Get(r.Badge)
	limit := s.limit(r.Venue)
	switch {
	case revoked:
		return "revoked"
	case p.inside:
		return "already_inside"
	case v.Reentry == "once" && p.entryAt != 0:
		return "already_used"
	case v.Reentry == "daily" && p.entryAt != 0 && day(p.entryAt) == day(at):
		return "already_used_today"
	case limit > 0 && s.count(r.Venue) >= limit:
		return "venue_full"
	}
	return ""
}

// day is the event's local day; its time zone is UTC.
func day(ms int64) int64 { return ms / 86_400_000 }

// move the badge, on a copy, and give the row's note.
func (m *rules) move(n *state, r *Request, result string, at int64) (note string) {
	if r.Badge == "" {
		return ""
	}
	p := n.at(r.Badge, r.Venue)
	p.lastScan = r.ScanID
	if result == "denied" {
		n.put(r.Badge, r.Venue, p)
		return ""
	}
	late := r.Offline && later(p.movedAt, p.movedBy, at, r.ScanID)
	switch {
	case late:
		note = "late"
	case result == "exited" && !p.inside:
		note = "not_inside"
	}
	if !late {
		p.inside, p.movedAt, p.movedBy = result == "admitted", at, r.ScanID
		if !r.Offline { // whatever the clocks say
			p.movedAt = max(at, n.at(r.Badge, r.Venue).movedAt)
		}
	}
	if result == "admitted" && (!r.Offline || later(at, r.ScanID, p.entryAt, p.entryID)) {
		p.entryAt, p.entryID, p.entryGate = at, r.ScanID, r.Gate
	}
	n.put(r.Badge, r.Venue, p)
	if result == "admitted" {
		m.leaveOthers(n, r, at)
	}
	return note
}

// leaveOthers: entering one venue of an exclusive group leaves the others.
func (m *rules) leaveOthers(n *state, r *Request, at int64) {
	group := m.venue(r.Venue).Exclusive
	for _, w := range m.venues {
		q := n.at(r.Badge, w.ID)
		if group == "" || w.Exclusive != group || w.ID == r.Venue || !q.inside {
			continue
		}
		q.inside, q.movedAt, q.movedBy = false, max(at, q.movedAt), r.ScanID
		n.put(r.Badge, w.ID, q)
	}
}

func (m *rules) undo(s *state, r *Request, told *Answer) (Answer, *state) {
	known, ok := s.scans.Get(r.ScanID)
	switch {
	case !ok:
		return Answer{Code: "no_such_scan"}, s
	case known.undo != nil:
		again := *known.undo
		again.Replayed = true
		return again, s
	case known.request.Badge != "" && s.at(known.request.Badge, r.Venue).lastScan != r.ScanID:
		return Answer{Code: "superseded"}, s
	}
	n := s.next(told.Seq)
	m.without(n, r.ScanID, known.request.Badge)
	a := known.answer
	a.Note, a.Seq, a.Settled = "undone", told.Seq, false
	a.Inside, a.Capacity = n.count(r.Venue), n.limit(r.Venue)
	known.undo = &a
	n.scans = n.scans.Set(r.ScanID, known)
	if told.Code != "" || told.Replayed || told.Seq <= s.seq {
		return a, nil
	}
	return a, n
}

// without puts the badge, on a copy, where all its scans that stand but one
// would have left it.
func (m *rules) without(n *state, scan, badge string) {
	if badge == "" {
		return
	}
	var stand []memory
	for all := n.scans.Iterator(); !all.Done(); {
		if id, known, _ := all.Next(); known.request.Badge == badge && known.undo == nil && id != scan {
			stand = append(stand, known)
		}
	}
	slices.SortFunc(stand, func(a, b memory) int { return cmp.Compare(a.answer.Seq, b.answer.Seq) })
	last := map[string]string{}
	for _, v := range m.venues {
		last[v.ID] = n.at(badge, v.ID).lastScan
		n.put(badge, v.ID, presence{})
	}
	for _, known := range stand {
		m.move(n, &known.request, known.answer.Result, known.answer.At)
	}
	for _, v := range m.venues {
		p := n.at(badge, v.ID)
		p.lastScan = last[v.ID]
		n.put(badge, v.ID, p)
	}
}

// look is a read: it names the row that it includes. The capacity beside it is
// the configuration's, read apart.
func (m *rules) look(s *state, r *Request, told *Answer) (Answer, *state) {
	a := Answer{Seq: told.Seq, Inside: s.count(r.Venue), Capacity: told.Capacity}
	if told.Seq < s.seq {
		return a, nil
	}
	n := *s
	n.seq = told.Seq // what comes after it has a higher one
	return a, &n
}
