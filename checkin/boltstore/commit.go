package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"lanyard/checkin"
)

// backing writes the engine's steps.
type backing struct {
	db      *bolt.DB
	grown   func(event string, seq uint64)
	deleted func(event string)
	// places tells where the people and badges of each event are. Only the
	// engine's writer uses it, once it is loaded.
	places map[string]*places
	// buf holds the entries of a commit; it serves the next one again.
	buf []byte
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
	values, err := b.encode(writes)
	if err != nil {
		return err
	}
	last := map[string]uint64{}
	var deleted []string
	err = reading(func() error {
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

// encode gives the stored form of each value, nil for what is removed.
func (b *backing) encode(writes []checkin.Write) (values [][]byte, err error) {
	const keep = 4 << 20
	if cap(b.buf) > keep {
		b.buf = nil
	}
	b.buf = b.buf[:0]
	values = make([][]byte, len(writes))
	for i, w := range writes {
		switch v := w.Value.(type) {
		case nil:
		case checkin.Entry:
			from := len(b.buf)
			b.buf = appendEntry(b.buf, &v)
			values[i] = b.buf[from:len(b.buf):len(b.buf)]
		default:
			if values[i], err = json.Marshal(v); err != nil {
				return nil, err
			}
		}
	}
	return values, nil
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

// Close closes the file.
func (b *backing) Close() error { return b.db.Close() }
