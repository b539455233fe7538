package checkin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"lanyard/badge"
)

// Backing is the disk under an Engine.
type Backing interface {
	// Commit makes writes durable, all or none, in order.
	Commit([]Write) error
	// Entries reads at most limit committed entries after a seq.
	Entries(event string, after uint64, limit int) ([]Entry, error)
	Close() error
}

// Write is one durable change that a step leaves behind. Value nil removes.
// Values are not changed after they have been handed over.
type Write struct {
	Table Table
	Event string
	Key   string // of tables that are keyed by id
	Value any
}

// Table of a Backing.
type Table string

const (
	RecordTable     Table = "record"     // Record; key Subject
	AttendeeTable   Table = "attendee"   // badge.Attendee; key id
	BadgeTable      Table = "badge"      // badge.Badge; key id
	EntryTable      Table = "entry"      // Entry; in order of seq
	CheckpointTable Table = "checkpoint" // Checkpoint; in order
	TempTable       Table = "temp"       // TempRecord; key kind/id, no event
	EventTable      Table = "event"      // int64 revision; nil removes the event and all that is its
)

// TempRecord is a short-lived record.
type TempRecord struct {
	Data  []byte    `json:"data"`
	Until time.Time `json:"until"`
}

// Engine is a Store: all events in memory with a single writer, and a Backing
// that makes each step durable before it is answered. Steps that arrive
// together are decided together and committed at once. Without a Backing it is
// the model that other stores are tested against.
//
// Memory is ahead of the disk between a decision and its commit, so a failed
// commit can't be taken back: the Engine then answers ErrUnavailable to
// everything and Failed is closed. Start again from the disk.
type Engine struct {
	backing Backing
	now     func() time.Time

	steps  chan *step
	stop   chan struct{} // closed by Close
	done   chan struct{} // closed when the writer has ended
	failed chan struct{}
	err    error // set before failed is closed

	mu        sync.RWMutex // held for writing only by the writer
	events    map[string]*State
	operators map[string]Operator // by key hash
	links     map[string]link
	temps     map[string]TempRecord
	news      chan struct{} // closed and replaced after each commit
	closeOnce sync.Once
}

type link struct{ event, badge string }

// step is a piece of work for the writer. Its results are read once done is closed.
type step struct {
	run   func(*tx) (any, error)
	value any
	err   error
	done  chan struct{}
}

// tx collects what the steps of one commit leave behind.
type tx struct {
	*Engine
	writes []Write
}

func (t *tx) write(table Table, event, key string, v any) {
	t.writes = append(t.writes, Write{table, event, key, v})
}

// maxGroup bounds how many steps share one commit.
const maxGroup = 1024

// tailRows is how many rows stay in memory for readers and replays.
const tailRows = 4096

// NewMemory is an Engine that keeps nothing on disk.
func NewMemory() *Engine { return NewEngine(nil, nil) }

// NewEngine starts an engine on what l has read from the backing, nil for
// nothing.
func NewEngine(b Backing, l *Loaded) *Engine {
	if l == nil {
		l = NewLoaded()
	}
	e := &Engine{backing: b, now: time.Now, steps: make(chan *step, 4*maxGroup), stop: make(chan struct{}), done: make(chan struct{}),
		failed: make(chan struct{}), events: l.events, operators: map[string]Operator{}, links: l.links, temps: l.temps,
		news: make(chan struct{})}
	if e.events[System] == nil {
		e.events[System] = newState(System)
	}
	for _, s := range e.events {
		e.index(s, nil)
		if b != nil {
			s.older = func(after uint64, limit int) ([]Entry, error) { return b.Entries(s.id, after, limit) }
		}
		s.committed = s.seq
	}
	go e.write()
	return e
}

// Failed is closed when a commit has failed; Err then tells why.
func (e *Engine) Failed() <-chan struct{} { return e.failed }

// Err is why the engine has failed, nil while it hasn't.
func (e *Engine) Err() error {
	select {
	case <-e.failed:
		return e.err
	default:
		return nil
	}
}

// Close waits for the steps under way and closes the backing.
func (e *Engine) Close() error {
	e.closeOnce.Do(func() { close(e.stop) })
	<-e.done
	if e.backing != nil {
		return e.backing.Close()
	}
	return nil
}

// do runs a step in the writer and waits until it is durable.
func do[T any](ctx context.Context, e *Engine, run func(*tx) (T, error)) (T, error) {
	var none T
	s := &step{run: func(t *tx) (any, error) {
		if ctx.Err() != nil { // nobody waits for it any more: nothing may happen
			return nil, ErrUnavailable
		}
		return run(t)
	}, done: make(chan struct{})}
	select {
	case e.steps <- s:
	case <-ctx.Done():
		return none, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	case <-e.done:
		return none, ErrUnavailable
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		return none, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	case <-e.done:
		select {
		case <-s.done:
		default:
			return none, ErrUnavailable
		}
	}
	if s.err != nil {
		return none, s.err
	}
	return s.value.(T), nil
}

