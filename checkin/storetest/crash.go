package storetest

import (
	"testing"

	"lanyard/checkin"
)

// What follows is for a store's own tests, of crashes for example: an event to
// do something to, and eyes to look at what is left.

// NewEvent sets up an event with the suite's venues, gates, keys and people.
func NewEvent(t testing.TB, s checkin.Store, event string) {
	t.Helper()
	h := &hall{tb: t, store: s, event: event, now: opening}
	h.build("Asia/Shanghai")
}

// Reading is the n-th scan of such an event: of one of five people, at one of
// three venues in turn. The same n gives the same scan.
func Reading(n int) checkin.Scan {
	h := &hall{now: opening}
	dir := checkin.In
	if n/15%2 == 1 {
		dir = checkin.Out
	}
	return h.scanAs(scanUUID(n), []string{"free", "west", "east"}[n%3], dir, people[n/3%5][0])
}

// Audit demands what must be true of every event at any time, and that every
// scan id that the journal knows is answered as it was.
func Audit(t testing.TB, s checkin.Store, event string) {
	t.Helper()
	audit(t, s, event)
}

// Record writes down everything that a store tells of an event, for comparing
// it with another time or another store.
func Record(t testing.TB, s checkin.Store, event string) string {
	t.Helper()
	return record(t, s, event)
}

// Difference shows some of the lines in which two records differ.
func Difference(before, after string) string { return firstDifference(before, after) }
