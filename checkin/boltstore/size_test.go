package boltstore_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/storetest"
)

// The file grows with what is in it, and not with how often that was written:
// people who change again and again, sessions that come and go, events that are
// deleted and made anew.
func TestFileIsBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	e := newExpo(t, s, 2000)
	by := checkin.Stamp{At: time.Date(2026, 11, 7, 1, 0, 0, 0, time.UTC), Operator: "ada"}
	for round := range 10 {
		var put []checkin.PutAttendee
		for i := round % 3; i < 2000; i += 3 {
			put = append(put, checkin.PutAttendee{Attendee: badge.Attendee{ID: fmt.Sprintf("p%010d", i), Ref: fmt.Sprint("R-", i),
				Name: fmt.Sprintf("Person %d in round %d", i, round), Category: "delegate"}})
		}
		if _, err := s.PutAttendees(background, "expo", by, put); err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			if err := s.PutTemp(background, "session", fmt.Sprint(i), make([]byte, 1000), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		storetest.NewEvent(t, s, "short")
		scans(t, s, "short", 0, 500)
		if err := s.DeleteEvent(background, "short"); err != nil {
			t.Fatal(err)
		}
		e.scan(t, round*200, round*200+200)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	used, content := pages(t, dir)
	t.Logf("%d bytes of pages for %d bytes of content: %.2f", used, content, float64(used)/float64(content))
	if used > 2*content {
		t.Errorf("%d bytes of pages for %d bytes of content", used, content)
	}
}

// pages are how many bytes of the file have been in use at most, and how many
// its keys and values need.
func pages(t *testing.T, dir string) (used, content int64) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "lanyard.db"), 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) error {
		used = tx.Size()
		var walk func(*bolt.Bucket) error
		walk = func(b *bolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				content += int64(len(k) + len(v))
				if v == nil {
					return walk(b.Bucket(k))
				}
				return nil
			})
		}
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error { return walk(b) })
	}); err != nil {
		t.Fatal(err)
	}
	return used, content
}
