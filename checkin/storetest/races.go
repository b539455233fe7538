package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/checkin"
)

// testRaces lets many come at once.
func testRaces(t *testing.T, s checkin.Store) {
	t.Run("one badge at many gates", func(t *testing.T) { raceOneBadge(t, s) })
	t.Run("more badges than places", func(t *testing.T) { raceForPlaces(t, s) })
	t.Run("one scan from many", func(t *testing.T) { raceOneScan(t, s) })
	t.Run("one undo from many", func(t *testing.T) { raceUndo(t, s) })
	t.Run("halls", func(t *testing.T) { raceHalls(t, s) })
	t.Run("a revocation", func(t *testing.T) { raceRevocation(t, s) })
	t.Run("a lowered capacity", func(t *testing.T) { raceCapacity(t, s) })
	t.Run("configuration", func(t *testing.T) { raceConfigure(t, s) })
	t.Run("the automatic exit", func(t *testing.T) { raceSweep(t, s) })
	t.Run("attendees and badges", func(t *testing.T) { raceRoster(t, s) })
	t.Run("a record to be taken once", func(t *testing.T) { raceTakeTemp(t, s) })
	t.Run("all at once", func(t *testing.T) { raceAll(t, s) })
}

// together runs f in n goroutines that begin as one.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

// verdicts asks for scans at once and counts what they came to.
func (h *hall) verdicts(scans []checkin.Scan) (count map[string]int, answers []checkin.Answer) {
	h.Helper()
	answers = make([]checkin.Answer, len(scans))
	words := make([]string, len(scans))
	together(len(scans), func(i int) {
		got, err := h.store.Scan(background, h.event, scans[i:i+1])
		if err == nil {
			err = got[0].Err
		}
		if err != nil {
			words[i] = err.Error()
			return
		}
		answers[i], words[i] = got[0].Answer, read(got[0].Answer)
	})
	count = map[string]int{}
	for _, w := range words {
		count[w]++
	}
	return count, answers
}

func (h *hall) wantVerdicts(got, want map[string]int) {
	h.Helper()
	if text(h, got) != text(h, want) {
		h.Fatalf("verdicts %v, want %v", got, want)
	}
}

func raceOneBadge(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	for _, c := range []struct{ venue, reason string }{{"once", "already_inside"}, {"free", "already_inside"}, {"small", "already_inside"}} {
		var scans []checkin.Scan
		for range 64 {
			scans = append(scans, h.scan(c.venue, checkin.In, "ann"))
		}
		got, _ := h.verdicts(scans)
		h.wantVerdicts(got, map[string]int{"admitted": 1, "denied " + c.reason: 63})
		h.inside(c.venue, 1)
		for i := range scans {
			scans[i] = h.scan(c.venue, checkin.Out, "ann")
		}
		got, _ = h.verdicts(scans)
		h.wantVerdicts(got, map[string]int{"exited": 1, "exited note:not_inside": 63})
		if h.figures(c.venue) != "0 inside, 1 in, 1 out, 63 denied" {
			t.Errorf("%s: %s", c.venue, h.figures(c.venue))
		}
	}
}

// crowd registers people with badges crowd0, crowd1 …
func (h *hall) crowd(n int) (names []string) {
	h.Helper()
	var puts []checkin.PutAttendee
	var issues []checkin.Issue
	for i := range n {
		name := fmt.Sprintf("crowd%d", i)
		names = append(names, name)
		puts = append(puts, checkin.PutAttendee{Attendee: person(name, "delegate")})
		issues = append(issues, checkin.Issue{Badge: newBadge(h.event, badgeID(name), "p-"+name)})
	}
	h.put(puts...)
	h.issue(issues...)
	return names
}

func raceForPlaces(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	names := h.crowd(200)
	v := h.venue("small")
	v.Capacity = 100
	h.configure(checkin.NewRecord(v))
	var scans []checkin.Scan
	for i, n := range names {
		scans = append(scans, h.scan([]string{"small", "small-2"}[i%2], checkin.In, n))
	}
	got, answers := h.verdicts(scans)
	h.wantVerdicts(got, map[string]int{"admitted": 100, "denied venue_full": 100})
	h.inside("small", 100)
	seen, seqs := map[int]bool{}, map[uint64]bool{}
	for _, a := range answers {
		if a.Result == checkin.Admitted {
			seen[a.Venue.Inside] = true
		} else if a.Venue.Inside != 100 {
			t.Errorf("full at %d", a.Venue.Inside)
		}
		seqs[a.Seq] = true
	}
	if len(seen) != 100 || !seen[1] || !seen[100] {
		t.Errorf("the admitted saw %d different counts, want 1 to 100", len(seen))
	}
	if len(seqs) != 200 {
		t.Errorf("%d different rows for 200 scans", len(seqs))
	}
	for i := range scans {
		scans[i] = h.scan("small", checkin.Out, names[i])
	}
	got, _ = h.verdicts(scans)
	h.wantVerdicts(got, map[string]int{"exited": 100, "exited note:not_inside": 100})
	h.inside("small", 0)
}

