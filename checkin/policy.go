package checkin

import (
	"fmt"
	"time"

	"lanyard/badge"
)

// Facts are what the rules look at: one badge at one venue at one moment.
type Facts struct {
	Venue    Venue
	Inside   int // the venue's occupancy
	Badge    *badge.Badge
	Presence Presence // of that badge at that venue; zero when never seen
	At       time.Time
	Day      int // local day and minute of At in the event's time zone
	Minute   int
}

// Judge gives the first reason of 4 to 10 that speaks against an entry, ""
// when none does. The badge is known.
func Judge(f Facts) Reason {
	switch {
	case f.Badge.Status != badge.Active:
		return RevokedBadge
	case f.Badge.ValidFrom != nil && f.At.Before(*f.Badge.ValidFrom):
		return NotYetValid
	case !f.At.Before(f.Badge.ValidUntil):
		return Expired
	case !takes(f.Venue.Categories, f.Badge.Category):
		return WrongCategory
	case !open(f.Venue.Hours, f.Minute):
		return VenueClosed
	case f.Presence.Inside:
		return AlreadyInside
	case f.Venue.Reentry == Once && f.Presence.EntryAt != 0:
		return AlreadyUsed
	case f.Venue.Reentry == Daily && f.Presence.EntryAt != 0 && f.Presence.EntryDay == f.Day:
		return AlreadyUsedToday
	case f.Venue.Capacity > 0 && f.Inside >= f.Venue.Capacity:
		return VenueFull
	}
	return ""
}

// namesEarlier tells whether an answer with this reason names the earlier entry.
func namesEarlier(r Reason) bool {
	return r == AlreadyInside || r == AlreadyUsed || r == AlreadyUsedToday
}

func takes(categories []string, category string) bool {
	for _, c := range categories {
		if c == category {
			return true
		}
	}
	return len(categories) == 0
}

func open(hours []Window, minute int) bool {
	for _, w := range hours {
		from, err1 := ParseClock(w.From)
		to, err2 := ParseClock(w.To)
		if err1 != nil || err2 != nil {
			continue
		}
		switch {
		case from == to,
			from < to && from <= minute && minute < to,
			from > to && (minute >= from || minute < to):
			return true
		}
	}
	return len(hours) == 0
}

// ParseClock reads a local time of day, "00:00" to "24:00", as minutes since
// midnight.
func ParseClock(s string) (int, error) {
	digit := func(i int) int { return int(s[i]) - '0' }
	if len(s) != 5 || s[2] != ':' {
		return 0, fmt.Errorf("%.10q is not a time of day such as 09:30", s)
	}
	for _, i := range [...]int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, fmt.Errorf("%.10q is not a time of day such as 09:30", s)
		}
	}
	h, m := digit(0)*10+digit(1), digit(3)*10+digit(4)
	if m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%.10q is not a time of day such as 09:30", s)
	}
	return h*60 + m, nil
}

// LocalDay numbers the local calendar day of t: days since 1970-01-01.
func LocalDay(t time.Time, loc *time.Location) int {
	y, m, d := t.In(loc).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// LocalMinute is the local wall clock of t in minutes since midnight.
func LocalMinute(t time.Time, loc *time.Location) int {
	h, m, _ := t.In(loc).Clock()
	return h*60 + m
}

// LastAutoExit is the latest instant up to now at which the local clock struck
// at ("23:30"); NextAutoExit the first one after now. A time that a change of
// clocks skips strikes when the clock has jumped over it, one that happens
// twice strikes the first time.
func LastAutoExit(loc *time.Location, at string, now time.Time) time.Time {
	y, m, d := now.In(loc).Date()
	for back := 0; ; back++ {
		if t := strike(loc, y, m, d-back, at); !t.After(now) {
			return t
		}
	}
}

// NextAutoExit is described at LastAutoExit.
func NextAutoExit(loc *time.Location, at string, now time.Time) time.Time {
	y, m, d := now.In(loc).Date()
	for ahead := -1; ; ahead++ {
		if t := strike(loc, y, m, d+ahead, at); t.After(now) {
			return t
		}
	}
}

// strike is the first instant of a local day at which its clock shows at or more.
func strike(loc *time.Location, y int, m time.Month, d int, at string) time.Time {
	minute, err := ParseClock(at)
	if err != nil {
		minute = 0 // checked where it was set
	}
	t := time.Date(y, m, d, 0, minute, 0, 0, loc)
	want := time.Date(y, m, d, 0, minute, 0, 0, time.UTC) // the same wall clock without a zone
	wall := func(t time.Time) time.Time {
		_, offset := t.Zone()
		return t.UTC().Add(time.Duration(offset) * time.Second)
	}
	start, end := t.ZoneBounds()
	switch w := wall(t); {
	case w.Before(want): // skipped, and Go went back
		return end
	case w.After(want): // skipped, and Go went ahead
		return start
	}
	if !start.IsZero() {
		_, before := start.Add(-time.Second).Zone()
		_, after := t.Zone()
		if first := t.Add(time.Duration(after-before) * time.Second); first.Before(start) {
			return first.In(loc)
		}
	}
	return t
}
