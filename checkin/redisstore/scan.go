package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"syscall"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// rounds bounds how often a scan is asked again because it was prepared by a
// configuration that was not the event's any more or people had to be checked
// out first.
const rounds = 8

// decide sends scans to the script. When not all of them have an outcome, again
// is what has to be done before the rest is sent.
func (s *Store) decide(ctx context.Context, e *event, scans []checkin.Scan) (out []checkin.Outcome, again func() error, err error) {
	learn := func() error { return s.learn(ctx, e) }
	p := e.plan.Load()
	if p == nil {
		return nil, learn, nil
	}
	args := s.scanArgs(e, p, scans)
	v, err := s.eval(ctx, scanScript, s.replicas, e.keys.scanScript, args)
	if isLost(err) { // the answer, or the scan: asked again, it is decided once
		v, err = s.eval(ctx, scanScript, s.replicas, e.keys.scanScript, args)
	}
	if err != nil && !asksFirst(v) {
		return nil, nil, err
	}
	results, ok := v.([]any)
	if !ok || len(results) == 0 || len(results) > len(scans) {
		return nil, nil, fmt.Errorf("redis: the script answered %d of %d scans", len(results), len(scans))
	}
	out = make([]checkin.Outcome, 0, len(results))
	for i, one := range results {
		c, values, err := result(one)
		switch {
		case errors.Is(err, checkin.ErrNoEvent):
			return nil, nil, err
		case err != nil && concernsOne(c):
			out = append(out, checkin.Outcome{Err: err})
		case err != nil:
			return nil, nil, err
		case c == codeClock:
			return out, learn, nil
		case c == codeSweep:
			return out, func() error { _, err := s.sweep(ctx, e, unescape(text(values, 0)), scans[i].Now); return err }, nil
		default:
			a, err := readAnswer(values)
			if err != nil {
				return nil, nil, err
			}
			a.Replayed = c == codeReplayed
			out = append(out, checkin.Outcome{Answer: a})
		}
	}
	return out, nil, nil
}

// scanArgs are ARGV of scan.lua.
func (s *Store) scanArgs(e *event, p *plan, scans []checkin.Scan) []any {
	args := make([]any, 0, 4+len(scans))
	args = append(args, e.keys.prefix, s.renew(), p.rev, p.gen)
	for i := range scans {
		args = append(args, p.scan(make([]byte, 0, 256), &scans[i]))
	}
	return args
}

// asksFirst tells whether nothing was decided at all, so that no replica has to
// know of it.
func asksFirst(v any) bool {
	results, ok := v.([]any)
	if !ok || len(results) == 0 {
		return false
	}
	c, _, err := result(results[0])
	return err == nil && (c == codeClock || c == codeSweep)
}

// concernsOne tells a refusal to decide, or the failure of, one scan from what
// concerns all of them.
func concernsOne(c code) bool { return c > codeSweep }

// renew tells scripts to write a replayed answer again, so that WAIT speaks of
// it: one that only reads proves nothing about the replicas.
func (s *Store) renew() string {
	if s.replicas > 0 {
		return "1"
	}
	return ""
}

// isLost tells whether a connection broke under a command.
func isLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE)
}

// struck is when the automatic exit last struck up to now.
func (k clock) struck(now time.Time) string {
	if k.auto == "" {
		return ""
	}
	return strconv.FormatInt(checkin.LastAutoExit(k.loc, unescape(k.auto), now).UnixMilli(), 10)
}

// clock is what a sweep of a venue goes by.
type clock struct {
	zone string
	auto string // automatic exit of the venue
	loc  *time.Location
}

func (s *Store) newClock(values []any) (clock, error) {
	k := clock{zone: text(values, 1), auto: text(values, 2)}
	if loc, ok := s.zones.Load(k.zone); ok {
		k.loc = loc.(*time.Location)
		return k, nil
	}
	loc, err := badge.Event{TimeZone: k.zone}.Location()
	if err != nil {
		return k, err
	}
	s.zones.Store(k.zone, loc)
	k.loc = loc
	return k, nil
}

