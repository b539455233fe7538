package linear

import (
	"math"
	"slices"
	"strings"

	"lanyard/cmd/lanyard-torture/part"
)

// settled is a history in which every operation has an outcome.
type settled struct {
	ops []Op
	// How the operations ended whose answer never came.
	happened, never int
}

// settler joins what clients recorded with what the journal says.
type settler struct {
	tally    *part.Tally
	rows     []Row
	scanRow  map[string]*Row
	undoRow  map[string]*Row
	claimed  map[uint64]bool // rows that some operation stands for
	out      settled
	wallZero int64 // Unix nanoseconds of the recorder's zero
}

// settle the history. What contradicts the journal outright is convicted here.
func settle(t *part.Tally, rec *Recorder, rows []Row) settled {
	s := &settler{tally: t, rows: rows, scanRow: map[string]*Row{}, undoRow: map[string]*Row{}, claimed: map[uint64]bool{},
		wallZero: rec.began.UnixNano()}
	s.readRows()
	scans, undos, rest := map[string][]Op{}, map[string][]Op{}, []Op{}
	for _, o := range rec.Ops() {
		switch o.Kind {
		case Scan:
			scans[o.ScanID] = append(scans[o.ScanID], o)
		case Undo:
			undos[o.ScanID] = append(undos[o.ScanID], o)
		case Look:
			if o.Answered {
				s.out.ops = append(s.out.ops, o)
			}
		default:
			rest = append(rest, o)
		}
	}
	for _, sent := range scans {
		s.settle(sent, s.scanRow[sent[0].ScanID])
	}
	for _, sent := range undos {
		s.settle(sent, s.undoRow[sent[0].ScanID])
	}
	s.settleRevocations(rest)
	s.settleCapacities(rest)
	for _, r := range rows {
		own := r.Kind == "scan" || r.Kind == "undo" && r.Gate != ""
		if own && !s.claimed[r.Seq] {
			t.Convict(&t.WrongAnswers, "row %d records a %s that nobody asked for: scan %.8s badge %s", r.Seq, r.Kind, r.ScanID, r.Badge)
		}
	}
	return s.out
}

// readRows checks their order and chain, and finds each scan's and undo's.
func (s *settler) readRows() {
	for i := range s.rows {
		r := &s.rows[i]
		if r.Seq != uint64(i+1) {
			s.tally.Convict(&s.tally.WrongAnswers, "row %d of the journal has seq %d", i+1, r.Seq)
		}
		if r.broken != "" {
			s.tally.Convict(&s.tally.WrongAnswers, "row %d: %s", r.Seq, r.broken)
		}
		of := s.scanRow
		switch {
		case r.Kind == "undo" && r.Gate != "":
			of = s.undoRow
		case r.Kind != "scan":
			continue
		}
		if first := of[r.ScanID]; first != nil {
			s.tally.Convict(&s.tally.Doubled, "rows %d and %d both record the %s of scan %.8s", first.Seq, r.Seq, r.Kind, r.ScanID)
			continue
		}
		of[r.ScanID] = r
	}
}

// settle all sendings of one scan, or of one undo. At most one has written the
// row: the one that was answered without being told that it was a replay, or
// else one whose answer was lost, at some time after the first such was sent.
func (s *settler) settle(sent []Op, row *Row) {
	wrote := false
	first := int64(math.MaxInt64) // call of the earliest that may have written the row
	var unanswered int
	var model Op
	for _, o := range sent {
		mine := row != nil && (o.Kind == Undo || o.Badge == row.Badge && o.Gate == row.Gate && o.Direction == row.Direction)
		if o.Answered {
			s.out.ops = append(s.out.ops, o)
		}
		switch {
		case !o.Answered:
			unanswered++
		case o.Answer.Code != "":
			continue
		case !o.Answer.Replayed:
			wrote = true
		}
		if o.Answered {
			s.compare(o, row)
		}
		if mine && o.Call < first {
			first, model = o.Call, o
		}
	}
	if row != nil {
		s.claimed[row.Seq] = wrote || first != math.MaxInt64
	}
	if row == nil || wrote || first == math.MaxInt64 {
		s.out.never += unanswered
		return
	}
	s.out.happened++
	s.out.never += max(0, unanswered-1)
	model.Return, model.Answered, model.Answer = never, false, answerOf(row)
	s.out.ops = append(s.out.ops, model)
}

// answerOf a row: what its operation was, or would have been, answered.
func answerOf(r *Row) Answer {
	a := Answer{Result: r.Result, Reason: r.Reason, Note: r.Note, Conflict: r.Conflict, Forced: r.Forced, Seq: r.Seq,
		At: r.At.UnixMilli(), Settled: true}
	if r.Kind == "undo" {
		a.Note = "undone"
	}
	return a
}

