package checkin

import (
	"context"
	"errors"
	"sync"
	"time"
)

// catchUpRows is how many rows a reader that catches up reads at once.
const catchUpRows = 500

// Feed is one reader's view of an event. Frames come in order; after Close, or
// when the reader is cut off, the channel is closed and Err tells why.
type Feed struct {
	topic  *topic
	frames chan Frame
	done   chan struct{} // closed when the feed has ended

	mu    sync.Mutex
	ended bool
	err   error
	// live: the topic writes to frames. Before that frames is begin's or
	// catchUp's, and what happens meanwhile waits.
	live    bool
	pumping bool   // catchUp is running and will close frames
	pos     uint64 // up to where the reader knows everything
	waiting []Frame
	missed  bool // more has happened than waits: read on in the journal
	numbers *Frame
	debt    time.Duration // for which others have waited since it had read everything
}

// Frames are what the reader gets. It must take them without delay.
func (f *Feed) Frames() <-chan Frame { return f.frames }

// Close ends the feed.
func (f *Feed) Close() { f.cut(nil) }

// Err is why the feed has ended: ErrSlow, ErrClosing, ErrNoEvent, ErrUnavailable,
// or nil after Close.
func (f *Feed) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *Feed) cut(err error) {
	f.mu.Lock()
	first := f.end(err)
	f.mu.Unlock()
	if first {
		f.topic.remove(f)
		f.topic.desk.hub.leave(f.topic)
	}
}

// end is cut under the lock.
func (f *Feed) end(err error) bool {
	if f.ended {
		return false
	}
	f.ended, f.err, f.waiting = true, err, nil
	close(f.done)
	if !f.pumping {
		close(f.frames)
	}
	return true
}

// begin sends the snapshot and what has waited since the feed was added, or
// has it catch up with the journal first.
func (f *Feed) begin(shot snapshot, after *uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return
	}
	behind := f.missed || after != nil && *after < f.pos
	if after != nil {
		f.pos = *after
	} else {
		f.pos = max(f.pos, shot.seq)
	}
	f.frames <- Frame{FrameSnapshot, f.pos, shot.data}
	if !behind {
		behind = !f.flush()
	}
	if from := f.pos; behind {
		f.pumping = true
		if !f.topic.desk.begin(func() { f.catchUp(f.topic.ctx, from) }) {
			f.pumping = false
			go f.cut(ErrClosing) // which the hub is about to do as well
		}
	}
}

// flush makes the feed live if all that waits fits the buffer.
func (f *Feed) flush() bool {
	need := len(f.waiting)
	if f.numbers != nil {
		need++
	}
	if f.missed || need > cap(f.frames)-len(f.frames) {
		return false
	}
	for _, w := range f.waiting {
		if w.ID > f.pos {
			f.frames <- w
			f.pos = w.ID
		}
	}
	if f.numbers != nil {
		f.numbers.ID = f.pos
		f.frames <- *f.numbers
	}
	f.waiting, f.numbers, f.live = nil, nil, true
	return true
}

// take hands over what has happened up to a position of the journal. It tells
// whether the reader has kept up.
func (f *Feed) take(rows []Frame, pos uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.ended:
		return true
	case !f.live:
		if f.missed = f.missed || len(f.waiting)+len(rows) > feedBuffer; f.missed {
			f.waiting = nil
		} else {
			f.waiting = append(f.waiting, rows...)
		}
		return true
	}
	for _, r := range rows {
		if r.ID <= f.pos {
			continue
		}
		select {
		case f.frames <- r:
		default:
			return false
		}
	}
	f.pos = max(f.pos, pos)
	return true
}

// takeNumbers hands over an occupancy. Its id is the reader's own position: a
// feed resumed from there misses no row that these numbers include.
func (f *Feed) takeNumbers(n Frame) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.ended:
		return true
	case !f.live:
		f.numbers = &n
		return true
	}
	n.ID = f.pos
	select {
	case f.frames <- n:
		return true
	default:
		return false
	}
}

// behind tells whether a reader of live rows has more than half of its buffer
// before it and is still to be waited for, now that it has been for so long.
func (f *Feed) behind(waited time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch n := len(f.frames); {
	case !f.live || f.ended:
		return false
	case n == 0:
		f.debt = 0
		return false
	case n <= cap(f.frames)/2:
		return false
	}
	f.debt += waited
	return f.debt < f.topic.desk.hub.debt
}

// catchUp reads the journal from a position until it meets what waits. Here
// the reader sets the pace.
func (f *Feed) catchUp(ctx context.Context, pos uint64) {
	err := f.readOn(ctx, pos)
	if err != nil {
		f.cut(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pumping = false; f.ended {
		close(f.frames)
	}
}

var errFeedEnded = errors.New("the feed has ended")

func (f *Feed) readOn(ctx context.Context, pos uint64) error {
	for {
		rows, err := f.topic.desk.store.Journal(ctx, f.topic.event, pos, catchUpRows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if pos = r.Seq; !onFeed(r) {
				continue
			}
			if err := f.send(scanFrame(r)); err != nil {
				return err
			}
		}
		if len(rows) == catchUpRows {
			continue
		}
		f.mu.Lock()
		if f.ended {
			f.mu.Unlock()
			return errFeedEnded
		}
		f.pos = pos
		if f.flush() {
			f.mu.Unlock()
			return nil
		}
		// What waited or was missed is in the journal by now.
		n := f.numbers
		f.waiting, f.missed, f.numbers = nil, false, nil
		f.mu.Unlock()
		if n != nil {
			n.ID = pos
			if err := f.send(*n); err != nil {
				return err
			}
		}
	}
}

// send waits for the reader.
func (f *Feed) send(fr Frame) error {
	select {
	case f.frames <- fr:
		return nil
	default:
	}
	t := time.NewTimer(feedPatience)
	defer t.Stop()
	select {
	case f.frames <- fr:
		return nil
	case <-f.done:
		return errFeedEnded
	case <-t.C:
		return ErrSlow
	}
}
