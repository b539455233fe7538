package crowd

import (
	"context"
	"fmt"
	"math/rand/v2"

	"lanyard/cmd/internal/rig"
)

// Hall is an event with two venues, people with badges, and what its gates have
// been told so far. It outlives the servers that it is scanned at.
type Hall struct {
	Event string

	places int // in the narrow venue
	badges []rig.Badge
	rng    *rand.Rand // of the ids and of the seeds that gates get
	log    log
}

// The venues: one without a limit, one for a few. One is left before it is entered again.
const (
	Wide   = "wide"
	Narrow = "narrow"
)

// gates by venue: entry, exit.
var gates = [...]struct{ id, venue, direction string }{
	{"wide-in", Wide, "in"}, {"wide-out", Wide, "out"},
	{"narrow-in", Narrow, "in"}, {"narrow-out", Narrow, "out"},
}

// Build an event with so many badges and places in its narrow venue.
func Build(ctx context.Context, s *rig.Service, people, places int, seed uint64) (*Hall, error) {
	h := &Hall{Event: "torture-" + rig.RandomHex(4), places: places, rng: rand.New(rand.NewPCG(seed, 0x68616c6c))}
	if err := rig.MakeEvent(ctx, s, h.Event); err != nil {
		return nil, err
	}
	base := "/api/v1/events/" + h.Event
	for _, v := range []struct {
		id       string
		capacity int
	}{{Wide, 0}, {Narrow, places}} {
		if err := s.Post(ctx, base+"/venues", map[string]any{"id": v.id, "name": v.id, "capacity": v.capacity, "reentry": "free"}, nil); err != nil {
			return nil, err
		}
	}
	for _, g := range gates {
		if err := s.Post(ctx, base+"/gates", map[string]any{"id": g.id, "venue": g.venue, "name": g.id, "direction": g.direction}, nil); err != nil {
			return nil, err
		}
	}
	if err := rig.ImportRoster(ctx, s, h.Event, people); err != nil {
		return nil, err
	}
	var err error
	h.badges, err = rig.BadgesOf(ctx, s, h.Event, people)
	return h, err
}

// scanID is a version 4 UUID (RFC 9562) of the seed's.
func scanID(rng *rand.Rand) string {
	a, b := rng.Uint64(), rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffff_ffff_ffff)
}
