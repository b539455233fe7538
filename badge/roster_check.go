package badge

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Longest texts of an attendee, in Unicode code points. The shortest phone
// number has five digits.
const (
	maxRef, maxName, maxOrganization, maxDelegation = 64, 200, 300, 200
	maxEmail, maxPhone, maxLocale                   = 254, 40, 35
)

// Codes of a FieldError. They are stable: pages translate them.
const (
	WrongMissing   = "missing"
	WrongTooLong   = "too_long"  // About is the most characters
	WrongDamaged   = "damaged"   // by the program that saved the file
	WrongShortened = "shortened" // to scientific notation, by a spreadsheet
	WrongUnknown   = "unknown"   // About is the category that the event hasn't
	WrongRepeated  = "repeated"  // About is the row that has it, too
	WrongShape     = "shape"     // no address, number or locale
	WrongNotStored = "not_stored"
)

// FieldError says in a sentence what is wrong with a field of an attendee. It
// doesn't repeat what identifies a person.
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	About   string `json:"about,omitempty"`
	Message string `json:"message"`
}

// CheckAttendee puts an attendee's texts into the form in which they are kept
// and says what is wrong with them, at most one error for a field. The category
// may be an id, a code or a name, and becomes the id. Id, times and badge are
// not looked at.
func CheckAttendee(a *Attendee, cats *Categorizer) []FieldError {
	var errs []FieldError
	refuse := func(field, code, message string) {
		errs = append(errs, FieldError{Field: field, Code: code, Message: message})
	}
	check := func(field string, s *string, fold bool, limit int) bool {
		valid := utf8.ValidString(*s) && !strings.ContainsRune(*s, utf8.RuneError)
		if *s = CleanText(*s); fold {
			*s = foldWidth(*s)
		}
		switch {
		case !valid:
			refuse(field, WrongDamaged, "The "+title(field)+" holds characters that were damaged when the file was saved: type it again.")
		case len(*s) > limit && utf8.RuneCountInString(*s) > limit:
			errs = append(errs, FieldError{field, WrongTooLong, strconv.Itoa(limit), fmt.Sprintf("The %s is longer than %d characters.", title(field), limit)})
		default:
			return true
		}
		return false
	}

	if check("ref", &a.Ref, true, maxRef) {
		switch {
		case !shows(a.Ref):
			refuse("ref", WrongMissing, "The ref is missing: each person needs a number of their own.")
		case scientific(a.Ref):
			refuse("ref", WrongShortened, "The spreadsheet has shortened the ref to scientific notation: format its column as text and enter it again.")
		}
	}
	if check("name", &a.Name, false, maxName) && !shows(a.Name) {
		refuse("name", WrongMissing, "The name is missing.")
	}
	check("name_latin", &a.NameLatin, false, maxName)
	check("organization", &a.Organization, false, maxOrganization)
	check("delegation", &a.Delegation, false, maxDelegation)
	if a.Category = CleanText(a.Category); a.Category == "" {
		refuse("category", WrongMissing, "The category is missing.")
	} else if c, ok := cats.Find(a.Category); ok {
		a.Category = c.ID
	} else {
		about := excerpt(a.Category, 40)
		errs = append(errs, FieldError{"category", WrongUnknown, about, fmt.Sprintf("The category %q is not one of the event's.", about)})
	}
	if check("email", &a.Email, true, maxEmail) && a.Email != "" && !emailShape(a.Email) {
		refuse("email", WrongShape, "The email is not an address such as name@example.org.")
	}
	if check("phone", &a.Phone, true, maxPhone) && a.Phone != "" {
		switch p, ok := phoneNumber(a.Phone); {
		case ok:
			a.Phone = p
		case scientific(a.Phone):
			refuse("phone", WrongShortened, "The spreadsheet has shortened the phone number to scientific notation: format its column as text and enter it again.")
		default:
			refuse("phone", WrongShape, "The phone number is not one number of 5 to 20 digits, such as +86 138 0000 0000.")
		}
	}
	if check("locale", &a.Locale, true, maxLocale) && a.Locale != "" {
		if ValidLocale(a.Locale) {
			a.Locale = canonicalLocale(a.Locale)
		} else {
			refuse("locale", WrongShape, "The locale is not one such as en, zh or pt-BR.")
		}
	}
	return errs
}

func title(field string) string {
	if field == "name_latin" {
		return "name in Latin letters"
	}
	return field
}