// readAnswer reads entry record, seq, seq of the undo, person record.
func readAnswer(values []any) (checkin.Answer, error) {
	var r reader
	e, _, _ := r.verdict(uint64(r.int(text(values, 1))), text(values, 0))
	a := r.answer(e, text(values, 2) != "", text(values, 3))
	return a, r.err
}

// answer is what the entry of a scan says to the gate.
func (r *reader) answer(e checkin.Entry, undone bool, person string) checkin.Answer {
	row := &e.Row
	a := checkin.Answer{ScanID: row.ScanID, Result: row.Result, Reason: row.Reason, Note: row.Note, Conflict: row.Conflict,
		Forced: row.Forced, Venue: checkin.VenueCard{ID: row.Venue, Inside: e.Inside, Capacity: e.Capacity},
		Earlier: e.Earlier, At: row.At, Seq: row.Seq}
	if row.Kind == checkin.KindUndo { // of a scan that the phone had shown as denied
		a.Result, a.Note = checkin.Denied, checkin.NoteShown
	}
	if undone {
		a.Note = checkin.NoteUndone
	}
	if row.Badge != "" {
		a.Badge = &checkin.BadgeCard{ID: row.Badge, Category: e.Category}
		a.Attendee = r.card(person)
	}
	return a
}

// Undo takes a scan back.
func (s *Store) Undo(ctx context.Context, id string, u checkin.Undo) (checkin.Answer, error) {
	e := s.event(id)
	anybody := ""
	if u.Any {
		anybody = "1"
	}
	args := []any{e.keys.prefix, s.renew(), escape(u.ScanID), strconv.FormatInt(u.Now.UnixMilli(), 10), escape(u.Operator), anybody,
		checkin.UndoWindow.Milliseconds()}
	c, values, err := s.step(ctx, undoScript, e.keys.gateScript, args...)
	if isLost(err) {
		c, values, err = s.step(ctx, undoScript, e.keys.gateScript, args...)
	}
	if err != nil {
		return checkin.Answer{}, err
	}
	s.touch(s.keep(e))
	var r reader
	undo := r.entry(uint64(r.int(text(values, 3))), text(values, 2))
	a := r.answer(r.entry(0, text(values, 0)), true, text(values, 1))
	a.Seq, a.Venue.Inside, a.Venue.Capacity, a.Replayed = undo.Row.Seq, undo.Inside, undo.Capacity, c == codeReplayed
	return a, r.err
}

// Sweep checks out everyone whose venue's automatic exit has passed.
func (s *Store) Sweep(ctx context.Context, id string, now time.Time) (int, error) {
	e := s.event(id)
	cfg, _, err := s.config(ctx, e)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, v := range cfg.Venues {
		if v.AutoExitAt == "" {
			continue
		}
		n, err := s.sweep(ctx, s.event(id), v.ID, now)
		if err != nil && !errors.Is(err, checkin.ErrNoVenue) {
			return total, err
		}
		total += n
	}
	return total, nil
}

// sweptAtOnce bounds how many one script checks out.
const sweptAtOnce = 256

// sweep checks out those in one venue.
func (s *Store) sweep(ctx context.Context, e *event, venue string, now time.Time) (int, error) {
	var k clock
	total := 0
	for round := 0; ; {
		struck := ""
		if k.loc != nil {
			struck = k.struck(now)
		}
		c, values, err := s.step(ctx, sweepScript, e.keys.gateScript, e.keys.prefix, escape(venue), k.zone, k.auto, struck,
			strconv.FormatInt(now.UnixMilli(), 10), sweptAtOnce)
		if err != nil {
			return total, err
		}
		if c == codeClock {
			if round++; round == rounds {
				return total, fmt.Errorf("%w: the hours of a venue kept changing", checkin.ErrUnavailable)
			}
			if k, err = s.newClock(values); err != nil {
				return total, err
			}
			continue
		}
		n, _ := values[0].(int64)
		total += int(n)
		if n > 0 {
			s.touch(s.keep(e))
		}
		if n < sweptAtOnce {
			return total, nil
		}
	}
}
