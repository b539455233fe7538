package checkin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"lanyard/badge"
)

// The types of a backup's items, in the order in which they come.
const (
	ItemBackup     = "backup"     // BackupHead, first
	ItemRecord     = "record"     // Record
	ItemAttendee   = "attendee"   // badge.Attendee
	ItemBadge      = "badge"      // badge.Badge
	ItemPresence   = "presence"   // Presence
	ItemVenue      = "venue"      // VenueItem
	ItemGate       = "gate"       // GateItem
	ItemEntry      = "entry"      // Entry, by seq
	ItemCheckpoint = "checkpoint" // Checkpoint, by count
)

// BackupVersion is of the form of backups that this program writes and reads.
const BackupVersion = 1

// BackupHead opens a backup. A backup ends complete when as many entries have
// come as Seq says.
type BackupHead struct {
	Version int    `json:"version"`
	Event   string `json:"event"`
	Rev     int64  `json:"rev"`
	Seq     uint64 `json:"seq"`
}

// VenueItem are a venue's counters and minutes.
type VenueItem struct {
	ID      string   `json:"id"`
	Entries int      `json:"entries"`
	Exits   int      `json:"exits"`
	Denied  int      `json:"denied"`
	Minutes []Bucket `json:"minutes"`
}

// GateItem are a gate's counters.
type GateItem struct {
	ID string `json:"id"`
	GateCounts
}

// ErrBadBackup: the items are not a whole backup of a version that is known.
var ErrBadBackup = errors.New("not a complete backup of this version")

// NewItem wraps one piece of a backup.
func NewItem(kind string, v any) Item {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	return Item{Type: kind, Data: data}
}

// Backup writes an event as it is at one moment.
func (e *Engine) Backup(ctx context.Context, event string, emit func(Item) error) error {
	var items []Item
	var seq uint64
	add := func(kind string, v any) { items = append(items, NewItem(kind, v)) }
	err := e.read(ctx, event, func(s *State) error {
		seq = s.seq
		f := s.figures()
		add(ItemBackup, BackupHead{Version: BackupVersion, Event: event, Rev: s.cfg.Rev, Seq: seq})
		for _, r := range s.cfg.Records() {
			add(ItemRecord, r)
		}
		for a := range s.people.All() {
			add(ItemAttendee, a)
		}
		for _, id := range slices.Sorted(maps.Keys(s.badges)) {
			add(ItemBadge, s.badges[id])
		}
		for _, p := range s.places {
			add(ItemPresence, p)
		}
		for id, v := range f.Venues {
			add(ItemVenue, VenueItem{id, v.Entries, v.Exits, v.Denied, v.Minutes})
		}
		for id, g := range f.Gates {
			add(ItemGate, GateItem{id, g})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, it := range items {
		if err := emit(it); err != nil {
			return err
		}
	}
	for after := uint64(0); after < seq; {
		if err := e.await(ctx, event, after); err != nil {
			return err
		}
		page, _, err := e.committed(ctx, event, after, int(min(1024, seq-after)))
		if err != nil {
			return err
		}
		for _, en := range page {
			if err := emit(NewItem(ItemEntry, en)); err != nil {
				return err
			}
			after = en.Row.Seq
		}
	}
	marks, err := e.Checkpoints(ctx, event)
	for _, c := range marks {
		if err == nil && c.Count <= seq {
			err = emit(NewItem(ItemCheckpoint, c))
		}
	}
	return err
}

// await waits until there is a committed row after a seq.
func (e *Engine) await(ctx context.Context, event string, after uint64) error {
	done := errors.New("done")
	err := e.Follow(ctx, event, after, func([]Row) error { return done })
	if errors.Is(err, done) {
		return nil
	}
	return err
}

// Restore makes an event from a backup, whole or not at all.
func (e *Engine) Restore(ctx context.Context, event string, next func() (Item, error)) error {
	s, err := restored(event, next)
	if err != nil {
		return err
	}
	_, err = do(ctx, e, func(t *tx) (nothing, error) {
		if t.events[event] != nil && event != System {
			return nothing{}, ErrExists
		}
		if b := t.backing; b != nil {
			s.older = func(after uint64, limit int) ([]Entry, error) { return b.Entries(event, after, limit) }
		}
		var before *Config
		if old := t.events[event]; old != nil {
			before = old.cfg
		}
		t.events[event] = s
		t.index(s, before)
		t.write(EventTable, event, "", nil)
		t.write(EventTable, event, "", s.cfg.Rev)
		for _, r := range s.cfg.Records() {
			t.write(RecordTable, event, r.Subject(), r)
		}
		for a := range s.people.All() {
			t.write(AttendeeTable, event, a.ID, a)
		}
		for id, b := range s.badges {
			t.links[b.Link] = link{event, id}
			t.write(BadgeTable, event, id, *b)
		}
		for _, en := range s.tail {
			t.write(EntryTable, event, "", en)
		}
		for _, c := range s.marks {
			t.write(CheckpointTable, event, "", c)
		}
		return nothing{}, nil
	})
	return err
}

// restored builds the state that a backup describes.
func restored(event string, next func() (Item, error)) (*State, error) {
	s := newState(event)
	var head BackupHead
	var records []Record
	fold := &Fold{Figures: Figures{Venues: map[string]VenueFold{}, Gates: map[string]GateCounts{}, Head: GenesisHash}}
	for first := true; ; first = false {
		it, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if first != (it.Type == ItemBackup) {
			return nil, ErrBadBackup
		}
		switch it.Type {
		case ItemBackup:
			head, err = decoded[BackupHead](it)
			if err == nil && (head.Version != BackupVersion || head.Event != event) {
				err = ErrBadBackup
			}
		case ItemRecord:
			var r Record
			r, err = decoded[Record](it)
			records = append(records, r)
		case ItemAttendee:
			var a badge.Attendee
			a, err = decoded[badge.Attendee](it)
			s.people.Put(a)
		case ItemBadge:
			var b badge.Badge
			b, err = decoded[badge.Badge](it)
			s.keepBadge(b)
		case ItemPresence:
			var p Presence
			p, err = decoded[Presence](it)
			fold.Places = append(fold.Places, p)
		case ItemVenue:
			var v VenueItem
			v, err = decoded[VenueItem](it)
			fold.Venues[v.ID] = VenueFold{v.Entries, v.Exits, v.Denied, v.Minutes}
		case ItemGate:
			var g GateItem
			g, err = decoded[GateItem](it)
			fold.Gates[g.ID] = g.GateCounts
		case ItemEntry:
			var en Entry
			if en, err = decoded[Entry](it); err == nil {
				fold.Head, err = VerifyChain([]Row{en.Row}, fold.Head, fold.Seq+1)
				fold.Seq = en.Row.Seq
				s.tail = append(s.tail, en)
				if f, ok := en.Row.Scanned(); ok {
					s.remember(f)
				}
			}
		case ItemCheckpoint:
			var c Checkpoint
			c, err = decoded[Checkpoint](it)
			s.marks = append(s.marks, c)
		default:
			err = ErrBadBackup
		}
		if err != nil {
			return nil, fmt.Errorf("item %q: %w", it.Type, err)
		}
	}
	if head.Event == "" || fold.Seq != head.Seq {
		return nil, ErrBadBackup
	}
	c, err := NewConfig(head.Rev, records)
	if err != nil {
		return nil, err
	}
	if err := s.configure(c); err != nil {
		return nil, err
	}
	s.unfold(fold)
	return s, nil
}

func decoded[T any](it Item) (v T, err error) {
	err = json.Unmarshal(it.Data, &v)
	return v, err
}

var _ Store = (*Engine)(nil)
