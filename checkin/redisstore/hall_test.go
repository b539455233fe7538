package redisstore

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"

	"lanyard/badge"
	"lanyard/checkin"
)

// hall is an event with one venue of two gates and people with badges, for
// the tests of what only this store has.
type hall struct {
	t   testing.TB
	s   *Store
	id  string
	now time.Time
}

func newHall(t testing.TB, s *Store, people int) *hall {
	t.Helper()
	h := &hall{t: t, s: s, id: "e" + uuid.NewString()[:8], now: time.Date(2026, 11, 7, 1, 30, 0, 123e6, time.UTC)}
	h.configure(0,
		checkin.NewRecord(badge.Event{ID: h.id, Name: badge.Text{"en": "Expo"}, TimeZone: "Asia/Shanghai"}),
		checkin.NewRecord(badge.Key{ID: "k1", Status: badge.KeyActive}),
		checkin.NewRecord(checkin.Venue{ID: "main", Reentry: checkin.Free}),
		checkin.NewRecord(checkin.Gate{ID: "north", Venue: "main", Direction: checkin.Both}),
		checkin.NewRecord(checkin.Operator{ID: "gus", Role: checkin.GateStaff, KeyHash: "hash-of-" + h.id}))
	puts, issues := make([]checkin.PutAttendee, people), make([]checkin.Issue, people)
	for i := range people {
		p := fmt.Sprintf("p%05d", i)
		puts[i].Attendee = badge.Attendee{ID: p, Ref: "R" + p, Name: "Name " + p, Category: "delegate"}
		issues[i].Badge = badge.Badge{ID: badgeName(i), Attendee: p, Code: "d", Link: badge.NewLink(), Key: "k1",
			ValidUntil: h.now.AddDate(1, 0, 0).Truncate(time.Second), IssuedAt: h.now, Digest: "digest"}
	}
	if people > 0 {
		if _, err := s.PutAttendees(context.Background(), h.id, h.by(), puts); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Issue(context.Background(), h.id, h.by(), issues); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func badgeName(i int) string { return fmt.Sprintf("badge%06d", i) }

func (h *hall) by() checkin.Stamp { return checkin.Stamp{At: h.now, Operator: "ada"} }

func (h *hall) configure(rev int64, put ...checkin.Record) {
	h.t.Helper()
	if _, err := h.s.Configure(context.Background(), h.id, checkin.Change{Stamp: h.by(), Rev: rev, Put: put}); err != nil {
		h.t.Fatal(err)
	}
}

// scan is a fresh scan of the i-th badge.
func (h *hall) scan(dir checkin.Direction, i int) checkin.Scan {
	return checkin.Scan{ID: uuid.NewString(), Gate: "north", Direction: dir, Content: "content", Badge: badgeName(i), Key: "k1",
		Now: h.now, At: h.now, Operator: "gus", Guarded: true}
}

// do decides one scan.
func (h *hall) do(s *Store, c checkin.Scan) (checkin.Answer, error) {
	out, err := s.Scan(context.Background(), h.id, []checkin.Scan{c})
	if err != nil {
		return checkin.Answer{}, err
	}
	return out[0].Answer, out[0].Err
}

// want decides a scan and checks its result.
func (h *hall) want(result checkin.Result, c checkin.Scan) checkin.Answer {
	h.t.Helper()
	a, err := h.do(h.s, c)
	if err != nil || a.Result != result {
		h.t.Fatalf("got %+v, %v, want %s", a, err, result)
	}
	return a
}

func (h *hall) keys() *eventKeys { return newEventKeys(h.id) }

// opened opens a store until the test ends.
func opened(t testing.TB, url string, o Options) *Store {
	t.Helper()
	s := open(t, url, o)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// pop takes the first item.
func pop(items *[]checkin.Item) (checkin.Item, error) {
	if len(*items) == 0 {
		return checkin.Item{}, io.EOF
	}
	it := (*items)[0]
	*items = (*items)[1:]
	return it, nil
}
