package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/checkin"
)

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
}

// hall is an event with the fixture in a store, and a clock.
type hall struct {
	tb
	store checkin.Store
	event string
	now   time.Time
	ids   int // of scans so far
}

var halls atomic.Int64

var background = context.Background()

// newHall sets the fixture up as a new event in Shanghai's time, and audits
// the event when the test ends.
func newHall(t *testing.T, s checkin.Store) *hall {
	t.Helper()
	return newHallIn(t, s, "Asia/Shanghai")
}

func newHallIn(t *testing.T, s checkin.Store, zone string) *hall {
	t.Helper()
	h := &hall{tb: t, store: s, event: fmt.Sprintf("expo%d", halls.Add(1)), now: opening}
	h.build(zone)
	t.Cleanup(func() {
		if !t.Failed() {
			audit(t, s, h.event)
		}
	})
	return h
}

// build creates the event, its people and their badges.
func (h *hall) build(zone string) {
	h.Helper()
	cfg, err := h.store.Configure(background, h.event, checkin.Change{Stamp: h.stamp("ada"), Put: fixture(h.event, zone)})
	if err != nil {
		h.Fatalf("creating the event: %v", err)
	}
	if cfg.Rev == 0 {
		h.Fatalf("a created event has revision 0")
	}
	var puts []checkin.PutAttendee
	var issues []checkin.Issue
	for _, p := range people {
		puts = append(puts, checkin.PutAttendee{Attendee: person(p[0], p[1])})
		issues = append(issues, checkin.Issue{Badge: fixtureBadge(h.event, p[0])})
	}
	h.put(puts...)
	h.issue(issues...)
	h.revoke(badgeID("gone"), "lost")
	h.issue(checkin.Issue{Badge: newBadge(h.event, "swap2______", "p-swap"), Replace: true})
}

func (h *hall) stamp(operator string) checkin.Stamp {
	return checkin.Stamp{At: h.now, Operator: operator}
}

func (h *hall) wait(d time.Duration) { h.now = h.now.Add(d) }

// clock sets the time of day of today in a zone, or moves to that instant.
func (h *hall) at(rfc3339 string) {
	h.Helper()
	h.now = instant(h, rfc3339)
}

func instant(t tb, rfc3339 string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return at.UTC()
}

func (h *hall) put(puts ...checkin.PutAttendee) []checkin.PutResult {
	h.Helper()
	got, err := h.store.PutAttendees(background, h.event, h.stamp("dora"), puts)
	if err != nil || len(got) != len(puts) {
		h.Fatalf("PutAttendees: %d results, %v", len(got), err)
	}
	return got
}

func (h *hall) issue(issues ...checkin.Issue) []checkin.IssueResult {
	h.Helper()
	got, err := h.store.Issue(background, h.event, h.stamp("dora"), issues)
	if err != nil || len(got) != len(issues) {
		h.Fatalf("Issue: %d results, %v", len(got), err)
	}
	return got
}

func (h *hall) revoke(id, why string) {
	h.Helper()
	if _, err := h.store.Revoke(background, h.event, h.stamp("dora"), id, why); err != nil {
		h.Fatalf("revoking %s: %v", id, err)
	}
}

func (h *hall) config() *checkin.Config {
	h.Helper()
	c, err := h.store.Config(background, h.event)
	if err != nil {
		h.Fatalf("Config: %v", err)
	}
	return c
}

// configure puts records on the configuration as it is.
func (h *hall) configure(put ...checkin.Record) {
	h.Helper()
	if _, err := h.store.Configure(background, h.event, checkin.Change{Stamp: h.stamp("ada"), Rev: h.config().Rev, Put: put}); err != nil {
		h.Fatalf("Configure: %v", err)
	}
}

// drop takes records out of the configuration.
func (h *hall) drop(subjects ...checkin.Record) {
	h.Helper()
	if _, err := h.store.Configure(background, h.event, checkin.Change{Stamp: h.stamp("ada"), Rev: h.config().Rev, Drop: subjects}); err != nil {
		h.Fatalf("Configure: %v", err)
	}
}

// venue of the configuration now, to be changed and put back.
func (h *hall) venue(id string) checkin.Venue {
	h.Helper()
	v, ok := h.config().Venue(id)
	if !ok {
		h.Fatalf("no venue %s", id)
	}
	return v
}

// newID is the next scan id: a UUID, different in each hall.
func (h *hall) newID() string {
	h.ids++
	return scanUUID(h.ids)
}

func scanUUID(n int) string { return fmt.Sprintf("%08x-93a3-4a3c-8b53-0d2f6c0c%04x", n, n%7919) }

// with changes a scan before it is asked.
type with func(*checkin.Scan)

