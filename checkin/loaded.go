package checkin

import (
	"fmt"

	"lanyard/badge"
)

// Loaded is what a Backing has read from the disk: first each event's records,
// people and badges, then its last Fold, then the entries since.
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

// Fold restores what the entries up to f.Seq come to.
func (l *Loaded) Fold(event string, f *Fold) { l.events[event].unfold(f) }

// Seq is the seq up to which an event's entries have been folded.
func (l *Loaded) Seq(event string) uint64 { return l.events[event].seq }

// Entry applies the next entry of an event.
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
	Seq    uint64
	Head   string // hash of the row Seq
	Places []Presence
	Venues map[string]VenueFold
	Gates  map[string]GateCounts
	Scans  []ScanFold
}

// VenueFold are a venue's figures.
type VenueFold struct {
	Entries, Exits, Denied int
	Minutes                []Bucket
}

// ScanFold is a remembered scan id: the seq of its entry and of its undo, 0
// for none.
type ScanFold struct {
	ID        [16]byte
	Seq, Undo uint64
}

// Fold takes a snapshot of what is committed and in memory. Steps wait for
// it meanwhile.
func (e *Engine) Fold(event string) (*Fold, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	s, err := e.event(event)
	if err != nil {
		return nil, err
	}
	return s.fold(), nil
}

func (s *State) fold() *Fold {
	f := &Fold{Seq: s.seq, Head: s.head, Places: make([]Presence, 0, len(s.places)), Venues: map[string]VenueFold{},
		Gates: map[string]GateCounts{}, Scans: make([]ScanFold, 0, len(s.scans))}
	for _, p := range s.places {
		f.Places = append(f.Places, *p)
	}
	for id, v := range s.venues {
		f.Venues[id] = VenueFold{v.Entries, v.Exits, v.Denied, append([]Bucket(nil), v.minutes...)}
	}
	for id, g := range s.gates {
		f.Gates[id] = *g
	}
	for id, seq := range s.scans {
		f.Scans = append(f.Scans, ScanFold{id, seq, s.undone[seq]})
	}
	return f
}

func (s *State) unfold(f *Fold) {
	s.seq, s.head = f.Seq, f.Head
	for _, p := range f.Places {
		s.put(p)
	}
	for id, v := range f.Venues {
		at := s.venue(id)
		at.Entries, at.Exits, at.Denied, at.minutes = v.Entries, v.Exits, v.Denied, v.Minutes
	}
	for id, g := range f.Gates {
		s.gates[id] = &g
	}
	for _, c := range f.Scans {
		s.scans[c.ID] = c.Seq
		if c.Undo != 0 {
			s.undone[c.Seq] = c.Undo
		}
	}
}
