package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"lanyard/badge"
	"lanyard/checkin"
)

func freshBadge(n int) string { return badgeID(fmt.Sprintf("fresh%d", n)) }

// roster changes people and badges.
func (w *world) roster() {
	name := pick(w, "who", crew...)
	switch pick(w, "change", "category", "revoke", "issue", "replace", "erase", "return") {
	case "category":
		p := person(name, pick(w, "to", "delegate", "press", "vip"))
		both(w, "category", func(s checkin.Store) ([]put, error) {
			got, err := s.PutAttendees(background, w.event, w.stamp(), []checkin.PutAttendee{{Attendee: p, Mode: checkin.Update}})
			return puts(got), err
		})
	case "revoke":
		id := badgeID(name)
		if w.fresh > 0 && w.chance(2, "newer") {
			id = freshBadge(w.fresh)
		}
		both(w, "revoke", func(s checkin.Store) (badge.Badge, error) {
			return s.Revoke(background, w.event, w.stamp(), id, "lost")
		})
	case "issue", "replace":
		w.fresh++
		b := newBadge(w.event, freshBadge(w.fresh), "p-"+name)
		b.ValidFrom, b.ValidUntil = nil, w.now.Add(48*time.Hour)
		replace := w.chance(2, "replace")
		both(w, "issue", func(s checkin.Store) ([]issued, error) {
			got, err := s.Issue(background, w.event, w.stamp(), []checkin.Issue{{Badge: b, Replace: replace}})
			out := make([]issued, len(got))
			for i, r := range got {
				out[i] = issued{r.Badge, r.New, r.Replaced, fmt.Sprint(kind(r.Err))}
			}
			return out, err
		})
	case "erase":
		both(w, "erase", func(s checkin.Store) (int, error) { return 0, s.Erase(background, w.event, w.stamp(), "p-"+name) })
	case "return":
		both(w, "return", func(s checkin.Store) ([]put, error) {
			got, err := s.PutAttendees(background, w.event, w.stamp(), []checkin.PutAttendee{{Attendee: person(name, "press"), Mode: checkin.Upsert}})
			return puts(got), err
		})
	}
	w.catchUp()
}

// put and issued are results that can be written down.
type put struct {
	Attendee         badge.Attendee
	Created, Changed bool
	Err              string
}

type issued struct {
	Badge    badge.Badge
	New      bool
	Replaced string
	Err      string
}

func puts(list []checkin.PutResult) []put {
	out := make([]put, len(list))
	for i, r := range list {
		out[i] = put{r.Attendee, r.Created, r.Changed, fmt.Sprint(kind(r.Err))}
	}
	return out
}

// configure changes the rules under way.
func (w *world) configure() {
	cfg, err := w.b.Config(background, w.event)
	if err != nil {
		w.Fatalf("Config: %v", err)
	}
	var change checkin.Change
	v := pick(w, "venue", cfg.Venues...)
	switch pick(w, "rule", "capacity", "capacity", "reentry", "hours", "group", "auto exit", "categories", "gate", "drop gate", "drop venue", "zone", "key", "operator", "stale") {
	case "capacity":
		v.Capacity = rapid.IntRange(0, 3).Draw(w.T, "capacity")
	case "reentry":
		v.Reentry = pick(w, "reentry", checkin.Free, checkin.Once, checkin.Daily)
	case "hours":
		v.Hours = pick(w, "hours", nil, []checkin.Window{{From: "22:00", To: "02:30"}}, []checkin.Window{{From: "02:00", To: "03:00"}, {From: "09:00", To: "24:00"}})
	case "group":
		v.Exclusive = pick(w, "group", "", "halls", "other")
	case "auto exit":
		v.AutoExitAt = pick(w, "at", "", "00:00", "02:00", "02:30", "23:59")
	case "categories":
		v.Categories = pick(w, "categories", nil, []string{"press"}, []string{"delegate", "vip"})
	case "gate":
		g := pick(w, "gate", cfg.Gates...)
		g.Venue, g.Direction = v.ID, pick(w, "direction", checkin.Both, checkin.In, checkin.Out)
		change.Put = []checkin.Record{checkin.NewRecord(g)}
	case "drop gate":
		change.Drop = []checkin.Record{{Thing: checkin.GateThing, ID: pick(w, "gate", cfg.Gates...).ID}}
	case "drop venue":
		if len(cfg.Venues) < 8 || len(cfg.Gates) < 8 {
			return
		}
		for _, g := range cfg.Gates {
			if g.Venue == v.ID {
				change.Drop = append(change.Drop, checkin.Record{Thing: checkin.GateThing, ID: g.ID})
			}
		}
		change.Drop = append(change.Drop, checkin.Record{Thing: checkin.VenueThing, ID: v.ID})
	case "zone":
		event := cfg.Event
		event.TimeZone = pick(w, "zone", w.zone, w.zone, "Pacific/Kiritimati")
		change.Put = []checkin.Record{checkin.NewRecord(event)}
	case "key":
		k := pick(w, "key", cfg.Keys...)
		k.Status = pick(w, "status", badge.KeyActive, badge.KeyRetired, badge.KeyWithdrawn)
		change.Put = []checkin.Record{checkin.NewRecord(k)}
	case "operator":
		o := pick(w, "operator", cfg.Operators...)
		o.Gates = pick(w, "gates", nil, []string{"west", "small"})
		change.Put = []checkin.Record{checkin.NewRecord(o)}
	case "stale":
		cfg = &checkin.Config{Rev: cfg.Rev - 1}
	}
	if change.Put == nil && change.Drop == nil {
		change.Put = []checkin.Record{checkin.NewRecord(v)}
	}
	change.Stamp, change.Rev = w.stamp(), cfg.Rev
	both(w, "configure", func(s checkin.Store) (*checkin.Config, error) {
		c, err := s.Configure(background, w.event, change)
		if err != nil {
			c = nil
		}
		return c, err
	})
	w.catchUp()
}
