package boltstore_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

var background = context.Background()

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) checkin.Store {
		dir := t.TempDir()
		return &reopened{Store: open(t, dir), t: t, dir: dir}
	})
}

func open(t testing.TB, dir string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(dir, boltstore.Options{FoldEvery: 40})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reopened is a store that on Close proves that all it held is still there:
// started from its snapshots, and from the journal alone.
type reopened struct {
	*boltstore.Store
	t   *testing.T
	dir string
}

func (r *reopened) Close() error {
	r.t.Helper()
	before := some(records(r.t, r.Store))
	if err := r.Store.Close(); err != nil {
		return err
	}
	wantAfterStart(r.t, "from its snapshots", r.dir, before)
	if err := os.RemoveAll(filepath.Join(r.dir, "folds")); err != nil {
		r.t.Error(err)
	}
	wantAfterStart(r.t, "from the journal", r.dir, before)
	return nil
}

// records of all events by id.
func records(t testing.TB, s checkin.Store) map[string]string {
	t.Helper()
	events, err := s.Events(background)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{checkin.System: storetest.Record(t, s, checkin.System)}
	for _, e := range events {
		all[e.ID] = storetest.Record(t, s, e.ID)
	}
	return all
}

// some keeps a dozen of many, System among them: parts of the suite make an
// event for each of their cases.
func some(all map[string]string) map[string]string {
	ids := slices.Sorted(maps.Keys(all))
	for i, id := range ids {
		if i%(1+len(ids)/12) != 0 && id != checkin.System {
			delete(all, id)
		}
	}
	return all
}

// wantAfterStart starts the store in dir and demands that these events are as
// they were.
func wantAfterStart(t testing.TB, how, dir string, want map[string]string) {
	t.Helper()
	s := open(t, dir)
	defer s.Close()
	for id, was := range want {
		if is := storetest.Record(t, s, id); is != was {
			t.Fatalf("started %s: event %s is another\n%s", how, id, storetest.Difference(was, is))
		}
		if id != checkin.System {
			storetest.Audit(t, s, id)
		}
	}
}

// scans asks for the readings from … to-1.
func scans(t testing.TB, s checkin.Store, event string, from, to int) []checkin.Answer {
	t.Helper()
	var list []checkin.Scan
	for n := from; n < to; n++ {
		list = append(list, storetest.Reading(n))
	}
	got, err := s.Scan(background, event, list)
	if err != nil {
		t.Fatal(err)
	}
	var answers []checkin.Answer
	for _, o := range got {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		answers = append(answers, o.Answer)
	}
	return answers
}

// wantReplays asks for the same readings and demands the same answers.
func wantReplays(t testing.TB, s checkin.Store, event string, from int, want []checkin.Answer) {
	t.Helper()
	for i, got := range scans(t, s, event, from, from+len(want)) {
		if !got.Replayed || got.Seq != want[i].Seq || got.Result != want[i].Result || got.Reason != want[i].Reason || got.Venue != want[i].Venue {
			t.Fatalf("reading %d: %+v, was %+v", from+i, got, want[i])
		}
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	first := scans(t, s, "expo", 0, 300)
	if err := s.PutTemp(background, "session", "a", []byte("kept"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.PutTemp(background, "session", "b", []byte("over"), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // closing twice is harmless
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Config(background, "expo"); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("reading from a closed store: %v", err)
	}
	if _, err := s.Scan(background, "expo", []checkin.Scan{storetest.Reading(300)}); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("scanning at a closed store: %v", err)
	}
	if err := s.Ping(background); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("a closed store answers: %v", err)
	}

	s = open(t, dir)
	defer s.Close()
	wantReplays(t, s, "expo", 0, first)
	if got, err := s.TakeTemp(background, "session", "a"); err != nil || string(got) != "kept" {
		t.Errorf("temp: %q, %v", got, err)
	}
	if _, err := s.Temp(background, "session", "b"); !errors.Is(err, checkin.ErrNoTemp) {
		t.Errorf("a temp that was over: %v", err)
	}
	seq, err := s.Seq(background, "expo")
	if err != nil {
		t.Fatal(err)
	}
	if next := scans(t, s, "expo", 300, 301); next[0].Seq != seq+1 {
		t.Errorf("the next row is %d after %d", next[0].Seq, seq)
	}
	storetest.Audit(t, s, "expo")
	if findings, err := s.Durability(background); err != nil || len(findings) != 0 {
		t.Errorf("durability: %v, %v", findings, err)
	}
}

// A journal longer than what stays in memory: its beginning is read from disk.
func TestLongJournal(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	defer s.Close()
	storetest.NewEvent(t, s, "expo")
	const n = 34_000
	first := scans(t, s, "expo", 0, 500)
	for from := 500; from < n; from += 500 {
		scans(t, s, "expo", from, from+500)
	}
	wantReplays(t, s, "expo", 0, first)
	hash, next := checkin.GenesisHash, uint64(1)
	err := s.Follow(background, "expo", 0, func(rows []checkin.Row) (err error) {
		if hash, err = checkin.VerifyChain(rows, hash, next); err != nil {
			return err
		}
		if next += uint64(len(rows)); next > n {
			return errDone
		}
		return nil
	})
	if !errors.Is(err, errDone) {
		t.Error(err)
	}
	for _, after := range []uint64{0, 1000, n - 16_384 - 5, n - 16_384, n - 100} {
		rows, err := s.Journal(background, "expo", after, 20)
		if err != nil || len(rows) != 20 || rows[0].Seq != after+1 || rows[19].Seq != after+20 {
			t.Errorf("after %d: %d rows, %v", after, len(rows), err)
		}
	}
	if _, err := s.Undo(background, "expo", checkin.Undo{ScanID: storetest.Reading(3).ID, Now: time.Now(), Any: true}); !errors.Is(err, checkin.ErrSuperseded) {
		t.Errorf("undo of one of the first: %v", err)
	}
}

var errDone = errors.New("done")

// An event that has gone leaves nothing to one of the same name, its snapshot
// included.
func TestEventOfTheSameName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	scans(t, s, "expo", 0, 400)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "folds", "expo.fold")); err != nil {
		t.Fatalf("no snapshot was taken: %v", err)
	}
	for _, more := range []int{0, 700} { // shorter and longer than the one that went
		s = open(t, dir)
		old := read(t, filepath.Join(dir, "folds", "expo.fold"))
		if err := s.DeleteEvent(background, "expo"); err != nil {
			t.Fatal(err)
		}
		storetest.NewEvent(t, s, "expo")
		scans(t, s, "expo", 1000, 1000+more)
		want := records(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "folds", "expo.fold"), old, 0o600); err != nil {
			t.Fatal(err)
		}
		wantAfterStart(t, "with the snapshot of the event before", dir, want)
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := boltstore.Open(dir, boltstore.Options{}); !errors.Is(err, boltstore.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	s.Close()
}

