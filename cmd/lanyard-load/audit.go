package main

import (
	"fmt"
)

// Check is one promise that the audit holds the server to.
type Check string

const (
	SeqGap         Check = "seq-gap"          // seq counts 1, 2, 3 …
	SeqRepeat      Check = "seq-repeat"       // … and no number twice
	BrokenChain    Check = "broken-chain"     // each row carries the hash of the one before and its own
	LostRow        Check = "lost-row"         // an acknowledged scan is in the journal
	OtherAnswer    Check = "other-answer"     // … with the verdict that the gate was given
	TwoRows        Check = "two-rows"         // a scan id is recorded once
	TwoVerdicts    Check = "two-verdicts"     // a repeated scan id gets the same answer
	StrayRow       Check = "stray-row"        // nothing is recorded that no gate sent
	RowCount       Check = "row-count"        // as many scan rows as scans
	DoubleEntry    Check = "double-entry"     // nobody enters twice without leaving
	WrongRefusal   Check = "wrong-refusal"    // already_inside is said of those inside, venue_full of full venues
	GoodRefused    Check = "good-refused"     // and no good badge is refused for anything else, least of all a fresh one
	WrongExit      Check = "wrong-exit"       // nobody is kept in; who wasn't inside is noted as not_inside
	OverCapacity   Check = "over-capacity"    // no entry above capacity, unless forced or offline
	ForeignEntered Check = "foreign-entered"  // no token of another event or of nobody does
	CountAtScan    Check = "count-at-scan"    // the count that a gate was shown is that of its row
	InsideSet      Check = "inside-set"       // who is inside is what the journal says
	InsideCount    Check = "inside-count"     // occupancy counts that set
	CountersWrong  Check = "counters"         // entries, exits and refusals are those of the journal
	BadAnswer      Check = "malformed-answer" // a 200 is an answer to the scan that was sent
)

// Checks are all of them.
var Checks = []Check{SeqGap, SeqRepeat, BrokenChain, LostRow, OtherAnswer, TwoRows, TwoVerdicts, StrayRow, RowCount, DoubleEntry,
	WrongRefusal, GoodRefused, WrongExit, OverCapacity, ForeignEntered, CountAtScan, InsideSet, InsideCount, CountersWrong, BadAnswer}

// Contradiction between two things that the server said.
type Contradiction struct {
	Check  Check  `json:"check"`
	Detail string `json:"detail"`
}

func (c Contradiction) String() string { return string(c.Check) + ": " + c.Detail }

// Audit compares everything with everything else and lists what contradicts.
func Audit(e *Evidence) []Contradiction {
	a := &auditor{Evidence: e, rowOf: make(map[string]*Row, len(e.Rows)), venues: map[string]*ledger{}, gates: map[string]*Counters{},
		tiles: map[string]Tile{}, insideAt: make(map[uint64]int, len(e.Answers))}
	for _, tile := range e.Occupancy.Venues {
		a.tiles[tile.ID] = tile
	}
	a.readOrder()
	a.foldRows()
	a.readAnswers()
	a.readBoard()
	return a.found
}

// place is a badge at a venue, by their ids.
type place struct{ badge, venue string }

// ledger is a venue as the journal tells it.
type ledger struct {
	Counters
	inside map[string]bool // by badge id
}

type auditor struct {
	*Evidence
	found    []Contradiction
	rowOf    map[string]*Row // scan rows by scan id
	venues   map[string]*ledger
	gates    map[string]*Counters
	tiles    map[string]Tile
	insideAt map[uint64]int // the venue's count after a scan's row
	scanRows int
}

func (a *auditor) report(c Check, format string, args ...any) {
	a.found = append(a.found, Contradiction{c, fmt.Sprintf(format, args...)})
}

// readOrder checks the journal as a list: its numbers, its chain, its scan ids.
func (a *auditor) readOrder() {
	expected := uint64(1)
	for i := range a.Rows {
		r := &a.Rows[i]
		switch {
		case r.Seq > expected:
			a.report(SeqGap, "row %d follows row %d", r.Seq, expected-1)
		case r.Seq < expected:
			a.report(SeqRepeat, "row %d comes again after row %d", r.Seq, expected-1)
		}
		expected = r.Seq + 1
		if r.Broken != "" {
			a.report(BrokenChain, "row %d: %s", r.Seq, r.Broken)
		}
		if r.Kind != "scan" {
			continue
		}
		a.scanRows++
		if first := a.rowOf[r.ScanID]; first != nil {
			a.report(TwoRows, "scan %s is in rows %d and %d", r.ScanID, first.Seq, r.Seq)
			continue
		}
		a.rowOf[r.ScanID] = r
	}
}

