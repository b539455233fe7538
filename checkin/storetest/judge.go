package storetest

import (
	"fmt"
	"slices"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// opinion is what a second reading of the rules says about a scan. It is
// written from their table alone and looks at a ledger.
type opinion struct {
	reason checkin.Reason // "" lets the badge in
	// unsure is set where the rows don't tell: days of another time zone, or out
	// of order. Then reason may be this one or what follows it.
	unsure bool
}

// judge applies the table of reasons to an entry, at the time of the scan. b is
// the badge's record, nil when there is none.
func judge(cfg *checkin.Config, l *ledger, c checkin.Scan, venue checkin.Venue, b *badge.Badge) opinion {
	loc, err := cfg.Event.Location()
	if err != nil {
		panic(err)
	}
	at := spot{c.Badge, venue.ID}
	clock := c.At.In(loc).Format("15:04")
	opens := len(venue.Hours) == 0
	for _, w := range venue.Hours {
		switch {
		case w.From == w.To:
			opens = true
		case w.From < w.To:
			opens = opens || w.From <= clock && clock < w.To
		default:
			opens = opens || w.From <= clock || clock < w.To
		}
	}
	key := slices.IndexFunc(cfg.Keys, func(k badge.Key) bool { return k.ID == c.Key })
	switch {
	case c.Refused != "":
		return opinion{reason: c.Refused}
	case key < 0 || cfg.Keys[key].Status == badge.KeyWithdrawn:
		return opinion{reason: checkin.InvalidToken}
	case b == nil:
		return opinion{reason: checkin.UnknownBadge}
	case b.Status == badge.Revoked || b.Status == badge.Replaced:
		return opinion{reason: checkin.RevokedBadge}
	case b.ValidFrom != nil && c.At.UnixMilli() < b.ValidFrom.UnixMilli():
		return opinion{reason: checkin.NotYetValid}
	case c.At.UnixMilli() >= b.ValidUntil.UnixMilli():
		return opinion{reason: checkin.Expired}
	case len(venue.Categories) > 0 && !slices.Contains(venue.Categories, b.Category):
		return opinion{reason: checkin.WrongCategory}
	case !opens:
		return opinion{reason: checkin.VenueClosed}
	case l.inside[at]:
		return opinion{reason: checkin.AlreadyInside}
	}
	today, all := 0, len(l.entries[at])
	for _, e := range l.entries[at] {
		if e.at.In(loc).Format(time.DateOnly) == c.At.In(loc).Format(time.DateOnly) {
			today++
		}
	}
	switch venue.Reentry {
	case checkin.Once:
		if all > 0 {
			return opinion{reason: checkin.AlreadyUsed}
		}
	case checkin.Daily:
		if today > 0 && today < all || cfg.Event.TimeZone != l.zone {
			return opinion{reason: checkin.AlreadyUsedToday, unsure: true}
		}
		if today > 0 {
			return opinion{reason: checkin.AlreadyUsedToday}
		}
	}
	if venue.Capacity > 0 && l.occupancy(venue.ID) >= venue.Capacity {
		return opinion{reason: checkin.VenueFull}
	}
	return opinion{}
}

// agrees tells whether a row of a scan decided now is what the second reading
// allows.
func (o opinion) agrees(r checkin.Row, c checkin.Scan) error {
	said := r.Reason
	if r.Conflict != "" {
		said = r.Conflict
	}
	if said != o.reason && !(o.unsure && (said == "" || said == checkin.VenueFull)) {
		return fmt.Errorf("the rules say %q, the row says %q", o.reason, said)
	}
	passes := c.Override != "" && r.Direction == checkin.In && said != "" &&
		said != checkin.InvalidToken && said != checkin.WrongEvent && said != checkin.UnknownBadge
	want := checkin.Denied
	switch {
	case c.Offline:
		want = c.Shown
	case said == "" || passes:
		want = checkin.Admitted
	}
	if r.Result != want || r.Forced != (passes && want == checkin.Admitted) {
		return fmt.Errorf("the rules say %q: %s by override %q, the row is %+v", said, want, c.Override, r)
	}
	return nil
}

// lastStrike is the last moment up to now at which a local clock struck, found
// by looking at it every minute of the two days before.
func lastStrike(zone, at string, now time.Time) time.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	struck := map[string]bool{}
	var last time.Time
	for t := now.Truncate(time.Minute).Add(-75 * time.Hour); !t.After(now); t = t.Add(time.Minute) {
		day := t.In(loc).Format(time.DateOnly)
		if !struck[day] && t.In(loc).Format("15:04") >= at {
			struck[day], last = true, t
		}
	}
	return last
}
