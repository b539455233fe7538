package planted

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"lanyard/cmd/internal/rig"
)

// stale is how long a bug that caches or remembers does so.
const stale = 100 * time.Millisecond

// event is everything about one event; its server's lock guards it.
type event struct {
	bug      Bug
	venues   map[string]*venue
	order    []string          // of the venues
	gates    map[string]string // gate to venue
	badges   map[string]string // token to badge
	people   []map[string]any
	revoked  map[string]bool
	cached   map[string]cachedStatus
	places   map[place]presence
	memory   map[string]*scan
	rows     []map[string]any
	head     string
	attempts int
}

type venue struct {
	ID         string `json:"id"`
	Capacity   int    `json:"capacity"`
	Reentry    string `json:"reentry"`
	Exclusive  string `json:"exclusive"`
	counter    int
	shown      int // the capacity that a cache holds
	shownUntil time.Time
}

type cachedStatus struct {
	revoked bool
	until   time.Time
}

type place struct{ badge, venue string }

type presence struct {
	inside           bool
	movedAt, entryAt int64
	movedBy, entryID string
	entryGate        string
	last             string // scan
}

// request of a scan.
type request struct {
	ScanID    string     `json:"scan_id"`
	Token     string     `json:"token"`
	Gate      string     `json:"gate"`
	Direction string     `json:"direction"`
	ScannedAt *time.Time `json:"scanned_at"`
	Offline   bool       `json:"offline"`
	Verdict   string     `json:"verdict"`
	Override  *struct {
		Reason string `json:"reason"`
	} `json:"override"`
}

// answer to a scan.
type answer struct {
	ScanID   string     `json:"scan_id"`
	Result   string     `json:"result"`
	Reason   string     `json:"reason,omitempty"`
	Note     string     `json:"note,omitempty"`
	Conflict string     `json:"conflict,omitempty"`
	Forced   bool       `json:"forced,omitempty"`
	Replayed bool       `json:"replayed"`
	Badge    *badgeCard `json:"badge"`
	Venue    venueCard  `json:"venue"`
	Earlier  *earlier   `json:"earlier,omitempty"`
	At       string     `json:"at"`
	Seq      int        `json:"seq"`
}

type badgeCard struct {
	ID string `json:"id"`
}

type venueCard struct {
	ID       string `json:"id"`
	Inside   int    `json:"inside"`
	Capacity int    `json:"capacity"`
}

type earlier struct {
	At   string `json:"at"`
	Gate string `json:"gate"`
}

// scan that was answered.
type scan struct {
	request request
	answer  answer
	badge   string
	venue   string
	undo    *answer
	at      time.Time // when it was answered
}

func newEvent(bug Bug) *event {
	return &event{bug: bug, venues: map[string]*venue{}, gates: map[string]string{}, badges: map[string]string{}, revoked: map[string]bool{},
		cached: map[string]cachedStatus{}, places: map[place]presence{}, memory: map[string]*scan{}, head: rig.GenesisHash}
}

// scan decides one, with the server's lock held; breathe lets go of it for a
// moment, which only bugs do.
func (e *event) scan(q request, breathe func()) (answer, string) {
	e.attempts++
	v := e.venues[e.gates[q.Gate]]
	badge, at := e.badges[q.Token], time.Now().UTC().Truncate(time.Millisecond)
	if q.Offline {
		at = *q.ScannedAt
	}
	known := e.memory[q.ScanID]
	if known != nil && e.bug == Forgetful && time.Since(known.at) > stale {
		known = nil
	}
	if e.bug == Twins && known == nil {
		breathe() // and doesn't look again
	}
	var reason string
	if e.bug == ReplayAfterRules {
		if reason = e.against(q, badge, v, at); reason != "" && !q.Offline && q.Override == nil {
			known = nil
		}
	}
	if known != nil {
		if other := known.request; e.bug != ReusedID && (other.Token != q.Token || other.Gate != q.Gate || other.Direction != q.Direction) {
			return answer{}, "scan_id_reused"
		}
		if known.badge == badge || e.bug != ReusedID {
			again := known.answer
			again.Replayed = true
			if known.undo != nil {
				again.Note = "undone"
			}
			return again, ""
		}
	}
	reason = e.against(q, badge, v, at)
	if e.bug == CheckBeforeLock {
		breathe()
	}
	return e.apply(q, badge, v, at, reason), ""
}

