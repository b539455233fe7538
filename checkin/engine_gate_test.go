package checkin

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"lanyard/badge"
)

// watchedDisk keeps entries and tells whether one was read while the engine's
// writer held its lock.
type watchedDisk struct {
	mu      sync.Mutex
	engine  *Engine
	entries []Entry
	reads   int
	locked  int
}

func (d *watchedDisk) Commit(writes []Write) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range writes {
		if e, ok := w.Value.(Entry); ok {
			d.entries = append(d.entries, e)
		}
	}
	return nil
}

func (d *watchedDisk) Entries(_ string, after uint64, limit int) ([]Entry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	if !d.engine.mu.TryRLock() {
		d.locked++
	} else {
		d.engine.mu.RUnlock()
	}
	return d.entries[after:min(after+uint64(limit), uint64(len(d.entries)))], nil
}

func (d *watchedDisk) Close() error { return nil }

// A scan that comes again long after it was answered is read from disk, and no
// other gate waits for that.
func TestOldScansAreReadOutsideTheLock(t *testing.T) {
	ctx, now := context.Background(), time.Date(2026, 11, 7, 2, 0, 0, 0, time.UTC)
	disk := &watchedDisk{}
	disk.engine = NewEngine(disk, nil)
	e := disk.engine
	defer e.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	by := Stamp{At: now, Operator: "ada"}
	_, err := e.Configure(ctx, "expo", Change{Stamp: by, Put: []Record{
		NewRecord(badge.Event{ID: "expo", Name: badge.Text{"en": "Expo"}, TimeZone: "UTC", StartsAt: now, EndsAt: now.AddDate(0, 0, 2), Locale: "en"}),
		NewRecord(badge.Category{ID: "delegate", Name: badge.Text{"en": "Delegate"}, Code: "d"}),
		NewRecord(badge.Key{ID: "k1", Status: badge.KeyActive, Public: make([]byte, 32)}),
		NewRecord(Venue{ID: "hall", Name: badge.Text{"en": "Hall"}, Reentry: Free}),
		NewRecord(Gate{ID: "door", Venue: "hall", Name: badge.Text{"en": "Door"}, Direction: Both}),
	}})
	must(err)
	_, err = e.PutAttendees(ctx, "expo", by, []PutAttendee{{Attendee: badge.Attendee{ID: "p", Ref: "1", Name: "A", Category: "delegate"}}})
	must(err)
	b := badge.Badge{ID: badge.NewID(), Attendee: "p", Code: "d", Link: badge.NewLink(), Key: "k1", ValidUntil: now.AddDate(0, 0, 3), IssuedAt: now}
	_, err = e.Issue(ctx, "expo", by, []Issue{{Badge: b}})
	must(err)
	scan := func(i int) Scan {
		return Scan{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Gate: "door", Direction: In, Content: "token", Badge: b.ID, Key: "k1",
			Now: now, At: now, Operator: "gus"}
	}
	first, err := e.Scan(ctx, "expo", []Scan{scan(0)})
	must(err)
	undone, err := e.Undo(ctx, "expo", Undo{ScanID: scan(0).ID, Now: now, Any: true})
	must(err)
	for from := 1; from < 3*tailRows; from += 500 {
		var batch []Scan
		for i := range 500 {
			batch = append(batch, scan(from+i))
		}
		_, err := e.Scan(ctx, "expo", batch)
		must(err)
	}
	again, err := e.Scan(ctx, "expo", []Scan{scan(0)})
	must(err)
	if a := again[0].Answer; again[0].Err != nil || !a.Replayed || a.Seq != first[0].Answer.Seq || a.Note != NoteUndone {
		t.Errorf("again: %+v", again[0])
	}
	once, err := e.Undo(ctx, "expo", Undo{ScanID: scan(0).ID, Now: now, Any: true})
	must(err)
	if !once.Replayed || once.Seq != undone.Seq {
		t.Errorf("undone again: %+v", once)
	}
	if disk.reads == 0 || disk.locked > 0 {
		t.Errorf("%d entries were read from disk, %d of them while everybody waited", disk.reads, disk.locked)
	}
}
