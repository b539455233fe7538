package checkin

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestAutomaticExitStrikes(t *testing.T) {
	for _, c := range []struct{ name, zone, at, now, last, next string }{
		{"an ordinary day", "Asia/Shanghai", "23:30", "2026-11-07T20:00:00+08:00", "2026-11-06T23:30:00+08:00", "2026-11-07T23:30:00+08:00"},
		{"on the dot", "Asia/Shanghai", "23:30", "2026-11-07T23:30:00+08:00", "2026-11-07T23:30:00+08:00", "2026-11-08T23:30:00+08:00"},
		{"midnight", "Asia/Shanghai", "00:00", "2026-11-07T00:00:01+08:00", "2026-11-07T00:00:00+08:00", "2026-11-08T00:00:00+08:00"},
		{"skipped in spring", "Europe/Berlin", "02:30", "2026-03-29T12:00:00+02:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"},
		{"just before the skip", "Europe/Berlin", "02:30", "2026-03-29T01:59:59+01:00", "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"twice in autumn, the first counts", "Europe/Berlin", "02:30", "2026-10-25T02:45:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		{"twice in autumn, not again", "Europe/Berlin", "02:30", "2026-10-25T02:45:00+01:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		{"skipped in New York", "America/New_York", "02:00", "2026-03-08T05:00:00-04:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"},
		{"half-hour change on Lord Howe", "Australia/Lord_Howe", "02:15", "2026-10-04T12:00:00+11:00", "2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"},
		{"a zone without changes", "UTC", "23:30", "2026-06-01T00:00:00Z", "2026-05-31T23:30:00Z", "2026-06-01T23:30:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := LastAutoExit(loc, c.at, instant(t, c.now)); !got.Equal(instant(t, c.last)) {
				t.Errorf("last: got %v, want %v", got, c.last)
			}
			if got := NextAutoExit(loc, c.at, instant(t, c.now)); !got.Equal(instant(t, c.next)) {
				t.Errorf("next: got %v, want %v", got, c.next)
			}
		})
	}
}

// In every hour of a year with two odd days, strikes come once a local day and
// in order.
func TestOneStrikeADay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Shanghai"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"00:00", "00:30", "01:45", "02:00", "02:30", "03:00", "23:59"} {
			strikes, last := 0, time.Time{}
			for now := time.Date(2018, 1, 1, 12, 0, 0, 0, loc); now.Year() < 2019; now = now.Add(17 * time.Minute) {
				got := LastAutoExit(loc, at, now)
				if got.After(now) || now.Sub(got) > 25*time.Hour {
					t.Fatalf("%s %s: last strike before %v is %v", zone, at, now, got)
				}
				if got.Before(last) {
					t.Fatalf("%s %s: strikes go back from %v to %v", zone, at, last, got)
				}
				if !got.Equal(last) {
					strikes, last = strikes+1, got
				}
			}
			if strikes < 365 || strikes > 366 {
				t.Errorf("%s %s: %d strikes in a year", zone, at, strikes)
			}
		}
	}
}

func TestOpeningHours(t *testing.T) {
	day := []Window{{From: "09:00", To: "12:00"}, {From: "13:00", To: "18:30"}}
	night := []Window{{From: "22:00", To: "02:30"}}
	for _, c := range []struct {
		hours []Window
		clock string
		open  bool
	}{
		{nil, "04:00", true},
		{day, "08:59", false}, {day, "09:00", true}, {day, "11:59", true}, {day, "12:00", false},
		{day, "12:59", false}, {day, "13:00", true}, {day, "18:29", true}, {day, "18:30", false},
		{night, "21:59", false}, {night, "22:00", true}, {night, "00:00", true}, {night, "02:29", true}, {night, "02:30", false},
		{[]Window{{From: "00:00", To: "24:00"}}, "23:59", true},
		{[]Window{{From: "08:00", To: "08:00"}}, "07:59", true},
		{[]Window{{From: "18:00", To: "24:00"}}, "23:59", true},
		{[]Window{{From: "18:00", To: "24:00"}}, "00:00", false},
	} {
		minute, err := ParseClock(c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := open(c.hours, minute); got != c.open {
			t.Errorf("%v at %s: open %v, want %v", c.hours, c.clock, got, c.open)
		}
	}
}

func TestParseClockRefuses(t *testing.T) {
	for _, s := range []string{"", "9:00", "09:60", "24:01", "25:00", "0900", "09.00", "-1:00", "٠٩:٠٠", "09:00 ", "+9:00"} {
		if got, err := ParseClock(s); err == nil {
			t.Errorf("%q: got %d", s, got)
		}
	}
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
