package main

import (
	"fmt"
	"slices"
	"testing"

	"lanyard/cmd/internal/rig"
)

// honest is the evidence of a run in which nothing is wrong: two venues, the
// second with room for two, every kind of row and answer.
func honest() *Evidence {
	hall1, hall2 := &Venue{ID: "hall-1"}, &Venue{ID: "hall-2", Capacity: 2}
	e := &Evidence{
		Gates:  []*Gate{{ID: "gate-1", Venue: hall1}, {ID: "gate-2", Venue: hall2}},
		Badges: []rig.Badge{{ID: "b0"}, {ID: "b1"}, {ID: "b2"}, {ID: "b3"}},
	}
	e.Rows = append(e.Rows, Row{Seq: 1, Kind: "config"}, Row{Seq: 2, Kind: "badge", Badge: "b0"})
	e.scan(0, 0, false, "admitted", "", "", 1)             // row 3
	e.scan(0, 0, false, "denied", "already_inside", "", 1) // 4
	e.scan(0, 1, false, "admitted", "", "", 2)             // 5
	e.scan(0, 0, true, "exited", "", "", 1)                // 6
	e.scan(0, 0, true, "exited", "", "not_inside", 1)      // 7
	e.scan(0, 0, false, "admitted", "", "", 2)             // 8
	e.scan(1, 0, false, "admitted", "", "", 1)             // 9
	e.scan(1, 1, false, "admitted", "", "", 2)             // 10
	e.scan(1, 2, false, "denied", "venue_full", "", 2)     // 11
	e.scan(0, -1, false, "denied", "wrong_event", "", 2)   // 12
	e.scan(1, -1, false, "denied", "invalid_token", "", 2)
	again := e.Answers[0]
	again.Replayed, again.Inside = true, 7
	lost := Answered{ID: scanID(90), Badge: 3}     // answered neither time, never recorded
	recorded := Answered{ID: scanID(91), Badge: 3} // answered neither time, recorded
	e.Answers = append(e.Answers, again, lost, recorded)
	e.Rows = append(e.Rows,
		Row{Seq: 14, Kind: "scan", ScanID: id(91), Badge: "b3", Venue: "hall-1", Gate: "gate-1", Direction: "in", Result: "admitted"},
		Row{Seq: 15, Kind: "undo", ScanID: id(91), Badge: "b3", Venue: "hall-1", Gate: "gate-1", Direction: "in", Result: "admitted"},
		Row{Seq: 16, Kind: "exit", Badge: "b1", Venue: "hall-2", Direction: "out", Result: "exited"})
	e.Inside = []Person{{"b0", "hall-1"}, {"b1", "hall-1"}, {"b0", "hall-2"}}
	e.Occupancy = Occupancy{InsideTotal: 3, Venues: []Tile{
		{Counters: Counters{"hall-1", 3, 1, 2}, Inside: 2, Gates: []Counters{{"gate-1", 3, 1, 2}}},
		{Counters: Counters{"hall-2", 2, 1, 2}, Inside: 1, Capacity: 2, Gates: []Counters{{"gate-2", 2, 0, 2}}},
		{Counters: Counters{ID: "hall-3"}},
	}}
	return e
}

func scanID(n int) (id [36]byte) {
	copy(id[:], fmt.Sprintf("00000000-0000-4000-8000-%012d", n))
	return id
}

func id(n int) string {
	b := scanID(n)
	return string(b[:])
}

// scan appends an answer and its row.
func (e *Evidence) scan(gate, badge int, out bool, result, reason, note string, inside int) {
	seq := uint64(len(e.Rows) + 1)
	r := Row{Seq: seq, Kind: "scan", ScanID: id(int(seq)), Venue: e.Gates[gate].Venue.ID, Gate: e.Gates[gate].ID,
		Direction: "in", Result: result, Reason: reason, Note: note}
	if badge >= 0 {
		r.Badge = e.Badges[badge].ID
	}
	if out {
		r.Direction = "out"
	}
	e.Rows = append(e.Rows, r)
	e.Answers = append(e.Answers, Answered{ID: scanID(int(seq)), Gate: int32(gate), Badge: int32(badge), Out: out, Settled: true,
		Result: result, Reason: reason, Note: note, Seq: seq, Inside: inside})
}

