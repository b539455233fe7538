package simulate

import (
	"encoding/json"
	"errors"
	"fmt"

	"lanyard/checkin"
)

// scans reads the rows that a list of scans has left, each before its fold
// moves on, and then holds the answers against them.
func (k *checker) scans(c *Command, r result, rows []checkin.Row) error {
	if r.Err != nil {
		return nil
	}
	if len(r.Outcomes) != len(c.Scans) {
		return broken(ruleSame, "%d answers to %d scans", len(r.Outcomes), len(c.Scans))
	}
	asked := map[uint64]int{} // by the seq of its row
	for i, o := range r.Outcomes {
		if o.Err == nil && !o.Answer.Replayed && !c.Scans[i].DryRun {
			asked[o.Answer.Seq] = i
		}
	}
	for _, row := range rows {
		i, own := asked[row.Seq]
		switch {
		case row.Kind == checkin.KindExit && row.Note == checkin.NoteAutoExit, row.Gate == "" && row.ScanID != "":
		case !own:
			return broken(ruleNothing, "row %d (%s of scan %s) answers nothing that was asked", row.Seq, row.Kind, row.ScanID)
		default:
			if err := k.scan(c.Scans[i], r.Outcomes[i].Answer, row); err != nil {
				return err
			}
			delete(asked, row.Seq)
		}
		if err := k.read([]checkin.Row{row}); err != nil {
			return err
		}
		if row.Kind == checkin.KindScan && row.Result == checkin.Admitted && !row.Offline {
			k.fold.online[spot{row.Badge, row.Venue}] = true
		}
	}
	if len(c.Scans) == 1 && !c.Scans[0].Offline && r.Outcomes[0].Answer.Result == checkin.Admitted {
		for _, row := range rows {
			if row.Kind != checkin.KindScan {
				continue
			}
			if err := k.alone(row); err != nil {
				return err
			}
		}
	}
	for seq, i := range asked {
		return broken(ruleWhole, "scan %s was answered with row %d, which isn't there", c.Scans[i].ID, seq)
	}
	for i, o := range r.Outcomes {
		if err := k.answer(c.Scans[i], o); err != nil {
			return err
		}
	}
	return nil
}

// scan holds a new row against the scan that asked for it and the state before.
func (k *checker) scan(c checkin.Scan, a checkin.Answer, r checkin.Row) error {
	if r.ScanID != c.ID || r.Gate != c.Gate {
		return broken(ruleFact, "scan %s at %s left a row of %s at %s", c.ID, c.Gate, r.ScanID, r.Gate)
	}
	if r.Kind == checkin.KindUndo { // an admission that the phone had shown as denied
		if !c.Offline || c.Shown != checkin.Denied || a.Result != checkin.Denied {
			return broken(ruleFact, "scan %s, shown as %q, took an answer back", c.ID, c.Shown)
		}
		return nil
	}
	if a.Result != r.Result || a.Reason != r.Reason || a.Note != r.Note || a.Conflict != r.Conflict || a.Forced != r.Forced || !a.At.Equal(r.At) {
		return broken(ruleSame, "scan %s was answered %+v, its row says %+v", c.ID, a, r)
	}
	if !r.At.Equal(c.At) || !r.RecordedAt.Equal(c.Now) || r.Offline != c.Offline {
		return broken(ruleFact, "scan %s of %v, recorded %v, left a row of %v, recorded %v", c.ID, c.At, c.Now, r.At, r.RecordedAt)
	}
	if c.Offline && r.Result != c.Shown {
		return broken(ruleFact, "scan %s was shown as %s and recorded as %s", c.ID, c.Shown, r.Result)
	}
	if r.Direction == checkin.Out {
		if _, known := k.badges[c.Badge]; r.Result == checkin.Denied && !c.Offline && (c.Refused == "" && known || !settled(r.Reason)) {
			return broken(ruleLeave, "the exit of %s was refused as %s", c.Badge, r.Reason)
		}
		return nil
	}
	if k.fold.told[c.ID] != nil {
		return nil // a phone that overrules is told the old reason
	}
	v, _ := k.cfg.Venue(r.Venue)
	return k.entry(c, r, v)
}

