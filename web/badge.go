package web

import (
	"fmt"
	"html/template"
	"io"
	"time"
	"unicode"
)

// BadgePage is all that the attendee's page shows. Localized texts are by
// locale; what is missing in one language is shown in another.
type BadgePage struct {
	Lang string // "zh" or "en", from PickLang
	Link string // the page's own link id, as in /b/{link}

	// Number is the badge's id, for a gate or desk that types what it can't scan.
	Number string

	EventName   map[string]string
	EventLocale string    // the event's default
	StartsAt    time.Time // in the event's time zone, as is EndsAt
	EndsAt      time.Time
	Place       map[string]string // optional

	Status string // "active", "revoked", "replaced", "expired" or "not_yet_valid"

	Name, NameLatin, Organization, Delegation string

	CategoryName  map[string]string
	CategoryColor string // #rrggbb

	// QR is the SVG of the code with its quiet zone, made by our own badge
	// package; it must have a viewBox and no inline style. It isn't shown on a
	// badge that is over.
	QR template.HTML

	Inside      map[string]string // name of the venue the person is in, nil when in none
	InsideSince time.Time         // zero when unknown
}

// ended lists the states in which a badge has no code to show any more.
var ended = map[string]bool{"revoked": true, "replaced": true, "expired": true}

type badgeView struct {
	BadgePage
	phrases                  phrases
	CSS, JS, Icon, TouchIcon string
	Other                    string // the language to switch to
	Event                    []line
	EventSize                string // large, middle or small
	NameSize                 string
	Latin                    string
	Band                     []line
	BandColor                string
	BandInk                  string // ink or paper: which one is legible on the band
	ShowQR, Over, Early      bool
	State                    []said
	When                     string
	Where, InsideName        line
	Since                    string // RFC 3339 in UTC, "" when unknown
	SinceClock               string // in the event's time zone
}

// Say is the phrase of the page's language, for the template.
func (v badgeView) Say(key string, args ...string) (string, error) {
	return v.phrases.say(key, args...)
}

// Badge writes the attendee's page. The caller sets the status and headers:
// CSP, Cache-Control "private, no-cache", Referrer-Policy "no-referrer" and
// X-Robots-Tag "noindex".
func (s *Site) Badge(w io.Writer, p BadgePage) error {
	p.Lang = PickLang(p.Lang, "", "")
	v := badgeView{
		BadgePage: p,
		phrases:   s.phrases[p.Lang],
		CSS:       s.urls["badge.css"], JS: s.urls["badge.js"],
		Icon: s.urls["icon.svg"], TouchIcon: s.urls["icon-180.png"],
		Other: other(p.Lang),
		Event: bilingual(p.EventName, p.EventLocale),
		Band:  bilingual(p.CategoryName, p.EventLocale),
		Over:  ended[p.Status], Early: p.Status == "not_yet_valid",
		When:     dateRange(p.Lang, p.StartsAt, p.EndsAt),
		NameSize: nameSize(p.Name),
	}
	v.EventSize = eventSize(v.Event)
	v.BandColor, v.BandInk = bandColors(p.CategoryColor)
	v.ShowQR = !v.Over && p.QR != ""
	if p.NameLatin != p.Name {
		v.Latin = p.NameLatin
	}
	if v.Name == "" {
		v.Name, v.NameSize, v.Latin = v.Latin, nameSize(v.Latin), ""
	}
	v.Where.Text, v.Where.Lang = inLocale(p.Place, p.Lang, p.EventLocale)
	v.InsideName.Text, v.InsideName.Lang = inLocale(p.Inside, p.Lang, p.EventLocale)
	if v.InsideName.Text != "" && !p.InsideSince.IsZero() {
		v.Since = p.InsideSince.UTC().Format(time.RFC3339)
		v.SinceClock = clock(p.InsideSince.In(p.StartsAt.Location()))
	}
	if p.Status != "active" {
		for _, lang := range []string{p.Lang, v.Other} {
			title, err := s.phrases[lang].say("badge.state." + p.Status + ".title")
			if err != nil {
				return fmt.Errorf("web: badge status %q: %w", p.Status, err)
			}
			text, err := s.phrases[lang].say("badge.state." + p.Status + ".text")
			if err != nil {
				return fmt.Errorf("web: %w", err)
			}
			v.State = append(v.State, said{lang, title, text})
		}
	}
	return s.write(w, "badge.html", v)
}

// nameSize is the step of the type scale at which a name fits a badge of a
// phone's width in two lines or so: 40, 28 or 20 px. At 40 px a line holds
// about 15 Latin letters, at 28 px about 21.
func nameSize(name string) string {
	total, longest := extent(name)
	switch {
	case total <= 26 && longest <= 13:
		return "large"
	case total <= 56 && longest <= 19:
		return "middle"
	}
	return "small"
}

// eventSize shrinks the event's name in steps too: the code below it must be
// in sight on a small phone without scrolling.
func eventSize(lines []line) string {
	most := 0
	for _, l := range lines {
		if n, _ := extent(l.Text); n > most {
			most = n
		}
	}
	switch {
	case most <= 44:
		return "large"
	case most <= 120:
		return "middle"
	}
	return "small"
}

// extent measures a text in Latin letters: how long it is, and how long its
// longest part that no line break may enter. A Chinese character counts two
// and may stand at any line's end; marks above and below count nothing.
func extent(text string) (total, longest int) {
	word := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			total += 2
			word = 0
		case unicode.IsSpace(r) || r == '-':
			total++
			word = 0
		default:
			total++
			word++
		}
		longest = max(longest, word)
	}
	return total, longest
}
