package badge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SafeCell makes a text safe as a cell of a CSV file that a spreadsheet will
// open: one that the spreadsheet would take for a formula gets an apostrophe
// in front (OWASP, CSV Injection). Those begin with = + - @, their full-width
// forms, a tab or a line break. A text that already begins with apostrophes
// before such a character gets one more, so that reading a roster, which takes
// one off, gives back exactly what was written.
func SafeCell(s string) string {
	if guarded(s) {
		return "'" + s
	}
	return s
}

// stripGuard takes off the apostrophe that SafeCell, or a person who knows
// spreadsheets, has put before a formula character.
func stripGuard(s string) string {
	if len(s) > 1 && s[0] == '\'' && guarded(s[1:]) {
		return s[1:]
	}
	return s
}

func guarded(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n':
		return true
	}
	return false
}

// CleanText makes a text fit to be kept and shown: Unicode NFC, each run of
// white space and controls one space, none at the ends, and no invisible
// characters that could disguise it (bidi embeddings, overrides and isolates,
// zero-width spaces, tags, noncharacters). What scripts need stays: joiners and
// non-joiners, directional marks, variation selectors, the Arabic number signs.
func CleanText(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Z, r):
			space = true
		case !keep(r):
		default:
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		}
	}
	// Taking a character out can bring a letter and its accent together.
	return norm.NFC.String(strings.Trim(b.String(), " \u200c\u200d\u200e\u200f\u061c"))
}

// isClean tells of most texts, quickly, that CleanText would not change them.
func isClean(s string) bool {
	if s == "" {
		return true
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	ascii := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == 0x7f || c == ' ' && s[i-1] == ' ' {
			return false
		}
		if c >= utf8.RuneSelf {
			ascii = false
		}
	}
	if ascii {
		return true
	}
	for _, r := range s {
		if r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Z, r) || unicode.Is(unicode.Cf, r) || !keep(r)) {
			return false
		}
	}
	return norm.NFC.IsNormalString(s)
}

func keep(r rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d' || r == '\u200e' || r == '\u200f' || r == '\u061c':
		return true
	case unicode.Is(unicode.Cf, r):
		return unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return r&0xfffe != 0xfffe && (r < 0xfdd0 || r > 0xfdef)
}

// shows tells whether a text leaves any mark: a name of fillers and joiners
// would be a blank badge.
func shows(s string) bool {
	for _, r := range s {
		switch r {
		case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800':
			continue
		}
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) {
			return true
		}
	}
	return false
}

// joinName puts a name together from its two columns: 姓 before 名 where both
// are written in Han, first before last elsewhere.
func joinName(first, last string) string {
	if first != "" && last != "" && allHan(first) && allHan(last) {
		return last + first
	}
	return strings.TrimSpace(first + " " + last)
}

func allHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return true
}
