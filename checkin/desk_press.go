package checkin

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"lanyard/badge"
)

// batch is how many attendees or badges go to the store in one call.
const batch = 500

// press makes badges with the key that was active when it was set up.
type press struct {
	ring      *badge.Ring
	key       string
	until     time.Time
	codes     map[string]string // by category
	withdrawn map[string]bool   // keys whose badges are as good as none
}

// due is somebody who is to get a badge.
type due struct {
	attendee badge.Attendee
	replace  bool // even though they have one
}

func (d *Desk) newPress(ctx context.Context, event string) (*press, error) {
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return nil, err
	}
	r, err := d.newRing(event, c)
	if err != nil {
		return nil, err
	}
	key, ok := r.Active()
	if !ok {
		return nil, ErrNoKey
	}
	p := &press{ring: r, key: key.ID, until: validUntil(c.Event), codes: map[string]string{}, withdrawn: map[string]bool{}}
	for _, k := range c.Categories {
		p.codes[k.ID] = k.Code
	}
	for _, k := range c.Keys {
		if k.Status == badge.KeyWithdrawn {
			p.withdrawn[k.ID] = true
		}
	}
	return p, nil
}

// sign makes a badge with a new id and link.
func (p *press) sign(at time.Time, who due) (Issue, error) {
	code, ok := p.codes[who.attendee.Category]
	if !ok {
		return Issue{}, ErrNoCategory
	}
	b := badge.Badge{ID: badge.NewID(), Attendee: who.attendee.ID, Code: code, Link: badge.NewLink(), Key: p.key,
		ValidUntil: p.until, IssuedAt: at}
	token, err := p.ring.Sign(b)
	if err != nil {
		return Issue{}, err
	}
	b.Digest = badge.Digest(token)
	return Issue{Badge: b, Replace: who.replace}, nil
}

// signAll makes badges on all cores, in order. Somebody whose category has
// just been dropped gets none.
func (p *press) signAll(at time.Time, whom []due) ([]Issue, error) {
	whom = slices.DeleteFunc(slices.Clone(whom), func(w due) bool { return p.codes[w.attendee.Category] == "" })
	out := make([]Issue, len(whom))
	var g errgroup.Group
	workers := min(runtime.GOMAXPROCS(0), len(whom))
	for w := range workers {
		g.Go(func() (err error) {
			for i := w; i < len(whom) && err == nil; i += workers {
				out[i], err = p.sign(at, whom[i])
			}
			return err
		})
	}
	return out, g.Wait()
}

// stack is a batch of signed badges and for how many people it was asked for.
type stack struct {
	issues []Issue
	whom   int
}

