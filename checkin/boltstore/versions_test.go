package boltstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

// journal changes the entries of an event in the file of a closed store.
func journal(t *testing.T, dir, event string, change func(*bolt.Bucket) error) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "lanyard.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		return change(tx.Bucket([]byte("events")).Bucket([]byte(event)).Bucket([]byte("entries")))
	}); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantSnapshotUsed demands a start without the journal's first row, which only
// the event's snapshot makes up for.
func wantSnapshotUsed(t *testing.T, dir, event string) {
	t.Helper()
	image := t.TempDir()
	if err := os.MkdirAll(filepath.Join(image, "folds"), 0o700); err != nil {
		t.Fatal(err)
	}
	fold := filepath.Join("folds", event+".fold")
	for _, name := range []string{"lanyard.db", fold} {
		write(t, filepath.Join(image, name), read(t, filepath.Join(dir, name)))
	}
	journal(t, image, event, func(b *bolt.Bucket) error { return b.Delete(key(1)) })
	s, err := boltstore.Open(image, boltstore.Options{})
	if err != nil {
		t.Fatalf("the snapshot was not used: %v", err)
	}
	s.Close()
	if err := os.Remove(filepath.Join(image, fold)); err != nil {
		t.Fatal(err)
	}
	if s, err := boltstore.Open(image, boltstore.Options{}); err == nil {
		s.Close()
		t.Fatal("a start without row 1 and without a snapshot")
	}
}

// A store as an earlier version left it, with rows in JSON and a snapshot in gob,
// starts from both, and goes on in the forms of today.
func TestEarlierVersions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fold := filepath.Join(dir, "folds", "expo.fold")
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	first := scans(t, s, "expo", 0, 150)
	want := records(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	journal(t, dir, "expo", func(b *bolt.Bucket) error {
		old := map[string][]byte{}
		if err := b.ForEach(func(k, v []byte) error { old[string(k)] = boltstore.OldEntry(t, v); return nil }); err != nil {
			return err
		}
		for k, v := range old {
			if err := b.Put([]byte(k), v); err != nil {
				return err
			}
		}
		return nil
	})
	write(t, fold, boltstore.OldFold(t, fold))
	wantSnapshotUsed(t, dir, "expo")
	wantAfterStart(t, "with the files of an earlier version", dir, want)
	if !bytes.HasPrefix(read(t, fold), []byte("lanyard fold 2\n")) {
		t.Error("the snapshot was left in the old form")
	}
	wantSnapshotUsed(t, dir, "expo")

	s = open(t, dir)
	wantReplays(t, s, "expo", 0, first)
	scans(t, s, "expo", 150, 300)
	want = records(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantSnapshotUsed(t, dir, "expo")
	wantAfterStart(t, "from a snapshot of rows in both forms", dir, want)
	if err := os.RemoveAll(filepath.Join(dir, "folds")); err != nil {
		t.Fatal(err)
	}
	wantAfterStart(t, "from rows in both forms", dir, want)
}

// A snapshot that is spoilt while the store runs is not built upon.
func TestSnapshotSpoiltMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fold := filepath.Join(dir, "folds", "expo.fold")
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	scans(t, s, "expo", 0, 150)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good := read(t, fold)
	for at := 0; at < len(good); at += len(good) / 8 {
		bad := bytes.Clone(good)
		bad[at] ^= 0x10
		s = open(t, dir)
		write(t, fold, bad)
		scans(t, s, "expo", 150+at, 150+at+50)
		want := records(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		wantSnapshotUsed(t, dir, "expo")
		wantAfterStart(t, "after a spoilt snapshot", dir, want)
	}
}
