package checkin

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"lanyard/badge"
)

// State is one event in memory, the deterministic core: it decides on what it
// holds (decide.go, undo.go) and changes only by applying entries and records.
// Time and ids come in from outside, so the same steps give the same state.
// It is not safe for concurrent use; Engine serializes.
type State struct {
	id        string
	cfg       *Config
	loc       *time.Location
	venues    map[string]*venueState
	gates     map[string]*GateCounts
	places    map[place]*Presence
	scans     map[uuidBytes]uint64 // seq of the remembered entry
	undone    map[uint64]uint64    // seq of a scan's entry: seq of its undo
	people    *badge.Index
	badges    map[string]*badge.Badge
	ended     map[string][]string // ids of badges that are active no more, by attendee
	seq       uint64
	head      string // hash of the last row
	tail      []Entry
	marks     []Checkpoint
	committed uint64 // rows up to here are on disk
	// older reads committed entries that the tail no longer holds.
	older func(after uint64, limit int) ([]Entry, error)
	// recalled are older entries that were read for the step under way.
	recalled map[uint64]Entry
}

type place struct{ badge, venue string }

type uuidBytes [16]byte

type venueState struct {
	VenueCounts                      // Inside and Recent unused: see inside and minutes
	inside      map[string]*Presence // by badge
	minutes     []Bucket             // ascending
	swept       int64                // Unix milliseconds of the automatic exit last looked at
	sweep       time.Time            // nobody has to be checked out before; zero: look
}

func newState(id string) *State {
	return &State{id: id, cfg: &Config{}, loc: time.UTC, head: GenesisHash,
		venues: map[string]*venueState{}, gates: map[string]*GateCounts{}, places: map[place]*Presence{},
		scans: map[uuidBytes]uint64{}, undone: map[uint64]uint64{}, people: badge.NewIndex(), badges: map[string]*badge.Badge{},
		ended: map[string][]string{}}
}

// configure replaces the configuration.
func (s *State) configure(c *Config) error {
	loc := time.UTC
	if c.Event.ID != "" {
		var err error
		if loc, err = c.Event.Location(); err != nil {
			return err
		}
	}
	s.cfg, s.loc = c, loc
	for _, v := range s.venues {
		v.sweep = time.Time{}
	}
	return nil
}

func (s *State) venue(id string) *venueState {
	v := s.venues[id]
	if v == nil {
		v = &venueState{inside: map[string]*Presence{}}
		s.venues[id] = v
	}
	return v
}

func (s *State) inside(venue string) int {
	if v := s.venues[venue]; v != nil {
		return len(v.inside)
	}
	return 0
}

// presence is what is known of a badge at a venue, as a copy.
func (s *State) presence(b, venue string) Presence {
	if p := s.places[place{b, venue}]; p != nil {
		return *p
	}
	return Presence{Badge: b, Venue: venue}
}

// entry finds one by its seq.
func (s *State) entry(seq uint64) (Entry, error) {
	if n := uint64(len(s.tail)); n > 0 && seq >= s.tail[0].Row.Seq {
		return s.tail[seq-s.tail[0].Row.Seq], nil
	}
	if e, ok := s.recalled[seq]; ok {
		return e, nil
	}
	got, err := s.older(seq-1, 1)
	if err != nil {
		return Entry{}, err
	}
	if len(got) != 1 {
		return Entry{}, &BrokenRow{Seq: seq, Problem: "not on record"}
	}
	return got[0], nil
}

// append gives an entry its place in the journal and applies it.
func (s *State) append(e Entry) Entry {
	e.Row.Seq, e.Row.Prev = s.seq+1, s.head
	e.Row.Hash = e.Row.Chain(s.head)
	s.apply(e)
	s.tail = append(s.tail, e)
	return e
}

// apply folds an entry into the state. It is the only way in which places,
// counters and remembered scans change, live and after a restart.
func (s *State) apply(e Entry) {
	r := &e.Row
	s.seq, s.head = r.Seq, r.Hash
	for i := range e.After {
		s.put(e.After[i])
	}
	if r.Venue == "" {
		return
	}
	n := 1
	switch r.Kind {
	case KindScan, KindExit:
	case KindUndo:
		n = -1
	default:
		return
	}
	if f, ok := r.Scanned(); ok {
		s.remember(f)
	}
	v, g := s.venue(r.Venue), s.gate(r.Gate)
	bucket := v.minute(r.RecordedAt.Unix() / 60)
	if !e.Silent {
		v.count(r.Result, n)
		if g != nil {
			g.count(r.Result, n)
		}
		if n > 0 {
			bucket.count(r.Result)
		}
	}
	if g != nil && r.Kind == KindScan {
		g.LastSeen = r.RecordedAt
	}
	bucket.Inside = len(v.inside)
}

