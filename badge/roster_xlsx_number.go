package badge

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// numberFormat is how a cell shows its number, as far as a roster has use for
// it: plainly, as a date, or through a mask of digits such as "CIEP-"000000.
type numberFormat uint8

const (
	plainFormat numberFormat = iota
	dateFormat
	maskFormat
)

// noFormat is a number format that excelize doesn't know and so doesn't apply.
var noFormat = -1

// readFormats learns what each cell style means for a roster, and leaves to
// excelize the masks alone: the rest would round numbers and write dates in as
// many ways as there are countries.
func (w *workbook) readFormats() error {
	styles := w.file.Styles
	custom := make(map[int]numberFormat)
	if styles.NumFmts != nil {
		if len(styles.NumFmts.NumFmt) > maxFormats {
			return ErrTooLarge
		}
		for _, f := range styles.NumFmts.NumFmt {
			if _, again := custom[f.NumFmtID]; again {
				continue // excelize takes the first too
			}
			code := f.FormatCode
			if f.FormatCode16 != "" {
				code = f.FormatCode16
			}
			custom[f.NumFmtID], f.FormatCode = parseFormat(code)
			f.FormatCode16 = ""
		}
	}
	if styles.CellXfs == nil {
		return nil
	}
	w.formats = make([]numberFormat, len(styles.CellXfs.Xf))
	for i := range styles.CellXfs.Xf {
		xf := &styles.CellXfs.Xf[i]
		id := 0
		if xf.NumFmtID != nil {
			id = *xf.NumFmtID
		}
		format, ok := custom[id]
		if !ok {
			format = builtinFormat(id)
		}
		if w.formats[i] = format; format != maskFormat {
			xf.NumFmtID = &noFormat
		}
	}
	return nil
}

// builtinFormat knows the ids that stand for dates and times in every locale,
// those of East Asia included (ECMA-376 part 1, 18.8.30).
func builtinFormat(id int) numberFormat {
	if id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 {
		return dateFormat
	}
	return plainFormat
}

var (
	inert    = regexp.MustCompile(`"[^"]*"?|\\.|\[[^\]]*\]?|[_*].`)
	section  = regexp.MustCompile(`^(?:\\.|[^;\\])*`)
	literals = regexp.MustCompile(`\\.`)
	anyRune  = regexp.MustCompile(`.`)
)

// parseFormat tells what the code of a number format means for a number that
// isn't negative, and the code of a mask reduced to what excelize applies
// right: it takes a zero in "CIEP20-"000 for a digit, but not in
// \C\I\E\P\2\0\-000.
func parseFormat(code string) (numberFormat, string) {
	if len(code) > 255 { // as many as a spreadsheet allows
		return plainFormat, ""
	}
	date := false
	mask := inert.ReplaceAllStringFunc(code, func(s string) string {
		switch s[0] {
		case '"':
			return anyRune.ReplaceAllString(strings.Trim(s, `"`), `\$0`)
		case '\\':
			return s
		case '[': // elapsed time, as in [h]:mm
			date = date || len(s) > 2 && strings.Trim(strings.ToLower(s), "[hms]") == ""
		}
		return "" // colors, conditions, currencies and space
	})
	mask = section.FindString(mask)
	digits := literals.ReplaceAllString(mask, "")
	switch {
	case date || strings.ContainsAny(digits, "yYmMdDhHsS"):
		return dateFormat, ""
	case strings.Trim(digits, "0#?-+() :") == "" && strings.Contains(digits, "0"):
		return maskFormat, strings.NewReplacer(`\?`, `\?`, "?", "#").Replace(mask)
	}
	return plainFormat, "" // General, decimals, thousands, exponents, fractions, @
}

var escapes = regexp.MustCompile(`(?:_x[0-9A-Fa-f]{4}_)+`)

// unescape resolves the escapes of characters that XML can't hold (_x000D_,
// ECMA-376 part 1, 22.9.2.19), which excelize leaves in the results of formulas.
func unescape(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		units := make([]uint16, len(e)/7)
		for i := range units {
			n, _ := strconv.ParseUint(e[7*i+2:7*i+6], 16, 16)
			units[i] = uint16(n)
		}
		return string(utf16.Decode(units))
	})
}

// shown is the text of a cell where it isn't what excelize makes of it: an
// error is no text, a date is written as in ISO 8601, and a number is never
// rounded. An integer of up to 15 digits, which is as many as a spreadsheet
// keeps, is not put into scientific notation; a longer one has been rounded and
// always is, so that nobody takes it for exact.
func (w *workbook) shown(kind string, style int, value string) (text string, differs bool) {
	switch kind {
	case "b", "inlineStr", "s":
		return "", false
	case "str":
		return unescape(value), strings.Contains(value, "_x")
	case "e":
		return "", true
	case "d":
		return value, true
	}
	if value == "" {
		return "", false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return "", true
	}
	format := plainFormat
	if style >= 0 && style < len(w.formats) {
		format = w.formats[style]
	}
	switch whole := n == math.Trunc(n); {
	case format == dateFormat && n >= 0 && n < 2958466: // to the end of the year 9999
		return date(n, w.date1904), true
	case math.Abs(n) >= 1e15:
		return strconv.FormatFloat(n, 'E', -1, 64), true
	case format == maskFormat && (n < 0 || !whole):
		// 15 significant digits hide what binary fractions add: 0.30000000000000004.
		n, _ = strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
		return strconv.FormatFloat(n, 'f', -1, 64), true
	}
	return "", false
}

// date writes a serial number of days as ISO 8601, with the time where there
// is one. Day 60 of the 1900 system is the 29th of February that never was.
func date(n float64, date1904 bool) string {
	days := n
	if n < 60 && !date1904 {
		days++
	}
	t, err := excelize.ExcelDateToTime(days, date1904)
	switch {
	case err != nil:
		return ""
	case n < 1 && !date1904:
		return t.Format("15:04:05")
	case n == math.Trunc(n):
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04:05")
}
