package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// evenings are where a conference may begin. In most of them the clocks change
// in the night that follows.
var evenings = []struct{ zone, at string }{
	{"Europe/Berlin", "2026-10-24T07:30:00+02:00"},
	{"Europe/Berlin", "2026-03-28T07:30:00+01:00"},
	{"Australia/Lord_Howe", "2026-10-03T08:00:00+10:30"},
	{"America/Santiago", "2026-09-05T08:00:00-04:00"},
	{"Asia/Shanghai", "2026-11-07T08:00:00+08:00"},
	{"Asia/Kathmandu", "2026-11-07T08:00:00+05:45"},
}

// staff who are no phones: organizer, desk, supervisor.
const (
	organizer  = "ada"
	helpDesk   = "dora"
	supervisor = "sue"
)

var categories = []string{"delegate", "press", "vip"}

func venues() []checkin.Venue {
	list := []checkin.Venue{
		{ID: "foyer", Reentry: checkin.Free},
		{ID: "hall", Reentry: checkin.Free, Capacity: 6},
		{ID: "east", Reentry: checkin.Free, Exclusive: "forum", Capacity: 8},
		{ID: "west", Reentry: checkin.Daily, Exclusive: "forum", Capacity: 5},
		{ID: "stage", Reentry: checkin.Free, Exclusive: "forum"},
		{ID: "dinner", Reentry: checkin.Once, Capacity: 10},
		{ID: "lunch", Reentry: checkin.Daily, Capacity: 8, Hours: []checkin.Window{{From: "11:00", To: "15:00"}}},
		{ID: "press", Reentry: checkin.Free, Categories: []string{"press", "vip"}},
		{ID: "bar", Reentry: checkin.Free, Capacity: 7, Hours: []checkin.Window{{From: "17:00", To: "02:30"}}, AutoExitAt: "02:30"},
		{ID: "expo", Reentry: checkin.Daily, AutoExitAt: "18:30"},
	}
	for i := range list {
		list[i].Name = badge.Text{"en": list[i].ID}
	}
	return list
}

// records are the configuration that a conference begins with: two gates a
// venue, one phone a gate.
func records(event, zone string, start time.Time) []checkin.Record {
	out := []checkin.Record{checkin.NewRecord(badge.Event{ID: event, Name: badge.Text{"en": "Conference"}, TimeZone: zone,
		StartsAt: start, EndsAt: start.AddDate(0, 0, 3), Locale: "en"})}
	for _, c := range categories {
		out = append(out, checkin.NewRecord(badge.Category{ID: c, Name: badge.Text{"en": c}, Color: "#336699", Code: c[:1]}))
	}
	operator := func(id string, role checkin.Role) {
		out = append(out, checkin.NewRecord(checkin.Operator{ID: id, Event: event, Name: id, Role: role, CreatedAt: start,
			KeyHash: fmt.Sprintf("%.43s", event+"-"+id+"-------------------------------------------")}))
	}
	operator(organizer, checkin.Organizer)
	operator(helpDesk, checkin.HelpDesk)
	operator(supervisor, checkin.Supervisor)
	for i, v := range venues() {
		out = append(out, checkin.NewRecord(v))
		first, second := checkin.Both, checkin.Both
		if i%3 == 0 {
			first, second = checkin.In, checkin.Out
		}
		for n, d := range []checkin.Direction{first, second} {
			g := checkin.Gate{ID: fmt.Sprintf("%s-%d", v.ID, n+1), Venue: v.ID, Name: badge.Text{"en": v.ID}, Direction: d}
			out = append(out, checkin.NewRecord(g))
			operator("at-"+g.ID, checkin.GateStaff)
		}
	}
	for i, id := range []string{"k1", "k2"} {
		k := badge.Key{ID: id, Status: badge.KeyActive, Public: make([]byte, 32), Sealed: make([]byte, 60), CreatedAt: start, LastExpiry: start.AddDate(0, 0, 5)}
		if k.Public[0] = byte(i); i > 0 {
			k.Status = badge.KeyRetired
		}
		out = append(out, checkin.NewRecord(k))
	}
	return out
}

// newBadge is a badge as issuing asks for it; most are valid for the whole
// conference.
func newBadge(r *rand.Rand, event string, n int, attendee, category string, start time.Time) badge.Badge {
	id := fmt.Sprintf("b%010d", n)
	from := start.Add(-24 * time.Hour)
	b := badge.Badge{ID: id, Attendee: attendee, Code: category[:1], Link: fmt.Sprintf("%.22s", event+"."+id+"......................"), Key: "k1",
		ValidFrom: &from, ValidUntil: start.AddDate(0, 0, 5), IssuedAt: start.Add(-time.Hour), Digest: "token-of-" + id}
	switch r.IntN(12) {
	case 0:
		b.ValidUntil = start.Add(time.Duration(20+r.IntN(30)) * time.Hour).Truncate(time.Second)
	case 1:
		later := start.Add(time.Duration(1+r.IntN(24)) * time.Hour)
		b.ValidFrom = &later
	case 2, 3, 4:
		b.Key = "k2"
	}
	return b
}
