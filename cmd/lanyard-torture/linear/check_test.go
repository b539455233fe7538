package linear

import (
	"strings"
	"testing"
	"time"

	"lanyard/cmd/lanyard-torture/part"
)

// history of a hall with one venue, built by hand.
type sketch struct {
	hall *Hall
	rec  *Recorder
	rows []Row
}

func newSketch(v Venue) *sketch {
	return &sketch{hall: &Hall{Venues: []Venue{v}}, rec: NewRecorder()}
}

var sketchTime = time.UnixMilli(1_800_000_000_000).UTC()

// scan from one moment to another. A result "" is an answer that never came;
// recorded tells whether the journal has it.
func (s *sketch) scan(id, badge, direction string, call, ret int64, result, reason string, inside int, recorded bool) {
	a := Answer{Result: result, Reason: reason, At: sketchTime.UnixMilli(), Inside: inside, Capacity: s.hall.Venues[0].Capacity}
	if recorded {
		s.rows = append(s.rows, Row{Seq: uint64(len(s.rows) + 1), Kind: "scan", At: sketchTime, ScanID: id, Badge: badge, Venue: "hall", Gate: "g",
			Direction: direction, Result: result, Reason: reason})
		a.Seq = uint64(len(s.rows))
	}
	o := Op{Request: Request{Kind: Scan, ScanID: id, Badge: badge, Venue: "hall", Gate: "g", Direction: direction}, Call: call, Return: ret,
		Answered: ret != never, Answer: a}
	if !o.Answered {
		o.Answer = Answer{}
	}
	s.rec.add(o)
}

func (s *sketch) check(t *testing.T) part.Tally {
	t.Helper()
	e := &Evidence{Rows: s.rows, Counts: map[string]int{}, Inside: fold(s.rows)}
	for p := range e.Inside {
		e.Counts[p.venue]++
	}
	var tally part.Tally
	if _, err := check(&tally, s.hall, s.rec, e); err != nil {
		t.Fatal(err)
	}
	return tally
}

func TestLostAnswersAreSettledByTheJournal(t *testing.T) {
	s := newSketch(Venue{ID: "hall", Capacity: 1, Reentry: "free"})
	s.scan("a", "one", "in", 0, never, "admitted", "", 0, true)       // happened
	s.scan("b", "two", "in", 1, never, "admitted", "", 0, false)      // never did
	s.scan("c", "two", "in", 20, 30, "denied", "venue_full", 1, true) // because of a
	s.scan("d", "one", "out", 40, 50, "exited", "", 0, true)          //
	s.scan("e", "two", "in", 60, 70, "admitted", "", 1, true)         //
	if tally := s.check(t); tally.Violated() {
		t.Errorf("a right history is convicted: %q", tally.Evidence)
	}
}

func TestViolationsLandInTheirColumns(t *testing.T) {
	tests := []struct {
		name   string
		play   func(*sketch)
		column func(part.Tally) int
		says   string
	}{
		{"in twice", func(s *sketch) {
			s.scan("a", "one", "in", 0, 10, "admitted", "", 1, true)
			s.scan("b", "one", "in", 20, 30, "admitted", "", 1, true)
		}, func(t part.Tally) int { return t.Doubled }, "already_inside"},
		{"one too many", func(s *sketch) {
			s.scan("a", "one", "in", 0, 10, "admitted", "", 1, true)
			s.scan("b", "two", "in", 20, 30, "admitted", "", 2, true)
			s.scan("c", "three", "in", 40, 50, "admitted", "", 3, true)
		}, func(t part.Tally) int { return t.OverCapacity }, "venue_full"},
		{"acknowledged and not on record", func(s *sketch) {
			s.scan("a", "one", "in", 0, 10, "admitted", "", 1, false)
		}, func(t part.Tally) int { return t.Lost }, "no row"},
		{"an order that the clock forbids", func(s *sketch) {
			s.scan("b", "one", "out", 20, 30, "exited", "not_inside", 0, true)
			s.scan("a", "one", "in", 0, 10, "admitted", "", 1, true)
		}, func(t part.Tally) int { return t.WrongAnswers }, "the rules demand"},
		{"a row that nobody asked for", func(s *sketch) {
			s.rows = append(s.rows, Row{Seq: 1, Kind: "scan", At: sketchTime, ScanID: "x", Badge: "one", Venue: "hall", Gate: "g", Direction: "in", Result: "denied", Reason: "revoked"})
		}, func(t part.Tally) int { return t.WrongAnswers }, "nobody asked"},
		{"a gap", func(s *sketch) {
			s.scan("a", "one", "in", 0, 10, "admitted", "", 1, true)
			s.scan("b", "one", "out", 20, 30, "exited", "", 0, true)
			s.rows[0].Seq = 0
		}, func(t part.Tally) int { return t.WrongAnswers }, "has seq"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSketch(Venue{ID: "hall", Capacity: 2, Reentry: "free"})
			test.play(s)
			tally := s.check(t)
			if test.column(tally) == 0 || !strings.Contains(strings.Join(tally.Evidence, "\n"), test.says) {
				t.Errorf("%+v", tally)
			}
		})
	}
}