func TestAuditAcquits(t *testing.T) {
	for _, c := range Audit(honest()) {
		t.Error(c)
	}
}

// convictions plant one contradiction each; the audit must name it.
var convictions = []struct {
	name  string
	want  Check
	plant func(e *Evidence)
}{
	{"a row is missing", SeqGap, func(e *Evidence) { e.Rows = slices.Delete(e.Rows, 1, 2) }},
	{"the first row is missing", SeqGap, func(e *Evidence) { e.Rows = e.Rows[1:] }},
	{"a number comes twice", SeqRepeat, func(e *Evidence) { e.Rows[1].Seq = 1 }},
	{"a row was changed", BrokenChain, func(e *Evidence) { e.Rows[4].Broken = "hash is not that of its content" }},
	{"an acknowledged scan has no row", LostRow, func(e *Evidence) { e.Rows[3].Kind = "config" }},
	{"the journal has another verdict", OtherAnswer, func(e *Evidence) { e.Rows[3].Result, e.Rows[3].Reason = "admitted", "" }},
	{"the journal has another reason", OtherAnswer, func(e *Evidence) { e.Rows[11].Reason = "invalid_token" }},
	{"the answer names another row", OtherAnswer, func(e *Evidence) { e.Answers[3].Seq++ }},
	{"the journal has another badge", OtherAnswer, func(e *Evidence) { e.Rows[2].Badge = "b3" }},
	{"the journal has another gate", OtherAnswer, func(e *Evidence) { e.Rows[2].Gate = "gate-2" }},
	{"the journal has another direction", OtherAnswer, func(e *Evidence) { e.Rows[5].Direction = "in" }},
	{"a scan id has two rows", TwoRows, func(e *Evidence) { e.Rows[3].ScanID = e.Rows[2].ScanID }},
	{"a repeated scan id gets another verdict", TwoVerdicts, func(e *Evidence) {
		again := e.Answers[0]
		again.Replayed, again.Result, again.Reason = true, "denied", "already_inside"
		e.Answers = append(e.Answers, again)
	}},
	{"a repeated scan id is not called replayed", TwoVerdicts, func(e *Evidence) { e.Answers = append(e.Answers, e.Answers[0]) }},
	{"a row of a scan that nobody sent", StrayRow, func(e *Evidence) { e.Answers = slices.Delete(e.Answers, 3, 4) }},
	{"more rows than scans", RowCount, func(e *Evidence) {
		e.Rows = append(e.Rows, Row{Seq: 17, Kind: "scan", ScanID: id(3), Venue: "hall-1", Gate: "gate-1", Result: "denied"})
	}},
	{"fewer rows than scans", RowCount, func(e *Evidence) { e.Rows = e.Rows[:12] }},
	{"somebody enters twice", DoubleEntry, func(e *Evidence) { e.scan(0, 0, false, "admitted", "", "", 2) }},
	{"somebody enters twice after an undo of another scan", DoubleEntry, func(e *Evidence) { e.Rows[3].Result, e.Answers[1].Result = "admitted", "admitted" }},
	{"inside is said of somebody outside", WrongRefusal, func(e *Evidence) { e.scan(1, 3, false, "denied", "already_inside", "", 1) }},
	{"full is said of a venue with room", WrongRefusal, func(e *Evidence) { e.scan(1, 3, false, "denied", "venue_full", "", 1) }},
	{"full is said of a venue without limit", WrongRefusal, func(e *Evidence) { e.scan(0, 3, false, "denied", "venue_full", "", 2) }},
	{"a fresh badge is refused", GoodRefused, func(e *Evidence) { e.scan(0, 3, false, "denied", "unknown_badge", "", 2) }},
	{"a fresh badge is not recognized", GoodRefused, func(e *Evidence) {
		e.scan(0, 3, false, "denied", "invalid_token", "", 2)
		e.Rows[len(e.Rows)-1].Badge = ""
	}},
	{"somebody is kept in", WrongExit, func(e *Evidence) { e.scan(0, 0, true, "denied", "expired", "", 2) }},
	{"somebody leaves who is outside", WrongExit, func(e *Evidence) { e.scan(0, 3, true, "exited", "", "", 2) }},
	{"somebody inside leaves as if outside", WrongExit, func(e *Evidence) { e.scan(0, 0, true, "exited", "", "not_inside", 2) }},
	{"one too many", OverCapacity, func(e *Evidence) {
		e.Rows = e.Rows[:15] // without the exit from hall-2
		e.scan(1, 2, false, "admitted", "", "", 3)
	}},
	{"a foreign token enters", ForeignEntered, func(e *Evidence) { e.scan(0, -1, false, "admitted", "", "", 3) }},
	{"a foreign token leaves", ForeignEntered, func(e *Evidence) { e.scan(0, -1, true, "exited", "", "", 3) }},
	{"a gate was shown another count", CountAtScan, func(e *Evidence) { e.Answers[2].Inside++ }},
	{"somebody inside is not listed", InsideSet, func(e *Evidence) { e.Inside = e.Inside[1:] }},
	{"somebody outside is listed", InsideSet, func(e *Evidence) { e.Inside = append(e.Inside, Person{"b3", "hall-1"}) }},
	{"somebody is listed in an unknown venue", InsideSet, func(e *Evidence) { e.Inside = append(e.Inside, Person{"b3", "hall-9"}) }},
	{"somebody is listed twice", InsideSet, func(e *Evidence) { e.Inside = append(e.Inside, e.Inside[0]) }},
	{"an undone entry stays inside", InsideSet, func(e *Evidence) { e.Rows[14].Note = "not_moved" }},
	{"an exit by the system is forgotten", InsideSet, func(e *Evidence) { e.Rows[15].Kind = "config" }},
	{"a late fact moves somebody", InsideSet, func(e *Evidence) { e.Rows[7].Note = "late" }},
	{"a venue's count is off", InsideCount, func(e *Evidence) { e.Occupancy.Venues[0].Inside++ }},
	{"an untouched venue has people", InsideCount, func(e *Evidence) { e.Occupancy.Venues[2].Inside = 1 }},
	{"a venue is missing", InsideCount, func(e *Evidence) { e.Occupancy.Venues = e.Occupancy.Venues[1:] }},
	{"the sum is off", InsideCount, func(e *Evidence) { e.Occupancy.InsideTotal-- }},
	{"a venue's entries are off", CountersWrong, func(e *Evidence) { e.Occupancy.Venues[0].Entries++ }},
	{"a venue's exits are off", CountersWrong, func(e *Evidence) { e.Occupancy.Venues[1].Exits = 0 }},
	{"a gate's refusals are off", CountersWrong, func(e *Evidence) { e.Occupancy.Venues[1].Gates[0].Denied-- }},
	{"an answer is for another scan", BadAnswer, func(e *Evidence) { e.Answers[2].Problem = "the answer is for another scan id" }},
}

