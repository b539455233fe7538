package checkin

import (
	"context"
	"errors"
	"sync"
	"time"
)

// catchUpRows is how many rows a reader that catches up reads at once.
const catchUpRows = 500

// Feed is one reader's view of an event. Batches come in order; after Close, or
// when the reader is cut off, the channel is closed and Err tells why.
type Feed struct {
	topic   *topic
	batches chan *Batch
	done    chan struct{} // closed when the feed has ended

	mu    sync.Mutex
	ended bool
	err   error
	// live: the topic writes to batches. Before that they are begin's or
	// catchUp's, and what happens meanwhile waits.
	live    bool
	pumping bool   // catchUp is running and will close batches
	pos     uint64 // up to where the reader knows everything
	waiting []Frame
	missed  bool // more has happened than waits: read on in the journal
	numbers *Frame
}

// Batches are what the reader gets. It must take them without delay.
func (f *Feed) Batches() <-chan *Batch { return f.batches }

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
		close(f.batches)
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
	f.batches <- newBatch(f.pos, f.pos, []Frame{{FrameSnapshot, f.pos, shot.data}}, nil)
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

// flush makes the feed live if nothing is missing from what waits, and there is
// room for it.
func (f *Feed) flush() bool {
	if f.missed || len(f.batches) == cap(f.batches) {
		return false
	}
	waits := newBatch(f.pos, f.pos, f.waiting, f.numbers)
	if n := len(f.waiting); n > 0 {
		waits.pos = max(f.pos, f.waiting[n-1].ID)
	}
	if left := waits.after(f.pos); left != nil {
		f.batches <- left
		f.pos = left.pos
	}
	f.waiting, f.numbers, f.live = nil, nil, true
	return true
}

// take hands a batch over. It tells whether the reader has kept up.
func (f *Feed) take(b *Batch) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.ended:
		return true
	case !f.live:
		f.wait(b)
		return true
	case f.pos > b.from: // it has come just now and knows some
		if b = b.after(f.pos); b == nil {
			return true
		}
	}
	select {
	case f.batches <- b:
		f.pos = b.pos
		return true
	default:
		return false
	}
}

// asleep tells whether one batch is before the reader and it has not begun with
// it. One that has had more before it is not asleep but behind.
func (f *Feed) asleep() bool { return len(f.batches) == 1 }

// wait keeps what has happened for when the feed is live.
func (f *Feed) wait(b *Batch) {
	for i, fr := range b.Frames {
		switch {
		case fr.Event == FrameOccupancy:
			f.numbers = &b.Frames[i]
		case f.missed || len(f.waiting) == feedRows:
			f.missed = true
		default:
			f.waiting = append(f.waiting, fr)
		}
	}
	if f.missed {
		f.waiting = nil
	}
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
		close(f.batches)
	}
}

var errFeedEnded = errors.New("the feed has ended")

func (f *Feed) readOn(ctx context.Context, pos uint64) error {
	for {
		rows, err := f.topic.desk.store.Journal(ctx, f.topic.event, pos, catchUpRows)
		if err != nil {
			return err
		}
		from, frames := pos, make([]Frame, 0, len(rows)+1)
		for _, r := range rows {
			if pos = r.Seq; onFeed(r) {
				frames = append(frames, scanFrame(r))
			}
		}
		if len(frames) > 0 {
			if err := f.send(newBatch(from, pos, frames, nil)); err != nil {
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
			if err := f.send(newBatch(pos, pos, nil, n)); err != nil {
				return err
			}
		}
	}
}

// send waits for the reader.
func (f *Feed) send(b *Batch) error {
	select {
	case f.batches <- b:
		return nil
	default:
	}
	t := time.NewTimer(feedPatience)
	defer t.Stop()
	select {
	case f.batches <- b:
		return nil
	case <-f.done:
		return errFeedEnded
	case <-t.C:
		return ErrSlow
	}
}
