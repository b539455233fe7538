package redisstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lanyard/checkin"
)

// Backup writes an event as it is at one moment. People, badges and places are
// too many to be read at one, so they are read through first; what changed
// meanwhile is then put right: places by the journal, the rest by what the
// roster's log and the journal name.
func (s *Store) Backup(ctx context.Context, id string, emit func(checkin.Item) error) error {
	e := s.event(id)
	b, err := s.snapshot(ctx, e)
	if err != nil {
		return err
	}
	if err := b.emit(emit); err != nil {
		return err
	}
	for after := uint64(0); after < b.seq; {
		page, err := s.entries(ctx, e, after, int(min(chainPage, b.seq-after)))
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return &checkin.BrokenRow{Seq: after + 1, Problem: "missing"}
		}
		for _, en := range page {
			if err := emit(checkin.NewItem(checkin.ItemEntry, en)); err != nil {
				return err
			}
			after = en.Row.Seq
		}
	}
	marks, err := s.Checkpoints(ctx, id)
	for _, c := range marks {
		if err == nil && c.Count <= b.seq {
			err = emit(checkin.NewItem(checkin.ItemCheckpoint, c))
		}
	}
	return err
}

// backup is an event without its journal, as records.
type backup struct {
	id      string
	seq     uint64
	cfg     *checkin.Config
	people  map[string]string
	badges  map[string]string
	places  map[string]map[string]checkin.Presence // by badge and venue
	venues  map[string]string
	minutes map[string][]any // fields and values in turn
	gates   map[string]string
}

func (s *Store) snapshot(ctx context.Context, e *event) (*backup, error) {
	b := &backup{id: e.id, people: map[string]string{}, badges: map[string]string{}, places: map[string]map[string]checkin.Presence{},
		venues: map[string]string{}, minutes: map[string][]any{}, gates: map[string]string{}}
	var r reader
	before, err := s.client.HMGet(ctx, e.keys.state, "roster", "seq").Result()
	if err != nil {
		return nil, unavailable(err)
	}
	roster, start := r.int(text(before, 0)), uint64(r.int(text(before, 1)))
	for key, into := range map[string]map[string]string{e.keys.people: b.people, e.keys.badges: b.badges} {
		if err := s.each(ctx, key, func(id, record string) error { into[id] = record; return nil }); err != nil {
			return nil, err
		}
	}
	err = s.each(ctx, e.keys.places, func(badge, record string) error {
		delete(b.places, unescape(badge))
		b.place(r.places(unescape(badge), record))
		return r.err
	})
	if err != nil {
		return nil, err
	}
	_, values, err := s.run(ctx, snapshotScript, []string{e.keys.conf, e.keys.state, e.keys.people, e.keys.badges, e.keys.rosterLog, e.keys.journal,
		e.keys.never()}, e.keys.prefix, roster, start)
	if err != nil {
		return nil, err
	}
	if b.cfg, err = parseConfig(pairs(items(values, 0))); err != nil {
		return nil, err
	}
	b.figures(&r, pairs(items(values, 1)))
	for i, minutes := 0, items(values, 2); i+1 < len(minutes); i += 2 {
		b.minutes[text(minutes, i)] = items(minutes, i+1)
	}
	overlay(b.people, items(values, 3))
	overlay(b.badges, items(values, 4))
	for after := start; after < b.seq; {
		page, err := s.entries(ctx, e, after, int(min(chainPage, b.seq-after)))
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return nil, &checkin.BrokenRow{Seq: after + 1, Problem: "missing"}
		}
		for _, en := range page {
			b.place(en.After)
			after = en.Row.Seq
		}
	}
	return b, r.err
}

// place notes where a badge is. Of what was read through, places may be ahead
// of the journal up to seq; they are overwritten by it in its order.
func (b *backup) place(places []checkin.Presence) {
	for _, p := range places {
		if b.places[p.Badge] == nil {
			b.places[p.Badge] = map[string]checkin.Presence{}
		}
		b.places[p.Badge][p.Venue] = p
	}
}

func (b *backup) figures(r *reader, state map[string]string) {
	b.seq = uint64(r.int(state["seq"]))
	for field, f := range state {
		kind, id, _ := strings.Cut(field, "/")
		switch kind {
		case "v":
			b.venues[id] = f
		case "g":
			b.gates[id] = f
		}
	}
}

// pairs are fields and values in turn, as a map.
func pairs(list []any) map[string]string {
	m := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		m[text(list, i)] = text(list, i+1)
	}
	return m
}

// overlay puts newer records over older ones; no record is one that has gone.
func overlay(m map[string]string, newer []any) {
	for i := 0; i+1 < len(newer); i += 2 {
		if record := text(newer, i+1); record != "" {
			m[text(newer, i)] = record
		} else {
			delete(m, text(newer, i))
		}
	}
}

// emit writes all but the journal.
func (b *backup) emit(emit func(checkin.Item) error) error {
	var r reader
	var err error
	out := func(kind string, v any) {
		if err == nil {
			err = r.err
		}
		if err == nil {
			err = emit(checkin.NewItem(kind, v))
		}
	}
	out(checkin.ItemBackup, checkin.BackupHead{Version: checkin.BackupVersion, Event: b.id, Rev: b.cfg.Rev, Seq: b.seq})
	for _, rec := range b.cfg.Records() {
		out(checkin.ItemRecord, rec)
	}
	for _, id := range slices.Sorted(maps.Keys(b.people)) {
		out(checkin.ItemAttendee, r.person(unescape(id), b.people[id]))
	}
	for _, id := range slices.Sorted(maps.Keys(b.badges)) {
		bd := r.badge(unescape(id), b.badges[id])
		if _, there := b.people[escape(bd.Attendee)]; !there {
			bd.Attendee = "" // erased while the badges were read through
		}
		out(checkin.ItemBadge, bd)
	}
	for _, id := range slices.Sorted(maps.Keys(b.places)) {
		for _, venue := range slices.Sorted(maps.Keys(b.places[id])) {
			out(checkin.ItemPresence, b.places[id][venue])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.venues)) {
		counts, last := r.venue(b.venues[id])
		v := checkin.VenueItem{ID: unescape(id), Entries: counts.Entries, Exits: counts.Exits, Denied: counts.Denied}
		for i, list := 0, b.minutes[id]; i+1 < len(list); i += 2 {
			v.Minutes = append(v.Minutes, r.minute(text(list, i), text(list, i+1)))
		}
		if last.Minute != 0 {
			v.Minutes = append(v.Minutes, last)
		}
		sortMinutes(v.Minutes)
		out(checkin.ItemVenue, v)
	}
	for _, id := range slices.Sorted(maps.Keys(b.gates)) {
		out(checkin.ItemGate, checkin.GateItem{ID: unescape(id), GateCounts: r.gate(b.gates[id])})
	}
	if err == nil {
		err = r.err
	}
	return err
}
