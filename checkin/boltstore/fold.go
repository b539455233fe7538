package boltstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lanyard/checkin"
)

// folder writes snapshots in the background, one file an event, each complete
// or not there at all.
type folder struct {
	dir   string
	every uint64

	mu   sync.Mutex
	last map[string]uint64 // seq of the snapshot
	due  map[string]uint64 // committed seq of events that want one
	gone map[string]int    // how often an event of this name was deleted

	wake    chan struct{}
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once
}

func (f *folder) start(e *checkin.Engine) {
	left, _ := filepath.Glob(filepath.Join(f.dir, "new-*"))
	for _, half := range left { // of a process that died
		os.Remove(half)
	}
	whole, _ := filepath.Glob(filepath.Join(f.dir, "*.fold"))
	for _, path := range whole { // of an event whose deletion was the last word
		event := strings.TrimSuffix(filepath.Base(path), ".fold")
		if _, err := e.Seq(context.Background(), event); errors.Is(err, checkin.ErrNoEvent) {
			os.Remove(path)
		}
	}
	f.due, f.gone = map[string]uint64{}, map[string]int{}
	f.wake, f.quit, f.stopped = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(f.stopped)
		for {
			select {
			case <-f.wake:
				f.run(e, f.every)
			case <-f.quit:
				f.run(e, f.every/100)
				return
			}
		}
	}()
}

func (f *folder) stop() {
	f.once.Do(func() { close(f.quit) })
	<-f.stopped
}

// grown is told of every commit.
func (f *folder) grown(event string, seq uint64) {
	f.mu.Lock()
	f.due[event] = seq
	enough := seq >= f.last[event]+f.every
	f.mu.Unlock()
	if enough {
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// forget is told of every event that is deleted: another of that name begins at
// row 1 again.
func (f *folder) forget(event string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.last, event)
	delete(f.due, event)
	f.gone[event]++
	os.Remove(f.path(event))
}

// run takes snapshots of events that have grown by at least so many rows. One
// that can't be written is no loss: the journal has everything.
func (f *folder) run(e *checkin.Engine, least uint64) {
	f.mu.Lock()
	events := map[string]int{} // and how often each was deleted
	for event, seq := range f.due {
		if seq >= f.last[event]+least {
			events[event] = f.gone[event]
		}
	}
	f.mu.Unlock()
	for event, gone := range events {
		fold, err := e.Fold(event)
		if err != nil || !committed(e, event, fold.Seq) {
			continue
		}
		f.write(event, fold, gone)
	}
}

// committed waits until the rows that a snapshot includes are on disk: it may
// have been taken between a decision and its commit.
func committed(e *checkin.Engine, event string, seq uint64) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		at, err := e.Seq(ctx, event)
		if err != nil {
			return false
		}
		if at >= seq {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// write puts the snapshot and its SHA-256 into place in one move, unless the
// event has been deleted meanwhile.
func (f *folder) write(event string, fold *checkin.Fold, gone int) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(fold); err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	tmp, err := os.CreateTemp(f.dir, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(sum[:], body.Bytes()...))
	if err == nil {
		err = tmp.Sync()
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone[event] != gone {
		return nil
	}
	if err := os.Rename(tmp.Name(), f.path(event)); err != nil {
		return err
	}
	f.last[event] = fold.Seq
	return nil
}

func (f *folder) path(event string) string { return filepath.Join(f.dir, event+".fold") }

// read gives an event's snapshot if it is there and whole.
func (f *folder) read(event string) (*checkin.Fold, bool) {
	data, err := os.ReadFile(f.path(event))
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	sum := sha256.Sum256(data[sha256.Size:])
	if !bytes.Equal(sum[:], data[:sha256.Size]) {
		return nil, false
	}
	fold := new(checkin.Fold)
	if err := gob.NewDecoder(bytes.NewReader(data[sha256.Size:])).Decode(fold); err != nil {
		return nil, false
	}
	return fold, true
}
