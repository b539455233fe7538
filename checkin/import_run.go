package checkin

import (
	"context"
	"hash/maphash"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"lanyard/badge"
)

// do reads the file, then checks, stores and issues in stages that each work
// on the batch after the one that the next is busy with.
func (run *importRun) do(ctx context.Context, body io.Reader) (err error) {
	defer func() {
		run.note(0, func(r *ImportReport) {
			if r.State = ImportDone; err != nil {
				r.fail(err)
			}
		})
	}()
	if err := own(run.event); err != nil {
		return err
	}
	c, err := run.desk.store.Config(ctx, run.event)
	if err != nil {
		return err
	}
	o := run.options.Read
	o.Categories = c.Categories
	roster, err := badge.ReadRoster(body, o)
	if err != nil {
		return err
	}
	run.note(0, func(r *ImportReport) {
		r.Rows = roster.Len()
		for _, col := range roster.Columns {
			r.Columns[col.Field] = col
		}
		for _, col := range roster.Unused {
			r.Unused = append(r.Unused, col.Header)
		}
	})
	g, ctx := errgroup.WithContext(ctx)
	rows := make(chan []badge.Row, 1)
	g.Go(func() error { return check(ctx, roster, rows) })
	if run.options.DryRun {
		g.Go(func() error { return run.compare(ctx, rows) })
		return g.Wait()
	}
	withdrawn := slices.ContainsFunc(c.Keys, func(k badge.Key) bool { return k.Status == badge.KeyWithdrawn })
	people := make(chan []due, 1)
	g.Go(func() error {
		defer close(people)
		return run.store(ctx, rows, people, withdrawn)
	})
	g.Go(func() error {
		return run.desk.issueStream(ctx, run.event, run.by, people, func(whom, issued int) {
			run.note(whom, func(r *ImportReport) { r.Issued += issued })
		})
	})
	return g.Wait()
}

// check sends the rows on in batches.
func check(ctx context.Context, roster *badge.Roster, out chan<- []badge.Row) error {
	defer close(out)
	list := make([]badge.Row, 0, batch)
	for row := range roster.Rows() {
		if list = append(list, row); len(list) == batch {
			if err := send(ctx, out, list); err != nil {
				return err
			}
			list = make([]badge.Row, 0, batch)
		}
	}
	return send(ctx, out, list)
}

func send[T any](ctx context.Context, out chan<- []T, list []T) error {
	if len(list) == 0 {
		return nil
	}
	select {
	case out <- list:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// store puts rows into the roster and sends on who needs a badge.
func (run *importRun) store(ctx context.Context, in <-chan []badge.Row, out chan<- []due, withdrawn bool) error {
	d := run.desk
	for list := range in {
		var puts []PutAttendee
		var numbers []int
		for _, row := range list {
			if len(row.Problems) > 0 {
				continue
			}
			row.Attendee.ID = badge.NewID()
			puts = append(puts, PutAttendee{Attendee: row.Attendee, Mode: Upsert})
			numbers = append(numbers, row.Number)
		}
		var results []PutResult
		if len(puts) > 0 {
			err := persist(ctx, func() (err error) {
				results, err = d.store.PutAttendees(ctx, run.event, d.stamp(run.by), puts)
				return err
			})
			if err != nil {
				return err
			}
		}
		whom, err := run.needy(ctx, results, withdrawn)
		if err != nil {
			return err
		}
		run.note(len(list)-len(whom), func(r *ImportReport) {
			for _, row := range list {
				if len(row.Problems) > 0 {
					r.refuse(row.Problems...)
				}
			}
			for i, res := range results {
				switch {
				case res.Err != nil:
					r.refuse(badge.RowError{Row: numbers[i], FieldError: badge.FieldError{Field: "ref", Code: badge.WrongNotStored,
						Message: "The row could not be stored: " + res.Err.Error() + "."}})
				case res.Created:
					r.Accepted++
				case res.Changed:
					r.Accepted, r.Updated = r.Accepted+1, r.Updated+1
				default:
					r.Accepted, r.Unchanged = r.Accepted+1, r.Unchanged+1
				}
			}
		})
		if err := send(ctx, out, whom); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// needy are those who are to get a badge.
func (run *importRun) needy(ctx context.Context, results []PutResult, withdrawn bool) (whom []due, err error) {
	if !run.options.Issue {
		return nil, nil
	}
	var held []badge.Attendee
	for _, res := range results {
		switch {
		case res.Err != nil:
		case res.Attendee.Revoked != "": // taken from this person for a reason
		case res.Attendee.Badge == "":
			whom = append(whom, due{attendee: res.Attendee})
		case withdrawn:
			held = append(held, res.Attendee)
		}
	}
	if len(held) == 0 {
		return whom, nil
	}
	more, err := run.desk.withSpent(ctx, run.event, held, false)
	return append(whom, more...), err
}

// compare tells what store would do.
func (run *importRun) compare(ctx context.Context, in <-chan []badge.Row) error {
	seed := maphash.MakeSeed()
	print := func(a badge.Attendee) uint64 {
		return maphash.Comparable(seed, [...]string{a.Ref, a.Name, a.NameLatin, a.Organization, a.Delegation, a.Category,
			a.Email, a.Phone, a.Locale})
	}
	type held struct {
		print  uint64
		spoken bool // has a badge, or had one that was revoked
	}
	known := map[string]held{}
	err := run.desk.eachPage(ctx, run.event, badge.Query{}, func(page []badge.Attendee) error {
		for _, a := range page {
			known[a.Ref] = held{print(a), a.Badge != "" || a.Revoked != ""}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for list := range in {
		run.note(len(list), func(r *ImportReport) {
			for _, row := range list {
				if len(row.Problems) > 0 {
					r.refuse(row.Problems...)
					continue
				}
				old, ok := known[row.Attendee.Ref]
				switch r.Accepted++; {
				case ok && old.print == print(row.Attendee):
					r.Unchanged++
				case ok:
					r.Updated++
				}
				if run.options.Issue && !old.spoken {
					r.Issued++
				}
			}
		})
	}
	return ctx.Err()
}
