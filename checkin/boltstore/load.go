package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	"lanyard/badge"
	"lanyard/checkin"
)

// Entries reads committed entries after a seq.
func (b *backing) Entries(event string, after uint64, limit int) (out []checkin.Entry, err error) {
	err = reading(func() error {
		return b.db.View(func(tx *bolt.Tx) error {
			own := tx.Bucket(eventsBucket).Bucket([]byte(event))
			if own == nil || own.Bucket(entries) == nil {
				return nil
			}
			c := own.Bucket(entries).Cursor()
			r := new(recordReader)
			if limit > 64 {
				r = newReader()
			}
			for k, v := c.Seek(seqKey(after + 1)); k != nil && len(out) < limit; k, v = c.Next() {
				e, err := r.entry(v)
				if err != nil {
					return fmt.Errorf("journal row %d of %s: %w", binary.BigEndian.Uint64(k), event, err)
				}
				out = append(out, e)
			}
			return nil
		})
	})
	return out, err
}

// load reads the file, starting each event from its snapshot.
func (b *backing) load(f *folder) (*checkin.Loaded, error) {
	l := checkin.NewLoaded()
	err := reading(func() error {
		if err := b.db.Update(func(tx *bolt.Tx) error {
			for _, name := range [][]byte{eventsBucket, tempsBucket} {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		return b.db.View(func(tx *bolt.Tx) error {
			all := tx.Bucket(eventsBucket)
			err := all.ForEachBucket(func(name []byte) error {
				at := newPlaces()
				b.places[string(name)] = at
				return b.loadEvent(l, string(name), all.Bucket(name), at, f)
			})
			if err != nil {
				return err
			}
			return each(tx.Bucket(tempsBucket), func(k []byte, r checkin.TempRecord) error {
				l.Temp(string(k), r)
				return nil
			})
		})
	})
	return l, err
}

func (b *backing) loadEvent(l *checkin.Loaded, event string, own *bolt.Bucket, at *places, f *folder) error {
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
		err = each(own.Bucket(checkpoints), func(_ []byte, c checkin.Checkpoint) error { l.Checkpoint(c); return nil })
	}
	if err != nil {
		return err
	}
	var both errgroup.Group
	both.Go(func() error {
		return reading(func() error {
			return b.db.View(func(tx *bolt.Tx) error {
				return loadRoster(l, event, tx.Bucket(eventsBucket).Bucket([]byte(event)), at)
			})
		})
	})
	both.Go(func() error {
		return reading(func() error { return loadJournal(l, event, own.Bucket(entries), f) })
	})
	return both.Wait()
}

// loadRoster reads an event's people and badges.
func loadRoster(l *checkin.Loaded, event string, own *bolt.Bucket, at *places) error {
	if err := inOrder(own.Bucket(people), 0, decoded[badge.Attendee], func(k uint64, a badge.Attendee) error {
		at.people[a.ID] = k
		l.Person(event, a)
		return nil
	}); err != nil {
		return fmt.Errorf("people of %s: %w", event, err)
	}
	if err := inOrder(own.Bucket(badges), 0, decoded[badge.Badge], func(k uint64, v badge.Badge) error {
		at.badges[v.ID] = k
		l.Badge(event, v)
		return nil
	}); err != nil {
		return fmt.Errorf("badges of %s: %w", event, err)
	}
	return nil
}

func decoded[T any](_ *recordReader, key uint64, data []byte) (v T, err error) {
	if err = json.Unmarshal(data, &v); err != nil {
		err = fmt.Errorf("record %d: %w", key, err)
	}
	return v, err
}

// loadJournal folds an event's entries, those that its snapshot includes left
// out.
func loadJournal(l *checkin.Loaded, event string, journal *bolt.Bucket, f *folder) error {
	if journal == nil {
		return nil
	}
	last, _ := journal.Cursor().Last()
	if last == nil {
		return nil
	}
	l.Expect(event, int(min(binary.BigEndian.Uint64(last), 1<<22)))
	// a snapshot counts only if the journal has the row that it ends with
	if fold, old, err := readFold(f.path(event)); err == nil {
		var r recordReader
		if v := journal.Get(seqKey(fold.Seq)); v != nil {
			if e, err := r.entry(v); err == nil && e.Row.Hash == fold.Head {
				if old {
					f.renew(event, fold)
				}
				l.Fold(event, fold)
				f.last[event] = fold.Seq
			}
		}
	}
	return inOrder(journal, l.Seq(event)+1,
		func(r *recordReader, seq uint64, v []byte) (checkin.Entry, error) {
			e, err := r.entry(v)
			if err != nil {
				err = fmt.Errorf("journal row %d of %s: %w", seq, event, err)
			}
			return e, err
		},
		func(_ uint64, e checkin.Entry) error {
			if err := l.Entry(event, e); err != nil {
				return fmt.Errorf("event %s: %w", event, err)
			}
			return nil
		})
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
