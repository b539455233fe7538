package checkin

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// topic is a watched event: one follower of its journal and one source of its
// numbers for all readers.
type topic struct {
	desk     *Desk
	event    string
	ctx      context.Context
	stop     context.CancelFunc
	watchers int // guarded by the hub's lock

	starting chan struct{} // held by who starts it
	started  bool

	mu    sync.Mutex // before a feed's
	feeds map[*Feed]struct{}
	rows  []Frame // to be handed on with the next batch
	read  uint64  // of the last row that was read
	pos   uint64  // of the last row that is in a batch
	ended error

	changed chan struct{} // there are rows, or the configuration has
	room    chan struct{} // there are no rows any more
	shots   shared[snapshot]
	stale   atomic.Bool // the configuration is
	moved   atomic.Bool // the numbers may have, since they were counted

	// Of the rounds' goroutine:
	config *Config
	told   []byte // the last numbers, without their time
	failed bool   // to count, when it was last tried
}

// snapshot is an Occupancy as JSON.
type snapshot struct {
	data []byte
	seq  uint64
}

func newTopic(d *Desk, event string) *topic {
	t := &topic{desk: d, event: event, starting: make(chan struct{}, 1), feeds: map[*Feed]struct{}{},
		changed: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	t.shots.pause = 20 * time.Millisecond
	t.ctx, t.stop = context.WithCancel(d.ctx)
	return t
}

// start finds out where the journal is and follows it from there.
func (t *topic) start(ctx context.Context) error {
	select {
	case t.starting <- struct{}{}:
		defer func() { <-t.starting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if t.started {
		return nil
	}
	pos, err := t.desk.store.Seq(ctx, t.event)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.read, t.pos = pos, pos
	t.mu.Unlock()
	if !t.desk.begin(t.follow) || !t.desk.begin(t.carry) {
		return ErrClosing
	}
	t.started = true
	return nil
}

// over is why the topic has ended, nil while it hasn't.
func (t *topic) over() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}

// end cuts off all readers.
func (t *topic) end(err error) {
	t.mu.Lock()
	if t.ended == nil {
		t.ended = err
	}
	var all []*Feed
	for f := range t.feeds {
		all = append(all, f)
	}
	t.mu.Unlock()
	for _, f := range all {
		f.cut(err)
	}
	t.stop()
}

// add has the feed collect from now on.
func (t *topic) add(f *Feed) {
	t.mu.Lock()
	f.mu.Lock()
	f.pos = t.pos
	f.mu.Unlock()
	ended := t.ended
	t.feeds[f] = struct{}{}
	t.mu.Unlock()
	if ended != nil {
		f.cut(ended)
	}
}

func (t *topic) remove(f *Feed) {
	t.mu.Lock()
	delete(t.feeds, f)
	t.mu.Unlock()
}

// follow collects rows as they are committed. It alone moves read.
func (t *topic) follow() {
	wait := followFirst
	for {
		began, from := time.Now(), t.read
		err := t.desk.store.Follow(t.ctx, t.event, from, func(rows []Row) error {
			t.collect(rows)
			return t.ctx.Err()
		})
		switch {
		case t.ctx.Err() != nil:
			return
		case errors.Is(err, ErrNoEvent):
			t.end(ErrNoEvent)
			return
		}
		if t.read > from || time.Since(began) > followWait {
			wait = followFirst
		}
		t.desk.log.Debug("following a journal again", "event", t.event, "error", err)
		select {
		case <-time.After(wait):
			wait = min(2*wait, followWait)
		case <-t.ctx.Done():
			return
		}
	}
}

// onFeed tells whether readers get the row.
func onFeed(r Row) bool { return r.Kind == KindScan || r.Kind == KindUndo || r.Kind == KindExit }

func scanFrame(r Row) Frame {
	if r.Hash == "" {
		return Frame{FrameScan, r.Seq, r.canonical(nil, r.Prev)}
	}
	data, _ := r.MarshalJSON() // never fails
	return Frame{FrameScan, r.Seq, data}
}
