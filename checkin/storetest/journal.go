package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lanyard/checkin"
)

// testJournal is about reading and following the journal, and its checkpoints.
func testJournal(t *testing.T, s checkin.Store) {
	t.Run("pages", func(t *testing.T) { testPages(t, s) })
	t.Run("canonical text", func(t *testing.T) { testText(t, s) })
	t.Run("follow", func(t *testing.T) { testFollow(t, s) })
	t.Run("follow while scans run", func(t *testing.T) { testFollowRunning(t, s) })
	t.Run("checkpoints", func(t *testing.T) { testCheckpoints(t, s) })
	t.Run("health", func(t *testing.T) { testHealth(t, s) })
}

func testPages(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for range 20 {
		h.in("admitted", "free", "ann")
		h.out("exited", "free", "ann")
	}
	all := h.rows(0)
	if uint64(len(all)) != h.seq() {
		t.Fatalf("%d rows, seq %d", len(all), h.seq())
	}
	for _, limit := range []int{1, 7, len(all) - 1, len(all), len(all) + 1} {
		var rows []checkin.Row
		for after := uint64(0); ; after = rows[len(rows)-1].Seq {
			page, err := s.Journal(background, h.event, after, limit)
			if err != nil || len(page) > limit {
				t.Fatalf("page of %d after %d: %d, %v", limit, after, len(page), err)
			}
			if len(page) == 0 {
				break
			}
			rows = append(rows, page...)
		}
		if text(h, rows) != text(h, all) {
			t.Errorf("pages of %d: %d rows, want %d", limit, len(rows), len(all))
		}
	}
	for _, after := range []uint64{h.seq(), h.seq() + 1, h.seq() + 1_000_000} {
		if rows, err := s.Journal(background, h.event, after, 10); err != nil || len(rows) != 0 {
			t.Errorf("after %d: %d rows, %v", after, len(rows), err)
		}
	}
}

// testText writes what needs escapes into the journal: the hashes cover it.
func testText(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for _, why := range []string{"plain", "展位 “quoted” 🎫", "tab\tline\nreturn\rquote\"back\\slash/", "\u0001\u001f\u007f\u2028\u2029", "<&>", "a|b;c,d=e", "%d %s", " "} {
		c := h.scan("pressroom", checkin.In, "ann", override(why), by("op|;,= \"x\""))
		c.Content = "digest|;,=" + why
		first := h.do("admitted wrong_category forced", c)
		if r := h.rows(h.seq() - 1)[0]; r.Why != why || r.Operator != c.Operator {
			t.Errorf("row %+v, want why %q", r, why)
		}
		h.again(c, first)
		h.in("admitted", "pressroom", "pia", by(c.Operator))
		if a := h.in("denied already_inside", "pressroom", "pia"); a.Earlier == nil || a.Earlier.Scanner != c.Operator {
			t.Errorf("earlier %+v", a.Earlier)
		}
		h.out("exited", "pressroom", "ann")
		h.out("exited", "pressroom", "pia")
		h.revokeAndReissue("ben", why)
	}
}

// revokeAndReissue ends the active badge of a person with a reason.
func (h *hall) revokeAndReissue(name, why string) {
	h.Helper()
	h.revoke(h.attendee("p-"+name).Badge, why)
	if r := h.rows(h.seq() - 1)[0]; r.Why != why {
		h.Fatalf("row %+v, want why %q", r, why)
	}
	h.ids++
	h.issue(checkin.Issue{Badge: newBadge(h.event, badgeID(fmt.Sprintf("%s%d", name, h.ids)), "p-"+name)})
}

var errEnough = errors.New("enough")

// follow collects rows after a seq until there are so many.
func follow(ctx context.Context, s checkin.Store, event string, after uint64, n int) (rows []checkin.Row, err error) {
	err = s.Follow(ctx, event, after, func(more []checkin.Row) error {
		if len(more) == 0 {
			return errors.New("called without rows")
		}
		if rows = append(rows, more...); len(rows) >= n {
			return errEnough
		}
		return nil
	})
	return rows, err
}

// sameRows compares rows that may come without their hashes.
func sameRows(t tb, got, want []checkin.Row) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		a, b := got[i], want[i]
		a.Prev, a.Hash, b.Prev, b.Hash = "", "", "", ""
		if text(t, a) != text(t, b) {
			t.Fatalf("row %d\n got %s\nwant %s", i, text(t, a), text(t, b))
		}
	}
}