// issueStream issues badges to everybody who comes in: while one batch is being
// stored, the next is signed. It ends when in is closed; stored is told of
// each batch.
func (d *Desk) issueStream(ctx context.Context, event string, by Stamp, in <-chan []due, stored func(whom, issued int)) error {
	g, ctx := errgroup.WithContext(ctx)
	signed := make(chan stack, 1)
	g.Go(func() error {
		defer close(signed)
		for {
			var whom []due
			var more bool
			select {
			case whom, more = <-in:
			case <-ctx.Done():
				return ctx.Err()
			}
			if !more {
				return nil
			}
			// The key is looked up for each batch, since long work may outlast it.
			var p *press
			err := persist(ctx, func() (err error) { p, err = d.newPress(ctx, event); return err })
			if err != nil {
				return err
			}
			issues, err := p.signAll(d.stamp(by).At, whom)
			if err != nil {
				return err
			}
			select {
			case signed <- stack{issues, len(whom)}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	g.Go(func() error {
		for s := range signed {
			var results []IssueResult
			err := persist(ctx, func() (err error) {
				results, err = d.store.Issue(ctx, event, d.stamp(by), s.issues)
				return err
			})
			if err != nil {
				return err
			}
			issued := 0
			for _, r := range results {
				switch {
				case r.Err == nil && r.New, errors.Is(r.Err, ErrExists): // stored by a first try whose answer was lost
					issued++
				case r.Err != nil && !errors.Is(r.Err, ErrNoAttendee): // erased in between
					return r.Err
				}
			}
			stored(s.whom, issued)
		}
		return ctx.Err()
	})
	return g.Wait()
}

// IssueAll gives a badge to everybody who never had one, or has one whose key
// has been withdrawn, and tells how many. Whose badge was revoked gets a new one
// by IssueBadge or Reissue only: it was taken from that person for a reason. It may be interrupted and begun again.
func (d *Desk) IssueAll(ctx context.Context, event string, by Stamp, progress func(done, total int)) (issued int, err error) {
	return d.issueAll(ctx, event, by, false, progress)
}

// RenewAll is IssueAll that also replaces badges which end before those of
// today's event would, as they do when the event has been made longer. People
// have the old ones on their phones and need the new link.
func (d *Desk) RenewAll(ctx context.Context, event string, by Stamp, progress func(done, total int)) (issued int, err error) {
	return d.issueAll(ctx, event, by, true, progress)
}

func (d *Desk) issueAll(ctx context.Context, event string, by Stamp, renew bool, progress func(done, total int)) (issued int, err error) {
	if err := own(event); err != nil {
		return 0, err
	}
	total := 0
	if err := d.eachDue(ctx, event, renew, func(whom []due) error { total += len(whom); return nil }); err != nil {
		return 0, err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	progress(0, total)
	in, done := make(chan []due, 1), 0
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(in)
		return d.eachDue(ctx, event, renew, func(whom []due) error {
			select {
			case in <- whom:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	g.Go(func() error {
		return d.issueStream(ctx, event, by, in, func(whom, n int) {
			done, issued = done+whom, issued+n
			progress(done, max(done, total))
		})
	})
	err = g.Wait()
	return issued, err
}

// eachDue yields everybody who needs a badge, a page at a time.
func (d *Desk) eachDue(ctx context.Context, event string, renew bool, yield func([]due) error) error {
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return err
	}
	err = d.eachPage(ctx, event, badge.Query{Status: "none"}, func(page []badge.Attendee) error {
		whom := make([]due, 0, len(page))
		for _, a := range page {
			if a.Revoked == "" {
				whom = append(whom, due{attendee: a})
			}
		}
		return yield(whom)
	})
	withdrawn := slices.ContainsFunc(c.Keys, func(k badge.Key) bool { return k.Status == badge.KeyWithdrawn })
	if err != nil || !withdrawn && !renew {
		return err
	}
	return d.eachPage(ctx, event, badge.Query{Status: "active"}, func(page []badge.Attendee) error {
		whom, err := d.withSpent(ctx, event, page, renew)
		if err != nil || len(whom) == 0 {
			return err
		}
		return yield(whom)
	})
}

// withSpent are those whose badge was signed with a key that has been
// withdrawn or, to renew, ends too early.
func (d *Desk) withSpent(ctx context.Context, event string, people []badge.Attendee, renew bool) (whom []due, err error) {
	ids := make([]string, len(people))
	for i, a := range people {
		ids[i] = a.Badge
	}
	var c *Config
	var held []badge.Badge
	err = persist(ctx, func() (err error) {
		if held, err = d.store.Badges(ctx, event, ids); err == nil {
			c, err = d.store.Config(ctx, event)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, a := range people {
		k, _ := c.Key(held[i].Key)
		if k.Status == badge.KeyWithdrawn || renew && held[i].ID != "" && held[i].ValidUntil.Before(validUntil(c.Event)) {
			whom = append(whom, due{attendee: a, replace: true})
		}
	}
	return whom, nil
}

// eachPage walks through a search.
func (d *Desk) eachPage(ctx context.Context, event string, q badge.Query, yield func([]badge.Attendee) error) error {
	q.Limit = batch
	for {
		var page []badge.Attendee
		var next string
		err := persist(ctx, func() (err error) { page, next, err = d.store.Attendees(ctx, event, q); return err })
		if err != nil {
			return err
		}
		if len(page) > 0 {
			if err := yield(page); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		q.After = next
	}
}

// persist tries a step of long work again while the store can't be reached,
// for about ten seconds.
func persist(ctx context.Context, step func() error) error {
	wait := 100 * time.Millisecond
	for {
		err := step()
		if err == nil || !errors.Is(err, ErrUnavailable) || wait > 6*time.Second {
			return err
		}
		select {
		case <-time.After(wait):
			wait *= 2
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		}
	}
}