func TestAuditConvicts(t *testing.T) {
	convicted := map[Check]bool{}
	for _, c := range convictions {
		t.Run(c.name, func(t *testing.T) {
			e := honest()
			c.plant(e)
			found := Audit(e)
			if !slices.ContainsFunc(found, func(f Contradiction) bool { return f.Check == c.want }) {
				t.Errorf("the audit found %v, not %s", found, c.want)
			}
		})
		convicted[c.want] = true
	}
	for _, check := range Checks {
		if !convicted[check] {
			t.Errorf("no planted contradiction is convicted by %s", check)
		}
	}
}

// What somebody entitled forces and what a phone decided by itself are facts:
// they may break the rules of a gate, and are folded all the same.
func TestAuditTakesFactsAsFacts(t *testing.T) {
	for _, mark := range []func(*Row){func(r *Row) { r.Forced = true }, func(r *Row) { r.Offline = true }} {
		e := honest()
		e.scan(1, 1, false, "admitted", "", "", 2)
		e.scan(1, 2, false, "admitted", "", "", 3)
		mark(&e.Rows[len(e.Rows)-1])
		e.Inside = append(e.Inside, Person{"b1", "hall-2"}, Person{"b2", "hall-2"})
		e.Occupancy.InsideTotal += 2
		tile := &e.Occupancy.Venues[1]
		tile.Inside, tile.Entries, tile.Gates[0].Entries = 3, 4, 4
		for _, c := range Audit(e) {
			t.Error(c)
		}
	}
}
