// Package boltstore is the embedded store: the checkin engine with a bbolt
// file under it. Steps that arrive together share one transaction, and are
// answered after it; bbolt syncs twice for each, its pages and then the page that
// makes them count. One process at a time opens a directory.
//
// The directory holds lanyard.db, which is all there is to keep, and under
// folds/ snapshots that only shorten the time to start: without them, or with
// damaged ones, the journal is read from its first row.
//
// A start reads the roster, the last snapshot and the rows since. One is taken
// every 100,000 rows and when the store is closed, so the rows to read are about
// as many at the most, however long the journal. A snapshot is made from the one
// before and the journal, both as they are on disk: scans wait only while the
// counters are copied.
//
// The file grows with its content and not with how often that is written: pages
// that a commit frees are used by the next ones. A scan, which is kept for good,
// takes about 300 bytes. Space that deleted events leave is used again and not
// given back; a backup restored into an empty directory is as small as can be.
package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

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
	f.rows = b.Entries
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
