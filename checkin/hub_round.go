package checkin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// collect has rows wait for the next round.
func (t *topic) collect(rows []Row) {
	for len(rows) > 0 {
		n := min(len(rows), batchRows)
		frames, changed := make([]Frame, 0, n), false
		last := t.read
		for _, r := range rows[:n] {
			if r.Seq <= t.read {
				continue
			}
			last = r.Seq
			switch {
			case onFeed(r):
				frames, changed = append(frames, scanFrame(r)), true
			case r.Kind == KindConfig:
				t.stale.Store(true)
				changed = true
			}
		}
		rows = rows[n:]
		if !t.put(frames, last) {
			return
		}
		if changed {
			t.moved.Store(true)
			select {
			case t.changed <- struct{}{}:
			default:
			}
		}
	}
}

// put rows where the next round finds them, up to a position of the journal, as
// soon as there is room. It is false once nobody is left.
func (t *topic) put(frames []Frame, read uint64) bool {
	for {
		t.mu.Lock()
		if len(t.rows)+len(frames) <= batchRows {
			t.rows, t.read = append(t.rows, frames...), read
			t.mu.Unlock()
			return true
		}
		t.mu.Unlock()
		select {
		case <-t.room:
		case <-t.ctx.Done():
			return false
		}
	}
}

// carry makes rounds while there is something to tell, and looks after the
// store.
func (t *topic) carry() {
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
			t.moved.Store(true)
		}
		began := time.Now()
		b, again := t.seal()
		if again > 0 {
			rates.Reset(again)
		}
		pause := t.desk.hub.round - time.Since(began)
		if b != nil {
			handing := time.Now()
			t.hand(b)
			pause = max(t.desk.hub.round-time.Since(began), (share-1)*time.Since(handing))
		}
		select {
		case <-time.After(pause):
		case <-t.ctx.Done():
			return
		}
	}
}

// ping also counts as silent a store that can't be counted on.
func (t *topic) ping(silent int) int {
	ctx, cancel := context.WithTimeout(t.ctx, t.desk.hub.ping/2)
	defer cancel()
	if t.desk.store.Ping(ctx) != nil || t.failed {
		return silent + 1
	}
	return 0
}

// seal makes a batch of the rows that wait and of the numbers, which are counted
// after these rows have been read and so are never behind them: nil if there is
// nothing to tell. It also says after how long the numbers change by themselves, 0 for never.
func (t *topic) seal() (b *Batch, again time.Duration) {
	t.mu.Lock()
	rows, from, pos := t.rows, t.pos, t.read
	t.rows, t.pos = nil, pos
	t.mu.Unlock()
	select {
	case t.room <- struct{}{}:
	default:
	}
	var numbers *Frame
	if t.moved.Swap(false) {
		numbers, again = t.count(len(rows) > 0)
	}
	if len(rows) == 0 && numbers == nil {
		return nil, again
	}
	return newBatch(from, pos, rows, numbers), again
}

// hand a batch to all readers, a few at a time, and cut off those for whom it
// was too much.
func (t *topic) hand(b *Batch) {
	t.mu.Lock()
	all := make([]*Feed, 0, len(t.feeds))
	for f := range t.feeds {
		all = append(all, f)
	}
	t.mu.Unlock()
	for group := range slices.Chunk(all, together) {
		for _, f := range group {
			if !f.take(b) {
				f.cut(ErrSlow)
			}
		}
		if len(all) > together {
			for until := time.Now().Add(handMost); ; {
				time.Sleep(handPause)
				if !slices.ContainsFunc(group, (*Feed).asleep) || time.Now().After(until) {
					break
				}
			}
		}
	}
}

// count the numbers, nil if they are what was told last; after rows they are told
// all the same, for they may have been counted before these rows were read, and a reader
// waits for numbers that say by their id that these are in them.
func (t *topic) count(rows bool) (numbers *Frame, again time.Duration) {
	o, err := t.numbers()
	if t.failed = err != nil; t.failed {
		t.stale.Store(true)
		return nil, time.Second
	}
	for _, v := range o.Venues {
		if v.RateIn != 0 || v.RateOut != 0 {
			again = ratesEvery
		}
	}
	data, err := json.Marshal(o)
	if err != nil {
		return nil, again
	}
	o.At, o.Seq = time.Time{}, 0
	bare, err := json.Marshal(o)
	if err != nil || !rows && bytes.Equal(bare, t.told) {
		return nil, again
	}
	t.told = bare
	return &Frame{Event: FrameOccupancy, Data: data}, again
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
