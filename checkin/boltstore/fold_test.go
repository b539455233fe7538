package boltstore_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

// A snapshot only saves time: whatever is in its place, the store starts with
// what the journal says.
func TestDamagedSnapshots(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	storetest.NewEvent(t, s, "other")
	scans(t, s, "expo", 0, 60)
	scans(t, s, "other", 0, 130)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "folds", "expo.fold")
	early := read(t, path)
	s = open(t, dir)
	scans(t, s, "expo", 60, 180)
	want := records(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good := read(t, path)
	if bytes.Equal(early, good) {
		t.Fatal("no second snapshot was taken")
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for name, data := range map[string][]byte{
		"none":                   nil,
		"empty":                  {},
		"short":                  good[:20],
		"cut":                    good[:len(good)-1],
		"longer":                 append(bytes.Clone(good), 0),
		"a bit flipped":          flipped,
		"the sum of nothing":     append(bytes.Clone(good[:len(good)-sha256.Size]), sum(nil)...),
		"no snapshot":            append(sum([]byte("hello")), "hello"...),
		"an empty one":           sum(nil),
		"an early one":           early,
		"of another event":       read(t, filepath.Join(dir, "folds", "other.fold")),
		"of a journal that went": boltstore.ChangeFold(t, path, func(f *checkin.Fold) { f.Head = checkin.GenesisHash }),
		"of a row to come":       boltstore.ChangeFold(t, path, func(f *checkin.Fold) { f.Seq += 1000 }),
		"of no row":              boltstore.ChangeFold(t, path, func(f *checkin.Fold) { f.Seq = 0 }),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			if data != nil {
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			wantAfterStart(t, "with "+name, dir, want)
		})
	}
	t.Run("a folder in its place", func(t *testing.T) {
		os.RemoveAll(path)
		if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		wantAfterStart(t, "with a folder", dir, want)
	})
	t.Run("a file in place of the folder", func(t *testing.T) {
		folds := filepath.Join(dir, "folds")
		if err := os.RemoveAll(folds); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folds, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		wantAfterStart(t, "without a folder", dir, want)
		s := open(t, dir)
		scans(t, s, "expo", 300, 400) // no snapshot can be written: no loss
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// An event takes its snapshot with it, and the next of its name gets its own.
func TestSnapshotsOfDeletedEvents(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "folds", "expo.fold")
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	scans(t, s, "expo", 0, 300)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old := read(t, path)
	s = open(t, dir)
	if err := s.DeleteEvent(background, "expo"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the deleted event's snapshot is still there: %v", err)
	}
	storetest.NewEvent(t, s, "expo")
	scans(t, s, "expo", 0, 60) // fewer rows than the one before had
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(old, read(t, path)) {
		t.Error("the new event has the old one's snapshot")
	}
	s = open(t, dir)
	if err := s.DeleteEvent(background, "expo"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil { // as if the process had died before it was removed
		t.Fatal(err)
	}
	open(t, dir).Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the snapshot of no event is still there: %v", err)
	}
}

// What a crash has left half written is cleared away.
func TestHalfWrittenSnapshots(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "folds"), 0o700); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "folds", "new-123")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir).Close()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sum(body []byte) []byte {
	s := sha256.Sum256(body)
	return s[:]
}
