package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/checkin"
)

// testAnyOrder: phones upload when they can. Whatever the order in which their
// facts arrive, the same are inside, with the same latest entries: those of
// the facts in the order of their own times.
func testAnyOrder(t *testing.T, s checkin.Store) {
	settings(t, 25)
	rapid.Check(t, func(t *rapid.T) {
		var facts []checkin.Scan
		for i := range rapid.IntRange(2, 14).Draw(t, "facts") {
			name := rapid.SampledFrom(crew[:2]).Draw(t, "who")
			c := checkin.Scan{ID: scanUUID((i*7919 + 1) % 65_521), Gate: rapid.SampledFrom([]string{"west", "east", "north", "once"}).Draw(t, "gate"),
				Direction: checkin.In, Content: "token-of-" + name, Badge: badgeID(name), Key: activeKey, Offline: true, Shown: checkin.Admitted,
				Now: opening.Add(time.Hour), Operator: fmt.Sprint("phone", i)}
			if rapid.IntRange(0, 2).Draw(t, "out") == 2 {
				c.Direction, c.Shown = checkin.Out, checkin.Exited
			}
			c.At = opening.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, "minute")) * time.Minute)
			facts = append(facts, c)
		}
		want, entries := chronicle(facts)
		for _, order := range [][]checkin.Scan{facts, rapid.Permutation(facts).Draw(t, "order")} {
			h := &hall{tb: t, store: s, event: fmt.Sprintf("expo%d", halls.Add(1)), now: opening}
			h.build("Asia/Shanghai")
			list, err := s.Scan(background, h.event, order)
			if err != nil {
				t.Fatalf("Scan: %v", err)
			}
			for i, o := range list {
				if o.Err != nil || o.Answer.Result != order[i].Shown {
					t.Fatalf("fact %+v: %+v", order[i], o)
				}
			}
			got := map[spot]bool{}
			for _, name := range crew[:2] {
				places, err := s.Places(background, h.event, badgeID(name))
				if err != nil {
					t.Fatalf("Places: %v", err)
				}
				for _, p := range places {
					at := spot{p.Badge, p.Venue}
					if p.Inside {
						got[at] = true
					}
					if e := entries[at]; e.ID != p.EntryID || e.ID != "" && (e.At.UnixMilli() != p.EntryAt || e.Gate != p.EntryGate || e.Operator != p.EntryBy) {
						t.Fatalf("the latest entry of %+v is %+v", p, e)
					}
				}
			}
			if len(got) != len(want) {
				t.Fatalf("inside are %v, want %v, of %+v", got, want, order)
			}
			for at := range want {
				if !got[at] {
					t.Fatalf("inside are %v, want %v, of %+v", got, want, order)
				}
			}
			audit(t, s, h.event)
			if err := s.DeleteEvent(background, h.event); err != nil {
				t.Fatalf("DeleteEvent: %v", err)
			}
		}
	})
}

// chronicle goes through facts in the order of their times: who is where at
// the end, and the latest entries.
func chronicle(facts []checkin.Scan) (inside map[spot]bool, entries map[spot]checkin.Scan) {
	inside, entries = map[spot]bool{}, map[spot]checkin.Scan{}
	inOrder := slices.SortedFunc(slices.Values(facts), func(a, b checkin.Scan) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	for _, c := range inOrder {
		at := spot{c.Badge, c.Gate}
		if c.Direction == checkin.Out {
			delete(inside, at)
			continue
		}
		if c.Gate != "once" { // the halls are a group
			for _, hall := range []string{"west", "east", "north"} {
				delete(inside, spot{c.Badge, hall})
			}
		}
		inside[at], entries[at] = true, c
	}
	return inside, entries
}