// against gives the first reason against an entry.
func (e *event) against(q request, badge string, v *venue, at time.Time) string {
	p := e.places[place{badge, v.ID}]
	switch {
	case badge == "":
		return "invalid_token"
	case q.Direction == "out":
		return ""
	case e.ended(badge):
		return "revoked"
	case p.inside:
		return "already_inside"
	case v.Reentry == "once" && p.entryAt != 0:
		return "already_used"
	case v.Reentry == "daily" && p.entryAt != 0 && time.UnixMilli(p.entryAt).UTC().YearDay() == at.UTC().YearDay():
		return "already_used_today"
	case e.full(v):
		return "venue_full"
	}
	return ""
}

func (e *event) ended(badge string) bool {
	now := e.revoked[badge]
	if e.bug != CachedRevocation {
		return now
	}
	c, ok := e.cached[badge]
	if !ok || time.Now().After(c.until) {
		c = cachedStatus{now, time.Now().Add(stale)}
		e.cached[badge] = c
	}
	return c.revoked
}

func (e *event) full(v *venue) bool {
	limit := v.Capacity
	if e.bug == CachedCapacity {
		if time.Now().After(v.shownUntil) {
			v.shown, v.shownUntil = limit, time.Now().Add(stale)
		}
		limit = v.shown
	}
	if e.bug == OffByOne && limit > 0 {
		limit++
	}
	return limit > 0 && e.inside(v) >= limit
}

// inside is how many the venue believes to hold.
func (e *event) inside(v *venue) int {
	if e.bug == Counter {
		return v.counter
	}
	n := 0
	for at, p := range e.places {
		if at.venue == v.ID && p.inside {
			n++
		}
	}
	return n
}

// apply a verdict: places, row and memory.
func (e *event) apply(q request, badge string, v *venue, at time.Time, reason string) answer {
	a := answer{ScanID: q.ScanID, At: stamp(at)}
	switch forced := reason != "" && q.Override != nil && reason != "invalid_token"; {
	case q.Offline:
		a.Result = q.Verdict
	case reason != "" && !forced:
		a.Result = "denied"
	case q.Direction == "in":
		a.Result, a.Forced = "admitted", forced
	default:
		a.Result = "exited"
	}
	if a.Result == "denied" || a.Forced {
		a.Reason = reason
	} else {
		a.Conflict = reason
	}
	own := place{badge, v.ID}
	p := e.places[own]
	switch reason {
	case "already_inside", "already_used", "already_used_today":
		a.Earlier = &earlier{stamp(time.UnixMilli(p.entryAt)), p.entryGate}
	}
	s := &scan{request: q, badge: badge, venue: v.ID, at: time.Now()}
	var left []string
	undo := e.snapshot(own)
	if badge != "" {
		a.Badge = &badgeCard{badge}
		left = e.move(q, &a, own, at.UnixMilli())
	}
	a.Venue = venueCard{v.ID, e.inside(v), v.Capacity}
	a.Seq = len(e.rows) + 1
	s.answer = a
	if e.bug == LostWrite && e.attempts%40 == 0 {
		undo()
		return a
	}
	e.memory[q.ScanID] = s
	e.record(map[string]any{"kind": "scan", "scan_id": q.ScanID, "badge": badge, "venue": v.ID, "gate": q.Gate, "direction": q.Direction, "result": a.Result,
		"reason": a.Reason, "note": a.Note, "conflict": a.Conflict, "forced": a.Forced, "offline": q.Offline, "at": a.At})
	for _, w := range left {
		e.record(map[string]any{"kind": "exit", "scan_id": q.ScanID, "badge": badge, "venue": w, "direction": "out", "result": "exited", "note": "exclusive", "at": a.At})
	}
	return a
}

// snapshot gives what restores the badge's places.
func (e *event) snapshot(own place) func() {
	was := map[place]presence{}
	for _, id := range e.order {
		was[place{own.badge, id}] = e.places[place{own.badge, id}]
	}
	return func() {
		for at, p := range was {
			e.places[at] = p
		}
	}
}

