package checkin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"lanyard/badge"
)

// watched counts what is asked of a store and can be made to fail or lie.
type watched struct {
	Store
	mu      sync.Mutex
	calls   map[string]int
	fail    func(method string) error
	journal func([]Row) []Row
}

func (w *watched) call(method string) error {
	w.mu.Lock()
	w.calls[method]++
	fail := w.fail
	w.mu.Unlock()
	if fail != nil {
		return fail(method)
	}
	return nil
}

func (w *watched) failing(fail func(method string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = fail
}

// counted are the calls since the last time.
func (w *watched) counted() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.calls
	w.calls = map[string]int{}
	return was
}

func (w *watched) Config(ctx context.Context, event string) (*Config, error) {
	if err := w.call("Config"); err != nil {
		return nil, err
	}
	return w.Store.Config(ctx, event)
}

func (w *watched) Configure(ctx context.Context, event string, c Change) (*Config, error) {
	if err := w.call("Configure"); err != nil {
		return nil, err
	}
	return w.Store.Configure(ctx, event, c)
}

func (w *watched) OperatorByKey(ctx context.Context, hash string) (Operator, error) {
	if err := w.call("OperatorByKey"); err != nil {
		return Operator{}, err
	}
	return w.Store.OperatorByKey(ctx, hash)
}

func (w *watched) PutTemp(ctx context.Context, kind, id string, data []byte, until time.Time) error {
	if err := w.call("PutTemp"); err != nil {
		return err
	}
	return w.Store.PutTemp(ctx, kind, id, data, until)
}

func (w *watched) Scan(ctx context.Context, event string, scans []Scan) ([]Outcome, error) {
	if err := w.call("Scan"); err != nil {
		return nil, err
	}
	return w.Store.Scan(ctx, event, scans)
}

func (w *watched) PutAttendees(ctx context.Context, event string, by Stamp, puts []PutAttendee) ([]PutResult, error) {
	if err := w.call("PutAttendees"); err != nil {
		return nil, err
	}
	return w.Store.PutAttendees(ctx, event, by, puts)
}

func (w *watched) Issue(ctx context.Context, event string, by Stamp, issues []Issue) ([]IssueResult, error) {
	if err := w.call("Issue"); err != nil {
		return nil, err
	}
	return w.Store.Issue(ctx, event, by, issues)
}

func (w *watched) Journal(ctx context.Context, event string, after uint64, limit int) ([]Row, error) {
	if err := w.call("Journal"); err != nil {
		return nil, err
	}
	rows, err := w.Store.Journal(ctx, event, after, limit)
	if w.journal != nil {
		rows = w.journal(rows)
	}
	return rows, err
}

func (w *watched) Counts(ctx context.Context, event string, now time.Time) (*Counts, error) {
	if err := w.call("Counts"); err != nil {
		return nil, err
	}
	return w.Store.Counts(ctx, event, now)
}

func (w *watched) Ping(ctx context.Context) error {
	if err := w.call("Ping"); err != nil {
		return err
	}
	return w.Store.Ping(ctx)
}

// hall is an event with a venue and its gates, over a store in memory.
type hall struct {
	*Desk
	t     testing.TB
	ctx   context.Context
	store *watched
	clock atomic.Int64 // milliseconds after start
	start time.Time
	org   Operator
	gate  Operator
	key   string // of gate
}

const here = "ciep21"

var testSecret = func() *badge.Secret {
	s, err := badge.NewSecret("a secret of the tests, long enough to be one")
	if err != nil {
		panic(err)
	}
	return s
}()

var by = Stamp{Operator: "tester"}

func newHall(t testing.TB) *hall {
	t.Helper()
	mem := NewMemory()
	h := &hall{t: t, ctx: context.Background(), store: &watched{Store: mem, calls: map[string]int{}}, start: time.Now().UTC().Truncate(time.Millisecond)}
	h.Desk = h.desk()
	t.Cleanup(func() { mem.Close() })
	_, err := h.CreateEvent(h.ctx, by, h.event(here))
	h.must(err)
	for _, c := range []badge.Category{{ID: "delegate", Name: badge.Text{"en": "Delegate", "zh": "代表"}}, {ID: "press", Name: badge.Text{"en": "Press"}}} {
		_, err = h.AddCategory(h.ctx, here, by, c)
		h.must(err)
	}
	_, err = h.AddVenue(h.ctx, here, by, Venue{ID: "main", Name: badge.Text{"en": "Main Forum"}, Capacity: 1000})
	h.must(err)
	for id, dir := range map[string]Direction{"north": In, "south": Out, "east": Both} {
		_, err = h.AddGate(h.ctx, here, by, Gate{ID: id, Venue: "main", Name: badge.Text{"en": id}, Direction: dir})
		h.must(err)
	}
	h.org, _, _, err = h.AddOperator(h.ctx, here, by, Operator{Name: "Org", Role: Organizer})
	h.must(err)
	h.gate, h.key, _, err = h.AddOperator(h.ctx, here, by, Operator{Name: "Gate", Role: GateStaff})
	h.must(err)
	return h
}