// readAnswers compares every answer with its row, and the answers to one scan
// id with one another.
func (a *auditor) readAnswers() {
	type sent struct {
		answer  *Answered
		settled bool
	}
	scans := make(map[string]sent, len(a.Answers))
	for i := range a.Answers {
		n := &a.Answers[i]
		id := string(n.ID[:])
		before := scans[id]
		if !n.Settled {
			if before.answer == nil {
				scans[id] = sent{n, false}
			}
			continue
		}
		if n.Problem != "" {
			a.report(BadAnswer, "scan %s: %s", id, n.Problem)
			scans[id] = sent{n, true}
			continue
		}
		if before.settled && (before.answer.Result != n.Result || before.answer.Reason != n.Reason || before.answer.Seq != n.Seq) {
			a.report(TwoVerdicts, "scan %s was answered %s and %s", id, verdict(before.answer), verdict(n))
		}
		if before.settled && !n.Replayed {
			a.report(TwoVerdicts, "scan %s was answered before, and the second answer doesn't say so", id)
		}
		scans[id] = sent{n, true}
		a.readAnswer(id, n)
	}
	acknowledged, uncertain := 0, 0
	for id, s := range scans {
		switch {
		case s.settled:
			acknowledged++
		case a.rowOf[id] != nil:
			uncertain++
		}
	}
	for id, r := range a.rowOf {
		if _, ok := scans[id]; !ok {
			a.report(StrayRow, "row %d records scan %s, which no gate sent", r.Seq, id)
		}
	}
	if a.scanRows != acknowledged+uncertain {
		a.report(RowCount, "%d scans were acknowledged and %d more recorded, but the journal has %d rows of scans", acknowledged, uncertain, a.scanRows)
	}
}

func (a *auditor) readAnswer(id string, n *Answered) {
	if n.Badge < 0 && n.Result != "denied" {
		a.report(ForeignEntered, "scan %s of a foreign token was answered %s", id, verdict(n))
	}
	if n.Badge >= 0 && n.Result == "denied" && n.Reason != "already_inside" && n.Reason != "venue_full" {
		a.report(GoodRefused, "scan %s of a good badge was answered %s", id, verdict(n))
	}
	r := a.rowOf[id]
	if r == nil {
		a.report(LostRow, "scan %s was answered %s (row %d) and is not in the journal", id, verdict(n), n.Seq)
		return
	}
	gate := a.Gates[n.Gate]
	badge, direction := "", "in"
	if n.Badge >= 0 {
		badge = a.Badges[n.Badge].ID
	}
	if n.Out {
		direction = "out"
	}
	if r.Result != n.Result || r.Reason != n.Reason || r.Seq != n.Seq {
		a.report(OtherAnswer, "scan %s was answered %s (row %d), the journal has %s %s in row %d", id, verdict(n), n.Seq, r.Result, r.Reason, r.Seq)
	}
	if r.Gate != gate.ID || r.Venue != gate.Venue.ID || r.Direction != direction || (n.Badge >= 0 && r.Badge != badge) {
		a.report(OtherAnswer, "scan %s went %s at %s of %s with badge %s, the journal has %s at %s of %s with badge %s",
			id, direction, gate.ID, gate.Venue.ID, badge, r.Direction, r.Gate, r.Venue, r.Badge)
	}
	if want, ok := a.insideAt[r.Seq]; ok && !n.Replayed && n.Inside >= 0 && n.Inside != want {
		a.report(CountAtScan, "scan %s showed %d inside %s, after row %d there were %d", id, n.Inside, r.Venue, r.Seq, want)
	}
}

func verdict(n *Answered) string {
	if n.Reason == "" {
		return n.Result
	}
	return n.Result + " " + n.Reason
}

// readBoard compares the fold of the journal with the occupancy and the list
// of who is inside.
func (a *auditor) readBoard() {
	listed := map[place]bool{}
	for _, p := range a.Inside {
		if listed[place{p.Badge, p.Venue}] {
			a.report(InsideSet, "badge %s is listed twice inside %s", p.Badge, p.Venue)
		}
		listed[place{p.Badge, p.Venue}] = true
		if v := a.venues[p.Venue]; v == nil || !v.inside[p.Badge] {
			a.report(InsideSet, "badge %s is listed inside %s, by the journal it isn't", p.Badge, p.Venue)
		}
	}
	total := 0
	for id, v := range a.venues {
		for badge := range v.inside {
			if !listed[place{badge, id}] {
				a.report(InsideSet, "badge %s is inside %s by the journal and is not listed", badge, id)
			}
		}
		total += len(v.inside)
		tile, ok := a.tiles[id]
		if !ok {
			a.report(InsideCount, "the occupancy has no venue %s", id)
		}
		if ok && tile.Inside != len(v.inside) {
			a.report(InsideCount, "%s shows %d inside, the journal has %d", id, tile.Inside, len(v.inside))
		}
	}
	for id, tile := range a.tiles {
		want := Counters{ID: id}
		if v := a.venues[id]; v != nil {
			want = v.Counters
		} else if tile.Inside != 0 {
			a.report(InsideCount, "%s shows %d inside, the journal never mentions it", id, tile.Inside)
		}
		a.compare("venue", tile.Counters, want)
		for _, g := range tile.Gates {
			want := Counters{ID: g.ID}
			if counted := a.gates[g.ID]; counted != nil {
				want = *counted
			}
			a.compare("gate", g, want)
		}
	}
	if a.Occupancy.InsideTotal != total {
		a.report(InsideCount, "the occupancy shows %d inside in all, the journal has %d", a.Occupancy.InsideTotal, total)
	}
}

func (a *auditor) compare(what string, shown, want Counters) {
	if shown != want {
		a.report(CountersWrong, "%s %s shows %d entries, %d exits and %d refusals, the journal has %d, %d and %d",
			what, shown.ID, shown.Entries, shown.Exits, shown.Denied, want.Entries, want.Exits, want.Denied)
	}
}