// foldWidth turns the full-width letters and digits of an input method into
// ASCII. Names keep theirs.
func foldWidth(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return CleanText(norm.NFKC.String(s))
		}
	}
	return s
}

func excerpt(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

// scientific recognizes a long number that a spreadsheet has rounded, such as
// 1.38688E+10.
func scientific(s string) bool {
	digits, exponent, ok := strings.Cut(strings.ToUpper(s), "E+")
	return ok && len(digits) > 1 && onlyDigits(strings.Replace(digits, ".", "", 1)) && onlyDigits(exponent)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// emailShape asks for what every address has (RFC 5321 lengths, no quoted local
// parts, international ones allowed); only a message sent would prove more.
func emailShape(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || strings.ContainsAny(s, " ,;:<>()[]\\\"") || strings.IndexByte(s, '@') != at {
		return false
	}
	labels := 0
	for label := range strings.SplitSeq(s[at+1:], ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
				return false
			}
		}
		labels++
	}
	return labels >= 2 && s[at-1] != '.' && s[0] != '.'
}

// phoneNumber reduces a phone number as people write it to digits, a leading +
// and an extension after x. The number may stand as 13800000000.0, which is how
// some programs export it.
func phoneNumber(s string) (string, bool) {
	if whole, ok := strings.CutSuffix(s, ".0"); ok && len(whole) >= 5 && onlyDigits(strings.TrimPrefix(whole, "+")) {
		s = whole
	}
	s = strings.TrimPrefix(strings.ToLower(s), "tel:")
	for _, mark := range [...]string{"extension", "ext.", "ext", "转", "轉", "#"} {
		s = strings.Replace(s, mark, "x", 1)
	}
	number, extension, extended := strings.Cut(s, "x")
	number = strings.TrimSpace(number)
	plus := strings.HasPrefix(number, "+")
	if plus {
		number = strings.Replace(number[1:], "(0)", "", 1)
	}
	number, ok := dialled(number)
	if !ok || len(number) < 5 || len(number) > 20 {
		return "", false
	}
	if plus {
		number = "+" + number
	}
	if extended {
		extension, ok = dialled(extension)
		if !ok || extension == "" || len(extension) > 8 {
			return "", false
		}
		number += "x" + extension
	}
	return number, true
}

// dialled leaves out what only groups digits, and fails on anything else.
func dialled(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out = append(out, byte(r))
		case r == ' ' || r == '(' || r == ')' || r == '.' || unicode.Is(unicode.Pd, r):
		default:
			return "", false
		}
	}
	return string(out), true
}

var languages = map[string]string{
	"中文": "zh", "汉语": "zh", "普通话": "zh", "简体中文": "zh", "chinese": "zh", "mandarin": "zh", "simplified chinese": "zh",
	"繁体中文": "zh-Hant", "繁體中文": "zh-Hant", "traditional chinese": "zh-Hant",
	"英文": "en", "英语": "en", "英語": "en", "english": "en", "日文": "ja", "日语": "ja", "日本語": "ja", "japanese": "ja",
	"韩文": "ko", "韩语": "ko", "한국어": "ko", "korean": "ko", "俄文": "ru", "俄语": "ru", "русский": "ru", "russian": "ru",
	"法文": "fr", "法语": "fr", "français": "fr", "french": "fr", "德文": "de", "德语": "de", "deutsch": "de", "german": "de",
	"西班牙文": "es", "西班牙语": "es", "español": "es", "spanish": "es", "阿拉伯文": "ar", "阿拉伯语": "ar", "العربية": "ar", "arabic": "ar",
}

// localeOf reads the locale cell of a roster: a locale, the name of a common
// language, or else nothing, which stands for the event's own.
func localeOf(s string) string {
	s = foldWidth(CleanText(s))
	if l, ok := languages[strings.ToLower(s)]; ok {
		return l
	}
	if !ValidLocale(s) || len(s) > maxLocale {
		return ""
	}
	return s
}

// canonicalLocale spells a locale as BCP 47 recommends: zh-Hant-TW.
func canonicalLocale(s string) string {
	if len(s) == 2 && s[0] >= 'a' && s[1] >= 'a' {
		return s
	}
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(s, "_", "-")), "-")
	for i, p := range parts[1:] {
		switch len(p) {
		case 2:
			parts[i+1] = strings.ToUpper(p)
		case 4:
			if p[0] >= 'a' {
				parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
			}
		}
	}
	return strings.Join(parts, "-")
}