// desk is another process on the same store.
func (h *hall) desk() *Desk {
	d := NewDesk(h.store, DeskOptions{Secret: testSecret, Now: func() time.Time {
		return h.start.Add(time.Duration(h.clock.Load()) * time.Millisecond)
	}})
	h.t.Cleanup(d.Close)
	return d
}

func (h *hall) event(id string) badge.Event {
	return badge.Event{ID: id, Name: badge.Text{"en": "Conference"}, TimeZone: "Asia/Shanghai", StartsAt: h.start.Add(-time.Hour),
		EndsAt: h.start.Add(48 * time.Hour), Locale: "en"}
}

func (h *hall) advance(d time.Duration) { h.clock.Add(d.Milliseconds()) }

func (h *hall) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// person registers somebody and gives them a badge.
func (h *hall) person(ref string) (badge.Badge, string) {
	h.t.Helper()
	a, err := h.AddAttendee(h.ctx, here, by, badge.Attendee{Ref: ref, Name: "Li Ming", Category: "delegate"})
	h.must(err)
	b, _, err := h.IssueBadge(h.ctx, here, by, a.ID)
	h.must(err)
	return b, h.token(b)
}

func (h *hall) token(b badge.Badge) string {
	h.t.Helper()
	token, err := h.Token(h.ctx, here, b)
	h.must(err)
	return token
}

// scan asks once and wants an answer.
func (h *hall) scan(token, gate string) Answer {
	h.t.Helper()
	return h.answer(h.Desk, h.gate, ScanRequest{ScanID: uuid.NewString(), Token: token, Gate: gate})
}

func (h *hall) answer(d *Desk, o Operator, r ScanRequest) Answer {
	h.t.Helper()
	out, err := d.Scan(h.ctx, here, o, []ScanRequest{r})
	h.must(err)
	h.must(out[0].Err)
	return out[0].Answer
}

func (h *hall) want(a Answer, result Result, reason Reason) {
	h.t.Helper()
	if a.Result != result || a.Reason != reason {
		h.t.Errorf("got %s %q, want %s %q", a.Result, a.Reason, result, reason)
	}
}

// field is the field that an *Invalid names, else the error itself.
func field(err error) string {
	var inv *Invalid
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &inv):
		return inv.Field
	}
	return err.Error()
}

// TestConcurrentEdits has many change one venue: each is decided on what the one before
// left.
func TestConcurrentEdits(t *testing.T) {
	h := newHall(t)
	other := h.desk()
	var all sync.WaitGroup
	const each = 5
	for i := range 8 {
		d := h.Desk
		if i%2 == 1 {
			d = other
		}
		all.Go(func() {
			for range each {
				_, err := d.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { v.Capacity++; return nil })
				for errors.Is(err, ErrStale) { // a caller tries again as well
					_, err = d.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { v.Capacity++; return nil })
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	c, err := h.Config(h.ctx, here)
	h.must(err)
	if v, _ := c.Venue("main"); v.Capacity != 1000+8*each {
		t.Errorf("capacity %d after %d edits of 1", v.Capacity, 8*each)
	}
}

// TestEditsShareNothing changes what edit was given, afterwards and in a failed
// edit.
func TestEditsShareNothing(t *testing.T) {
	h := newHall(t)
	var kept *Venue
	_, err := h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error {
		v.Categories = []string{"press"}
		kept = v
		return nil
	})
	h.must(err)
	kept.Name["en"], kept.Categories[0] = "spoilt", "spoilt"
	_, err = h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error {
		v.Name["en"], v.Categories[0] = "spoilt", "spoilt"
		return fmt.Errorf("no")
	})
	if err == nil || err.Error() != "no" {
		t.Errorf("the error of edit came back as %v", err)
	}
	c, err := h.Config(h.ctx, here)
	h.must(err)
	if v, _ := c.Venue("main"); v.Name["en"] != "Main Forum" || v.Categories[0] != "press" {
		t.Errorf("configuration spoilt: %+v", v)
	}
	seq, err := h.store.Seq(h.ctx, here)
	h.must(err)
	_, err = h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { return nil })
	h.must(err)
	if after, _ := h.store.Seq(h.ctx, here); after != seq {
		t.Error("an edit that changes nothing is in the journal")
	}
}
