package checkin

import (
	"context"
	"errors"
	"sync"
	"time"

	"lanyard/badge"
)

const (
	sweepEvery    = time.Second
	quietEvery    = time.Minute // for events that are not on
	planEvery     = 5 * time.Second
	markEvery     = 5 * time.Second
	markRows      = 1024
	markAfter     = time.Minute
	retainEvery   = time.Minute
	backgroundFor = 30 * time.Second // the longest that one round may wait for the store
)

// Run does what nobody asks for until ctx ends or the Desk is closed: it checks
// people out at the venues' hours, signs checkpoints, and erases personal data
// whose time is over. Any number of processes may do so on the same store.
func (d *Desk) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	var all sync.WaitGroup
	s := sweeper{desk: d}
	all.Go(func() { d.every(ctx, sweepEvery, "automatic exits", s.round) })
	all.Go(func() { d.every(ctx, markEvery, "checkpoints", d.marks.round(d)) })
	all.Go(func() { d.every(ctx, retainEvery, "retention", d.retain) })
	all.Wait()
}

// every repeats a round. A store that can't be reached is reported once until
// it is back.
func (d *Desk) every(ctx context.Context, pause time.Duration, what string, round func(context.Context) error) {
	t := time.NewTicker(pause)
	defer t.Stop()
	failing := false
	for {
		err := round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			d.log.Warn("background work fails and goes on trying", "work", what, "error", err)
		case err == nil && failing:
			d.log.Info("background work goes on", "work", what)
		}
		failing = err != nil
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// sweeper checks people out when their venue's hour has come.
type sweeper struct {
	desk    *Desk
	planned time.Time
	plan    []badge.Event // events in which a venue has an hour
	quiet   map[string]time.Time
}

func (s *sweeper) round(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, backgroundFor)
	defer cancel()
	now := s.desk.Now()
	if s.planned.IsZero() || now.Sub(s.planned) >= planEvery || now.Before(s.planned) {
		if err := s.look(ctx); err != nil {
			return err
		}
		s.planned = now
	}
	var failed error
	for _, e := range s.plan {
		on := now.After(e.StartsAt.Add(-Grace)) && now.Before(e.EndsAt.Add(2*Grace))
		if last, ok := s.quiet[e.ID]; !on && ok && now.Sub(last) < quietEvery && !now.Before(last) {
			continue
		}
		n, err := s.desk.store.Sweep(ctx, e.ID, now)
		switch {
		case errors.Is(err, ErrNoEvent):
		case err != nil:
			failed = err
			continue
		case n > 0:
			s.desk.log.Info("checked out at the venue's hour", "event", e.ID, "people", n)
		}
		s.quiet[e.ID] = now
	}
	return failed
}

// look finds the events in which somebody can be checked out.
func (s *sweeper) look(ctx context.Context) error {
	events, err := s.desk.store.Events(ctx)
	if err != nil {
		return err
	}
	var plan []badge.Event
	quiet := map[string]time.Time{}
	for _, e := range events {
		c, err := s.desk.store.Config(ctx, e.ID)
		if errors.Is(err, ErrNoEvent) {
			continue
		}
		if err != nil {
			return err
		}
		for _, v := range c.Venues {
			if v.AutoExitAt != "" {
				plan = append(plan, e)
				if last, ok := s.quiet[e.ID]; ok {
					quiet[e.ID] = last
				}
				break
			}
		}
	}
	s.plan, s.quiet = plan, quiet
	return nil
}

// checkpointer signs how many rows each journal has and the last one's hash.
type checkpointer struct {
	last map[string]mark
}

type mark struct {
	count uint64
	at    time.Time
}

func (m *checkpointer) round(d *Desk) func(context.Context) error {
	return func(ctx context.Context) error {
		if d.secret == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, backgroundFor)
		defer cancel()
		events, err := d.store.Events(ctx)
		if err != nil {
			return err
		}
		last := map[string]mark{}
		var failed error
		for _, e := range events {
			was, known := m.last[e.ID]
			if !known {
				was = mark{at: d.Now()}
				marks, err := d.store.Checkpoints(ctx, e.ID)
				if err != nil {
					failed = errors.Join(failed, unlessGone(err))
					continue
				}
				if n := len(marks); n > 0 {
					was = mark{marks[n-1].Count, marks[n-1].At}
				}
			}
			next, err := d.checkpoint(ctx, e.ID, was)
			failed = errors.Join(failed, unlessGone(err))
			last[e.ID] = next
		}
		m.last = last
		return failed
	}
}

func unlessGone(err error) error {
	if errors.Is(err, ErrNoEvent) {
		return nil
	}
	return err
}

// checkpoint signs where the journal is if enough has come since the last time.
func (d *Desk) checkpoint(ctx context.Context, event string, last mark) (mark, error) {
	seq, err := d.store.Seq(ctx, event)
	now := d.Now()
	if err != nil || seq <= last.count || seq-last.count < markRows && now.Sub(last.at) < markAfter {
		return last, err
	}
	rows, err := d.store.Journal(ctx, event, seq-1, 1)
	if err != nil || len(rows) == 0 {
		return last, err
	}
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return last, err
	}
	r, err := d.newRing(event, c)
	if err != nil {
		return last, err
	}
	key, ok := r.Active()
	if !ok {
		return last, ErrNoKey
	}
	point := Checkpoint{Event: event, Count: rows[0].Seq, Hash: rows[0].Hash, At: now, Key: key.ID}
	if point.Signature, err = r.SignBytes(key.ID, point.Signed()); err != nil {
		return last, err
	}
	if err := d.store.AddCheckpoint(ctx, point); err != nil {
		return last, err
	}
	return mark{point.Count, now}, nil
}

// retain erases the people of events whose retention is over.
func (d *Desk) retain(ctx context.Context) error {
	events, err := d.store.Events(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.RetainUntil == nil || d.Now().Before(*e.RetainUntil) {
			continue
		}
		n, err := d.eraseAll(ctx, e.ID)
		if n > 0 {
			d.log.Info("personal data erased: its retention is over", "event", e.ID, "people", n)
		}
		if err := unlessGone(err); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) eraseAll(ctx context.Context, event string) (erased int, err error) {
	for {
		page, _, err := d.store.Attendees(ctx, event, badge.Query{Limit: batch})
		if err != nil || len(page) == 0 {
			return erased, err
		}
		before := erased
		for _, a := range page {
			err := d.store.Erase(ctx, event, d.stamp(Stamp{}), a.ID)
			if err != nil && !errors.Is(err, ErrNoAttendee) {
				return erased, err
			}
			if err == nil {
				erased++
			}
		}
		if erased == before { // another process is at it
			return erased, nil
		}
	}
}
