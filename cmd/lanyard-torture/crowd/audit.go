package crowd

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// row of the journal, as far as the audit reads it.
type row struct {
	Seq    uint64 `json:"seq"`
	Kind   string `json:"kind"`
	Scan   string `json:"scan_id"`
	Badge  string `json:"badge"`
	Venue  string `json:"venue"`
	Gate   string `json:"gate"`
	Result string `json:"result"`
	Reason string `json:"reason"`
	Forced bool   `json:"forced"`
	Note   string `json:"note"`
}

// Audit holds the journal and the occupancy against everything that the gates
// have been told since the hall was built, and counts what doesn't fit. It may
// be called after every fault.
func (h *Hall) Audit(ctx context.Context, s *rig.Service, t *part.Tally) error {
	rows, err := h.journal(ctx, s, t)
	if err != nil {
		return err
	}
	h.checkTold(rows, t)
	inside := h.fold(rows, t)
	return h.checkOccupancy(ctx, s, inside, t)
}

// Count writes what the gates did into the tally, once at the end.
func (h *Hall) Count(t *part.Tally) {
	l := &h.log
	l.mu.Lock()
	defer l.mu.Unlock()
	t.Operations += l.asked
	t.Acknowledged += len(l.told)
	for _, text := range l.badly {
		t.Convict(&t.WrongAnswers, "%s", text)
	}
	var statuses []string
	for _, status := range slices.Sorted(maps.Keys(l.refused)) {
		statuses = append(statuses, fmt.Sprintf("%d x status %d", l.refused[status], status))
	}
	t.Note("answers that were none: %s; %d requests without an answer; %d scans never answered", strings.Join(append(statuses, "0 others"), ", "), l.broken, l.unknown)
}

// journal reads all rows, and checks their chain and that none is missing.
func (h *Hall) journal(ctx context.Context, s *rig.Service, t *part.Tally) ([]row, error) {
	var rows []row
	chain := rig.NewChain()
	for {
		var page struct {
			Items []json.RawMessage `json:"items"`
		}
		path := fmt.Sprintf("/api/v1/events/%s/journal?limit=1000&after=%d", h.Event, len(rows))
		if err := s.Get(ctx, path, &page); err != nil {
			return nil, err
		}
		for _, raw := range page.Items {
			var r row
			if err := json.Unmarshal(raw, &r); err != nil {
				return nil, err
			}
			if err := chain.Add(raw); err != nil {
				t.Convict(&t.WrongAnswers, "row %d: %v", r.Seq, err)
			}
			rows = append(rows, r)
			if r.Seq != uint64(len(rows)) {
				t.Convict(&t.WrongAnswers, "row %d stands at place %d", r.Seq, len(rows))
				return rows, nil
			}
		}
		if len(page.Items) == 0 {
			return rows, nil
		}
	}
}

// checkTold wants a row for every verdict that was told, exactly one, and the same.
func (h *Hall) checkTold(rows []row, t *part.Tally) {
	on := make(map[string]row, len(rows))
	for _, r := range rows {
		if r.Kind != "scan" {
			continue
		}
		if before, twice := on[r.Scan]; twice {
			t.Convict(&t.Doubled, "scan %s is row %d and row %d", r.Scan, before.Seq, r.Seq)
		}
		on[r.Scan] = r
	}
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	for _, a := range h.log.told {
		r, ok := on[a.Scan]
		switch {
		case !ok:
			t.Convict(&t.Lost, "scan %s was answered %s as row %d and is not on record", a.Scan, a.Result, a.Seq)
		case r.Seq != a.Seq || r.Result != a.Result || r.Reason != a.Reason || r.Gate != a.Gate || r.Badge != a.Badge:
			t.Convict(&t.WrongAnswers, "scan %s was answered %s %s as row %d and is on record as %s %s, row %d", a.Scan,
				a.Result, a.Reason, a.Seq, r.Result, r.Reason, r.Seq)
		}
	}
}

// fold tells who is inside by the journal, and convicts entries of people who
// are inside already or for whom there is no place.
func (h *Hall) fold(rows []row, t *part.Tally) map[string]map[string]bool {
	inside := map[string]map[string]bool{Wide: {}, Narrow: {}}
	for _, r := range rows {
		if r.Kind != "scan" || r.Badge == "" {
			continue
		}
		here := inside[r.Venue]
		switch r.Result {
		case "admitted":
			if here[r.Badge] {
				t.Convict(&t.Doubled, "row %d admits badge %s, who is inside %s", r.Seq, r.Badge, r.Venue)
			}
			here[r.Badge] = true
			if r.Venue == Narrow && h.places > 0 && len(here) > h.places {
				t.Convict(&t.OverCapacity, "row %d makes it %d in %s, which has %d places", r.Seq, len(here), r.Venue, h.places)
			}
		case "exited":
			if here[r.Badge] == (r.Note == "not_inside") {
				t.Convict(&t.WrongAnswers, "row %d lets badge %s out of %s with note %q", r.Seq, r.Badge, r.Venue, r.Note)
			}
			delete(here, r.Badge)
		}
	}
	return inside
}

func (h *Hall) checkOccupancy(ctx context.Context, s *rig.Service, inside map[string]map[string]bool, t *part.Tally) error {
	var now struct {
		Venues []struct {
			ID     string `json:"id"`
			Inside int    `json:"inside"`
		} `json:"venues"`
	}
	if err := s.Get(ctx, "/api/v1/events/"+h.Event+"/occupancy", &now); err != nil {
		return err
	}
	for _, v := range now.Venues {
		if v.Inside != len(inside[v.ID]) {
			t.Convict(&t.WrongAnswers, "%s has %d inside, by the journal %d", v.ID, v.Inside, len(inside[v.ID]))
		}
	}
	return nil
}