func TestBrokenFile(t *testing.T) {
	t.Parallel()
	t.Run("not a store", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "lanyard.db"), []byte("this is no store, however long one reads it"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := boltstore.Open(dir, boltstore.Options{}); err == nil {
			t.Error("opened")
		}
	})
	t.Run("not a directory", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := boltstore.Open(file, boltstore.Options{}); err == nil {
			t.Error("opened")
		}
	})
	for name, spoil := range map[string]func(journal *bolt.Bucket) error{
		"a row missing":  func(b *bolt.Bucket) error { return b.Delete(key(200)) },
		"a row unread":   func(b *bolt.Bucket) error { return b.Put(key(200), []byte("{")) },
		"rows exchanged": func(b *bolt.Bucket) error { return b.Put(key(200), b.Get(key(201))) },
		"the first one":  func(b *bolt.Bucket) error { return b.Delete(key(1)) },
		"the last but one": func(b *bolt.Bucket) error {
			k, _ := b.Cursor().Last()
			k = slices.Clone(k)
			k[7]--
			return b.Delete(k)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			storetest.NewEvent(t, s, "expo")
			scans(t, s, "expo", 0, 300)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(dir, "folds")); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(filepath.Join(dir, "lanyard.db"), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(func(tx *bolt.Tx) error {
				return spoil(tx.Bucket([]byte("events")).Bucket([]byte("expo")).Bucket([]byte("entries")))
			}); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err := boltstore.Open(dir, boltstore.Options{}); err == nil {
				s.Close()
				t.Error("opened as if nothing were missing")
			}
		})
	}
}

func key(seq byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, seq} }
