package api

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"lanyard/checkin"
)

// whereabouts follows an event's journal and knows what a phone must know to
// decide by itself: which badges have ended, who is inside which venue, and
// who has entered where. It can be asked for what has changed since any recent
// position. It only saves work: everything in it can be read from the journal
// again, and no decision of the server is made on it.
type whereabouts struct {
	desk  *checkin.Desk
	event string

	turn chan struct{} // held by who reads the journal
	mu   sync.RWMutex  // of everything below
	read time.Time     // when the journal was last read to its end; monotonic
	seq  uint64        // of the last row read
	hash string        // of that row
	// configured is the seq of the last change of configuration.
	configured uint64
	ended      map[badgeID]bool
	places     map[string]map[badgeID]presence // by venue
	changes    []change                        // the latest, ascending by seq
	dropped    uint64                          // seq up to which changes are forgotten
}

// badgeID is a badge's id as its 64 bits: a hall of people in little memory.
type badgeID uint64

func packID(s string) (badgeID, bool) {
	var b [9]byte
	if len(s) != 11 {
		return 0, false
	}
	n, err := base64.RawURLEncoding.Decode(b[:], []byte(s))
	return badgeID(binary.BigEndian.Uint64(b[:8])), err == nil && n == 8
}

func (id badgeID) String() string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(id)))
}

// presence is what is known of one badge at one venue: whether it is inside,
// by what each row says of itself, and its latest entries, which tell what is
// spent. An undo takes the entry out again.
type presence struct {
	inside  bool
	older   int64   // Unix milliseconds of the latest entry among those not kept, 0 for none
	entries []entry // as they came
}

type entry struct {
	scan uint64 // hash of the scan's id
	at   int64  // Unix milliseconds
}

// maxEntries is how many entries are kept: only the latest scan can be undone by
// hand, but a phone may take back any entry that it had shown as denied.
const maxEntries = 8

// entered is the latest entry, false when there is none.
func (p presence) entered() (time.Time, bool) {
	at := p.older
	for _, e := range p.entries {
		at = max(at, e.at)
	}
	return time.UnixMilli(at).UTC(), at != 0
}

// change is a badge that has moved at a venue, or ended where venue is "".
type change struct {
	seq   uint64
	venue string
	badge badgeID
}

// maxChanges is how far back changes can be asked for, in changes. Who has
// missed more is given everything.
const maxChanges = 16_384

var scanSeed = maphash.MakeSeed()

func newWhereabouts(d *checkin.Desk, event string) *whereabouts {
	w := &whereabouts{desk: d, event: event, turn: make(chan struct{}, 1)}
	w.reset()
	return w
}

// catchUp reads the journal to its end, unless that was done less than age ago.
func (w *whereabouts) catchUp(ctx context.Context, age time.Duration) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-w.turn }()
	if age > 0 && !w.read.IsZero() && time.Since(w.read) < age {
		return nil
	}
	for {
		began := time.Now()
		// The last row again: it tells whether this is still the same journal.
		rows, err := w.desk.Journal(ctx, w.event, w.seq-min(w.seq, 1), maxRows)
		if err != nil {
			return err
		}
		w.mu.Lock()
		if w.seq > 0 {
			if len(rows) == 0 || rows[0].Seq != w.seq || rows[0].Hash != w.hash {
				w.reset() // the event was made anew
				w.mu.Unlock()
				continue
			}
			rows = rows[1:]
		}
		for i := range rows {
			w.apply(&rows[i])
		}
		if over := len(w.changes) - maxChanges; over > 0 {
			w.dropped = w.changes[over-1].seq
			w.changes = append(w.changes[:0], w.changes[over:]...)
		}
		w.mu.Unlock()
		if len(rows) == 0 {
			w.read = began
			return nil
		}
	}
}

// reset forgets everything.
func (w *whereabouts) reset() {
	w.seq, w.hash, w.configured, w.dropped, w.changes = 0, "", 0, 0, nil
	w.ended, w.places = map[badgeID]bool{}, map[string]map[badgeID]presence{}
}

func (w *whereabouts) apply(r *checkin.Row) {
	w.seq, w.hash = r.Seq, r.Hash
	switch r.Kind {
	case checkin.KindConfig:
		w.configured = r.Seq
		return
	case checkin.KindRoster:
		return
	}
	id, ok := packID(r.Badge)
	if !ok {
		return
	}
	if r.Kind == checkin.KindBadge {
		if r.Note != "issued" && !w.ended[id] {
			w.ended[id] = true
			w.changes = append(w.changes, change{r.Seq, "", id})
		}
		return
	}
	here := w.places[r.Venue]
	if here == nil {
		here = map[badgeID]presence{}
		w.places[r.Venue] = here
	}
	next, moved := here[id].after(r)
	if !moved {
		return
	}
	if _, ever := next.entered(); !ever && !next.inside {
		delete(here, id)
	} else {
		here[id] = next
	}
	w.changes = append(w.changes, change{r.Seq, r.Venue, id})
}

// after is what a row of the badge at the venue makes of its presence, and
// whether it makes a difference.
func (p presence) after(r *checkin.Row) (presence, bool) {
	scan := maphash.String(scanSeed, r.ScanID)
	late := r.Note == checkin.NoteLate
	switch {
	case r.Kind == checkin.KindUndo:
		return p.undone(scan, r.Gate == "" || r.Note != checkin.NoteNotMoved)
	case r.Result == checkin.Admitted:
		p.entries = append(slices.Clone(p.entries), entry{scan, r.At.UnixMilli()})
		if len(p.entries) > maxEntries {
			p.older = max(p.older, p.entries[0].at)
			p.entries = p.entries[1:]
		}
		p.inside = p.inside || !late
		return p, true
	case r.Result == checkin.Exited && !late && p.inside:
		p.inside = false
		return p, true
	}
	return p, false
}

// undone takes a scan out of the entries. moved tells whether the badge was
// inside and is not now, or the other way round.
func (p presence) undone(scan uint64, moved bool) (presence, bool) {
	at := slices.IndexFunc(p.entries, func(e entry) bool { return e.scan == scan })
	if at >= 0 {
		p.entries = slices.Concat(p.entries[:at], p.entries[at+1:])
	}
	if moved {
		p.inside = !p.inside
	}
	return p, at >= 0 || moved
}

// at is where a badge is, "" for nowhere, and since when.
func (w *whereabouts) at(badge string) (venue string, since time.Time) {
	id, ok := packID(badge)
	if !ok {
		return "", time.Time{}
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	for v, here := range w.places {
		if p := here[id]; p.inside {
			if at, ok := p.entered(); ok && (venue == "" || at.After(since)) {
				venue, since = v, at
			}
		}
	}
	return venue, since
}

// scanners are the whereabouts of the events that are asked for.
type scanners struct {
	mu sync.Mutex
	of map[string]*whereabouts
}

// get is an event's whereabouts. The event is known to exist.
func (s *scanners) get(d *checkin.Desk, event string) *whereabouts {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.of[event]
	if w == nil {
		if w = newWhereabouts(d, event); s.of == nil {
			s.of = map[string]*whereabouts{}
		}
		s.of[event] = w
	}
	return w
}

func (s *scanners) forget(event string) {
	s.mu.Lock()
	delete(s.of, event)
	s.mu.Unlock()
}
