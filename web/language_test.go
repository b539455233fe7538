package web

import (
	"testing"
	"time"
)

func TestPickLang(t *testing.T) {
	for _, c := range []struct{ query, accept, attendee, want string }{
		{"zh", "en-US,en;q=0.9", "en", "zh"},
		{"en", "zh-CN", "zh", "en"},
		{"", "zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"},
		{"", "en-GB,en;q=0.9,zh;q=0.1", "zh", "en"},
		{"", "en;q=0.2, zh-Hant-HK;q=0.8", "", "zh"},
		{"", "de-DE,de;q=0.9", "zh", "zh"},
		{"", "de-DE, zh;q=0", "en-AU", "en"},
		{"", "*", "zh_CN", "zh"},
		{"fr", "", "ZH", "zh"},
		{"", "", "", "en"},
		{"", "zh;q=x,,;;", "", "en"},
		{"english", "zhuang", "", "en"},
	} {
		if got := PickLang(c.query, c.accept, c.attendee); got != c.want {
			t.Errorf("PickLang(%q, %q, %q) = %s, want %s", c.query, c.accept, c.attendee, got, c.want)
		}
	}
}

func TestTextInAnyLocale(t *testing.T) {
	for _, c := range []struct {
		text           map[string]string
		lang, fallback string
		want, in       string
	}{
		{map[string]string{"en": "Hall", "zh": "馆"}, "zh", "en", "馆", "zh"},
		{map[string]string{"zh-Hans": "馆", "en": "Hall"}, "zh", "en", "馆", "zh"},
		{map[string]string{"fr": "Salle", "en": "Hall"}, "zh", "fr", "Salle", "fr"},
		{map[string]string{"de": "Halle", "fr": "Salle"}, "zh", "", "Halle", "de"},
		{nil, "zh", "en", "", ""},
	} {
		if got, in := inLocale(c.text, c.lang, c.fallback); got != c.want || in != c.in {
			t.Errorf("inLocale(%v, %s, %s) = %q in %q", c.text, c.lang, c.fallback, got, in)
		}
	}
	lines := bilingual(map[string]string{"en": "Lanyard Meetup", "zh": "Lanyard Meetup"}, "en")
	if len(lines) != 1 {
		t.Errorf("the same words stand there twice: %v", lines)
	}
}

func TestDateRange(t *testing.T) {
	zone := shenzhen(t)
	at := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, zone) }
	for _, c := range []struct {
		from, to time.Time
		en, zh   string
	}{
		{at(2025, 4, 12, 9, 0), at(2025, 4, 12, 17, 30), "12 April 2025, 09:00–17:30", "2025年4月12日 09:00–17:30"},
		{at(2025, 4, 12, 9, 0), at(2025, 4, 13, 17, 30), "12–13 April 2025, from 09:00", "2025年4月12日–13日，09:00 开始"},
		{at(2025, 4, 30, 9, 0), at(2025, 5, 2, 17, 0), "30 April – 2 May 2025, from 09:00", "2025年4月30日–5月2日，09:00 开始"},
		{at(2025, 12, 31, 20, 0), at(2026, 1, 1, 2, 0), "31 December 2025 – 1 January 2026, from 20:00", "2025年12月31日–2026年1月1日，20:00 开始"},
		// The end, told in UTC, is still the 12th; in the event's zone it is the 13th.
		{at(2025, 4, 12, 9, 0), time.Date(2025, 4, 12, 17, 0, 0, 0, time.UTC), "12–13 April 2025, from 09:00", "2025年4月12日–13日，09:00 开始"},
		{at(2025, 4, 12, 9, 0), time.Time{}, "12 April 2025, 09:00", "2025年4月12日 09:00"},
		{time.Time{}, time.Time{}, "", ""},
	} {
		if got := dateRange("en", c.from, c.to); got != c.en {
			t.Errorf("en: %q, want %q", got, c.en)
		}
		if got := dateRange("zh", c.from, c.to); got != c.zh {
			t.Errorf("zh: %q, want %q", got, c.zh)
		}
	}
}
