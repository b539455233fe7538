package checkin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	pos   uint64 // of the last row that was handed on
	ended error

	changed chan struct{} // somebody's place or the configuration has
	shots   shared[snapshot]
	config  *Config // of the numbers' goroutine
	stale   atomic.Bool
	told    []byte // the last numbers, without their time
}

// snapshot is an Occupancy as JSON.
type snapshot struct {
	data []byte
	seq  uint64
}

func newTopic(d *Desk, event string) *topic {
	t := &topic{desk: d, event: event, starting: make(chan struct{}, 1), feeds: map[*Feed]struct{}{},
		changed: make(chan struct{}, 1)}
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
	t.pos = pos
	t.mu.Unlock()
	if !t.desk.begin(t.follow) || !t.desk.begin(t.count) {
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

// follow hands rows on as they are committed.
func (t *topic) follow() {
	wait := followFirst
	for {
		began, from := time.Now(), t.pos
		err := t.desk.store.Follow(t.ctx, t.event, t.pos, func(rows []Row) error {
			t.publish(rows)
			return t.ctx.Err()
		})
		switch {
		case t.ctx.Err() != nil:
			return
		case errors.Is(err, ErrNoEvent):
			t.end(ErrNoEvent)
			return
		}
		if t.pos > from || time.Since(began) > followWait {
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

// publish hands rows to all readers, in bursts.
func (t *topic) publish(rows []Row) {
	var frames []Frame
	changed := false
	for i, r := range rows {
		if r.Seq <= t.pos {
			continue
		}
		switch {
		case onFeed(r):
			frames, changed = append(frames, scanFrame(r)), true
		case r.Kind == KindConfig:
			t.stale.Store(true)
			changed = true
		}
		if changed && (len(frames) == burst || i == len(rows)-1) {
			t.touch()
		}
		if len(frames) == burst || i == len(rows)-1 {
			t.deliver(func(f *Feed) bool { return f.take(frames, r.Seq) }, r.Seq)
			if !t.await() {
				return
			}
			frames = nil
		}
	}
}

// deliver hands something to each reader and cuts off those for whom it was
// too much.
func (t *topic) deliver(hand func(*Feed) bool, pos uint64) {
	var slow []*Feed
	t.mu.Lock()
	for f := range t.feeds {
		if !hand(f) {
			slow = append(slow, f)
		}
	}
	if pos > t.pos { // follow's alone to move
		t.pos = pos
	}
	t.mu.Unlock()
	for _, f := range slow {
		f.cut(ErrSlow)
	}
}

// await gives readers who are behind time to read. It is false once nobody
// is left.
func (t *topic) await() bool {
	for waited := time.Duration(0); t.behind(waited); waited = burstPause {
		select {
		case <-time.After(burstPause):
		case <-t.ctx.Done():
			return false
		}
	}
	return t.ctx.Err() == nil
}

func (t *topic) behind(waited time.Duration) (any bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.feeds {
		if f.behind(waited) {
			any = true
		}
	}
	return any
}

// touch has the numbers counted again.
func (t *topic) touch() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// snapshot counts for readers who have just come, together.
func (t *topic) snapshot(ctx context.Context, asked time.Time) (snapshot, error) {
	return t.shots.get(ctx, asked, func(ctx context.Context) (snapshot, error) {
		o, err := t.desk.Occupancy(ctx, t.event)
		if err != nil {
			return snapshot{}, err
		}
		data, err := json.Marshal(o)
		return snapshot{data, o.Seq}, err
	})
}

// count tells the numbers when they have changed, and looks after the store.
func (t *topic) count() {
	ping := time.NewTicker(t.desk.hub.ping)
	defer ping.Stop()
	rates := time.NewTimer(ratesEvery)
	defer rates.Stop()
	silent := 0
	for {
		select {
		case <-t.ctx.Done():
			return
		case <-ping.C:
			if silent = t.ping(silent); silent > 1 {
				t.end(fmt.Errorf("%w: no sign of life", ErrUnavailable))
				return
			}
			continue
		case <-t.changed:
		case <-rates.C:
		}
		again := t.tell()
		if again > 0 {
			rates.Reset(again)
		}
		select {
		case <-time.After(occupancyPause):
		case <-t.ctx.Done():
			return
		}
	}
}

func (t *topic) ping(silent int) int {
	ctx, cancel := context.WithTimeout(t.ctx, t.desk.hub.ping/2)
	defer cancel()
	if t.desk.store.Ping(ctx) != nil {
		return silent + 1
	}
	return 0
}

// tell counts once and tells everybody. It says after how long the numbers
// change by themselves, 0 for never.
func (t *topic) tell() (again time.Duration) {
	o, err := t.numbers()
	if err != nil {
		t.stale.Store(true)
		return time.Second
	}
	for _, v := range o.Venues {
		if v.RateIn != 0 || v.RateOut != 0 {
			again = ratesEvery
		}
	}
	data, err := json.Marshal(o)
	if err != nil {
		return again
	}
	o.At, o.Seq = time.Time{}, 0
	bare, err := json.Marshal(o)
	if err != nil || bytes.Equal(bare, t.told) {
		return again
	}
	t.told = bare
	t.deliver(func(f *Feed) bool { return f.takeNumbers(Frame{Event: FrameOccupancy, Data: data}) }, 0)
	return again
}

// numbers uses the configuration until the journal says that it has changed.
func (t *topic) numbers() (Occupancy, error) {
	ctx, cancel := context.WithTimeout(t.ctx, pingEvery)
	defer cancel()
	if t.stale.Swap(false) || t.config == nil {
		c, err := t.desk.store.Config(ctx, t.event)
		if err != nil {
			return Occupancy{}, err
		}
		t.config = c
	}
	return t.desk.occupancy(ctx, t.event, t.config)
}