// scan is a reading of a person's first badge at a gate, now.
func (h *hall) scan(gate string, dir checkin.Direction, name string, changes ...with) checkin.Scan {
	c := checkin.Scan{ID: h.newID(), Gate: gate, Direction: dir, Content: "token-of-" + name, Badge: badgeID(name), Key: activeKey,
		Now: h.now, At: h.now, Operator: "gus"}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// offline makes the scan a fact that a phone uploads now.
func offline(shown checkin.Result, at time.Time) with {
	return func(c *checkin.Scan) { c.Offline, c.Shown, c.At = true, shown, at }
}

func override(why string) with { return func(c *checkin.Scan) { c.Override = why } }
func dryRun(c *checkin.Scan)   { c.DryRun = true }
func guarded(operator string) with {
	return func(c *checkin.Scan) { c.Guarded, c.Operator = true, operator }
}
func by(operator string) with   { return func(c *checkin.Scan) { c.Operator = operator } }
func signed(key string) with    { return func(c *checkin.Scan) { c.Key = key } }
func withID(id string) with     { return func(c *checkin.Scan) { c.ID = id } }
func otherBadge(id string) with { return func(c *checkin.Scan) { c.Badge = id } }

// refused makes it a token that says by itself that it won't do.
func refused(r checkin.Reason) with {
	return func(c *checkin.Scan) { c.Refused, c.Badge = r, "" }
}

// ask asks the store and gives its outcome.
func (h *hall) ask(c checkin.Scan) (checkin.Answer, error) {
	h.Helper()
	got, err := h.store.Scan(background, h.event, []checkin.Scan{c})
	if err != nil || len(got) != 1 {
		h.Fatalf("Scan: %d outcomes, %v", len(got), err)
	}
	return got[0].Answer, got[0].Err
}

// do asks and demands an answer that reads so (see read).
func (h *hall) do(want string, c checkin.Scan) checkin.Answer {
	h.Helper()
	a, err := h.ask(c)
	if err != nil {
		h.Fatalf("%s %s of %s: %v, want %q", c.Gate, c.Direction, c.Badge, err, want)
	}
	if got := read(a); got != want {
		h.Fatalf("%s %s of %s: got %q, want %q", c.Gate, c.Direction, c.Badge, got, want)
	}
	if a.ScanID != c.ID {
		h.Fatalf("the answer is to scan %s, not %s", a.ScanID, c.ID)
	}
	return a
}

// in and out scan a person at the gate that is named like its venue.
func (h *hall) in(want, gate, name string, changes ...with) checkin.Answer {
	h.Helper()
	return h.do(want, h.scan(gate, checkin.In, name, changes...))
}

func (h *hall) out(want, gate, name string, changes ...with) checkin.Answer {
	h.Helper()
	return h.do(want, h.scan(gate, checkin.Out, name, changes...))
}

// fails demands a refusal to decide, and that nothing changes by it.
func (h *hall) fails(want error, c checkin.Scan) {
	h.Helper()
	h.leavesNoTrace(func() {
		h.Helper()
		if a, err := h.ask(c); !errors.Is(err, want) {
			h.Fatalf("%s %s of %s: got %q, %v, want %v", c.Gate, c.Direction, c.Badge, read(a), err, want)
		}
	})
}

// read puts a verdict into words: the result, then the reason, and what else
// the answer says.
func read(a checkin.Answer) string {
	words := []string{string(a.Result)}
	add := func(prefix, s string) {
		if s != "" {
			words = append(words, prefix+s)
		}
	}
	add("", string(a.Reason))
	add("note:", a.Note)
	add("conflict:", string(a.Conflict))
	if a.Forced {
		words = append(words, "forced")
	}
	if a.Replayed {
		words = append(words, "replayed")
	}
	return strings.Join(words, " ")
}

// leavesNoTrace demands that f changes nothing that the store would tell.
func (h *hall) leavesNoTrace(f func()) {
	h.Helper()
	before := record(h, h.store, h.event)
	f()
	if after := record(h, h.store, h.event); !h.Failed() && before != after {
		h.Fatalf("what should have left no trace did:\n%s", firstDifference(before, after))
	}
}

// inside demands how many are inside a venue.
func (h *hall) inside(venue string, want int) {
	h.Helper()
	list, err := h.store.Inside(background, h.event, venue)
	if err != nil || len(list) != want {
		h.Fatalf("inside %s: %v, %v, want %d", venue, list, err, want)
	}
	if got := h.counts().Venues[venue].Inside; got != want {
		h.Fatalf("counts of %s say %d inside, the list %d", venue, got, want)
	}
}

func (h *hall) counts() *checkin.Counts {
	h.Helper()
	n, err := h.store.Counts(background, h.event, h.now)
	if err != nil {
		h.Fatalf("Counts: %v", err)
	}
	return n
}

// figures of a venue in one line, minutes apart.
func (h *hall) figures(venue string) string {
	h.Helper()
	v := h.counts().Venues[venue]
	return fmt.Sprintf("%d inside, %d in, %d out, %d denied", v.Inside, v.Entries, v.Exits, v.Denied)
}

// presence of a person at a venue, zero when there is none.
func (h *hall) presence(venue, name string) checkin.Presence {
	h.Helper()
	list, err := h.store.Places(background, h.event, badgeID(name))
	if err != nil {
		h.Fatalf("Places: %v", err)
	}
	for _, p := range list {
		if p.Venue == venue {
			return p
		}
	}
	return checkin.Presence{}
}

// rows are the journal after a seq.
func (h *hall) rows(after uint64) []checkin.Row {
	h.Helper()
	rows, err := h.store.Journal(background, h.event, after, 10_000)
	if err != nil {
		h.Fatalf("Journal: %v", err)
	}
	return rows
}

func (h *hall) seq() uint64 {
	h.Helper()
	seq, err := h.store.Seq(background, h.event)
	if err != nil {
		h.Fatalf("Seq: %v", err)
	}
	return seq
}

func (h *hall) undo(u checkin.Undo) (checkin.Answer, error) {
	u.Now = h.now
	return h.store.Undo(background, h.event, u)
}
