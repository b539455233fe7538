package simulate

import (
	"fmt"
	"time"

	"lanyard/checkin"
)

// fold is what the rows of a journal come to, read one after the other by
// their own words.
type fold struct {
	inside map[string]map[string]bool // by venue: badges
	venues map[string]*figures
	gates  map[string]*figures
	at     map[string]string // venue of a gate
	system map[string]int    // by venue: exits at no gate
	told   map[string]*telling
	// entries by badge and venue that stand, the undone ones taken out.
	entries map[spot][]entry
	// online marks an online entry that no exit has followed.
	online map[spot]bool
	ended  map[string]bool // badges revoked or replaced
}

type spot struct{ badge, venue string }

// figures are counters, and how many counted rows moved nobody: late facts,
// entries of somebody inside already, undos that had nothing left to put back.
type figures struct{ entries, exits, denied, idle int }

// telling is what a scan id was last answered.
type telling struct {
	row    checkin.Row
	result checkin.Result
	silent bool // counted nothing
	undone bool
}

type entry struct {
	id   string
	at   time.Time
	gate string
}

func newFold() *fold {
	return &fold{inside: map[string]map[string]bool{}, venues: map[string]*figures{}, gates: map[string]*figures{}, at: map[string]string{},
		system: map[string]int{}, told: map[string]*telling{}, entries: map[spot][]entry{}, online: map[spot]bool{},
		ended: map[string]bool{}}
}

func (f *fold) isInside(s spot) bool { return f.inside[s.venue][s.badge] }

func (f *fold) occupancy(venue string) int { return len(f.inside[venue]) }

// put tells whether it moved somebody, as +1, -1 or 0.
func (f *fold) put(s spot, in bool) int {
	of := f.inside[s.venue]
	switch {
	case of[s.badge] == in:
		return 0
	case in:
		if of == nil {
			of = map[string]bool{}
			f.inside[s.venue] = of
		}
		of[s.badge] = true
		return 1
	}
	delete(of, s.badge)
	delete(f.online, s)
	return -1
}

// latest is the latest entry of a badge at a venue that stands.
func (f *fold) latest(s spot) (last entry, ok bool) {
	for _, e := range f.entries[s] {
		if !ok || e.at.After(last.at) || e.at.Equal(last.at) && e.id > last.id {
			last, ok = e, true
		}
	}
	return last, ok
}

// read takes the next row, and complains of one that can't follow those before.
func (f *fold) read(r checkin.Row) error {
	switch r.Kind {
	case checkin.KindScan:
		return f.scan(r)
	case checkin.KindExit:
		s := spot{r.Badge, r.Venue}
		if f.put(s, false) == 0 {
			return fmt.Errorf("the system checked out %s, who was not inside %s", r.Badge, r.Venue)
		}
		f.count(r, 1, -1)
	case checkin.KindUndo:
		return f.undo(r)
	case checkin.KindBadge:
		if r.Note == "revoked" || r.Note == "replaced" {
			f.ended[r.Badge] = true
		}
	}
	return nil
}

func (f *fold) scan(r checkin.Row) error {
	s := spot{r.Badge, r.Venue}
	t := &telling{row: r, result: r.Result}
	before := f.told[r.ScanID]
	if before != nil && (!r.Offline || before.result == r.Result) {
		return fmt.Errorf("scan %s was answered %s before and is decided again", r.ScanID, before.result)
	}
	f.told[r.ScanID] = t
	moves := r.Badge != "" && r.Note != checkin.NoteLate && r.Result != checkin.Denied
	moved := 0
	switch r.Result {
	case checkin.Admitted:
		if moves {
			moved = f.put(s, true)
		}
		if r.Badge != "" {
			f.entries[s] = append(f.entries[s], entry{r.ScanID, r.At, r.Gate})
		}
	case checkin.Exited:
		if moves {
			moved = f.put(s, false)
		}
		if moves && (moved == 0) != (r.Note == checkin.NoteNotInside) {
			return fmt.Errorf("an exit of %s from %s that moves %d says %q", r.Badge, r.Venue, moved, r.Note)
		}
		t.silent = r.Note == checkin.NoteNotInside || r.Note == checkin.NoteUnverified
	}
	if !t.silent {
		f.count(r, 1, moved)
	}
	return nil
}

func (f *fold) undo(r checkin.Row) error {
	s := spot{r.Badge, r.Venue}
	if r.Gate == "" { // a venue that the undone scan had left or kept the badge from
		if f.put(s, true) == 0 {
			return fmt.Errorf("an undo puts %s back into %s, who was there", r.Badge, r.Venue)
		}
		if r.Note == checkin.NoteLate { // by an entry that was counted when it came
			figuresOf(f.venues, r.Venue).idle--
		} else {
			f.count(r, -1, 1)
		}
		return nil
	}
	of := f.told[r.ScanID]
	switch {
	case of == nil:
		return fmt.Errorf("an undo of scan %s, which is not there", r.ScanID)
	case of.undone && !r.Offline:
		return fmt.Errorf("scan %s is undone twice", r.ScanID)
	}
	silent := of.silent || r.Offline && of.undone
	if r.Offline {
		f.told[r.ScanID] = &telling{row: r, result: checkin.Denied}
	} else {
		of.undone = true
	}
	for i, e := range f.entries[s] {
		if e.id == r.ScanID {
			f.entries[s] = append(f.entries[s][:i:i], f.entries[s][i+1:]...)
			break
		}
	}
	moved := 0
	if r.Note != checkin.NoteNotMoved {
		if moved = f.put(s, r.Result == checkin.Exited); moved == 0 {
			return fmt.Errorf("an undo at %s of %s says that it moved and did not", r.Venue, r.Badge)
		}
	}
	if silent {
		figuresOf(f.venues, r.Venue).idle -= moved // back by an entry that had come late
	} else {
		f.count(r, -1, moved)
	}
	return nil
}

// count keeps the figures that a row changes by n, and how far they are from
// the set that it moved.
func (f *fold) count(r checkin.Row, n, moved int) {
	v := figuresOf(f.venues, r.Venue)
	v.add(r.Result, n)
	switch r.Result {
	case checkin.Admitted:
		v.idle += n - moved
	case checkin.Exited:
		v.idle += -n - moved
	}
	if r.Gate == "" {
		f.system[r.Venue] += n
		return
	}
	f.at[r.Gate] = r.Venue
	figuresOf(f.gates, r.Gate).add(r.Result, n)
}

func (n *figures) add(r checkin.Result, k int) {
	switch r {
	case checkin.Admitted:
		n.entries += k
	case checkin.Exited:
		n.exits += k
	case checkin.Denied:
		n.denied += k
	}
}

func figuresOf(m map[string]*figures, id string) *figures {
	if m[id] == nil {
		m[id] = &figures{}
	}
	return m[id]
}
