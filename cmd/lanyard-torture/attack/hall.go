package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"lanyard/cmd/internal/rig"
)

// people with badges in the hall, and what they are called by its roster.
const people = 40

// hall is what attackers stand before, and what they have of it: its badges,
// somebody else's, and keys that open little.
type hall struct {
	admin  *rig.Service
	event  string
	badges []rig.Badge       // good ones, to be forged from
	other  []rig.Badge       // of another event
	keys   map[string]string // "" is nobody's; by who has them
	// secrets are what may stand in no log, by what they are.
	secrets map[string]string
}

// The keys that attackers have.
const (
	nobody    = "nobody"
	stranger  = "another event's organizer"
	oneGate   = "the phone of another gate"
	gateStaff = "gate staff"
	organizer = "the organizer" // with whom only broken requests are sent
)

func build(ctx context.Context, admin *rig.Service) (*hall, error) {
	h := &hall{admin: admin, event: "attack-" + rig.RandomHex(4), keys: map[string]string{nobody: "", organizer: admin.Key},
		secrets: map[string]string{"the first key": admin.Key, "a name": "Organization 1", "a latin name": "Wang 1"}}
	elsewhere := h.event + "-b"
	for _, event := range []string{h.event, elsewhere} {
		if err := rig.MakeEvent(ctx, admin, event); err != nil {
			return nil, err
		}
		at := "/api/v1/events/" + event
		if err := admin.Post(ctx, at+"/venues", map[string]any{"id": "hall", "name": "Hall", "capacity": 0, "reentry": "free"}, nil); err != nil {
			return nil, err
		}
		for _, gate := range []string{"door", "back"} {
			if err := admin.Post(ctx, at+"/gates", map[string]any{"id": gate, "venue": "hall", "name": gate, "direction": "both"}, nil); err != nil {
				return nil, err
			}
		}
		if err := rig.ImportRoster(ctx, admin, event, people); err != nil {
			return nil, err
		}
	}
	var err error
	if h.badges, err = rig.BadgesOf(ctx, admin, h.event, people); err != nil {
		return nil, err
	}
	if h.other, err = rig.BadgesOf(ctx, admin, elsewhere, people); err != nil {
		return nil, err
	}
	for _, o := range []struct {
		who, event, role string
		gates            []string
	}{
		{stranger, elsewhere, "organizer", nil},
		{oneGate, h.event, "gate", []string{"back"}},
		{gateStaff, h.event, "gate", nil},
	} {
		var made struct{ Key string }
		if err := admin.Post(ctx, "/api/v1/events/"+o.event+"/operators", map[string]any{"name": o.who, "role": o.role, "gates": o.gates}, &made); err != nil {
			return nil, err
		}
		h.keys[o.who], h.secrets["the key of "+o.who] = made.Key, made.Key
	}
	for i, b := range append(h.badges[:people:people], h.other...) {
		h.secrets[fmt.Sprint("token ", i)] = b.Token
		h.secrets[fmt.Sprint("signature ", i)] = b.Token[strings.LastIndexByte(b.Token, '.')+1:]
	}
	return h, nil
}

// state is what attackers must not change, and what they add to.
type state struct {
	kept   string // configuration and people
	figure string // entries, exits and who is inside, by venue
	denied int
	seq    uint64
}

func (h *hall) look(ctx context.Context) (s state, err error) {
	at := "/api/v1/events/" + h.event
	for _, part := range []string{"", "/venues", "/gates", "/categories", "/operators", "/keys", "/attendees?limit=500"} {
		var v json.RawMessage
		if err := h.admin.Get(ctx, at+part, &v); err != nil {
			return s, err
		}
		s.kept += string(v) + "\n"
	}
	var o struct {
		Seq    uint64
		Venues []struct{ Inside, Entries, Exits, Denied int }
	}
	if err := h.admin.Get(ctx, at+"/occupancy", &o); err != nil {
		return s, err
	}
	s.seq = o.Seq
	for _, v := range o.Venues {
		s.figure += fmt.Sprintf("%d inside, %d entries, %d exits; ", v.Inside, v.Entries, v.Exits)
		s.denied += v.Denied
	}
	return s, nil
}
