package linear

import (
	"cmp"

	"github.com/benbjohnson/immutable"
)

// state of one venue, or of the venues that share an exclusive group, as the
// rules see it. It is never changed: steps make new ones.
type state struct {
	seq      uint64 // of the last row
	rows     int
	capacity *immutable.Map[string, int]     // by venue
	inside   *immutable.Map[string, int]     // by venue
	places   *immutable.Map[place, presence] // of each badge
	revoked  *immutable.Map[string, bool]    // badges
	scans    *immutable.Map[string, memory]  // by scan id
}

type place struct{ badge, venue string }

// presence is what is known of a badge at a venue.
type presence struct {
	inside    bool
	movedAt   int64 // Unix milliseconds of the latest entry or exit
	movedBy   string
	entryAt   int64 // the latest entry, 0 for never
	entryID   string
	entryGate string
	lastScan  string // id of the latest scan here, whatever its verdict
}

// memory of an answered scan.
type memory struct {
	content string
	request Request
	answer  Answer
	undo    *Answer // the answer to its undo
}

type placeHash struct{}

func (placeHash) Hash(p place) uint32 {
	h := immutable.NewHasher("")
	return h.Hash(p.badge)*31 + h.Hash(p.venue)
}
func (placeHash) Equal(a, b place) bool { return a == b }

func newState(venues []Venue) *state {
	capacity := immutable.NewMap[string, int](nil)
	for _, v := range venues {
		capacity = capacity.Set(v.ID, v.Capacity)
	}
	return &state{capacity: capacity, inside: immutable.NewMap[string, int](nil),
		places: immutable.NewMap[place, presence](placeHash{}), revoked: immutable.NewMap[string, bool](nil),
		scans: immutable.NewMap[string, memory](nil)}
}

// next is a copy to change, after the row seq.
func (s *state) next(seq uint64) *state {
	n := *s
	n.seq = seq
	n.rows++
	return &n
}

func (s *state) at(badge, venue string) presence {
	p, _ := s.places.Get(place{badge, venue})
	return p
}

func (s *state) count(venue string) int {
	n, _ := s.inside.Get(venue)
	return n
}

func (s *state) limit(venue string) int {
	n, _ := s.capacity.Get(venue)
	return n
}

// put a badge's presence, on a copy.
func (s *state) put(badge, venue string, p presence) {
	was := s.at(badge, venue)
	if n := s.count(venue); p.inside && !was.inside {
		s.inside = s.inside.Set(venue, n+1)
	} else if was.inside && !p.inside {
		s.inside = s.inside.Set(venue, n-1)
	}
	s.places = s.places.Set(place{badge, venue}, p)
}

// equal states: rows only ever come in the order of their seq, so the same
// number of rows up to the same seq, out of one history, is the same state.
func (s *state) equal(o *state) bool { return s.seq == o.seq && s.rows == o.rows }

// later orders facts by their time, and those of one millisecond by their id.
func later(at int64, id string, thanAt int64, thanID string) bool {
	return cmp.Or(cmp.Compare(at, thanAt), cmp.Compare(id, thanID)) > 0
}
