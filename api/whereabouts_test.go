package api

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/badge"
	"lanyard/checkin"
)

// floor is a small event in memory that whereabouts follow.
type floor struct {
	*checkin.Engine
	t      rapid.TB
	w      *whereabouts
	badges []string
	now    time.Time
	ids    int
}

func newFloor(t interface {
	rapid.TB
	Cleanup(func())
}) *floor {
	f := &floor{Engine: checkin.NewMemory(), t: t, now: time.Date(2026, 11, 7, 14, 0, 0, 0, time.UTC)}
	desk := checkin.NewDesk(f, checkin.DeskOptions{})
	t.Cleanup(func() { desk.Close(); f.Close() })
	records := []checkin.Record{
		checkin.NewRecord(badge.Event{ID: "expo", Name: badge.Text{"en": "Expo"}, TimeZone: "UTC", StartsAt: f.now, EndsAt: f.now.AddDate(0, 0, 3), Locale: "en"}),
		checkin.NewRecord(badge.Category{ID: "delegate", Name: badge.Text{"en": "Delegate"}, Code: "d"}),
		checkin.NewRecord(badge.Key{ID: "k1", Status: badge.KeyActive, Public: make([]byte, 32), CreatedAt: f.now, LastExpiry: f.now.AddDate(1, 0, 0)}),
	}
	for _, v := range []checkin.Venue{
		{ID: "tech", Reentry: checkin.Free, Exclusive: "halls"}, {ID: "talent", Reentry: checkin.Daily, Exclusive: "halls"},
		{ID: "trade", Reentry: checkin.Free, Exclusive: "halls", AutoExitAt: "18:00"},
		{ID: "bar", Reentry: checkin.Once, AutoExitAt: "23:30"}, {ID: "main", Reentry: checkin.Free},
	} {
		v.Name = badge.Text{"en": v.ID}
		records = append(records, checkin.NewRecord(v), checkin.NewRecord(checkin.Gate{ID: v.ID, Venue: v.ID, Name: v.Name, Direction: checkin.Both}))
	}
	_, err := f.Configure(context.Background(), "expo", checkin.Change{Stamp: f.stamp(), Put: records})
	f.must(err)
	for i := range 3 {
		person := badge.Attendee{ID: fmt.Sprint("p", i), Ref: fmt.Sprint(i), Name: "A", Category: "delegate"}
		_, err := f.PutAttendees(context.Background(), "expo", f.stamp(), []checkin.PutAttendee{{Attendee: person}})
		f.must(err)
		id := badge.NewID()
		f.badges = append(f.badges, id)
		_, err = f.Issue(context.Background(), "expo", f.stamp(), []checkin.Issue{{Badge: badge.Badge{ID: id, Attendee: person.ID, Code: "d", Link: badge.NewLink(),
			Key: "k1", ValidUntil: f.now.AddDate(0, 0, 4), IssuedAt: f.now}}})
		f.must(err)
	}
	f.w = newWhereabouts(desk, "expo")
	return f
}

func (f *floor) stamp() checkin.Stamp { return checkin.Stamp{At: f.now, Operator: "ada"} }

func (f *floor) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// scan has a badge read at a gate now.
func (f *floor) scan(who int, gate string, dir checkin.Direction) checkin.Scan {
	f.ids++
	return checkin.Scan{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", f.ids), Gate: gate, Direction: dir, Content: "token " + f.badges[who],
		Badge: f.badges[who], Key: "k1", Now: f.now, At: f.now, Operator: "gus"}
}

func (f *floor) ask(c checkin.Scan) {
	f.t.Helper()
	out, err := f.Scan(context.Background(), "expo", []checkin.Scan{c})
	f.must(err)
	if err := out[0].Err; err != nil && !errors.Is(err, checkin.ErrScanReused) {
		f.t.Fatal(err)
	}
}

func (f *floor) undo(id string) {
	f.t.Helper()
	_, err := f.Undo(context.Background(), "expo", checkin.Undo{ScanID: id, Now: f.now, Operator: "ada", Any: true})
	if err != nil && !errors.Is(err, checkin.ErrNoScan) && !errors.Is(err, checkin.ErrSuperseded) {
		f.t.Fatal(err)
	}
}

