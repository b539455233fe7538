package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"lanyard/cmd/internal/rig"
)

// Row of the journal, as far as the audit reads it.
type Row struct {
	Seq       uint64 `json:"seq"`
	Kind      string `json:"kind"`
	ScanID    string `json:"scan_id"`
	Badge     string `json:"badge"`
	Venue     string `json:"venue"`
	Gate      string `json:"gate"`
	Direction string `json:"direction"`
	Result    string `json:"result"`
	Reason    string `json:"reason"`
	Note      string `json:"note"`
	Forced    bool   `json:"forced"`
	Offline   bool   `json:"offline"`
	// Broken says how the row doesn't fit the hash chain, "" when it does.
	Broken string `json:"-"`
}

// Counters of a venue or a gate.
type Counters struct {
	ID      string `json:"id"`
	Entries int    `json:"entries"`
	Exits   int    `json:"exits"`
	Denied  int    `json:"denied"`
}

// Tile is a venue as the occupancy shows it.
type Tile struct {
	Counters
	Inside   int        `json:"inside"`
	Capacity int        `json:"capacity"`
	Gates    []Counters `json:"gates"`
}

// Occupancy of all venues.
type Occupancy struct {
	Venues      []Tile `json:"venues"`
	InsideTotal int    `json:"inside_total"`
}

// Person who is listed as inside a venue.
type Person struct {
	Badge string `json:"badge"`
	Venue string `json:"venue"`
}

// Evidence is everything that the audit compares: what the gates were told and
// what the server has on record once they are closed.
type Evidence struct {
	Gates     []*Gate
	Badges    []rig.Badge
	Answers   []Answered
	Rows      []Row
	Occupancy Occupancy
	Inside    []Person
}

// journalPage is how many rows are asked for at once.
const journalPage = 1000

// Collect the evidence of a run.
func Collect(ctx context.Context, hall *Hall, o Outcome) (*Evidence, error) {
	e := &Evidence{Gates: hall.Gates, Badges: hall.Badges, Answers: o.Answers}
	chain := rig.NewChain()
	for after := uint64(0); ; {
		var page struct{ Items []json.RawMessage }
		if err := hall.Service.Get(ctx, hall.path("/journal?limit="+strconv.Itoa(journalPage)+"&after="+strconv.FormatUint(after, 10)), &page); err != nil {
			return nil, err
		}
		for _, raw := range page.Items {
			var row Row
			if err := json.Unmarshal(raw, &row); err != nil {
				return nil, fmt.Errorf("journal after %d: %w", after, err)
			}
			if err := chain.Add(raw); err != nil {
				row.Broken = err.Error()
			}
			e.Rows = append(e.Rows, row)
		}
		if len(page.Items) == 0 {
			break
		}
		last := e.Rows[len(e.Rows)-1].Seq
		if last <= after {
			return nil, fmt.Errorf("journal after %d: the page ends at row %d", after, last)
		}
		after = last
	}
	if err := hall.Service.Get(ctx, hall.path("/occupancy"), &e.Occupancy); err != nil {
		return nil, err
	}
	var inside struct{ Items []Person }
	err := hall.Service.Get(ctx, hall.path("/inside"), &inside)
	e.Inside = inside.Items
	return e, err
}
