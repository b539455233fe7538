package checkin

import (
	"context"
	"errors"

	"lanyard/badge"
)

// Attendee by id: ErrNoAttendee.
func (d *Desk) Attendee(ctx context.Context, event, id string) (badge.Attendee, error) {
	if err := own(event); err != nil {
		return badge.Attendee{}, err
	}
	return d.store.Attendee(ctx, event, id)
}

// Attendees is one page of a search and the cursor of the next, "" at the end.
func (d *Desk) Attendees(ctx context.Context, event string, q badge.Query) ([]badge.Attendee, string, error) {
	if err := own(event); err != nil {
		return nil, "", err
	}
	return d.store.Attendees(ctx, event, q)
}

// CountAttendees is how many a search finds on all its pages together.
func (d *Desk) CountAttendees(ctx context.Context, event string, q badge.Query) (int, error) {
	if err := own(event); err != nil {
		return 0, err
	}
	return d.store.CountAttendees(ctx, event, q)
}

// AddAttendee registers somebody: *Invalid, ErrRefTaken. Who comes without a
// ref is a walk-in and gets one that begins with "W-".
func (d *Desk) AddAttendee(ctx context.Context, event string, by Stamp, a badge.Attendee) (badge.Attendee, error) {
	walkIn := a.Ref == ""
	for try := 1; ; try++ {
		a.ID = badge.NewID()
		if walkIn {
			a.Ref = walkInRef()
		}
		put, err := d.putAttendee(ctx, event, by, a, Create)
		if walkIn && errors.Is(err, ErrRefTaken) && try < 5 {
			continue
		}
		return put, err
	}
}

// EditAttendee changes somebody: ErrNoAttendee, ErrRefTaken, *Invalid, or what
// edit returns. The id stays.
func (d *Desk) EditAttendee(ctx context.Context, event, id string, by Stamp, edit func(*badge.Attendee) error) (badge.Attendee, error) {
	a, err := d.Attendee(ctx, event, id)
	if err != nil {
		return badge.Attendee{}, err
	}
	if err := edit(&a); err != nil {
		return badge.Attendee{}, err
	}
	if a.ID != id {
		return badge.Attendee{}, errFixedID
	}
	return d.putAttendee(ctx, event, by, a, Update)
}

func (d *Desk) putAttendee(ctx context.Context, event string, by Stamp, a badge.Attendee, mode PutMode) (badge.Attendee, error) {
	if err := own(event); err != nil {
		return badge.Attendee{}, err
	}
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return badge.Attendee{}, err
	}
	if wrong := badge.CheckAttendee(&a, badge.NewCategorizer(c.Categories)); len(wrong) > 0 {
		return badge.Attendee{}, invalid(wrong[0].Field, wrong[0].Message)
	}
	res, err := d.store.PutAttendees(ctx, event, d.stamp(by), []PutAttendee{{Attendee: a, Mode: mode}})
	if err != nil {
		return badge.Attendee{}, err
	}
	return res[0].Attendee, res[0].Err
}

// EraseAttendee removes a person and ends the badge; counts and journal stay:
// ErrNoAttendee.
func (d *Desk) EraseAttendee(ctx context.Context, event, id string, by Stamp) error {
	if err := own(event); err != nil {
		return err
	}
	return d.store.Erase(ctx, event, d.stamp(by), id)
}

// own refuses the pseudo event where only a real one makes sense.
func own(event string) error {
	if event == System {
		return ErrNoEvent
	}
	return nil
}
