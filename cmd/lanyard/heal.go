package main

import (
	"context"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
)

// failing is a store that can't go on after a failed write: it doesn't know
// what is on disk any more, and answers that it is unavailable from then on.
type failing interface {
	Failed() <-chan struct{}
	Err() error
}

// storeFailed is never ready for a store that mends itself, as Redis' does.
func storeFailed(s checkin.Store) <-chan struct{} {
	if f, ok := s.(failing); ok {
		return f.Failed()
	}
	return nil
}

// The pauses between attempts to open a failed store.
const (
	healSoonest = 250 * time.Millisecond
	healLatest  = 5 * time.Second
)

// heal opens the embedded store again after a write that failed, from what is
// on disk: a full disk was made room on, a file system was mounted anew. Until
// that works, or ctx ends, every request is answered 503 by the failed one.
func (s *server) heal(ctx context.Context) {
	old := s.now()
	s.log.Error("the store could not write; it is opened again as soon as that works", "error", old.store.(failing).Err())
	old.api.CloseStreams()
	old.close(s.log)
	said := ""
	for pause := healSoonest; ; pause = min(2*pause, healLatest) {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		store, err := boltstore.Open(s.settings.data, boltstore.Options{Again: true})
		var c *core
		if err == nil {
			c, err = s.on(ctx, store)
		}
		if err == nil {
			go c.desk.Run(ctx)
			c.api.SetReady(true)
			s.live.Store(c)
			s.log.Warn("the store is open again")
			return
		}
		if err.Error() != said {
			said = err.Error()
			s.log.Warn("the store can't be opened", "error", said)
		}
	}
}
