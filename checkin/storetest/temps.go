package storetest

import (
	"bytes"
	"testing"
	"time"

	"lanyard/checkin"
)

// testTemps is about records that live for a while: sessions, pairings. Their
// time is the store's own, so nothing here waits for it to pass.
func testTemps(t *testing.T, s checkin.Store) {
	later, before := time.Now().Add(time.Hour), time.Now().Add(-time.Second)
	put := func(kind, id, data string, until time.Time) {
		t.Helper()
		if err := s.PutTemp(background, kind, id, []byte(data), until); err != nil {
			t.Fatalf("PutTemp: %v", err)
		}
	}
	reads := func(kind, id, want string) {
		t.Helper()
		if got, err := s.Temp(background, kind, id); err != nil || string(got) != want {
			t.Errorf("temp %s/%s: %q, %v, want %q", kind, id, got, err, want)
		}
	}
	gone := func(kind, id string) {
		t.Helper()
		if _, err := s.Temp(background, kind, id); !is(err, checkin.ErrNoTemp) {
			t.Errorf("temp %s/%s: %v", kind, id, err)
		}
		if _, err := s.TakeTemp(background, kind, id); !is(err, checkin.ErrNoTemp) {
			t.Errorf("taking temp %s/%s: %v", kind, id, err)
		}
	}
	gone("session", "a")
	put("session", "a", "one", later)
	put("session", "b", "two", later)
	put("pairing", "a", "three", later)
	reads("session", "a", "one")
	reads("session", "a", "one")
	put("session", "a", "four", later)
	reads("session", "a", "four")
	reads("pairing", "a", "three")

	if got, err := s.TakeTemp(background, "session", "a"); err != nil || string(got) != "four" {
		t.Errorf("taken: %q, %v", got, err)
	}
	gone("session", "a")
	reads("session", "b", "two")
	reads("pairing", "a", "three")

	for range 2 {
		if err := s.DropTemp(background, "session", "b"); err != nil {
			t.Errorf("DropTemp: %v", err)
		}
		gone("session", "b")
	}

	put("session", "c", "over", before)
	gone("session", "c")
	put("session", "d", "still there", later)
	put("session", "d", "over", before) // replaces what was there
	gone("session", "d")
	put("session", "d", "again", later)
	reads("session", "d", "again")

	data := []byte{0, 1, '\n', '"', 0xff, 0xfe}
	put("blob", "a/b c:d{e}", string(data), later)
	if got, err := s.TakeTemp(background, "blob", "a/b c:d{e}"); err != nil || !bytes.Equal(got, data) {
		t.Errorf("bytes: %q, %v", got, err)
	}
	for range 40 { // what is over never comes in the way of what is not
		put("session", "e", "over", before)
		put("session", "f", "not over", later)
		reads("session", "f", "not over")
		gone("session", "e")
	}
}