func testFollow(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	all := h.rows(0)
	rows, err := follow(ctx, s, h.event, 0, len(all))
	if !is(err, errEnough) {
		t.Fatalf("Follow: %v", err)
	}
	sameRows(t, rows, all)
	rows, err = follow(ctx, s, h.event, 5, len(all)-5)
	if !is(err, errEnough) {
		t.Fatalf("Follow: %v", err)
	}
	sameRows(t, rows, all[5:])

	// It waits for what is to come, of every kind.
	seq := h.seq()
	type result struct {
		rows []checkin.Row
		err  error
	}
	done := make(chan result, 1)
	go func() {
		rows, err := follow(ctx, s, h.event, seq, 7)
		done <- result{rows, err}
	}()
	h.in("admitted", "west", "ann")
	a := h.in("admitted", "east", "ann")
	h.undone(a.ScanID)
	h.revoke(badgeID("ann"), "x")
	h.put(checkin.PutAttendee{Attendee: person("fay", "press")})
	r := <-done
	if !is(r.err, errEnough) {
		t.Fatalf("Follow: %v", r.err)
	}
	sameRows(t, r.rows, h.rows(seq))

	short, stop := context.WithCancel(background)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Follow(short, h.event, h.seq(), func([]checkin.Row) error { return nil })
	}()
	stop()
	if err := <-ended; err == nil {
		t.Error("Follow ends without an error")
	}
}

// testFollowRunning: several followers, begun at any time, see every row once
// and in order while scans, changes and other events run.
func testFollowRunning(t *testing.T, s checkin.Store) {
	h, other := newHall(t, s), newHall(t, s)
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	const gates, scans = 8, 25
	total := gates * scans * 2
	start := h.seq()
	var wg sync.WaitGroup
	for g := range gates {
		name := people[g%5][0]
		wg.Go(func() {
			for i := range scans {
				in := h.scanAs(scanUUID(g*1000+2*i), "free", checkin.In, name)
				out := h.scanAs(scanUUID(g*1000+2*i+1), "free", checkin.Out, name)
				if _, err := s.Scan(background, h.event, []checkin.Scan{in}); err != nil {
					t.Errorf("Scan: %v", err)
				}
				if _, err := s.Scan(background, h.event, []checkin.Scan{out}); err != nil {
					t.Errorf("Scan: %v", err)
				}
				if _, err := s.Scan(background, other.event, []checkin.Scan{in, out}); err != nil {
					t.Errorf("Scan: %v", err)
				}
			}
		})
	}
	followers := make([][]checkin.Row, 4)
	for i := range followers {
		wg.Go(func() {
			from := start
			for len(followers[i]) < total { // resumed again and again, as a browser does
				rows, err := follow(ctx, s, h.event, from, min(total-len(followers[i]), 1+i*97))
				if !is(err, errEnough) {
					t.Errorf("Follow: %v", err)
					return
				}
				followers[i] = append(followers[i], rows...)
				from = rows[len(rows)-1].Seq
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	want := h.rows(start)
	for _, rows := range followers {
		sameRows(t, rows, want)
	}
}

// scanAs is a scan under an id of the caller's, for use by many goroutines.
func (h *hall) scanAs(id, gate string, dir checkin.Direction, name string) checkin.Scan {
	return checkin.Scan{ID: id, Gate: gate, Direction: dir, Content: "token-of-" + name, Badge: badgeID(name), Key: activeKey,
		Now: h.now, At: h.now, Operator: "gus"}
}

func testCheckpoints(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	if marks, err := s.Checkpoints(background, h.event); err != nil || len(marks) != 0 {
		t.Errorf("checkpoints of a new event: %v, %v", marks, err)
	}
	rows := h.rows(0)
	var want []checkin.Checkpoint
	for i, n := range []int{3, 4, 7} {
		c := checkin.Checkpoint{Event: h.event, Count: uint64(n), Hash: rows[n-1].Hash, At: h.now.Add(time.Duration(i) * time.Hour), Key: activeKey,
			Signature: []byte{1, 2, 0, byte(n)}}
		if err := s.AddCheckpoint(background, c); err != nil {
			t.Fatalf("AddCheckpoint: %v", err)
		}
		want = append(want, c)
	}
	again := want[2]
	again.Signature = []byte("another signature of the same rows")
	if err := s.AddCheckpoint(background, again); err != nil {
		t.Errorf("a checkpoint of rows that have one: %v", err)
	}
	got, err := s.Checkpoints(background, h.event)
	if err != nil || text(h, got) != text(h, want) {
		t.Errorf("checkpoints\n got %s, %v\nwant %s", text(h, got), err, text(h, want))
	}
}

func testHealth(t *testing.T, s checkin.Store) {
	if err := s.Ping(background); err != nil {
		t.Errorf("Ping: %v", err)
	}
	findings, err := s.Durability(background)
	if err != nil {
		t.Errorf("Durability: %v", err)
	}
	for _, f := range findings {
		if f.Code == "" || f.Detail == "" {
			t.Errorf("finding %+v", f)
		}
	}
	over, cancel := context.WithCancel(background)
	cancel()
	h := newHall(t, s)
	c := h.scan("free", checkin.In, "ann")
	if _, err := s.Scan(over, h.event, []checkin.Scan{c}); err != nil && !is(err, checkin.ErrUnavailable) {
		t.Errorf("a scan whose caller has gone: %v", err)
	}
	if a, err := h.ask(c); err != nil || a.Result != checkin.Admitted { // the same id settles it
		t.Errorf("asked again: %s, %v", read(a), err)
	}
	h.inside("free", 1)
	if _, err := s.Counts(over, h.event, h.now); err != nil && !is(err, checkin.ErrUnavailable) {
		t.Errorf("a read whose caller has gone: %v", err)
	}
}
