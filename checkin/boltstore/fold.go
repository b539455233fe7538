package boltstore

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lanyard/checkin"
)

// folder writes snapshots in the background, one file an event, each complete
// or not there at all. Nothing of them is taken from memory but counters.
type folder struct {
	dir   string
	every uint64
	// rows reads committed entries after a seq.
	rows func(event string, after uint64, limit int) ([]checkin.Entry, error)

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
		f.take(e, event, gone)
	}
}

// take makes a snapshot from the one before and the rows since, all from the
// disk: scans go on meanwhile.
func (f *folder) take(e *checkin.Engine, event string, gone int) error {
	figures, err := e.Figures(event)
	if err != nil || !committed(e, event, figures.Seq) {
		return err
	}
	b, err := openBase(f.path(event))
	if err == nil {
		err = f.extend(event, b, figures, gone)
		b.file.Close()
	}
	if err != nil { // there is none, or it isn't whole: from the first row on
		err = f.extend(event, nil, figures, gone)
	}
	return err
}

const (
	// pageRows is how many rows are read at a time.
	pageRows = 1024
	// rest is how many times as long as reading them took the processor is left to
	// scans before the next are read: nobody waits for a snapshot but a stop,
	// which doesn't rest.
	rest = 3
)

// errOther: the journal is not that of the snapshot.
var errOther = errors.New("rows of another journal")

// extend writes the snapshot that b and the rows up to figures.Seq make.
func (f *folder) extend(event string, b *base, figures *checkin.Figures, gone int) error {
	g := growthSince(0, checkin.GenesisHash)
	if b != nil {
		g = growthSince(b.Seq, b.Head)
	}
	for g.seq < figures.Seq {
		began := time.Now()
		page, err := f.rows(event, g.seq, int(min(pageRows, figures.Seq-g.seq)))
		if err != nil {
			return err
		}
		for i := range page {
			if !g.add(&page[i]) {
				return errOther
			}
		}
		if len(page) == 0 {
			return errOther
		}
		select {
		case <-time.After(rest * time.Since(began)):
		case <-f.quit:
		}
	}
	if g.head != figures.Head {
		return errOther
	}
	return f.write(event, figures, gone, func(to io.Writer) error { return writeFold(to, b, g, *figures) })
}

// renew writes a snapshot in the form of today.
func (f *folder) renew(event string, fold *checkin.Fold) error {
	g := growthSince(0, "")
	for _, p := range fold.Places {
		g.places[placeKey{p.Badge, p.Venue}] = p
	}
	for _, s := range fold.Scans {
		g.scan(s)
	}
	return f.write(event, &fold.Figures, f.gone[event], func(to io.Writer) error { return writeFold(to, nil, g, fold.Figures) })
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

// write puts a snapshot into place in one move, unless the event has been
// deleted meanwhile.
func (f *folder) write(event string, figures *checkin.Figures, gone int, body func(io.Writer) error) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(f.dir, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = body(tmp)
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
	f.last[event] = figures.Seq
	return nil
}

func (f *folder) path(event string) string { return filepath.Join(f.dir, event+".fold") }
