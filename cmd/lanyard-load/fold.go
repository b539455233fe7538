package main

// Notes on rows that change how they are folded.
const (
	noteLate      = "late"       // an older fact: counted, but nobody moved; of an undo: back by such a one, nothing counted
	noteNotInside = "not_inside" // an exit of somebody who wasn't inside: nobody moved, nothing counted
	noteNotMoved  = "not_moved"  // an undo after which nobody's place changed
)

// foldRows plays the journal from its first row, and judges each verdict by
// who was inside at that moment. Rows at the same moment don't exist: the
// journal is one line.
func (a *auditor) foldRows() {
	for i := range a.Rows {
		r := &a.Rows[i]
		if r.Venue == "" {
			continue
		}
		v := a.ledger(r.Venue)
		switch r.Kind {
		case "scan":
			a.foldScan(r, v)
			a.insideAt[r.Seq] = len(v.inside)
		case "undo":
			a.foldUndo(r, v)
		case "exit":
			delete(v.inside, r.Badge)
			v.count(r.Result, 1)
		}
	}
}

func (a *auditor) ledger(venue string) *ledger {
	v := a.venues[venue]
	if v == nil {
		v = &ledger{Counters: Counters{ID: venue}, inside: map[string]bool{}}
		a.venues[venue] = v
	}
	return v
}

func (a *auditor) foldScan(r *Row, v *ledger) {
	a.judge(r, v)
	if r.Note != noteLate {
		switch r.Result {
		case "admitted":
			v.inside[r.Badge] = true
		case "exited":
			delete(v.inside, r.Badge)
		}
	}
	if r.Note != noteNotInside {
		a.count(r, v, 1)
	}
}

// judge holds a verdict against the moment it was given in. What somebody
// entitled forced, or a phone decided by itself, is a fact and not a verdict.
func (a *auditor) judge(r *Row, v *ledger) {
	if r.Forced || r.Offline {
		return
	}
	capacity := a.tiles[r.Venue].Capacity
	switch was := v.inside[r.Badge]; {
	case r.Result == "admitted" && was:
		a.report(DoubleEntry, "row %d lets badge %s into %s, where it is inside", r.Seq, r.Badge, r.Venue)
	case r.Result == "admitted" && capacity > 0 && len(v.inside) >= capacity:
		a.report(OverCapacity, "row %d lets badge %s into %s, where %d of %d are inside", r.Seq, r.Badge, r.Venue, len(v.inside), capacity)
	case r.Result == "exited" && was == (r.Note == noteNotInside):
		a.report(WrongExit, "row %d: badge %s leaves %s with note %q, inside: %t", r.Seq, r.Badge, r.Venue, r.Note, was)
	case r.Result == "denied" && r.Reason == "already_inside" && !was:
		a.report(WrongRefusal, "row %d refuses badge %s as already inside %s, where it is not", r.Seq, r.Badge, r.Venue)
	case r.Result == "denied" && r.Reason == "venue_full" && (capacity == 0 || len(v.inside) < capacity):
		a.report(WrongRefusal, "row %d refuses badge %s at %s as full, with %d of %d inside", r.Seq, r.Badge, r.Venue, len(v.inside), capacity)
	case r.Result == "denied" && r.Direction == "out" && r.Badge != "":
		a.report(WrongExit, "row %d keeps badge %s in %s: %s", r.Seq, r.Badge, r.Venue, r.Reason)
	}
}

// foldUndo puts back what a scan moved. Its row carries the result undone.
func (a *auditor) foldUndo(r *Row, v *ledger) {
	if r.Note != noteNotMoved {
		switch r.Result {
		case "admitted":
			delete(v.inside, r.Badge)
		case "exited":
			v.inside[r.Badge] = true
		}
	}
	scan := a.rowOf[r.ScanID]
	if silent := scan != nil && scan.Note == noteNotInside && scan.Venue == r.Venue; !silent && r.Note != noteLate {
		a.count(r, v, -1)
	}
}

// count a row for its venue and, where somebody scanned, its gate.
func (a *auditor) count(r *Row, v *ledger, n int) {
	v.count(r.Result, n)
	if r.Gate == "" {
		return
	}
	g := a.gates[r.Gate]
	if g == nil {
		g = &Counters{ID: r.Gate}
		a.gates[r.Gate] = g
	}
	g.count(r.Result, n)
}

func (c *Counters) count(result string, n int) {
	switch result {
	case "admitted":
		c.Entries += n
	case "exited":
		c.Exits += n
	case "denied":
		c.Denied += n
	}
}
