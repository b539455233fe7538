package badge

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var (
	errNotText = fileError(CodeNotText, 0,
		"This is neither a CSV file nor an .xlsx workbook: save the roster as one of them.")
	errEncoding = fileError(CodeUnknownEncoding, 0,
		"The encoding of the file isn't known: save it as \"CSV UTF-8\" or as .xlsx, or name its encoding.")
)

// decodeText turns the body of a CSV file into UTF-8 without a byte order mark
// and names the encoding it was in. A text that isn't UTF-8 or UTF-16 is
// taken for GB18030, which Chinese Windows writes, if it looks like Chinese;
// others are refused rather than guessed, as a wrong guess garbles names.
func decodeText(b []byte, label string) ([]byte, string, error) {
	name, enc := "", encoding.Encoding(nil)
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		name, b = "utf-8", b[3:]
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		name, b = "utf-16le", b[2:]
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		name, b = "utf-16be", b[2:]
	case label != "":
		e, err := htmlindex.Get(label)
		if err != nil {
			return nil, "", errEncoding
		}
		if name, err = htmlindex.Name(e); err != nil {
			return nil, "", errEncoding
		}
		enc = e
	case bytes.IndexByte(b, 0) >= 0:
		name = utf16Name(b)
	case utf8.Valid(b):
		name = "utf-8"
	case looksChinese(b):
		name, enc = "gb18030", simplifiedchinese.GB18030
	default:
		return nil, "", errEncoding
	}
	switch name {
	case "":
		return nil, "", errNotText
	case "utf-8":
		enc = nil
	case "utf-16le":
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	if enc != nil {
		decoded, err := enc.NewDecoder().Bytes(b)
		// A decoder writes U+FFFD for what it can't read.
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, "", errEncoding
		}
		b = decoded
	} else if !utf8.Valid(b) {
		return nil, "", errEncoding
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, "", errNotText
	}
	return b, name, nil
}

// utf16Name tells the byte order of UTF-16 without a byte order mark by where
// the zero halves of its commas, digits and line ends are; "" is for something
// else, which is then no text at all.
func utf16Name(b []byte) string {
	if len(b)%2 != 0 {
		return ""
	}
	var zeros [2]int
	b = b[:min(len(b), 64<<10)]
	for i, c := range b {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case 16*(zeros[0]+zeros[1]) < len(b): // not every eighth character is ASCII
		return ""
	case zeros[1] > 4*zeros[0]:
		return "utf-16le"
	case zeros[0] > 4*zeros[1]:
		return "utf-16be"
	}
	return ""
}

// looksChinese tells GB18030 from other legacy encodings. All of their bytes
// may be legal GB18030, but in real Chinese text three characters in four and
// more are of the original set, GB 2312, both bytes from 0xA1 up.
func looksChinese(b []byte) bool {
	common, all := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf {
			continue
		}
		all++
		if i+1 == len(b) {
			break
		}
		lead, trail := b[i], b[i+1]
		i++
		if trail >= '0' && trail <= '9' && i+2 < len(b) { // four bytes
			i += 2
			continue
		}
		if (lead >= 0xB0 && lead <= 0xF7 || lead >= 0xA1 && lead <= 0xA9) && trail >= 0xA1 {
			common++
		}
	}
	return all > 0 && 4*common >= 3*all
}