// entry holds the verdict on an entry against the rules.
func (k *checker) entry(c checkin.Scan, r checkin.Row, v checkin.Venue) error {
	here := spot{c.Badge, v.ID}
	if !c.Offline && r.Result == checkin.Admitted && !r.Forced {
		switch {
		case k.fold.ended[c.Badge]:
			return broken(ruleRevoked, "%s was admitted to %s after its end", c.Badge, v.ID)
		case k.fold.online[here] || k.fold.isInside(here):
			return broken(RuleExit, "%s was admitted to %s and was inside", c.Badge, v.ID)
		case v.Capacity > 0 && k.fold.occupancy(v.ID) >= v.Capacity:
			return broken(RuleCapacity, "%s was admitted to %s as number %d of %d", c.Badge, v.ID, k.fold.occupancy(v.ID)+1, v.Capacity)
		}
	}
	want := expect(k, c, v)
	got := r.Reason
	if got == "" {
		got = r.Conflict
	}
	if c.Offline && r.Result == checkin.Denied && r.Reason == "" {
		got = "" // the phone refused whom we would have let in
	}
	if got != want {
		return broken(ruleReasons, "%s at %s: %s %q, should be %q", c.Badge, v.ID, r.Result, got, want)
	}
	if r.Forced && (c.Override == "" || settled(got) || got == "") {
		return broken(ruleReasons, "%s at %s was forced against %q for the reason %q", c.Badge, v.ID, got, c.Override)
	}
	if !c.Offline && (r.Result == checkin.Admitted) != (got == "" || r.Forced) {
		return broken(ruleReasons, "%s at %s: %s with the reason %q", c.Badge, v.ID, r.Result, got)
	}
	return nil
}

// alone demands that whoever was let in online is in no other venue of the group.
func (k *checker) alone(r checkin.Row) error {
	v, _ := k.cfg.Venue(r.Venue)
	for _, other := range k.others(v) {
		if k.fold.isInside(spot{r.Badge, other}) {
			return broken(ruleGroup, "%s was admitted to %s and is inside %s", r.Badge, r.Venue, other)
		}
	}
	return nil
}

// answer holds one answer against the first that its scan id got.
func (k *checker) answer(c checkin.Scan, o checkin.Outcome) error {
	if o.Err != nil {
		if errors.Is(o.Err, checkin.ErrUnavailable) {
			return o.Err
		}
		return nil
	}
	a := o.Answer
	first, known := k.answers[c.ID]
	if c.DryRun && !known {
		return nil
	}
	if !a.Replayed {
		if known && !(c.Offline && c.Shown != first.Result) {
			return broken(ruleSame, "scan %s was decided again: %s before, now %s", c.ID, first.Result, a.Result)
		}
		if !c.DryRun {
			k.answers[c.ID] = a
		}
		return nil
	}
	if !known {
		return broken(ruleSame, "scan %s was never asked and has an answer already", c.ID)
	}
	told := k.fold.told[c.ID]
	if told == nil || told.undone != (a.Note == checkin.NoteUndone) {
		return broken(ruleSame, "scan %s says %q, and by the rows it was undone is not so", c.ID, a.Note)
	}
	if x, y := essence(first), essence(a); x != y {
		return broken(ruleSame, "scan %s\nwas answered %s\n         now %s", c.ID, x, y)
	}
	return nil
}

// essence is what of an answer never changes: not that it was asked again, that
// it was undone, or what is on record of the person.
func essence(a checkin.Answer) string {
	a.Replayed, a.Attendee = false, nil
	a.Note = "" // an undo hides the note that there was
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b)
}

// undo holds an undo against what it was asked to take back.
func (k *checker) undo(c *Command, r result, rows []checkin.Row) error {
	told := k.fold.told[c.Undo.ScanID]
	if r.Err == nil {
		switch {
		case told == nil:
			return broken(ruleNothing, "scan %s was never made and is undone", c.Undo.ScanID)
		case r.Answer.Replayed != told.undone || r.Answer.Replayed != (len(rows) == 0):
			return broken(ruleSame, "the undo of scan %s says replayed %v, left %d rows; undone before: %v", c.Undo.ScanID, r.Answer.Replayed, len(rows), told.undone)
		case len(rows) > 0 && (rows[0].Kind != checkin.KindUndo || rows[0].ScanID != c.Undo.ScanID):
			return broken(ruleWhole, "the undo of scan %s left a row of %s", c.Undo.ScanID, rows[0].ScanID)
		}
	}
	return k.read(rows)
}
