package storetest

import (
	"errors"
	"slices"

	"lanyard/checkin"
)

func is(err, target error) bool { return errors.Is(err, target) }

// audit demands what must be true of every event at any time: the journal is
// whole, and places, lists and counters are what it comes to.
func audit(t tb, s checkin.Store, event string) {
	t.Helper()
	rows, err := s.Journal(background, event, 0, 1_000_000)
	if is(err, checkin.ErrNoEvent) {
		return // the test has deleted it
	}
	if err != nil {
		t.Errorf("audit: journal: %v", err)
		return
	}
	if _, err := checkin.VerifyChain(rows, checkin.GenesisHash, 1); err != nil {
		t.Errorf("audit: %v", err)
	}
	if seq, err := s.Seq(background, event); err != nil || seq != uint64(len(rows)) {
		t.Errorf("audit: seq %d, %v of %d rows", seq, err, len(rows))
	}
	list, err := s.Inside(background, event, "")
	if err != nil {
		t.Errorf("audit: inside: %v", err)
	}
	counts, err := s.Counts(background, event, opening)
	if err != nil {
		t.Errorf("audit: counts: %v", err)
		return
	}
	if counts.Seq != uint64(len(rows)) {
		t.Errorf("audit: counts as of row %d of %d", counts.Seq, len(rows))
	}
	inside := map[string][]string{}
	for _, in := range list {
		if slices.Contains(inside[in.Venue], in.Badge) {
			t.Errorf("audit: %s is inside %s twice", in.Badge, in.Venue)
		}
		inside[in.Venue] = append(inside[in.Venue], in.Badge)
	}
	for venue, n := range counts.Venues {
		if n.Inside != len(inside[venue]) {
			t.Errorf("audit: %d inside %s by the counts, %d by the list", n.Inside, venue, len(inside[venue]))
		}
	}
}
