package badge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"
)

// Event is one edition of a conference.
type Event struct {
	ID       string    `json:"id"`
	Name     Text      `json:"name"`
	TimeZone string    `json:"timezone"` // IANA name
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Locale   string    `json:"locale"` // default locale, BCP 47
	// Place is where attendees go, for their badges; none is shown when empty.
	Place Text `json:"place,omitempty"`
	// RetainUntil is when the roster's personal data is erased; nil keeps it.
	RetainUntil *time.Time `json:"retain_until,omitempty"`
}

// Location loads the event's time zone.
func (e Event) Location() (*time.Location, error) {
	if e.TimeZone == "" || e.TimeZone == "Local" {
		return nil, fmt.Errorf("time zone %q: need an IANA name such as Asia/Shanghai", e.TimeZone)
	}
	return time.LoadLocation(e.TimeZone)
}

// Category is an attendee's role at an event. Code stands for it in tokens.
type Category struct {
	ID    string `json:"id"`
	Name  Text   `json:"name"`
	Color string `json:"color"` // #rrggbb
	Code  string `json:"code"`  // one to three of a-z 0-9, unique in the event
}

// Text is a localized string by locale, for example {"en":"Main Forum","zh":"主论坛"}.
// A plain JSON string is kept under the empty locale until Settle names it.
type Text map[string]string

// UnmarshalJSON takes an object by locale or a plain string.
func (t *Text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text{"": s}
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return errors.New("must be a string or an object of strings by locale")
	}
	*t = m
	return nil
}

// Settle puts a plain string under the locale it was meant in.
func (t Text) Settle(locale string) Text {
	if s, ok := t[""]; ok {
		out := Text{locale: s}
		for l, v := range t {
			if l != "" {
				out[l] = v
			}
		}
		return out
	}
	return t
}

// In is the text in the locale, else in the fallback, else in any.
func (t Text) In(locale, fallback string) string {
	for _, l := range [...]string{locale, base(locale), fallback, "en", "zh"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	best := ""
	for l, s := range t {
		if s != "" && (best == "" || l < best) {
			best = l
		}
	}
	return t[best]
}

func base(locale string) string {
	for i := range len(locale) {
		if locale[i] == '-' || locale[i] == '_' {
			return locale[:i]
		}
	}
	return locale
}

// Check says what is wrong with the text: nothing in it, or more than limit
// bytes in one language.
func (t Text) Check(limit int) error {
	if len(t) == 0 {
		return errors.New("must not be empty")
	}
	if len(t) > 32 {
		return errors.New("must have at most 32 languages")
	}
	for l, s := range t {
		if l != "" && !localeRE.MatchString(l) {
			return errors.New("must be given by locale, such as en or zh-Hant")
		}
		if s == "" || len(s) > limit || !utf8.ValidString(s) {
			return fmt.Errorf("must have 1 to %d bytes of UTF-8 in each language", limit)
		}
	}
	return nil
}

var (
	localeRE = regexp.MustCompile(`^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$`)
	idRE     = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)
)

// ValidLocale tells whether s has the shape of a BCP 47 locale.
func ValidLocale(s string) bool { return localeRE.MatchString(s) }

// ValidID tells whether s can name an event, venue, gate or category:
// 1 to 32 of a-z, 0-9 and inner hyphens.
func ValidID(s string) bool { return idRE.MatchString(s) }
