package simulate

import (
	"slices"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// expect applies the table of reasons to an entry by what the fold and the
// records say, "" where nothing speaks against it.
func expect(k *checker, c checkin.Scan, v checkin.Venue) checkin.Reason {
	b, known := k.badges[c.Badge]
	key, found := k.cfg.Key(c.Key)
	here := spot{c.Badge, v.ID}
	switch {
	case c.Refused != "":
		return c.Refused
	case !found || key.Status == badge.KeyWithdrawn:
		return checkin.InvalidToken
	case !known:
		return checkin.UnknownBadge
	case k.fold.ended[c.Badge]:
		return checkin.RevokedBadge
	case b.ValidFrom != nil && c.At.Before(*b.ValidFrom):
		return checkin.NotYetValid
	case !c.At.Before(b.ValidUntil):
		return checkin.Expired
	case len(v.Categories) > 0 && !slices.Contains(v.Categories, b.Category):
		return checkin.WrongCategory
	case !isOpen(v.Hours, c.At.In(k.loc)):
		return checkin.VenueClosed
	case k.fold.isInside(here):
		return checkin.AlreadyInside
	}
	if last, entered := k.fold.latest(here); v.Reentry != checkin.Free {
		spent := entered && (v.Reentry == checkin.Once || sameDay(last.at, c.At, k.loc))
		switch {
		case spent && v.Reentry == checkin.Once:
			return checkin.AlreadyUsed
		case spent:
			return checkin.AlreadyUsedToday
		}
	}
	if v.Capacity > 0 && k.fold.occupancy(v.ID) >= v.Capacity {
		return checkin.VenueFull
	}
	return ""
}

func isOpen(hours []checkin.Window, at time.Time) bool {
	clock := at.Format("15:04")
	for _, w := range hours {
		in, before := w.From <= clock, clock < w.To
		if w.From == w.To || w.From < w.To && in && before || w.From > w.To && (in || before) {
			return true
		}
	}
	return len(hours) == 0
}

func sameDay(a, b time.Time, loc *time.Location) bool {
	return a.In(loc).Format(time.DateOnly) == b.In(loc).Format(time.DateOnly)
}
