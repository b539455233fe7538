package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lanyard/badge"
	"lanyard/checkin"
)

// record writes down everything that a store tells of an event, in one form
// for all stores: a line for each piece of its backup. Counters of places that
// were never scanned are left out, because a store may or may not hold them.
func record(t tb, s checkin.Store, event string) string {
	t.Helper()
	items := backup(t, s, event)
	lines := make([]string, 0, len(items)+1)
	for _, it := range items {
		if line := settled(t, it); line != "" {
			lines = append(lines, it.Type+" "+line)
		}
	}
	slices.Sort(lines)
	seq, err := s.Seq(background, event)
	if err != nil {
		t.Fatalf("Seq: %v", err)
	}
	return strings.Join(append(lines, fmt.Sprintf("seq %d", seq)), "\n")
}

func backup(t tb, s checkin.Store, event string) []checkin.Item {
	t.Helper()
	var items []checkin.Item
	err := s.Backup(background, event, func(it checkin.Item) error {
		items = append(items, it)
		return nil
	})
	if err != nil {
		t.Fatalf("Backup: %v", err)
	}
	return items
}

// settled is an item read and written again by its type.
func settled(t tb, it checkin.Item) string {
	t.Helper()
	var v any
	switch it.Type {
	case checkin.ItemBackup:
		v = decode[checkin.BackupHead](t, it)
	case checkin.ItemRecord:
		r := decode[checkin.Record](t, it)
		return r.Subject() + " " + settledRecord(t, r)
	case checkin.ItemAttendee:
		v = decode[badge.Attendee](t, it)
	case checkin.ItemBadge:
		v = decode[badge.Badge](t, it)
	case checkin.ItemPresence:
		v = decode[checkin.Presence](t, it)
	case checkin.ItemVenue:
		n := decode[checkin.VenueItem](t, it)
		if n.Entries == 0 && n.Exits == 0 && n.Denied == 0 && len(n.Minutes) == 0 {
			return ""
		}
		v = n
	case checkin.ItemGate:
		v = decode[checkin.GateItem](t, it)
	case checkin.ItemEntry:
		e := decode[checkin.Entry](t, it)
		return fmt.Sprintf("%08d ", e.Row.Seq) + text(t, e)
	case checkin.ItemCheckpoint:
		v = decode[checkin.Checkpoint](t, it)
	default:
		t.Fatalf("a backup with an item of type %q", it.Type)
	}
	return text(t, v)
}

func settledRecord(t tb, r checkin.Record) string {
	t.Helper()
	c, err := checkin.NewConfig(1, []checkin.Record{r})
	if err != nil {
		t.Fatalf("record %s: %v", r.Subject(), err)
	}
	return text(t, c)
}

func decode[T any](t tb, it checkin.Item) (v T) {
	t.Helper()
	if err := json.Unmarshal(it.Data, &v); err != nil {
		t.Fatalf("item %s %s: %v", it.Type, it.Data, err)
	}
	return v
}

func text(t tb, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

// firstDifference shows the lines in which two records differ, at most a few.
func firstDifference(a, b string) string {
	inA, inB := map[string]bool{}, map[string]bool{}
	for _, l := range strings.Split(a, "\n") {
		inA[l] = true
	}
	var out []string
	for _, l := range strings.Split(b, "\n") {
		inB[l] = true
		if !inA[l] {
			out = append(out, "+ "+l)
		}
	}
	for _, l := range strings.Split(a, "\n") {
		if !inB[l] {
			out = append(out, "- "+l)
		}
	}
	if len(out) > 12 {
		out = append(out[:12], fmt.Sprintf("and %d more", len(out)-12))
	}
	return strings.Join(out, "\n")
}
