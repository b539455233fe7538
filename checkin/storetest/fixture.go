package storetest

import (
	"fmt"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// opening is when every hall begins: a Saturday, 09:30 in Shanghai.
var opening = time.Date(2026, 11, 7, 1, 30, 0, 0, time.UTC)

// Validity of the badges: the whole of November, and what is left after it or
// still to come.
var (
	validFrom  = time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC)
	validUntil = time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)
)

// Keys of the fixture.
const (
	activeKey    = "k1"
	retiredKey   = "k0"
	withdrawnKey = "kx"
)

// fixture is the configuration of a hall. Venues are named by the rule that
// they show; a gate named like its venue goes both ways.
func fixture(event, zone string) []checkin.Record {
	records := []checkin.Record{checkin.NewRecord(badge.Event{ID: event, Name: badge.Text{"en": "Expo", "zh": "博览会"}, TimeZone: zone,
		StartsAt: opening, EndsAt: opening.AddDate(0, 0, 2), Locale: "en"})}
	for i, c := range []string{"delegate", "press", "vip"} {
		records = append(records, checkin.NewRecord(badge.Category{ID: c, Name: badge.Text{"en": c}, Color: "#336699", Code: string("dpv"[i])}))
	}
	for _, v := range fixtureVenues() {
		records = append(records, checkin.NewRecord(v),
			checkin.NewRecord(checkin.Gate{ID: v.ID, Venue: v.ID, Name: badge.Text{"en": v.ID}, Direction: checkin.Both}))
	}
	records = append(records,
		checkin.NewRecord(checkin.Gate{ID: "free-in", Venue: "free", Name: badge.Text{"en": "In"}, Direction: checkin.In}),
		checkin.NewRecord(checkin.Gate{ID: "free-out", Venue: "free", Name: badge.Text{"en": "Out"}, Direction: checkin.Out}),
		checkin.NewRecord(checkin.Gate{ID: "small-2", Venue: "small", Name: badge.Text{"en": "Two"}, Direction: checkin.Both}))
	for _, o := range fixtureOperators(event) {
		records = append(records, checkin.NewRecord(o))
	}
	for i, k := range []badge.Key{
		{ID: activeKey, Status: badge.KeyActive}, {ID: retiredKey, Status: badge.KeyRetired}, {ID: withdrawnKey, Status: badge.KeyWithdrawn},
	} {
		k.Public, k.Sealed = make([]byte, 32), make([]byte, 60)
		k.Public[0], k.CreatedAt, k.LastExpiry = byte(i), opening.AddDate(0, 0, -20), validUntil
		records = append(records, checkin.NewRecord(k))
	}
	return records
}

func fixtureVenues() []checkin.Venue {
	venues := []checkin.Venue{
		{ID: "free", Reentry: checkin.Free},
		{ID: "small", Reentry: checkin.Free, Capacity: 2},
		{ID: "once", Reentry: checkin.Once},
		{ID: "daily", Reentry: checkin.Daily},
		{ID: "pressroom", Reentry: checkin.Free, Categories: []string{"press", "vip"}},
		{ID: "day", Reentry: checkin.Free, Hours: []checkin.Window{{From: "09:00", To: "12:00"}, {From: "13:00", To: "18:30"}}},
		{ID: "night", Reentry: checkin.Free, Hours: []checkin.Window{{From: "22:00", To: "02:30"}}},
		{ID: "east", Reentry: checkin.Free, Exclusive: "halls"},
		{ID: "north", Reentry: checkin.Daily, Exclusive: "halls"},
		{ID: "west", Reentry: checkin.Free, Exclusive: "halls", Capacity: 2},
		{ID: "bar", Reentry: checkin.Free, AutoExitAt: "23:30"},
		{ID: "cellar", Reentry: checkin.Once, AutoExitAt: "02:30"},
		{ID: "strict", Reentry: checkin.Once, Capacity: 1, Categories: []string{"press"},
			Hours: []checkin.Window{{From: "09:00", To: "18:00"}}},
		{ID: "strict-daily", Reentry: checkin.Daily, Capacity: 1, Categories: []string{"press"},
			Hours: []checkin.Window{{From: "09:00", To: "18:00"}}},
	}
	for i := range venues {
		venues[i].Name = badge.Text{"en": venues[i].ID, "zh": "馆" + venues[i].ID}
	}
	return venues
}

// fixtureOperators are one of each role, and those whom a guard must stop.
func fixtureOperators(event string) []checkin.Operator {
	past, soon := opening.Add(-time.Hour), opening.Add(time.Hour)
	ops := []checkin.Operator{
		{ID: "ada", Role: checkin.Organizer}, {ID: "dora", Role: checkin.HelpDesk}, {ID: "sue", Role: checkin.Supervisor},
		{ID: "sam", Role: checkin.Security}, {ID: "gus", Role: checkin.GateStaff},
		{ID: "gil", Role: checkin.GateStaff, Gates: []string{"free-in", "small"}},
		{ID: "lim", Role: checkin.Supervisor, Gates: []string{"small"}}, // gates bind gate staff only
		{ID: "hour", Role: checkin.GateStaff, ExpiresAt: &soon},
		{ID: "expired", Role: checkin.GateStaff, ExpiresAt: &past},
		{ID: "revoked", Role: checkin.GateStaff, RevokedAt: &past},
	}
	for i := range ops {
		ops[i].Event, ops[i].Name, ops[i].CreatedAt = event, ops[i].ID, opening.AddDate(0, 0, -10)
		ops[i].KeyHash = keyHash(event, ops[i].ID)
	}
	return ops
}

func keyHash(event, operator string) string {
	return fmt.Sprintf("%.43s", event+"-"+operator+"-------------------------------------------")
}

// people of the fixture: name, category. Each has an active badge unless the
// hall says otherwise.
var people = [...][2]string{
	{"ann", "delegate"}, {"ben", "delegate"}, {"cat", "delegate"}, {"dan", "delegate"}, {"eve", "vip"},
	{"pia", "press"}, {"pol", "press"}, {"pim", "press"},
	{"old", "press"}, {"soon", "press"}, {"gone", "press"}, {"swap", "press"},
}

// badgeID is the badge that a person of the fixture got first: 11 characters,
// as all of them have.
func badgeID(name string) string { return (name + "___________")[:11] }

func linkOf(event, id string) string {
	return fmt.Sprintf("%.22s", event+"."+id+"......................")
}

func person(name, category string) badge.Attendee {
	return badge.Attendee{ID: "p-" + name, Ref: "R-" + name, Name: "名 " + name, NameLatin: "Ms " + name, Organization: "Org of " + name,
		Delegation: "Guangdong", Category: category, Email: name + "@example.org", Phone: "+86 10 1234", Locale: "zh"}
}

// newBadge is a badge as issuing asks for it.
func newBadge(event, id, attendee string) badge.Badge {
	from := validFrom
	return badge.Badge{ID: id, Attendee: attendee, Code: "d", Link: linkOf(event, id), Key: activeKey, ValidFrom: &from, ValidUntil: validUntil,
		IssuedAt: opening.AddDate(0, 0, -5), Digest: "digest-of-" + id}
}

// fixtureBadge is the first badge of a person of the fixture.
func fixtureBadge(event, name string) badge.Badge {
	b := newBadge(event, badgeID(name), "p-"+name)
	switch name {
	case "old":
		b.ValidUntil = opening.AddDate(0, 0, -1).Truncate(time.Second)
	case "soon":
		from := opening.AddDate(0, 0, 1)
		b.ValidFrom = &from
	case "eve":
		b.ValidFrom = nil
	}
	return b
}
