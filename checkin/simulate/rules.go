package simulate

import (
	"slices"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// expect applies the table of reasons to an entry by what the fold and the
// records say, "" where nothing speaks against it. sure is false where the
// rows don't tell whether an earlier entry stands.
func expect(k *checker, c checkin.Scan, v checkin.Venue) (reason checkin.Reason, sure bool) {
	b, known := k.badges[c.Badge]
	key, found := k.cfg.Key(c.Key)
	here := spot{c.Badge, v.ID}
	switch {
	case c.Refused != "":
		return c.Refused, true
	case !found || key.Status == badge.KeyWithdrawn:
		return checkin.InvalidToken, true
	case !known:
		return checkin.UnknownBadge, true
	case k.fold.ended[c.Badge]:
		return checkin.RevokedBadge, true
	case b.ValidFrom != nil && c.At.Before(*b.ValidFrom):
		return checkin.NotYetValid, true
	case !c.At.Before(b.ValidUntil):
		return checkin.Expired, true
	case len(v.Categories) > 0 && !slices.Contains(v.Categories, b.Category):
		return checkin.WrongCategory, true
	case !isOpen(v.Hours, c.At.In(k.loc)):
		return checkin.VenueClosed, true
	case k.fold.isInside(here):
		return checkin.AlreadyInside, true
	}
	if last, entered := k.fold.latest(here); v.Reentry != checkin.Free {
		spent := entered && (v.Reentry == checkin.Once || sameDay(last.at, c.At, k.loc))
		switch {
		case k.fold.unsure[here]:
			return "", false
		case spent && v.Reentry == checkin.Once:
			return checkin.AlreadyUsed, true
		case spent:
			return checkin.AlreadyUsedToday, true
		}
	}
	if v.Capacity > 0 && k.fold.occupancy(v.ID) >= v.Capacity {
		return checkin.VenueFull, true
	}
	return "", true
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
