package storetest

import (
	"errors"
	"slices"

	"lanyard/checkin"
)

func is(err, target error) bool { return errors.Is(err, target) }

// audit demands what must be true of every event at any time: the journal is
// whole, and lists, places, counters, minutes and remembered answers are what
// a naive reading of it comes to.
func audit(t tb, s checkin.Store, event string) {
	t.Helper()
	rows, err := s.Journal(background, event, 0, 1_000_000)
	if is(err, checkin.ErrNoEvent) {
		return // the test has deleted it
	}
	if err != nil {
		t.Errorf("audit: journal: %v", err)
		return
	}
	if _, err := checkin.VerifyChain(rows, checkin.GenesisHash, 1); err != nil {
		t.Errorf("audit: %v", err)
	}
	if seq, err := s.Seq(background, event); err != nil || seq != uint64(len(rows)) {
		t.Errorf("audit: seq %d, %v of %d rows", seq, err, len(rows))
	}
	l := newLedger()
	l.read(rows...)
	for i, p := range l.problems {
		if i < 5 {
			t.Errorf("audit: %s", p)
		}
	}
	auditInside(t, s, event, l)
	auditCounts(t, s, event, l, len(rows))
	items := backup(t, s, event)
	auditBackup(t, items, l)
	auditAnswers(t, s, event, items, l)
}

func auditInside(t tb, s checkin.Store, event string, l *ledger) {
	t.Helper()
	list, err := s.Inside(background, event, "")
	if err != nil {
		t.Errorf("audit: inside: %v", err)
		return
	}
	cfg, err := s.Config(background, event)
	if err != nil {
		t.Errorf("audit: configuration: %v", err)
		return
	}
	var got []string
	for _, in := range list {
		got = append(got, in.Venue+"/"+in.Badge)
		if _, ok := cfg.Venue(in.Venue); !ok {
			t.Errorf("audit: %s is inside %s, which is gone", in.Badge, in.Venue)
		}
	}
	slices.Sort(got)
	if want := l.everybody(); text(t, got) != text(t, want) {
		t.Errorf("audit: inside\n by the list %v\nby the rows %v", got, want)
	}
}

func auditCounts(t tb, s checkin.Store, event string, l *ledger, rows int) {
	t.Helper()
	n, err := s.Counts(background, event, opening)
	if err != nil {
		t.Errorf("audit: counts: %v", err)
		return
	}
	if n.Seq != uint64(rows) {
		t.Errorf("audit: counts as of row %d of %d", n.Seq, rows)
	}
	for venue, want := range l.venues {
		got := n.Venues[venue]
		if (tally{got.Entries, got.Exits, got.Denied}) != *want || got.Inside != l.occupancy(venue) {
			t.Errorf("audit: %s counts %+v, the rows %+v with %d inside", venue, got, *want, l.occupancy(venue))
		}
	}
	for venue, got := range n.Venues {
		if l.venues[venue] == nil && (got.Inside != 0 || got.Entries != 0 || got.Exits != 0 || got.Denied != 0) {
			t.Errorf("audit: %s counts %+v without rows", venue, got)
		}
	}
	for gate, want := range l.gates {
		got := n.Gates[gate]
		if gate != "" && ((tally{got.Entries, got.Exits, got.Denied}) != *want || !got.LastSeen.Equal(l.seen[gate])) {
			t.Errorf("audit: gate %s counts %+v, the rows %+v, last seen %v", gate, got, *want, l.seen[gate])
		}
	}
}

// auditBackup looks into the pieces that no other method tells: all minutes,
// and places both as they are and as the entries say that they became.
func auditBackup(t tb, items []checkin.Item, l *ledger) {
	t.Helper()
	places, became := map[spot]checkin.Presence{}, map[spot]checkin.Presence{}
	for _, it := range items {
		switch it.Type {
		case checkin.ItemPresence:
			p := decode[checkin.Presence](t, it)
			places[spot{p.Badge, p.Venue}] = p
		case checkin.ItemEntry:
			for _, p := range decode[checkin.Entry](t, it).After {
				became[spot{p.Badge, p.Venue}] = p
			}
		case checkin.ItemVenue:
			v := decode[checkin.VenueItem](t, it)
			if want := l.minutes[v.ID]; (len(v.Minutes) > 0 || len(want) > 0) && text(t, v.Minutes) != text(t, want) {
				t.Errorf("audit: minutes of %s\n      are %s\nby the rows %s", v.ID, text(t, v.Minutes), text(t, want))
			}
		}
	}
	for at, p := range places {
		if became[at] != p {
			t.Errorf("audit: the place\n%+v became by the entries\n%+v", p, became[at])
		}
		if p.Inside != l.inside[at] {
			t.Errorf("audit: place %+v, by the rows inside is %v", p, l.inside[at])
		}
		if p.LastSeq != l.scanned[at] {
			t.Errorf("audit: place %+v, by the rows its last scan is %d", p, l.scanned[at])
		}
		if p.Inside && p.EntryAt == 0 {
			t.Errorf("audit: inside without an entry: %+v", p)
		}
	}
	for at := range became {
		if _, ok := places[at]; !ok {
			t.Errorf("audit: no place of %v", at)
		}
	}
}

// auditAnswers demands that every scan id gives the verdict that it was told.
func auditAnswers(t tb, s checkin.Store, event string, items []checkin.Item, l *ledger) {
	t.Helper()
	var scans []checkin.Scan
	for _, it := range items {
		if it.Type != checkin.ItemEntry {
			continue
		}
		e := decode[checkin.Entry](t, it)
		r := e.Row
		if told := l.told[r.ScanID]; told == nil || told.row.Seq != r.Seq {
			continue
		}
		scans = append(scans, checkin.Scan{ID: r.ScanID, Gate: r.Gate, Direction: r.Direction, Content: e.Content, Now: r.RecordedAt, At: r.At, DryRun: true})
	}
	for page := range slices.Chunk(scans, 500) {
		got, err := s.Scan(background, event, page)
		if err != nil {
			t.Errorf("audit: replay: %v", err)
			return
		}
		for i, c := range page {
			told, a := l.told[c.ID], got[i].Answer
			if got[i].Err != nil || !a.Replayed || a.Result != told.result || a.Seq != told.row.Seq || (a.Note == checkin.NoteUndone) != told.undone {
				t.Errorf("audit: scan %s: %s, %v; by the rows %s, undone %v", c.ID, read(a), got[i].Err, told.result, told.undone)
			}
		}
	}
}
