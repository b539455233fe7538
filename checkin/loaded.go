package checkin

import (
	"fmt"
	"slices"

	"lanyard/badge"
)

// Loaded is what a Backing has read from the disk: first each event's records,
// then its people and badges and, before them, behind them or beside them, its
// last Fold and the entries since.
type Loaded struct {
	events map[string]*State
	links  map[string]link
	temps  map[string]TempRecord
}

// NewLoaded is an empty disk.
func NewLoaded() *Loaded {
	return &Loaded{events: map[string]*State{}, links: map[string]link{}, temps: map[string]TempRecord{}}
}

// Event begins an event with its configuration.
func (l *Loaded) Event(id string, rev int64, records []Record) error {
	c, err := NewConfig(rev, records)
	if err != nil {
		return fmt.Errorf("event %s: %w", id, err)
	}
	s := newState(id)
	if err := s.configure(c); err != nil {
		return fmt.Errorf("event %s: %w", id, err)
	}
	l.events[id] = s
	return nil
}

// Person adds an attendee to an event, before the badges.
func (l *Loaded) Person(event string, a badge.Attendee) {
	a.Badge, a.Revoked = "", ""
	l.events[event].people.Put(a)
}

// Badge adds a badge to an event, and to its attendee if it is active.
func (l *Loaded) Badge(event string, b badge.Badge) {
	s := l.events[event]
	s.keepBadge(b)
	l.links[b.Link] = link{event, b.ID}
	a, ok := s.people.Get(b.Attendee)
	switch {
	case !ok:
	case b.Status == badge.Active:
		a.Badge, a.Revoked = b.ID, ""
		s.people.Put(a)
	case b.Status == badge.Revoked && a.Badge == "" && b.EndedAt != nil:
		if last := s.badges[a.Revoked]; last == nil || last.EndedAt.Before(*b.EndedAt) {
			a.Revoked = b.ID
			s.people.Put(a)
		}
	}
}

// Checkpoint adds a signed checkpoint to an event.
func (l *Loaded) Checkpoint(c Checkpoint) {
	s := l.events[c.Event]
	s.marks = append(s.marks, c)
}

// Temp adds a short-lived record.
func (l *Loaded) Temp(key string, r TempRecord) { l.temps[key] = r }

// Expect makes room for what an event's entries will have remembered, which are
// about so many.
func (l *Loaded) Expect(event string, entries int) {
	if s := l.events[event]; len(s.scans) == 0 {
		s.scans = make(map[uuidBytes]uint64, entries)
	}
}

// Fold restores what the entries up to f.Seq come to, and takes f.Places over.
func (l *Loaded) Fold(event string, f *Fold) {
	s := l.events[event]
	s.places = make(map[place]*Presence, len(f.Places))
	s.unfold(f)
}

// Seq is the seq up to which an event's entries have been folded.
func (l *Loaded) Seq(event string) uint64 { return l.events[event].seq }

// Entry applies the next entry of an event. Nothing of e but its strings is
// kept.
func (l *Loaded) Entry(event string, e Entry) error {
	s := l.events[event]
	if e.Row.Seq != s.seq+1 || e.Row.Prev != s.head {
		return &BrokenRow{Seq: s.seq + 1, Problem: "does not follow the row before"}
	}
	s.apply(e)
	return nil
}

// Fold is what an event's entries up to Seq come to: a snapshot of the state
// that bounds the time to start.
type Fold struct {
	Figures
	Places []Presence // the last that After of the entries says of each
	Scans  []ScanFold // what the entries have remembered, in their order
}

// Figures are the counters that an event's entries up to Seq come to.
type Figures struct {
	Seq    uint64
	Head   string // hash of the row Seq
	Venues map[string]VenueFold
	Gates  map[string]GateCounts
}

// VenueFold are a venue's figures.
type VenueFold struct {
	Entries, Exits, Denied int
	Minutes                []Bucket
}

// ScanFold tells that row Seq answers a scan id from now on or, with Undo, takes
// back what was answered to it.
type ScanFold struct {
	ID   [16]byte
	Seq  uint64
	Undo bool
}

// Scanned is what is remembered of a row; ok is false when that is nothing.
func (r *Row) Scanned() (f ScanFold, ok bool) {
	if r.Venue == "" {
		return f, false
	}
	f.Seq = r.Seq
	switch {
	case r.Kind == KindScan, r.Kind == KindUndo && r.Offline: // a phone's own denial is the verdict from then on
	case r.Kind == KindUndo && r.Gate != "":
		f.Undo = true
	default:
		return f, false
	}
	f.ID = parseScanID(r.ScanID)
	return f, true
}

// Figures are an event's as they are in memory: their last row may not be
// committed yet.
func (e *Engine) Figures(event string) (*Figures, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	s, err := e.event(event)
	if err != nil {
		return nil, err
	}
	f := s.figures()
	return &f, nil
}

func (s *State) figures() Figures {
	f := Figures{Seq: s.seq, Head: s.head, Venues: make(map[string]VenueFold, len(s.venues)), Gates: make(map[string]GateCounts, len(s.gates))}
	for id, v := range s.venues {
		f.Venues[id] = VenueFold{v.Entries, v.Exits, v.Denied, slices.Clone(v.minutes)}
	}
	for id, g := range s.gates {
		f.Gates[id] = *g
	}
	return f
}

func (s *State) unfold(f *Fold) {
	s.seq, s.head = f.Seq, f.Head
	for i := range f.Places {
		s.keep(&f.Places[i])
	}
	for id, v := range f.Venues {
		at := s.venue(id)
		at.Entries, at.Exits, at.Denied, at.minutes = v.Entries, v.Exits, v.Denied, v.Minutes
	}
	for id, g := range f.Gates {
		s.gates[id] = &g
	}
	for _, c := range f.Scans {
		s.remember(c)
	}
}