// compare an acknowledged answer with its row.
func (s *settler) compare(o Op, row *Row) {
	a := o.Answer
	if row == nil {
		s.tally.Convict(&s.tally.Lost, "no row for what was acknowledged: %s", o)
		return
	}
	differs := a.Seq != row.Seq || a.Result != row.Result
	if o.Kind == Scan {
		note := a.Note == row.Note || a.Note == "undone" && a.Replayed
		differs = differs || a.Reason != row.Reason || !note || a.Conflict != row.Conflict || a.Forced != row.Forced || a.At != row.At.UnixMilli()
	}
	if differs {
		s.tally.Convict(&s.tally.WrongAnswers, "row %d says %s, not what was acknowledged: %s", row.Seq, answerOf(row), o)
	}
}

// settleRevocations: a badge is revoked once, by a client that asks until it
// is answered, be it that the badge is revoked already.
func (s *settler) settleRevocations(ops []Op) {
	for badge, sent := range byBadge(ops) {
		op := sent[0]
		op.Return, op.Answered = never, false
		for _, o := range sent {
			if o.Answered && (o.Answer.Code == "" || o.Answer.Code == "badge_ended") {
				op.Return, op.Answered = o.Return, true
				break
			}
			if o.Answered {
				s.tally.Convict(&s.tally.WrongAnswers, "revoking an active badge: %s", o)
			}
		}
		i := slices.IndexFunc(s.rows, func(r Row) bool { return r.Kind == "badge" && r.Badge == badge && r.Note == "revoked" })
		switch {
		case i >= 0:
			op.Answer = Answer{Seq: s.rows[i].Seq}
			s.out.ops = append(s.out.ops, op)
			if !op.Answered {
				s.out.happened++
			}
		case op.Answered:
			s.tally.Convict(&s.tally.Lost, "no row for what was acknowledged: %s", op)
		default:
			s.out.never++
		}
	}
}

func byBadge(ops []Op) map[string][]Op {
	out := map[string][]Op{}
	for _, o := range ops {
		if o.Kind == Revoke {
			out[o.Badge] = append(out[o.Badge], o)
		}
	}
	return out
}

// settleCapacities finds the row of each change of a capacity. The row doesn't
// tell the number, but the answers after it do.
func (s *settler) settleCapacities(ops []Op) {
	open := map[string][]Op{} // by venue, in the order in which they were sent
	for _, o := range ops {
		if o.Kind == Capacity {
			open[o.Venue] = append(open[o.Venue], o)
		}
	}
	for venue, changes := range open {
		var rows []Row
		for _, r := range s.rows {
			// The venue's first row made it.
			if r.Kind == "config" && r.Subject == "venue/"+venue {
				rows = append(rows, r)
			}
		}
		for i, r := range rows[min(1, len(rows)):] {
			until := uint64(math.MaxUint64)
			if i+2 < len(rows) {
				until = rows[i+2].Seq
			}
			k := s.changeOf(r, until, changes)
			if k < 0 {
				s.tally.Convict(&s.tally.WrongAnswers, "row %d changes %s to a capacity that nobody asked for at that time", r.Seq, venue)
				continue
			}
			op := changes[k]
			changes = slices.Delete(changes, k, k+1)
			op.Answer = Answer{Seq: r.Seq}
			if !op.Answered {
				s.out.happened++
			}
			s.out.ops = append(s.out.ops, op)
		}
		for _, o := range changes {
			switch {
			case !o.Answered:
				s.out.never++
			case o.Answer.Code == "stale":
				// changed by others at the same time: refused, and nothing happened
			case o.Answer.Code == "":
				s.out.ops = append(s.out.ops, o) // right where it was the capacity already
			default:
				s.tally.Convict(&s.tally.WrongAnswers, "changing a capacity: %s", o)
			}
		}
	}
}

// changeOf finds the change that wrote row r. Up to the row until, answers at
// the venue show the capacity that it set.
func (s *settler) changeOf(r Row, until uint64, changes []Op) int {
	capacity := -1
	for _, o := range s.out.ops {
		if o.Venue == r.venue() && (o.Kind == Scan || o.Kind == Undo) && o.Answered && !o.Answer.Replayed && o.Answer.Seq > r.Seq && o.Answer.Seq < until {
			capacity = o.Answer.Capacity
			break
		}
	}
	recorded := r.RecordedAt.UnixNano() - s.wallZero
	const ms = 1_000_000 // rows tell no less
	best := -1
	for k, o := range changes {
		if o.Call > recorded+2*ms || capacity >= 0 && o.Capacity != capacity || o.Answer.Code != "" {
			continue
		}
		inTime := o.Return == never || o.Return >= recorded-2*ms
		if inTime && (best < 0 || o.Answered && !changes[best].Answered) {
			best = k
		}
	}
	return best
}

// venue that a row is about.
func (r *Row) venue() string {
	if r.Kind == "config" {
		return strings.TrimPrefix(r.Subject, "venue/")
	}
	return r.Venue
}
