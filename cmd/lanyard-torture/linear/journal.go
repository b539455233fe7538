package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"lanyard/cmd/internal/rig"
)

// Row of the journal, as far as it is read here.
type Row struct {
	Seq        uint64    `json:"seq"`
	Kind       string    `json:"kind"`
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recorded_at"`
	ScanID     string    `json:"scan_id"`
	Badge      string    `json:"badge"`
	Venue      string    `json:"venue"`
	Gate       string    `json:"gate"`
	Direction  string    `json:"direction"`
	Result     string    `json:"result"`
	Reason     string    `json:"reason"`
	Note       string    `json:"note"`
	Conflict   string    `json:"conflict"`
	Forced     bool      `json:"forced"`
	Subject    string    `json:"subject"`
	broken     string    // how it doesn't fit the chain, "" when it does
}

// Evidence is what the server has on record when all is quiet again.
type Evidence struct {
	Rows   []Row
	Counts map[string]int // inside, by venue
	Inside map[place]bool // who
	// Verify runs `lanyard journal verify` and gives what it said; nil where there is no such command.
	Verify func() (string, error)
}

// collect the evidence of a hall.
func collect(ctx context.Context, h *Hall) (*Evidence, error) {
	e := &Evidence{Counts: map[string]int{}, Inside: map[place]bool{}}
	chain := rig.NewChain()
	for after := uint64(0); ; {
		var page struct{ Items []json.RawMessage }
		if err := h.Admin.Get(ctx, h.path("/journal?limit=1000&after="+strconv.FormatUint(after, 10)), &page); err != nil {
			return nil, err
		}
		if len(page.Items) == 0 {
			break
		}
		for _, raw := range page.Items {
			var row Row
			if err := json.Unmarshal(raw, &row); err != nil {
				return nil, fmt.Errorf("journal after %d: %w", after, err)
			}
			if err := chain.Add(raw); err != nil {
				row.broken = err.Error()
			}
			e.Rows = append(e.Rows, row)
		}
		last := e.Rows[len(e.Rows)-1].Seq
		if last <= after {
			return nil, fmt.Errorf("journal after %d: the page ends at row %d", after, last)
		}
		after = last
	}
	var board struct {
		Venues []struct {
			ID     string
			Inside int
		}
	}
	if err := h.Admin.Get(ctx, h.path("/occupancy"), &board); err != nil {
		return nil, err
	}
	for _, v := range board.Venues {
		e.Counts[v.ID] = v.Inside
	}
	var inside struct {
		Items []struct{ Badge, Venue string }
	}
	if err := h.Admin.Get(ctx, h.path("/inside"), &inside); err != nil {
		return nil, err
	}
	for _, p := range inside.Items {
		e.Inside[place{p.Badge, p.Venue}] = true
	}
	return e, nil
}

// fold of the journal: who is inside by its rows alone.
func fold(rows []Row) map[place]bool {
	inside := map[place]bool{}
	for _, r := range rows {
		at := place{r.Badge, r.Venue}
		moved := r.Badge != "" && r.Note != "not_moved" && (r.Note != "late" || r.Kind == "undo")
		switch {
		case r.Kind == "exit", r.Kind == "scan" && r.Result == "exited" && moved, r.Kind == "undo" && r.Result == "admitted" && moved:
			delete(inside, at)
		case r.Kind == "scan" && r.Result == "admitted" && moved, r.Kind == "undo" && r.Result == "exited" && moved:
			inside[at] = true
		}
	}
	return inside
}
