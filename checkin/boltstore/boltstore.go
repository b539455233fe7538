// Package boltstore is the embedded store: the checkin engine with a bbolt
// file under it. Steps that arrive together share one transaction and one
// fsync, and are answered after it. One process at a time opens a directory.
//
// The directory holds lanyard.db, which is all there is to keep, and under
// folds/ snapshots that only shorten the time to start: without them, or with
// damaged ones, the journal is read from its first row.
package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"lanyard/badge"
	"lanyard/checkin"
)

// ErrLocked: another process has the directory open.
var ErrLocked = errors.New("the data directory is in use by another lanyard")

// Options of a store.
type Options struct {
	// FoldEvery is after how many rows of an event a snapshot is taken; 0 means
	// 100,000.
	FoldEvery uint64
	// Again opens a store whose last write failed in this process. It is read
	// from the disk, whatever the system keeps of it in memory, and none is made where
	// there is none: an empty folder may be one whose disk isn't mounted at this
	// moment.
	Again bool
}

// Store is a checkin.Store in a directory.
type Store struct {
	*checkin.Engine
	folds *folder
}

// Open opens or makes the store in dir: ErrLocked when it is open elsewhere.
func Open(dir string, o Options) (*Store, error) {
	file, open := filepath.Join(dir, "lanyard.db"), os.OpenFile
	if o.Again {
		open = func(name string, flag int, mode os.FileMode) (*os.File, error) {
			return os.OpenFile(name, flag&^os.O_CREATE, mode)
		}
		if err := forget(file); err != nil {
			return nil, fmt.Errorf("opening the store in %s: %w", dir, err)
		}
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := bolt.Open(file, 0o600, &bolt.Options{OpenFile: open,
		Timeout: time.Second, FreelistType: bolt.FreelistMapType, NoFreelistSync: true, InitialMmapSize: 256 << 20})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", dir, err)
	}
	if o.FoldEvery == 0 {
		o.FoldEvery = 100_000
	}
	f := &folder{dir: filepath.Join(dir, "folds"), every: o.FoldEvery, last: map[string]uint64{}}
	b := &backing{db: db, grown: f.grown, deleted: f.forget, places: map[string]*places{}}
	loaded, err := b.load(f)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("reading the store in %s: %w", dir, err)
	}
	s := &Store{Engine: checkin.NewEngine(b, loaded), folds: f}
	f.start(s.Engine)
	return s, nil
}

// Close takes last snapshots and closes the file.
func (s *Store) Close() error {
	s.folds.stop()
	return s.Engine.Close()
}

// backing writes the engine's steps.
type backing struct {
	db      *bolt.DB
	grown   func(event string, seq uint64)
	deleted func(event string)
	// places tells where the people and badges of each event are. Only the
	// engine's writer uses it, once it is loaded.
	places map[string]*places
}

// places are the keys of people and badges by id. They are kept under running
// numbers, newest last: random ids as keys would have each commit rewrite
// pages all over the file, which makes an import ten times as slow.
type places struct {
	people, badges map[string]uint64
}

func newPlaces() *places { return &places{map[string]uint64{}, map[string]uint64{}} }

func (p *places) of(table checkin.Table) map[string]uint64 {
	switch table {
	case checkin.AttendeeTable:
		return p.people
	case checkin.BadgeTable:
		return p.badges
	}
	return nil
}

var (
	eventsBucket = []byte("events")
	tempsBucket  = []byte("temps")
	revKey       = []byte("rev")
	// tables of an event
	records     = []byte("records")
	people      = []byte("people")
	badges      = []byte("badges")
	entries     = []byte("entries")
	checkpoints = []byte("checkpoints")
)

func table(t checkin.Table) []byte {
	switch t {
	case checkin.RecordTable:
		return records
	case checkin.AttendeeTable:
		return people
	case checkin.BadgeTable:
		return badges
	case checkin.EntryTable:
		return entries
	case checkin.CheckpointTable:
		return checkpoints
	}
	panic("boltstore: no bucket for table " + string(t))
}