// move the badge, and give the venues that it left for this one.
func (e *event) move(q request, a *answer, own place, ms int64) (left []string) {
	p := e.places[own]
	was := p
	p.last = q.ScanID
	defer func() { e.places[own] = p }()
	if a.Result == "denied" {
		return nil
	}
	older := func(at int64, id string) bool { return ms < at || ms == at && q.ScanID < id }
	late := q.Offline && older(p.movedAt, p.movedBy)
	if late {
		a.Note = "late"
	} else {
		if a.Result == "exited" && !p.inside {
			a.Note = "not_inside"
		}
		p.inside, p.movedAt, p.movedBy = a.Result == "admitted", ms, q.ScanID
		if !q.Offline {
			p.movedAt = max(ms, was.movedAt)
		}
		if v := e.venues[own.venue]; p.inside {
			v.counter++
		} else {
			v.counter--
		}
	}
	if a.Result == "admitted" && !(q.Offline && older(p.entryAt, p.entryID)) {
		p.entryAt, p.entryID, p.entryGate = ms, q.ScanID, q.Gate
	}
	if group := e.venues[own.venue].Exclusive; a.Result == "admitted" && group != "" && e.bug != BothSides {
		for _, id := range e.order {
			at := place{own.badge, id}
			if o := e.places[at]; id != own.venue && e.venues[id].Exclusive == group && o.inside {
				o.inside, o.movedAt, o.movedBy = false, max(ms, o.movedAt), q.ScanID
				e.places[at] = o
				e.venues[id].counter--
				left = append(left, id)
			}
		}
	}
	return left
}

// undo a scan.
func (e *event) undo(id string) (answer, string) {
	s := e.memory[id]
	switch {
	case s == nil:
		return answer{}, "no_such_scan"
	case s.undo != nil:
		again := *s.undo
		again.Replayed = true
		return again, ""
	case s.badge != "" && e.places[place{s.badge, s.venue}].last != id && e.bug != RashUndo:
		return answer{}, "superseded"
	}
	v := e.venues[s.venue]
	own := place{s.badge, s.venue}
	note, keep, was := "not_moved", e.snapshot(own), maps.Clone(e.places)
	if s.badge != "" {
		e.without(s)
	}
	var others []string
	for _, id := range e.order {
		at := place{s.badge, id}
		switch {
		case e.places[at].inside == was[at].inside:
		case id == s.venue:
			note = ""
		default:
			others = append(others, id)
		}
	}
	a := s.answer
	a.Note, a.Seq = "undone", len(e.rows)+1
	a.Venue = venueCard{v.ID, e.inside(v), v.Capacity}
	if e.bug == LostUndo {
		keep()
	}
	s.undo = &a
	at := stamp(time.Now())
	e.record(map[string]any{"kind": "undo", "scan_id": id, "badge": s.badge, "venue": s.venue, "gate": s.request.Gate, "direction": s.request.Direction,
		"result": a.Result, "note": note, "at": at})
	for _, w := range others {
		e.record(map[string]any{"kind": "undo", "scan_id": id, "badge": s.badge, "venue": w, "direction": "out", "result": "exited", "at": at})
	}
	return a, ""
}

// without puts the badge of a scan where all the others of it that stand would
// have left it.
func (e *event) without(s *scan) {
	var stand []*scan
	for _, o := range e.memory {
		if o.badge == s.badge && o.undo == nil && o != s {
			stand = append(stand, o)
		}
	}
	slices.SortFunc(stand, func(a, b *scan) int { return cmp.Compare(a.answer.Seq, b.answer.Seq) })
	was, counters := map[string]presence{}, map[string]int{}
	for _, id := range e.order {
		at := place{s.badge, id}
		was[id], counters[id] = e.places[at], e.venues[id].counter
		delete(e.places, at)
	}
	for _, o := range stand {
		a := o.answer
		at, _ := time.Parse(time.RFC3339, a.At)
		e.move(o.request, &a, place{o.badge, o.venue}, at.UnixMilli())
	}
	for id, p := range was {
		at := place{s.badge, id}
		now := e.places[at]
		now.last = p.last
		e.places[at] = now
		switch e.venues[id].counter = counters[id]; {
		case p.inside && !now.inside:
			e.venues[id].counter--
		case now.inside && !p.inside:
			e.venues[id].counter++
		}
	}
}

// record a row, chained to the one before.
func (e *event) record(row map[string]any) {
	for name, value := range row {
		if value == "" || value == false {
			delete(row, name)
		}
	}
	row["seq"], row["prev"], row["recorded_at"] = len(e.rows)+1, e.head, stamp(time.Now())
	text, _ := json.Marshal(row) // by sorted names, as RFC 8785 wants it of such strings
	sum := sha256.Sum256(text)
	e.head = hex.EncodeToString(sum[:])
	row["hash"] = e.head
	e.rows = append(e.rows, row)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func aMoment() { time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond) }
