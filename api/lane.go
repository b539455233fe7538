package api

import (
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// How many requests of a kind are decided at once. What comes above that is
// told to come again at once instead of waiting in a queue that only grows: the
// phone asks again, or decides by itself, under the same scan id. These are
// counts and no rates, so that a faster store serves more.
const (
	// maxDeciding scans: enough for a store to be as fast as it can, which it is
	// at 200, and few enough that even a slow one, of 200 scans a second, decides
	// the last of them before a phone's patience of 1.5 s ends.
	maxDeciding = 256
	// maxUploads of what phones have decided by themselves. Up to 500 scans each,
	// they must not stand in the way of people at gates.
	maxUploads = 32
)

// shedEvery is how often the log tells that requests are turned away.
const shedEvery = 10 * time.Second

var errOverloaded = errors.New("overloaded")

// lane bounds the requests of one kind that are under way in the store.
type lane struct {
	name string
	max  int64
	log  *slog.Logger
	now  atomic.Int64

	refused atomic.Int64
	told    atomic.Int64 // when the log last was, in Unix nanoseconds
}

func newLane(name string, max int64, log *slog.Logger) *lane {
	return &lane{name: name, max: max, log: log}
}

// full spares reading a request that would be refused. It takes no place: a
// client that sends its body slowly keeps nobody out.
func (l *lane) full() bool { return l.now.Load() >= l.max }

// enter takes a place, to be given back by leave: errOverloaded when there is none.
func (l *lane) enter() error {
	if l.now.Add(1) > l.max {
		l.leave()
		return l.refuse()
	}
	return nil
}

func (l *lane) leave() { l.now.Add(-1) }

// refuse counts a request that is turned away. The log hears of it now and
// then, not each time.
func (l *lane) refuse() error {
	n := l.refused.Add(1)
	if at, now := l.told.Load(), time.Now().UnixNano(); now-at > int64(shedEvery) && l.told.CompareAndSwap(at, now) {
		l.log.Warn("more requests than can be served at once: some are told to come again", "kind", l.name, "at_once", l.max, "refused", n)
	}
	return errOverloaded
}

// The lanes of routes.
func deciding(s *Server) *lane { return s.deciding }
func uploads(s *Server) *lane  { return s.uploads }