// within runs a step on one event.
func within[T any](ctx context.Context, e *Engine, event string, run func(*tx, *State) (T, error)) (T, error) {
	return do(ctx, e, func(t *tx) (T, error) {
		s, err := t.event(event)
		if err != nil {
			var none T
			return none, err
		}
		return run(t, s)
	})
}

// nothing is the result of a step that only succeeds or fails.
type nothing struct{}

// write is the single writer.
func (e *Engine) write() {
	defer close(e.done)
	group := make([]*step, 0, maxGroup)
	for {
		group = group[:0]
		select {
		case s := <-e.steps:
			group = append(group, s)
		case <-e.stop:
			return
		}
	gather:
		for len(group) < maxGroup {
			select {
			case s := <-e.steps:
				group = append(group, s)
			default:
				break gather
			}
		}
		if err := e.commit(group); err != nil {
			e.err = err
			close(e.failed)
			return
		}
	}
}

func (e *Engine) commit(group []*step) error {
	t := &tx{Engine: e}
	e.mu.Lock()
	for _, s := range group {
		s.value, s.err = s.run(t)
	}
	e.mu.Unlock()
	if len(t.writes) > 0 {
		if e.backing != nil {
			if err := e.backing.Commit(t.writes); err != nil {
				for _, s := range group {
					s.err = fmt.Errorf("%w: the commit failed", ErrUnavailable)
					close(s.done)
				}
				return err
			}
		}
		e.mu.Lock()
		for _, w := range t.writes {
			if s := e.events[w.Event]; s != nil && w.Table == EntryTable {
				s.commit(e.backing != nil)
			}
		}
		close(e.news)
		e.news = make(chan struct{})
		e.mu.Unlock()
	}
	for _, s := range group {
		close(s.done)
	}
	return nil
}

// commit notes that everything is on disk and lets go of the oldest rows.
func (s *State) commit(backed bool) {
	s.committed = s.seq
	if backed && len(s.tail) > 2*tailRows {
		s.tail = slices.Clone(s.tail[len(s.tail)-tailRows:])
	}
}

// event finds one for a step or, under the lock, for a read.
func (e *Engine) event(id string) (*State, error) {
	s := e.events[id]
	if s == nil {
		return nil, ErrNoEvent
	}
	return s, nil
}

// read runs f on an event's state, which it must not change.
func (e *Engine) read(ctx context.Context, event string, f func(*State) error) error {
	if err := e.Ping(ctx); err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	s, err := e.event(event)
	if err != nil {
		return err
	}
	return f(s)
}

// Ping tells whether the engine still writes.
func (e *Engine) Ping(ctx context.Context) error {
	select {
	case <-e.failed:
		return ErrUnavailable
	case <-e.done:
		return ErrUnavailable
	default:
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// Durability finds nothing in memory's disfavour: the backing syncs each
// commit, and without one there is nothing to promise.
func (e *Engine) Durability(context.Context) ([]Finding, error) {
	if e.backing == nil {
		return []Finding{{Code: "memory_only", Detail: "Nothing is kept on disk: start the server with --data or --redis."}}, nil
	}
	return nil, nil
}

// append journals an entry in this step.
func (t *tx) append(s *State, e Entry) Entry {
	e = s.append(e)
	t.write(EntryTable, s.id, "", e)
	return e
}

// index keeps the operators of an event findable by their keys.
func (e *Engine) index(s *State, before *Config) {
	if before != nil {
		for _, o := range before.Operators {
			delete(e.operators, o.KeyHash)
		}
	}
	for _, o := range s.cfg.Operators {
		e.operators[o.KeyHash] = o
	}
}

// Events lists all events by id.
func (e *Engine) Events(ctx context.Context) ([]badge.Event, error) {
	if err := e.Ping(ctx); err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	var out []badge.Event
	for _, id := range slices.Sorted(maps.Keys(e.events)) {
		if id != System {
			out = append(out, e.events[id].cfg.Event)
		}
	}
	return out, nil
}

// Config is the event's configuration now.
func (e *Engine) Config(ctx context.Context, event string) (c *Config, err error) {
	err = e.read(ctx, event, func(s *State) error { c = s.cfg; return nil })
	return c, err
}

// OperatorByKey finds an operator of any event.
func (e *Engine) OperatorByKey(ctx context.Context, keyHash string) (Operator, error) {
	if err := e.Ping(ctx); err != nil {
		return Operator{}, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	o, ok := e.operators[keyHash]
	if !ok {
		return Operator{}, ErrNoOperator
	}
	return o, nil
}
