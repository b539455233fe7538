package redisstore

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/badge"
	"lanyard/checkin"
)

// Restore makes an event from a backup, whole or not at all: everything is
// written under other names, which end by themselves if nobody comes back, and
// renamed in one step.
func (s *Store) Restore(ctx context.Context, id string, next func() (checkin.Item, error)) (err error) {
	e := s.event(id)
	if _, _, err := s.config(ctx, e); id != checkin.System && !errors.Is(err, checkin.ErrNoEvent) {
		return orNone(err, checkin.ErrExists)
	}
	w := &restoring{s: s, id: id, keys: keysUnder(e.keys.prefix + "new:" + badge.NewID() + ":"), written: map[string]bool{},
		head: checkin.GenesisHash, scans: map[string]uint64{}, places: map[string][]checkin.Presence{}, ended: map[string][]badge.Badge{}}
	defer func() {
		if err != nil {
			w.abandon(ctx)
		}
	}()
	for first := true; ; first = false {
		it, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if first != (it.Type == checkin.ItemBackup) {
			return checkin.ErrBadBackup
		}
		if err := w.take(ctx, it); err != nil {
			return fmt.Errorf("item %q: %w", it.Type, err)
		}
	}
	if err := w.finish(ctx); err != nil {
		return err
	}
	if err := s.point(ctx, id, w.cfg.Operators); err != nil {
		return err
	}
	pairs := []string{e.keys.conf}
	for key := range w.written {
		pairs = append(pairs, key, e.keys.prefix+key[len(w.keys.prefix):])
	}
	system := ""
	if id == checkin.System {
		system = "1"
	}
	if _, _, err := s.step(ctx, restoreScript, pairs, system); err != nil {
		return err
	}
	s.events.Delete(id)
	return nil
}

// restoring is a restore under way.
type restoring struct {
	s       *Store
	id      string
	keys    *eventKeys
	written map[string]bool
	queue   []redis.Cmder

	backup  checkin.BackupHead
	cfg     *checkin.Config
	records []checkin.Record
	people  []badge.Attendee
	ended   map[string][]badge.Badge // by attendee
	links   []badge.Badge
	places  map[string][]checkin.Presence // by badge
	seq     uint64
	head    string
	scans   map[string]uint64
}

const (
	restorePage = 1000
	restoreTime = 24 * time.Hour // what an abandoned restore leaves is gone after this
)

// queued adds a write.
func (w *restoring) queued(ctx context.Context, args ...any) error {
	w.queue = append(w.queue, redis.NewCmd(ctx, args...))
	if key := args[1].(string); !w.written[key] {
		w.written[key] = true
		w.queue = append(w.queue, redis.NewCmd(ctx, "EXPIRE", key, int(restoreTime.Seconds())))
	}
	if len(w.queue) < restorePage {
		return nil
	}
	return w.flush(ctx)
}

