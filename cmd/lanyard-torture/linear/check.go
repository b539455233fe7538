package linear

import (
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"lanyard/cmd/lanyard-torture/part"
)

// checkTimeout bounds the search of one partition. A history that takes longer
// has not been shown to be right.
const checkTimeout = 2 * time.Minute

// check a history against the rules and the record, into the tally. The error
// says that the checker did not come to an end.
func check(t *part.Tally, h *Hall, rec *Recorder, e *Evidence) (settled, error) {
	for _, o := range rec.Ops() {
		t.Operations++
		if o.Answered {
			t.Acknowledged++
		}
	}
	// The order of the operations tells the first cause: its evidence comes
	// before that of rows which don't match.
	var record part.Tally
	history := settle(&record, rec, e.Rows)
	for _, venues := range partitions(h.Venues) {
		if err := linearize(t, venues, history.ops); err != nil {
			return history, err
		}
	}
	t.Add(record)
	checkFold(t, h, e)
	return history, nil
}

// linearize the operations of one partition.
func linearize(t *part.Tally, venues []Venue, ops []Op) error {
	in := func(o Op) bool {
		return o.Kind == Revoke || slices.ContainsFunc(venues, func(v Venue) bool { return v.ID == o.Venue })
	}
	var history []porcupine.Operation
	var kept []Op
	for _, o := range ops {
		if !in(o) {
			continue
		}
		kept = append(kept, o)
		history = append(history, porcupine.Operation{ClientId: o.Client, Input: &o.Request, Call: o.Call, Output: &o.Answer, Return: o.Return})
	}
	m := &rules{venues}
	switch porcupine.CheckOperationsTimeout(m.model(), history, checkTimeout) {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return fmt.Errorf("the check of %d operations at %s did not end within %s", len(history), venues[0].ID, checkTimeout)
	}
	explain(t, m, history, kept)
	return nil
}

// explain the longest beginning that fits, and what can't come after it.
func explain(t *part.Tally, m *rules, history []porcupine.Operation, ops []Op) {
	_, info := porcupine.CheckOperationsVerbose(m.model(), history, checkTimeout)
	var longest []int
	for _, partial := range info.PartialLinearizations()[0] {
		if len(partial) > len(longest) {
			longest = partial
		}
	}
	s := newState(m.venues)
	done := make([]bool, len(ops))
	for _, i := range longest {
		_, s = m.step(s, &ops[i].Request, &ops[i].Answer)
		done[i] = true
	}
	// Whoever returned first of the others has to come next; so has everybody
	// who was under way by then.
	end := int64(never)
	for i, o := range ops {
		if !done[i] {
			end = min(end, o.Return)
		}
	}
	var culprit *Op
	for i := range ops {
		o := &ops[i]
		if done[i] || o.Call > end {
			continue
		}
		if culprit == nil || o.Return == end || o.Answer.Seq != 0 && o.Answer.Seq < culprit.Answer.Seq && culprit.Return != end {
			culprit = o
		}
	}
	if culprit == nil {
		t.Convict(&t.WrongAnswers, "no order of %d operations at %s fits the rules", len(ops), m.venues[0].ID)
		return
	}
	expected, after := m.step(s, &culprit.Request, &culprit.Answer)
	if after == nil && expected.fits(&culprit.Answer) {
		t.Convict(&t.WrongAnswers, "after %d of %d operations at %s, up to row %d, no row can come any more for %s; before it: %s",
			len(longest), len(ops), m.venues[0].ID, s.seq, *culprit, before(culprit, longest, ops))
		return
	}
	t.Convict(columnOf(t, culprit.Answer, expected), "after %d of %d operations at %s, up to row %d, the rules demand %q of %s; before it: %s",
		len(longest), len(ops), m.venues[0].ID, s.seq, expected.String(), *culprit, before(culprit, longest, ops))
}

// columnOf the table that a wrong answer belongs in.
func columnOf(t *part.Tally, told, demanded Answer) *int {
	switch {
	case told.Seq == 0 && told.Result == "" && told.Code == "": // a change without a row
		return &t.Lost
	case told.Result == "admitted" && !told.Forced && demanded.Reason == "venue_full":
		return &t.OverCapacity
	case told.Result == "admitted" && !told.Forced && demanded.Result == "denied" && demanded.Reason != "revoked" && demanded.Reason != "invalid_token":
		return &t.Doubled
	}
	return &t.WrongAnswers
}

// before gives the last operations on the culprit's badge.
func before(culprit *Op, order []int, ops []Op) string {
	text, n := "", 0
	for _, i := range slices.Backward(order) {
		o := ops[i]
		if o.Badge == culprit.Badge && o.Kind != Look && o.Kind != Capacity {
			text = "; " + o.String() + text
			if n++; n == 4 {
				break
			}
		}
	}
	if text == "" {
		return "nothing of that badge"
	}
	return text[2:]
}

// checkFold: who is listed as inside, and counted, is whom the rows leave there.
func checkFold(t *part.Tally, h *Hall, e *Evidence) {
	folded := fold(e.Rows)
	counts := map[string]int{}
	for p := range folded {
		counts[p.venue]++
		if !e.Inside[p] {
			t.Convict(&t.WrongAnswers, "the journal leaves badge %s in %s, the list of who is inside doesn't have it", p.badge, p.venue)
		}
	}
	for p := range e.Inside {
		if !folded[p] {
			t.Convict(&t.WrongAnswers, "badge %s is listed as inside %s, the journal says otherwise", p.badge, p.venue)
		}
	}
	for _, v := range h.Venues {
		if e.Counts[v.ID] != counts[v.ID] {
			t.Convict(&t.WrongAnswers, "%d are counted inside %s, the journal leaves %d there", e.Counts[v.ID], v.ID, counts[v.ID])
		}
	}
	if e.Verify != nil {
		if out, err := e.Verify(); err != nil {
			t.Convict(&t.WrongAnswers, "lanyard journal verify: %v: %s", err, out)
		}
	}
}
