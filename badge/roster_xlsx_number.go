package badge

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// numberFormat is how a cell shows its number, as far as a roster has use for
// it: as a date, through a mask of digits such as "CIEP-"000000, or plainly.
type numberFormat struct {
	date bool
	mask []maskItem
}

type maskItem struct {
	literal string // or a digit, when empty
	zero    bool   // the digit is shown even if it is a leading zero
}

// readFormats reads styles.xml: number formats by id, and which of them each
// cell style uses.
func (w *workbook) readFormats(x *partReader) error {
	custom := make(map[string]numberFormat)
	inCellXfs := false
	for el, err := x.next(); el != nil || err != nil; el, err = x.next() {
		if err != nil {
			return err
		}
		switch el.Name.Local {
		case "numFmt":
			if len(custom) < maxFormats {
				custom[attribute(el, "numFmtId")] = parseFormat(attribute(el, "formatCode"))
			}
		case "cellXfs":
			inCellXfs = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			inCellXfs = false
		case "xf":
			if inCellXfs && len(w.formats) < maxFormats {
				id := attribute(el, "numFmtId")
				f, ok := custom[id]
				if !ok {
					f = builtinFormat(id)
				}
				w.formats = append(w.formats, f)
			}
		}
	}
	return nil
}

// builtinFormat knows the ids that stand for dates and times in every locale,
// those of East Asia included (ECMA-376 part 1, 18.8.30).
func builtinFormat(id string) numberFormat {
	n, err := strconv.Atoi(id)
	return numberFormat{date: err == nil &&
		(n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58)}
}

func parseFormat(code string) numberFormat {
	code, _, _ = strings.Cut(code, ";")
	var f numberFormat
	var literal strings.Builder
	masked, zeros := true, 0
	flush := func() {
		if literal.Len() > 0 {
			f.mask = append(f.mask, maskItem{literal: literal.String()})
			literal.Reset()
		}
	}
	for runes := []rune(code); len(runes) > 0; {
		r := runes[0]
		runes = runes[1:]
		switch r {
		case '"':
			end := slices.Index(runes, '"')
			if end < 0 {
				return numberFormat{}
			}
			literal.WriteString(string(runes[:end]))
			runes = runes[end+1:]
		case '[':
			end := slices.Index(runes, ']')
			if end < 0 {
				return numberFormat{}
			}
			if inside := strings.ToLower(string(runes[:end])); strings.Trim(inside, "hms") == "" {
				f.date = true // elapsed time
			}
			runes = runes[end+1:]
		case '\\', '_', '*':
			if len(runes) == 0 {
				return numberFormat{}
			}
			if r == '\\' {
				literal.WriteRune(runes[0])
			}
			runes = runes[1:]
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			f.date = true
		case '0', '#', '?':
			flush()
			if r == '0' {
				zeros++
			}
			f.mask = append(f.mask, maskItem{zero: r == '0'})
		case '-', '+', '(', ')', ' ', ':':
			literal.WriteRune(r)
		default: // General, decimals, thousands, exponents, fractions, @
			masked = false
		}
	}
	flush()
	if f.date || !masked || zeros == 0 || len(f.mask) > 64 {
		f.mask = nil
	}
	return f
}

// show writes the number that a cell holds. An integer of up to 15 digits,
// which is as many as a spreadsheet keeps, is never put into scientific
// notation; a longer one has been rounded and always is, so that nobody takes it for exact.
func (f numberFormat) show(value string, date1904 bool) []byte {
	value = strings.TrimSpace(value)
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return nil
	}
	switch {
	case f.date && n >= 0 && n < 2958466: // to the end of the year 9999
		return []byte(date(n, date1904))
	case math.Abs(n) >= 1e15:
		return strconv.AppendFloat(nil, n, 'E', -1, 64)
	case n == math.Trunc(n) && n >= 0 && f.mask != nil:
		return f.fill(strconv.FormatFloat(n, 'f', -1, 64))
	case n == math.Trunc(n):
		return strconv.AppendFloat(nil, n, 'f', -1, 64)
	}
	// 15 significant digits hide what binary fractions add: 0.30000000000000004.
	n, _ = strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	return strconv.AppendFloat(nil, n, 'f', -1, 64)
}

// fill puts the digits into the mask from the right; those left over go before
// its first digit.
func (f numberFormat) fill(digits string) []byte {
	first := slices.IndexFunc(f.mask, func(m maskItem) bool { return m.literal == "" })
	var parts []string // in reverse
	for i := len(f.mask) - 1; i >= 0; i-- {
		m := f.mask[i]
		switch {
		case m.literal != "":
			parts = append(parts, m.literal)
		case i == first && digits != "":
			parts = append(parts, digits)
		case digits != "":
			parts = append(parts, digits[len(digits)-1:])
			digits = digits[:len(digits)-1]
		case m.zero:
			parts = append(parts, "0")
		}
	}
	slices.Reverse(parts)
	return []byte(strings.Join(parts, ""))
}

// date writes a serial number of days as ISO 8601, with the time where there
// is one. Day 60 of the 1900 system is the 29th of February that never was.
func date(n float64, date1904 bool) string {
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n < 60:
		epoch = epoch.AddDate(0, 0, 1)
	}
	days := math.Floor(n)
	t := epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round((n-days)*86400)) * time.Second)
	switch {
	case n < 1 && !date1904:
		return t.Format("15:04:05")
	case n == days:
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04:05")
}