func (w *restoring) flush(ctx context.Context) error {
	if err := w.s.link(ctx, w.id, w.links); err != nil {
		return err
	}
	w.links = w.links[:0]
	_, err := w.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, c := range w.queue {
			if err := p.Process(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	w.queue = w.queue[:0]
	return unavailable(err)
}

// abandon removes what has been written.
func (w *restoring) abandon(ctx context.Context) {
	keys := make([]string, 0, len(w.written))
	for key := range w.written {
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return
	}
	if err := w.s.client.Unlink(context.WithoutCancel(ctx), keys...).Err(); err != nil {
		w.s.log.Warn("what a failed restore has written is left until it expires", "event", w.id, "error", err)
	}
}

func decode[T any](it checkin.Item) (v T, err error) {
	if err = json.Unmarshal(it.Data, &v); err != nil {
		err = fmt.Errorf("%w: %w", checkin.ErrBadBackup, err)
	}
	return v, err
}

// take takes the next item.
func (w *restoring) take(ctx context.Context, it checkin.Item) error {
	switch it.Type {
	case checkin.ItemBackup:
		head, err := decode[checkin.BackupHead](it)
		if err == nil && (head.Version != checkin.BackupVersion || head.Event != w.id) {
			err = checkin.ErrBadBackup
		}
		w.backup = head
		return err
	case checkin.ItemRecord:
		r, err := decode[checkin.Record](it)
		w.records = append(w.records, r)
		return err
	case checkin.ItemAttendee:
		a, err := decode[badge.Attendee](it)
		w.people = append(w.people, a) // written when it is known which badges they had
		return err
	case checkin.ItemBadge:
		b, err := decode[badge.Badge](it)
		if err != nil {
			return err
		}
		if b.Attendee != "" && b.Status != badge.Active {
			w.ended[b.Attendee] = append(w.ended[b.Attendee], b)
		}
		w.links = append(w.links, b)
		return w.queued(ctx, "HSET", w.keys.badges, escape(b.ID), formatBadge(b))
	case checkin.ItemPresence:
		p, err := decode[checkin.Presence](it)
		w.places[p.Badge] = append(w.places[p.Badge], p)
		return err
	case checkin.ItemVenue:
		v, err := decode[checkin.VenueItem](it)
		if err != nil {
			return err
		}
		return w.venue(ctx, v)
	case checkin.ItemGate:
		g, err := decode[checkin.GateItem](it)
		if err != nil {
			return err
		}
		return w.queued(ctx, "HSET", w.keys.state, "g/"+escape(g.ID), fmt.Sprintf("%d|%d|%d|%s", g.Entries, g.Exits, g.Denied, formatTime(g.LastSeen)))
	case checkin.ItemEntry:
		en, err := decode[checkin.Entry](it)
		if err != nil {
			return err
		}
		return w.entry(ctx, en)
	case checkin.ItemCheckpoint:
		c, err := decode[checkin.Checkpoint](it)
		if err != nil {
			return err
		}
		return w.queued(ctx, "HSET", w.keys.marks, strconv.FormatUint(c.Count, 10), []byte(it.Data))
	}
	return checkin.ErrBadBackup
}

// venue keeps the last minute in the state and those before by themselves.
func (w *restoring) venue(ctx context.Context, v checkin.VenueItem) error {
	sortMinutes(v.Minutes)
	last := "||||"
	for i, m := range v.Minutes {
		if i == len(v.Minutes)-1 {
			last = fmt.Sprintf("%d|%d|%d|%d|%d", m.Minute, m.Entries, m.Exits, m.Denied, m.Inside)
			break
		}
		if err := w.queued(ctx, "HSET", w.keys.minutes(v.ID), m.Minute, fmt.Sprintf("%d,%d,%d,%d", m.Entries, m.Exits, m.Denied, m.Inside)); err != nil {
			return err
		}
	}
	return w.queued(ctx, "HSET", w.keys.state, "v/"+escape(v.ID), fmt.Sprintf("%d|%d|%d|%s", v.Entries, v.Exits, v.Denied, last))
}

// entry writes a journal row, its hash, and which scan it answers.
func (w *restoring) entry(ctx context.Context, en checkin.Entry) (err error) {
	r := &en.Row
	if w.head, err = checkin.VerifyChain([]checkin.Row{*r}, w.head, w.seq+1); err != nil {
		return err
	}
	w.seq = r.Seq
	sum, err := hex.DecodeString(r.Hash)
	if err != nil {
		return err
	}
	if err := w.queued(ctx, "APPEND", w.keys.hashes, sum); err != nil {
		return err
	}
	if err := w.queued(ctx, "XADD", w.keys.journal, streamID(r.Seq), "r", formatEntry(en)); err != nil {
		return err
	}
	answer := ""
	switch {
	case r.Kind == checkin.KindScan, r.Kind == checkin.KindUndo && r.Offline:
		w.scans[r.ScanID] = r.Seq
		answer = strconv.FormatUint(r.Seq, 10)
	case r.Kind == checkin.KindUndo && r.Gate != "":
		answer = fmt.Sprintf("%d,%d", w.scans[r.ScanID], r.Seq)
	default:
		return nil
	}
	return w.queued(ctx, "HSET", w.keys.scans, escape(r.ScanID), answer)
}

// finish writes what had to wait for other items.
func (w *restoring) finish(ctx context.Context) (err error) {
	if w.backup.Event == "" || w.seq != w.backup.Seq {
		return checkin.ErrBadBackup
	}
	if w.cfg, err = checkin.NewConfig(w.backup.Rev, w.records); err != nil {
		return fmt.Errorf("%w: %w", checkin.ErrBadBackup, err)
	}
	if w.id != checkin.System {
		if _, err := w.cfg.Event.Location(); err != nil {
			return fmt.Errorf("%w: %w", checkin.ErrBadBackup, err)
		}
	}
	for _, a := range w.people {
		if err := w.queued(ctx, "HSET", w.keys.people, escape(a.ID), formatPerson(a, inOrder(w.ended[a.ID]))); err != nil {
			return err
		}
		if err := w.queued(ctx, "HSET", w.keys.refs, escape(a.Ref), escape(a.ID)); err != nil {
			return err
		}
		if err := w.queued(ctx, "ZADD", w.keys.rosterLog, 1, escape(a.ID)); err != nil {
			return err
		}
	}
	for id, places := range w.places {
		if err := w.queued(ctx, "HSET", w.keys.places, escape(id), formatPlaces(places)); err != nil {
			return err
		}
		for _, p := range places {
			if p.Inside {
				if err := w.queued(ctx, "ZADD", w.keys.inside(p.Venue), p.MovedAt, escape(id)); err != nil {
					return err
				}
			}
		}
	}
	if err := w.queued(ctx, "HSET", w.keys.state, "seq", w.seq, "roster", 1); err != nil {
		return err
	}
	conf := []any{"HSET", w.keys.conf, "rev", w.cfg.Rev, "gen", badge.NewID()}
	for _, r := range w.cfg.Records() {
		conf = append(conf, r.Subject(), []byte(r.Data))
	}
	if err := w.queued(ctx, conf...); err != nil {
		return err
	}
	if fields := rules(w.cfg); len(fields) > 0 {
		if err := w.queued(ctx, append([]any{"HSET", w.keys.rules}, fields...)...); err != nil {
			return err
		}
	}
	return w.flush(ctx)
}
