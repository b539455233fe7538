package storetest

import (
	"fmt"
	"slices"
	"time"

	"lanyard/checkin"
)

// ledger reads a journal as an auditor would who has nothing but its rows:
// row after row, into plain maps. It shares no code with the stores, so that
// an error in the rules' common core doesn't hide here too.
type ledger struct {
	inside   map[spot]bool
	venues   map[string]*tally
	gates    map[string]*tally
	minutes  map[string][]checkin.Bucket
	seen     map[string]time.Time // by gate: its last scan
	scanned  map[spot]uint64      // last scan's row of a badge at a venue
	told     map[string]*telling  // by scan id
	entries  map[spot][]entrance
	zone     string // in which the local days of the entries were taken
	problems []string
}

type spot struct{ badge, venue string }

type tally struct{ Entries, Exits, Denied int }

// telling is what a scan id was last answered.
type telling struct {
	row    checkin.Row
	result checkin.Result
	undone bool
	silent bool // counted nothing
}

type entrance struct {
	at time.Time
	id string
}

func newLedger() *ledger {
	return &ledger{inside: map[spot]bool{}, venues: map[string]*tally{}, gates: map[string]*tally{}, minutes: map[string][]checkin.Bucket{},
		seen: map[string]time.Time{}, scanned: map[spot]uint64{}, told: map[string]*telling{}, entries: map[spot][]entrance{}}
}

func (l *ledger) complain(r checkin.Row, format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf("row %d (%s %s %s at %s, %s): ", r.Seq, r.Kind, r.Badge, r.Direction, r.Venue, r.Result)+fmt.Sprintf(format, args...))
}

func (l *ledger) read(rows ...checkin.Row) {
	for _, r := range rows {
		switch r.Kind {
		case checkin.KindScan:
			l.scan(r)
		case checkin.KindExit:
			l.exit(r)
		case checkin.KindUndo:
			l.undo(r)
		}
	}
}

func (l *ledger) scan(r checkin.Row) {
	at := spot{r.Badge, r.Venue}
	was := l.inside[at]
	t := &telling{row: r, result: r.Result}
	t.silent = r.Result == checkin.Exited && (r.Note == checkin.NoteNotInside || r.Note == checkin.NoteUnverified)
	moves := r.Note != checkin.NoteLate && r.Note != checkin.NoteUnverified && r.Badge != ""
	switch r.Result {
	case checkin.Admitted:
		if r.Direction != checkin.In {
			l.complain(r, "admitted on the way %s", r.Direction)
		}
		if was && !r.Forced && r.Conflict == "" && l.told[r.ScanID] == nil { // a phone that overrules is told the old reason, or none
			l.complain(r, "admitted who was inside")
		}
		if moves {
			l.inside[at] = true
		}
		if r.Badge != "" {
			l.entries[at] = append(l.entries[at], entrance{r.At, r.ScanID})
		}
	case checkin.Exited:
		if r.Direction != checkin.Out || r.Reason != "" || r.Forced {
			l.complain(r, "an exit for the reason %q", r.Reason)
		}
		if moves && was == (r.Note == checkin.NoteNotInside) {
			l.complain(r, "inside before is %v, the note %q", was, r.Note)
		}
		if moves {
			l.inside[at] = false
		}
	case checkin.Denied:
		if !r.Offline && r.Direction == checkin.Out && r.Reason != checkin.InvalidToken && r.Reason != checkin.WrongEvent && r.Reason != checkin.UnknownBadge {
			l.complain(r, "an exit refused as %s", r.Reason)
		}
		if r.Reason == checkin.AlreadyInside && !was {
			l.complain(r, "refused as inside who was not")
		}
	default:
		l.complain(r, "no such result")
	}
	if r.Badge != "" {
		l.scanned[at] = r.Seq
	}
	if old := l.told[r.ScanID]; old != nil && (!r.Offline || old.result == r.Result) {
		l.complain(r, "the scan id had been answered %s before", old.result)
	}
	l.told[r.ScanID] = t
	l.seen[r.Gate] = r.RecordedAt
	l.count(r, 1, t.silent)
}

func (l *ledger) exit(r checkin.Row) {
	at := spot{r.Badge, r.Venue}
	if !l.inside[at] {
		l.complain(r, "left without being inside")
	}
	if r.Note != checkin.NoteExclusive && r.Note != checkin.NoteAutoExit {
		l.complain(r, "note %q", r.Note)
	}
	l.inside[at] = false
	l.count(r, 1, false)
}

func (l *ledger) undo(r checkin.Row) {
	at := spot{r.Badge, r.Venue}
	if r.Gate == "" { // a hall that the scan had left, or kept out of who had entered it late
		if l.inside[at] {
			l.complain(r, "put back who was inside")
		}
		l.inside[at] = true
		l.count(r, -1, r.Note == checkin.NoteLate)
		return
	}
	of := l.told[r.ScanID]
	if of == nil {
		l.complain(r, "undo of a scan that is not there")
		return
	}
	silent := of.silent
	if of.result != r.Result || of.row.Badge != r.Badge || of.row.Venue != r.Venue || of.row.Gate != r.Gate {
		l.complain(r, "the undone scan is row %d, which differs", of.row.Seq)
	}
	if r.Offline {
		silent = silent || of.undone
		l.told[r.ScanID] = &telling{row: r, result: checkin.Denied}
	} else {
		if of.undone {
			l.complain(r, "undone twice")
		}
		of.undone = true
	}
	l.entries[at] = slices.DeleteFunc(l.entries[at], func(e entrance) bool { return e.id == r.ScanID })
	if r.Note != checkin.NoteNotMoved {
		to := r.Result == checkin.Exited
		if l.inside[at] == to || r.Result == checkin.Denied {
			l.complain(r, "says that it moved, and inside was %v before", l.inside[at])
		}
		l.inside[at] = to
	}
	l.count(r, -1, silent)
}

// count keeps the figures that a row changes, once its place has been set.
func (l *ledger) count(r checkin.Row, n int, silent bool) {
	v, g := l.venues[r.Venue], l.gates[r.Gate]
	if v == nil {
		v = &tally{}
		l.venues[r.Venue] = v
	}
	if g == nil {
		g = &tally{}
		l.gates[r.Gate] = g
	}
	list := l.minutes[r.Venue]
	minute := r.RecordedAt.Unix() / 60
	if len(list) == 0 || list[len(list)-1].Minute < minute {
		list = append(list, checkin.Bucket{Minute: minute})
	}
	b := &list[len(list)-1]
	b.Inside = l.occupancy(r.Venue)
	l.minutes[r.Venue] = list
	if silent {
		return
	}
	switch r.Result {
	case checkin.Admitted:
		v.Entries += n
		g.Entries += n
		b.Entries += max(n, 0)
	case checkin.Exited:
		v.Exits += n
		g.Exits += n
		b.Exits += max(n, 0)
	case checkin.Denied:
		v.Denied += n
		g.Denied += n
		b.Denied += max(n, 0)
	}
}

func (l *ledger) occupancy(venue string) (n int) {
	for at, in := range l.inside {
		if in && at.venue == venue {
			n++
		}
	}
	return n
}

// everybody that is inside, in a form to compare.
func (l *ledger) everybody() (list []string) {
	for at, in := range l.inside {
		if in {
			list = append(list, at.venue+"/"+at.badge)
		}
	}
	slices.Sort(list)
	return list
}