func raceOneScan(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "small", "ben")
	for _, c := range []checkin.Scan{h.scan("small", checkin.In, "ann"), h.scan("small", checkin.In, "cat"), h.scan("small", checkin.Out, "ann"),
		h.scan("once", checkin.In, "gone", offline(checkin.Admitted, h.now))} {
		scans := make([]checkin.Scan, 48)
		for i := range scans {
			scans[i] = c
		}
		seq := h.seq()
		_, answers := h.verdicts(scans)
		first := 0
		for i := range answers {
			if !answers[i].Replayed {
				first++
			}
			answers[i].Replayed = false
			if text(h, answers[i]) != text(h, answers[0]) {
				t.Errorf("answers differ:\n%s\n%s", text(h, answers[0]), text(h, answers[i]))
			}
		}
		if first != 1 || h.seq() != seq+1 {
			t.Errorf("%d first answers, %d rows", first, h.seq()-seq)
		}
	}
	// The phone changes its mind while its first upload is under way: one
	// after the other, whichever comes first.
	for range 10 {
		c := h.scan("free", checkin.In, "dan")
		d := c
		d.Offline, d.Shown = true, checkin.Denied
		h.verdicts([]checkin.Scan{c, d, c, d})
		h.wantInside("dan")
	}
}

func raceUndo(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "west", "ann")
	h.wait(time.Minute)
	a := h.in("admitted", "east", "ann")
	seq := h.seq()
	var first atomic.Int32
	together(32, func(int) {
		got, err := h.undo(checkin.Undo{ScanID: a.ScanID, Operator: "sue", Any: true})
		if err != nil || got.Seq != seq+1 {
			t.Errorf("undo: %+v, %v", got, err)
		}
		if !got.Replayed {
			first.Add(1)
		}
	})
	if first.Load() != 1 || h.seq() != seq+2 {
		t.Errorf("%d first undos, %d rows", first.Load(), h.seq()-seq)
	}
	h.wantInside("ann", "west")
}

// raceHalls: at no time is anybody in two halls of a group, nor missing.
func raceHalls(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	v := h.venue("west")
	v.Capacity = 0
	north := h.venue("north")
	north.Reentry = checkin.Free
	h.configure(checkin.NewRecord(v), checkin.NewRecord(north))
	names := []string{"ann", "ben", "cat"}
	for _, n := range names {
		h.in("admitted", "west", n)
	}
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			n, err := s.Counts(background, h.event, h.now)
			if err != nil {
				t.Errorf("Counts: %v", err)
				return
			}
			if sum := n.Venues["west"].Inside + n.Venues["east"].Inside + n.Venues["north"].Inside; sum != len(names) {
				t.Errorf("%d in the halls, want %d", sum, len(names))
				return
			}
		}
	})
	together(24, func(i int) {
		for j := range 10 {
			c := h.scanAs(scanUUID(10_000+i*100+j), []string{"west", "east", "north"}[(i+j)%3], checkin.In, names[i%3])
			if got, err := s.Scan(background, h.event, []checkin.Scan{c}); err != nil || got[0].Err != nil {
				t.Errorf("Scan: %v, %v", got, err)
			}
		}
	})
	close(done)
	watch.Wait()
}

// raceAll mixes everything for the audit at the end to look at, with readers
// that must never see half of a step, and a backup that is whole.
func raceAll(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	names := h.crowd(12)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	var readers sync.WaitGroup
	readers.Go(func() {
		for range 5 {
			if ctx.Err() != nil {
				return
			}
			memory := checkin.NewMemory()
			if err := restore(memory, h.event, backup(t, s, h.event)); err != nil {
				t.Errorf("a backup made meanwhile: %v", err)
			} else {
				audit(t, memory, h.event)
			}
			memory.Close()
		}
	})
	together(16, func(i int) {
		for j := range 30 {
			n := i*100 + j
			name := names[(i*7+j)%len(names)]
			gate := []string{"west", "east", "small", "once", "free", "north"}[(i+j*j)%6]
			c := h.scanAs(scanUUID(50_000+n), gate, []checkin.Direction{checkin.In, checkin.In, checkin.Out}[n%3], name)
			var err error
			switch j % 10 {
			case 3:
				c.Offline, c.Shown, c.At = true, checkin.Admitted, h.now.Add(-time.Duration(n%60)*time.Second)
				c.Direction = checkin.In
				_, err = s.Scan(background, h.event, []checkin.Scan{c})
			case 6:
				_, err = s.Scan(background, h.event, []checkin.Scan{c})
				if _, e := h.undo(checkin.Undo{ScanID: c.ID, Any: true}); e != nil && !is(e, checkin.ErrSuperseded) {
					err = e
				}
			case 9:
				_, err = s.Scan(background, h.event, []checkin.Scan{c})
				c.Offline, c.Shown = true, checkin.Denied
				_, e := s.Scan(background, h.event, []checkin.Scan{c})
				if err == nil {
					err = e
				}
			default:
				_, err = s.Scan(background, h.event, []checkin.Scan{c})
			}
			if err != nil {
				t.Errorf("%v", err)
			}
		}
	})
	cancel()
	readers.Wait()
}
