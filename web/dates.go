package web

import (
	"fmt"
	"time"
)

// dateRange tells when an event is, by the calendar of the zone that the times
// carry: "14–15 April 2025, from 09:00" or "2025年4月14日–15日 09:00 开始".
// A single day shows both clock times. Zero times give "".
func dateRange(lang string, from, to time.Time) string {
	if from.IsZero() {
		return ""
	}
	to = to.In(from.Location())
	if to.Before(from) {
		to = from
	}
	sameYear := from.Year() == to.Year()
	sameMonth := sameYear && from.Month() == to.Month()
	sameDay := sameMonth && from.Day() == to.Day()

	if lang == "zh" {
		start := fmt.Sprintf("%d年%d月%d日", from.Year(), from.Month(), from.Day())
		switch {
		case sameDay && to.Equal(from):
			return fmt.Sprintf("%s %s", start, clock(from))
		case sameDay:
			return fmt.Sprintf("%s %s–%s", start, clock(from), clock(to))
		case sameMonth:
			return fmt.Sprintf("%s–%d日，%s 开始", start, to.Day(), clock(from))
		case sameYear:
			return fmt.Sprintf("%s–%d月%d日，%s 开始", start, to.Month(), to.Day(), clock(from))
		}
		return fmt.Sprintf("%s–%d年%d月%d日，%s 开始", start, to.Year(), to.Month(), to.Day(), clock(from))
	}
	end := to.Format("2 January 2006")
	switch {
	case sameDay && to.Equal(from):
		return fmt.Sprintf("%s, %s", end, clock(from))
	case sameDay:
		return fmt.Sprintf("%s, %s–%s", end, clock(from), clock(to))
	case sameMonth:
		return fmt.Sprintf("%d–%s, from %s", from.Day(), end, clock(from))
	case sameYear:
		return fmt.Sprintf("%s – %s, from %s", from.Format("2 January"), end, clock(from))
	}
	return fmt.Sprintf("%s – %s, from %s", from.Format("2 January 2006"), end, clock(from))
}

func clock(t time.Time) string { return t.Format("15:04") }
