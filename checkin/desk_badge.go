package checkin

import (
	"context"
	"errors"
	"time"

	"lanyard/badge"
)

// IssueBadge gives an attendee a badge: ErrNoAttendee. Who has one keeps it, and
// new is false, unless its key has been withdrawn.
func (d *Desk) IssueBadge(ctx context.Context, event string, by Stamp, attendee string) (b badge.Badge, isNew bool, err error) {
	a, err := d.Attendee(ctx, event, attendee)
	if err != nil {
		return badge.Badge{}, false, err
	}
	press, err := d.newPress(ctx, event)
	if err != nil {
		return badge.Badge{}, false, err
	}
	due := due{attendee: a}
	if a.Badge != "" && len(press.withdrawn) > 0 {
		held, err := d.store.Badge(ctx, event, a.Badge)
		if err != nil && !errors.Is(err, ErrNoBadge) {
			return badge.Badge{}, false, err
		}
		due.replace = press.withdrawn[held.Key]
	}
	res, err := d.issueOne(ctx, event, by, press, due)
	return res.Badge, res.New, err
}

// Reissue replaces the active badge of a badge's attendee, or gives one to whom
// has none any more: ErrNoBadge, ErrNoAttendee after erasure. Id, link and token
// are new.
func (d *Desk) Reissue(ctx context.Context, event string, by Stamp, badgeID string) (badge.Badge, error) {
	old, err := d.Badge(ctx, event, badgeID)
	if err != nil {
		return badge.Badge{}, err
	}
	a, err := d.Attendee(ctx, event, old.Attendee)
	if err != nil {
		return badge.Badge{}, err
	}
	press, err := d.newPress(ctx, event)
	if err != nil {
		return badge.Badge{}, err
	}
	res, err := d.issueOne(ctx, event, by, press, due{attendee: a, replace: true})
	return res.Badge, err
}

func (d *Desk) issueOne(ctx context.Context, event string, by Stamp, p *press, due due) (IssueResult, error) {
	by = d.stamp(by)
	is, err := p.sign(by.At, due)
	if err != nil {
		return IssueResult{}, err
	}
	res, err := d.store.Issue(ctx, event, by, []Issue{is})
	if err != nil {
		return IssueResult{}, err
	}
	return res[0], res[0].Err
}

// RevokeBadge ends an active badge for a reason of 1 to 200 characters:
// *Invalid, ErrNoBadge, ErrBadgeEnded.
func (d *Desk) RevokeBadge(ctx context.Context, event string, by Stamp, id, why string) (badge.Badge, error) {
	if err := own(event); err != nil {
		return badge.Badge{}, err
	}
	why, err := reason("reason", why)
	if err != nil {
		return badge.Badge{}, err
	}
	return d.store.Revoke(ctx, event, d.stamp(by), id, why)
}

// Badge by id: ErrNoBadge.
func (d *Desk) Badge(ctx context.Context, event, id string) (badge.Badge, error) {
	if err := own(event); err != nil {
		return badge.Badge{}, err
	}
	return d.store.Badge(ctx, event, id)
}

// BadgeByLink finds a badge of any status by its page: ErrNoBadge.
func (d *Desk) BadgeByLink(ctx context.Context, link string) (event string, b badge.Badge, err error) {
	if len(link) != 22 {
		return "", badge.Badge{}, ErrNoBadge
	}
	return d.store.BadgeByLink(ctx, link)
}

// Token signs the badge's token again, which gives the same bytes every time.
func (d *Desk) Token(ctx context.Context, event string, b badge.Badge) (string, error) {
	asked := time.Now()
	r, err := d.rings.any(ctx, event, asked)
	if err != nil {
		return "", err
	}
	token, err := r.Sign(b)
	if errors.Is(err, badge.ErrUnknownKey) {
		if r, err = d.rings.fresh(ctx, event, asked); err != nil {
			return "", err
		}
		token, err = r.Sign(b)
	}
	return token, err
}

// Withdrawn tells whether the badge's key has been withdrawn: whatever its
// status, its token then opens nothing but the way out.
func (c *Config) Withdrawn(b badge.Badge) bool {
	k, ok := c.Key(b.Key)
	return !ok || k.Status == badge.KeyWithdrawn
}

// Code is the badge's QR code, drawn or remembered.
func (d *Desk) Code(ctx context.Context, event string, b badge.Badge) (*badge.Code, error) {
	token, err := d.Token(ctx, event, b)
	if err != nil {
		return nil, err
	}
	return d.codes.QR(token)
}