// compare holds what phones are told against what the store knows.
func (f *floor) compare() {
	f.t.Helper()
	f.must(f.w.catchUp(context.Background(), 0))
	inside, err := f.Inside(context.Background(), "expo", "")
	f.must(err)
	var want, got []string
	for _, p := range inside {
		want = append(want, p.Venue+" "+p.Badge)
	}
	for venue, here := range f.w.places {
		for id, p := range here {
			if p.inside {
				got = append(got, venue+" "+id.String())
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		f.t.Fatalf("at %v phones hear of %v inside, the store knows %v", f.now, got, want)
	}
	for _, b := range f.badges {
		id, _ := packID(b)
		places, err := f.Places(context.Background(), "expo", b)
		f.must(err)
		for _, p := range places {
			at, ok := f.w.places[p.Venue][id].entered()
			if ok != (p.EntryAt != 0) || ok && at.UnixMilli() != p.EntryAt {
				f.t.Fatalf("at %v phones hear that %s entered %s at %v, the store knows %v", f.now, b, p.Venue, at, time.UnixMilli(p.EntryAt).UTC())
			}
		}
	}
}

func TestAnUndoneExitPutsNobodyIntoTwoHalls(t *testing.T) {
	f := newFloor(t)
	f.ask(f.scan(0, "tech", checkin.In))
	exit := f.scan(0, "tech", checkin.Out)
	f.ask(exit)
	f.ask(f.scan(0, "talent", checkin.In))
	f.undo(exit.ID)
	f.compare()
	f.must(f.w.catchUp(context.Background(), 0))
	id, _ := packID(f.badges[0])
	if f.w.places["tech"][id].inside || !f.w.places["talent"][id].inside {
		t.Errorf("the badge is at %v", f.w.places)
	}
}

// Whatever happens, and in whichever order phones report it, a phone is told
// the places that the store knows.
func TestWhereaboutsAreTheStoresOwn(t *testing.T) {
	flag.Set("rapid.nofailfile", "true") // the seed will do
	rapid.Check(t, func(t *rapid.T) {
		f := newFloor(t)
		gates := []string{"bar", "main", "talent", "tech", "trade"}
		asked := map[string]checkin.Scan{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			f.now = f.now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 1, 30, 90, 400}).Draw(t, "minutes")) * time.Minute)
			past := slices.Sorted(maps.Keys(asked))
			switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
			case what < 7 || len(past) == 0:
				c := f.scan(rapid.IntRange(0, len(f.badges)-1).Draw(t, "who"), rapid.SampledFrom(gates).Draw(t, "gate"),
					rapid.SampledFrom([]checkin.Direction{checkin.In, checkin.In, checkin.Out}).Draw(t, "way"))
				if rapid.IntRange(0, 2).Draw(t, "offline") == 2 {
					offline(t, &c, rapid.SampledFrom([]int{0, 1, 45, 300, 1500}).Draw(t, "minutes ago"))
				}
				asked[c.ID] = c
				f.ask(c)
			case what == 7:
				c := asked[rapid.SampledFrom(past).Draw(t, "again")]
				c.Now = f.now
				offline(t, &c, 0)
				c.At = c.At.Add(-time.Duration(rapid.SampledFrom([]int{0, 1, 45}).Draw(t, "minutes before")) * time.Minute)
				f.ask(c)
			case what == 8:
				f.undo(rapid.SampledFrom(past[max(0, len(past)-6):]).Draw(t, "undone"))
			default:
				_, err := f.Sweep(context.Background(), "expo", f.now)
				f.must(err)
			}
			f.compare()
		}
	})
}

// offline makes a scan what a phone reports that decided by itself.
func offline(t *rapid.T, c *checkin.Scan, minutesAgo int) {
	c.Offline, c.At = true, c.At.Add(-time.Duration(minutesAgo)*time.Minute)
	switch c.Shown = checkin.Admitted; {
	case rapid.IntRange(0, 3).Draw(t, "shown as denied") == 3:
		c.Shown = checkin.Denied
	case c.Direction == checkin.Out:
		c.Shown = checkin.Exited
	}
}