// Commit writes all or nothing and returns after the fsync.
func (b *backing) Commit(writes []checkin.Write) error {
	values := make([][]byte, len(writes))
	for i, w := range writes {
		if w.Value == nil {
			continue
		}
		var err error
		if values[i], err = json.Marshal(w.Value); err != nil {
			return err
		}
	}
	last := map[string]uint64{}
	var deleted []string
	err := reading(func() error {
		return b.db.Update(func(tx *bolt.Tx) error {
			c := committer{tx: tx, buckets: map[string]*bolt.Bucket{}, places: b.places}
			for i, w := range writes {
				if err := c.write(w, values[i]); err != nil {
					return err
				}
				if e, ok := w.Value.(checkin.Entry); ok {
					last[w.Event] = e.Row.Seq
				}
				if w.Table == checkin.EventTable && w.Value == nil {
					delete(last, w.Event)
					deleted = append(deleted, w.Event)
				}
			}
			return nil
		})
	})
	if err == nil {
		for _, event := range deleted {
			b.deleted(event)
		}
		for event, seq := range last {
			b.grown(event, seq)
		}
	}
	return err
}

// committer finds each bucket once a transaction.
type committer struct {
	tx      *bolt.Tx
	buckets map[string]*bolt.Bucket
	places  map[string]*places
}

func (c *committer) write(w checkin.Write, value []byte) error {
	switch w.Table {
	case checkin.TempTable:
		return put(c.tx.Bucket(tempsBucket), []byte(w.Key), value)
	case checkin.EventTable:
		clear(c.buckets)
		all := c.tx.Bucket(eventsBucket)
		if value == nil {
			delete(c.places, w.Event)
			if err := all.DeleteBucket([]byte(w.Event)); !errors.Is(err, bolterrors.ErrBucketNotFound) {
				return err
			}
			return nil
		}
		own, err := all.CreateBucketIfNotExists([]byte(w.Event))
		if err != nil {
			return err
		}
		return own.Put(revKey, value)
	}
	bucket, err := c.bucket(w.Event, table(w.Table))
	if err != nil {
		return err
	}
	p := c.places[w.Event]
	if p == nil {
		p = newPlaces()
		c.places[w.Event] = p
	}
	if at := p.of(w.Table); at != nil {
		return move(bucket, at, w.Key, value)
	}
	key := []byte(w.Key)
	switch v := w.Value.(type) {
	case checkin.Entry:
		key = seqKey(v.Row.Seq)
	case checkin.Checkpoint:
		key = seqKey(v.Count)
	}
	return put(bucket, key, value)
}

func (c *committer) bucket(event string, table []byte) (*bolt.Bucket, error) {
	name := event + "/" + string(table)
	if b := c.buckets[name]; b != nil {
		return b, nil
	}
	own, err := c.tx.Bucket(eventsBucket).CreateBucketIfNotExists([]byte(event))
	if err != nil {
		return nil, err
	}
	b, err := own.CreateBucketIfNotExists(table)
	if err != nil {
		return nil, err
	}
	if string(table) != string(records) {
		b.FillPercent = 1 // keys only grow
	}
	c.buckets[name] = b
	return b, nil
}

// move writes a value at the end of its table and removes the one before.
func move(b *bolt.Bucket, at map[string]uint64, id string, value []byte) error {
	if old, ok := at[id]; ok {
		delete(at, id)
		if err := b.Delete(seqKey(old)); err != nil {
			return err
		}
	}
	if value == nil {
		return nil
	}
	n, err := b.NextSequence()
	if err != nil {
		return err
	}
	at[id] = n
	return b.Put(seqKey(n), value)
}

