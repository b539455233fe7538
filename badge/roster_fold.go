package badge

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldText is a text as it is searched: Unicode NFKC, lower case, without the
// accents that a keyboard at the desk may not have, and with each run of white
// space one space. Marks that carry meaning of their own, such as the vowel
// signs of Thai and Devanagari, stay.
func foldText(s string) string {
	ascii, upper := true, false
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf && s[i] > ' '
		upper = upper || s[i] >= 'A' && s[i] <= 'Z'
	}
	if ascii {
		if upper {
			return strings.ToLower(s)
		}
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case r >= 0x300 && r <= 0x36f || unicode.Is(unicode.Cf, r):
			continue
		case space && b.Len() > 0:
			b.WriteByte(' ')
		}
		space = false
		switch r = unicode.ToLower(r); r {
		case 'ß':
			b.WriteString("ss")
		case 'æ':
			b.WriteString("ae")
		case 'œ':
			b.WriteString("oe")
		case 'þ':
			b.WriteString("th")
		case 'ł':
			b.WriteByte('l')
		case 'ø':
			b.WriteByte('o')
		case 'đ', 'ð':
			b.WriteByte('d')
		case 'ı':
			b.WriteByte('i')
		case 'ς':
			b.WriteRune('σ')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// compareRefs orders refs as people count: A2 before A10. Refs that differ only
// in leading zeros are ordered by their bytes, so that none are equal unless
// they are the same.
func compareRefs(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if isDigit(a[i]) && isDigit(b[j]) {
			x, y := digitsAt(a, &i), digitsAt(b, &j)
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			continue
		}
		if a[i] != b[j] {
			return int(a[i]) - int(b[j])
		}
		i++
		j++
	}
	if rest := (len(a) - i) - (len(b) - j); rest != 0 {
		return rest
	}
	return strings.Compare(a, b)
}

// refKey is where a ref begins in the order of compareRefs: refs with different
// keys are in the order of the keys, those with equal ones have to be compared.
func refKey(ref string) uint64 {
	var key [8]byte
	n := 0
	for i := 0; i < len(ref) && n < len(key); {
		if !isDigit(ref[i]) {
			key[n] = ref[i]
			n++
			i++
			continue
		}
		digits := digitsAt(ref, &i)
		if len(digits) >= 0xff { // longer than a key can say
			n += copy(key[n:], "0\xff")
			break
		}
		n += copy(key[n:], []byte{'0', byte(len(digits))})
		n += copy(key[n:], digits)
	}
	return binary.BigEndian.Uint64(key[:])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digitsAt is the run of digits at *i without leading zeros, and steps over it.
func digitsAt(s string, i *int) string {
	for *i < len(s) && s[*i] == '0' {
		*i++
	}
	start := *i
	for *i < len(s) && isDigit(s[*i]) {
		*i++
	}
	return s[start:*i]
}
