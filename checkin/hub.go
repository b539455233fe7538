package checkin

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Frame is one message of a live feed.
type Frame struct {
	Event string // "snapshot", "scan" or "occupancy"
	// ID is the journal position up to which a reader knows everything once it
	// has this frame: a feed resumed from it misses nothing.
	ID   uint64
	Data []byte // JSON in one line; shared, not to be changed
}

// The kinds of frames.
const (
	FrameSnapshot  = "snapshot"  // an Occupancy, first on every feed
	FrameScan      = "scan"      // a Row of KindScan, KindUndo or KindExit
	FrameOccupancy = "occupancy" // an Occupancy, when something has changed
)

const (
	// feedBuffer is how many batches may wait for a reader before it is cut off:
	// several seconds' worth when much happens.
	feedBuffer = 64
	// feedRows is how many rows wait for a reader who has just come; where there
	// are more it reads them in the journal.
	feedRows = 512
	// feedPatience is how long a reader that catches up may leave one batch.
	feedPatience = 30 * time.Second
	// roundEvery is the least time between two batches of an event, and between two
	// of its occupancy frames.
	roundEvery = 80 * time.Millisecond
	// share is which part of the time may go into handing batches on: 1 in share.
	// Where there are so many readers, or so little processor, that it takes longer
	// than that of roundEvery, batches come less often and bring more.
	share = 3
	// together is how many readers are woken at once, and the next ones once these
	// have begun to read, for which they have handMost, looked at every handPause: a scan
	// that comes meanwhile has no more than these before it.
	together  = 32
	handPause = time.Millisecond
	handMost  = 10 * time.Millisecond
	// batchRows bounds a batch. The follower waits when so many are still to be
	// handed on: at the hour of an automatic exit thousands come together.
	batchRows = 1024
	// ratesEvery is how often occupancy is told while nothing happens but the
	// rates still fall.
	ratesEvery = 5 * time.Second
	// pingEvery is how often the store is asked for a sign of life. Readers are
	// cut off when it gives none twice in turn, or no numbers, so that no board shows
	// old numbers as live ones.
	pingEvery = 4 * time.Second
	// followFirst and followWait are the shortest and the longest between two
	// tries to follow a journal.
	followFirst = 50 * time.Millisecond
	followWait  = 2 * time.Second
)

// Hub carries the journal to whoever watches. Each watched event has one
// follower of its journal, whoever and however many they are that watch; it
// ends with the last of them. Only what has been committed is carried, in rounds:
// what happens between two of them goes to all readers as one batch.
type Hub struct {
	desk  *Desk
	ping  time.Duration // pingEvery
	round time.Duration // roundEvery

	mu      sync.Mutex
	topics  map[string]*topic
	readers int
	closed  bool
}

func newHub(d *Desk) *Hub {
	return &Hub{desk: d, ping: pingEvery, round: roundEvery, topics: map[string]*topic{}}
}

// Subscribe opens a feed of an event. Its first frame is a snapshot. With after
// nil all rows from now on follow, else all rows after that position: those
// that are in the journal already come as fast as the reader takes them. A
// position that the journal hasn't reached counts as nil. The feed ends with
// Close or with ctx. ErrNoEvent, ErrClosing, ErrUnavailable.
func (h *Hub) Subscribe(ctx context.Context, event string, after *uint64) (*Feed, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	asked := time.Now()
	t, err := h.join(event)
	if err != nil {
		return nil, err
	}
	f := &Feed{topic: t, batches: make(chan *Batch, feedBuffer), done: make(chan struct{})}
	if err := t.start(ctx); err != nil {
		f.cut(err)
		return nil, err
	}
	// It collects first and looks then, so that nothing falls in between.
	t.add(f)
	shot, err := t.snapshot(ctx, asked)
	if err != nil {
		f.cut(err)
		return nil, err
	}
	if after != nil && *after > shot.seq {
		after = nil
	}
	f.begin(shot, after)
	if err := f.Err(); err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, f.Close)
	return f, nil
}

// join counts a reader in and finds or makes what it reads from.
func (h *Hub) join(event string) (*topic, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosing
	}
	t := h.topics[event]
	if t == nil || t.over() != nil {
		t = newTopic(h.desk, event)
		h.topics[event] = t
	}
	t.watchers++
	h.readers++
	return t, nil
}

func (h *Hub) leave(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers--
	if t.watchers--; t.watchers == 0 {
		t.stop()
		if h.topics[t.event] == t {
			delete(h.topics, t.event)
		}
	}
}

// Readers is how many feeds are open.
func (h *Hub) Readers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.readers
}

// Close ends all feeds with ErrClosing and opens no more. It is made for
// http.Server.RegisterOnShutdown.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	all := slices.Collect(maps.Values(h.topics))
	h.mu.Unlock()
	for _, t := range all {
		t.end(ErrClosing)
	}
}