func put(b *bolt.Bucket, key, value []byte) error {
	if value == nil {
		return b.Delete(key)
	}
	return b.Put(key, value)
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// Entries reads committed entries after a seq.
func (b *backing) Entries(event string, after uint64, limit int) (out []checkin.Entry, err error) {
	err = reading(func() error {
		return b.db.View(func(tx *bolt.Tx) error {
			own := tx.Bucket(eventsBucket).Bucket([]byte(event))
			if own == nil || own.Bucket(entries) == nil {
				return nil
			}
			c := own.Bucket(entries).Cursor()
			for k, v := c.Seek(seqKey(after + 1)); k != nil && len(out) < limit; k, v = c.Next() {
				var e checkin.Entry
				if err := json.Unmarshal(v, &e); err != nil {
					return fmt.Errorf("journal row %d of %s: %w", binary.BigEndian.Uint64(k), event, err)
				}
				out = append(out, e)
			}
			return nil
		})
	})
	return out, err
}

// Close closes the file.
func (b *backing) Close() error { return b.db.Close() }

// load reads the file, starting each event from its snapshot.
func (b *backing) load(f *folder) (*checkin.Loaded, error) {
	if err := b.db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{eventsBucket, tempsBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	l := checkin.NewLoaded()
	err := b.db.View(func(tx *bolt.Tx) error {
		all := tx.Bucket(eventsBucket)
		err := all.ForEachBucket(func(name []byte) error {
			at := newPlaces()
			b.places[string(name)] = at
			return loadEvent(l, string(name), all.Bucket(name), at, f)
		})
		if err != nil {
			return err
		}
		return each(tx.Bucket(tempsBucket), func(k []byte, r checkin.TempRecord) error {
			l.Temp(string(k), r)
			return nil
		})
	})
	return l, err
}

func loadEvent(l *checkin.Loaded, event string, own *bolt.Bucket, at *places, f *folder) error {
	var rev int64
	if v := own.Get(revKey); v != nil {
		if err := json.Unmarshal(v, &rev); err != nil {
			return fmt.Errorf("event %s: %w", event, err)
		}
	}
	var config []checkin.Record
	err := each(own.Bucket(records), func(_ []byte, r checkin.Record) error {
		config = append(config, r)
		return nil
	})
	if err == nil {
		err = l.Event(event, rev, config)
	}
	if err == nil {
		err = each(own.Bucket(people), func(k []byte, a badge.Attendee) error {
			at.people[a.ID] = binary.BigEndian.Uint64(k)
			l.Person(event, a)
			return nil
		})
	}
	if err == nil {
		err = each(own.Bucket(badges), func(k []byte, v badge.Badge) error {
			at.badges[v.ID] = binary.BigEndian.Uint64(k)
			l.Badge(event, v)
			return nil
		})
	}
	if err == nil {
		err = each(own.Bucket(checkpoints), func(_ []byte, c checkin.Checkpoint) error { l.Checkpoint(c); return nil })
	}
	if err != nil || own.Bucket(entries) == nil {
		return err
	}
	c := own.Bucket(entries).Cursor()
	if fold, ok := f.read(event); ok {
		// a snapshot counts only if the journal has the row that it ends with
		if v := own.Bucket(entries).Get(seqKey(fold.Seq)); v != nil {
			var e checkin.Entry
			if err := json.Unmarshal(v, &e); err == nil && e.Row.Hash == fold.Head {
				l.Fold(event, fold)
				f.last[event] = fold.Seq
			}
		}
	}
	for k, v := c.Seek(seqKey(l.Seq(event) + 1)); k != nil; k, v = c.Next() {
		var e checkin.Entry
		if err := json.Unmarshal(v, &e); err != nil {
			return fmt.Errorf("journal row %d of %s: %w", binary.BigEndian.Uint64(k), event, err)
		}
		if err := l.Entry(event, e); err != nil {
			return fmt.Errorf("event %s: %w", event, err)
		}
	}
	return nil
}

// each decodes the values of a bucket, which may be missing.
func each[T any](b *bolt.Bucket, f func(k []byte, v T) error) error {
	if b == nil {
		return nil
	}
	return b.ForEach(func(k, data []byte) error {
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			return fmt.Errorf("record %q: %w", k, err)
		}
		return f(k, v)
	})
}