// remember keeps the scan id that a row answers or takes back.
func (s *State) remember(f ScanFold) {
	if f.Undo {
		s.undone[s.scans[f.ID]] = f.Seq
	} else {
		s.scans[f.ID] = f.Seq
	}
}

func (s *State) gate(id string) *GateCounts {
	if id == "" {
		return nil
	}
	g := s.gates[id]
	if g == nil {
		g = &GateCounts{}
		s.gates[id] = g
	}
	return g
}

// put sets what is known of a badge at a venue.
func (s *State) put(p Presence) {
	at := s.places[place{p.Badge, p.Venue}]
	if at == nil {
		at = new(Presence)
		*at = p
		s.keep(at)
		return
	}
	*at = p
	s.settle(at)
}

// keep adds a place that nothing is known of yet.
func (s *State) keep(p *Presence) {
	s.places[place{p.Badge, p.Venue}] = p
	s.settle(p)
}

// settle keeps who is inside in step with a place.
func (s *State) settle(p *Presence) {
	v := s.venue(p.Venue)
	if !p.Inside {
		delete(v.inside, p.Badge)
		return
	}
	v.inside[p.Badge] = p
	if p.MovedAt < v.swept {
		v.sweep = time.Time{}
	}
}

func (v *venueState) minute(m int64) *Bucket {
	if n := len(v.minutes); n > 0 && v.minutes[n-1].Minute >= m {
		return &v.minutes[n-1] // a clock that was set back stays in the last minute
	}
	v.minutes = append(v.minutes, Bucket{Minute: m})
	return &v.minutes[len(v.minutes)-1]
}

func (c *VenueCounts) count(r Result, n int) { tally(r, n, &c.Entries, &c.Exits, &c.Denied) }
func (c *GateCounts) count(r Result, n int)  { tally(r, n, &c.Entries, &c.Exits, &c.Denied) }
func (b *Bucket) count(r Result)             { tally(r, 1, &b.Entries, &b.Exits, &b.Denied) }

func tally(r Result, n int, entries, exits, denied *int) {
	switch r {
	case Admitted:
		*entries += n
	case Exited:
		*exits += n
	case Denied:
		*denied += n
	}
}

// exits are the entries that check out everyone whose venue's automatic exit
// has passed by now, oldest move first.
func (s *State) exits(v Venue, now time.Time) []Entry {
	if v.AutoExitAt == "" {
		return nil
	}
	vs := s.venue(v.ID)
	if now.Before(vs.sweep) {
		return nil
	}
	last := LastAutoExit(s.loc, v.AutoExitAt, now)
	vs.swept, vs.sweep = last.UnixMilli(), NextAutoExit(s.loc, v.AutoExitAt, now)
	var due []Presence
	for _, p := range vs.inside {
		if p.MovedAt < last.UnixMilli() {
			due = append(due, *p)
		}
	}
	slices.SortFunc(due, func(a, b Presence) int {
		return cmp.Or(cmp.Compare(a.MovedAt, b.MovedAt), cmp.Compare(a.Badge, b.Badge))
	})
	entries := make([]Entry, len(due))
	for i, p := range due {
		p.Inside, p.MovedAt, p.MovedBy = false, last.UnixMilli(), ""
		entries[i] = Entry{
			Row: Row{Kind: KindExit, At: last.UTC(), RecordedAt: now, Badge: p.Badge, Venue: v.ID,
				Direction: Out, Result: Exited, Note: NoteAutoExit},
			After: []Presence{p},
		}
	}
	return entries
}

// pretend moves places as entries would, for a dry run, and gives the way back.
func (s *State) pretend(entries []Entry) (restore func()) {
	var before []Presence
	for _, e := range entries {
		for _, p := range e.After {
			before = append(before, s.presence(p.Badge, p.Venue))
			s.put(p)
		}
	}
	return func() {
		for _, p := range before {
			s.put(p)
		}
	}
}

// parseScanID reads a UUID in its 36-character form; Desk has checked it.
func parseScanID(s string) (id uuidBytes) {
	if len(s) == 36 {
		b := make([]byte, 0, 32)
		b = append(append(append(append(append(b, s[:8]...), s[9:13]...), s[14:18]...), s[19:23]...), s[24:]...)
		hex.Decode(id[:], b)
		return id
	}
	copy(id[:], s) // any other short name will do for a store
	binary.BigEndian.PutUint16(id[14:], uint16(len(s)))
	return id
}
