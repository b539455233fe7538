package badge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

var withCategories = ReadOptions{Categories: conference}

func encodeAs(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func collect(t testing.TB, b []byte, opt ReadOptions) (*Roster, []Row) {
	t.Helper()
	r, err := ReadRoster(bytes.NewReader(b), opt)
	if err != nil {
		t.Fatalf("not read: %v", err)
	}
	var rows []Row
	for row := range r.Rows() {
		rows = append(rows, row)
	}
	return r, rows
}

func codeOf(err error) string {
	var fe *FileError
	if errors.As(err, &fe) {
		return fe.Code
	}
	return fmt.Sprint(err)
}

// TestSpellingsOfOneCSV reads one roster in every way that a spreadsheet may
// write it: each must give the same people.
func TestSpellingsOfOneCSV(t *testing.T) {
	const utf8Text = "编号,姓名,单位,类别,手机\n" +
		"A-1,王小明,\"深圳市科技局, 一处\",代表,+86 138-0000-0001\n" +
		"A-2,镕喆,\"第一行\n第二行 \"\"引号\"\"\",专家,\n"
	want := []Attendee{
		{Ref: "A-1", Name: "王小明", Organization: "深圳市科技局, 一处", Category: "delegate", Phone: "+8613800000001"},
		{Ref: "A-2", Name: "镕喆", Organization: `第一行 第二行 "引号"`, Category: "expert"},
	}
	encodings := map[string]func(string) []byte{
		"utf-8":          func(s string) []byte { return []byte(s) },
		"utf-8 BOM":      func(s string) []byte { return []byte("\uFEFF" + s) },
		"utf-16le BOM":   func(s string) []byte { return encodeAs(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), s) },
		"utf-16be BOM":   func(s string) []byte { return encodeAs(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), s) },
		"utf-16le plain": func(s string) []byte { return encodeAs(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), s) },
		"utf-16be plain": func(s string) []byte { return encodeAs(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), s) },
		"gb18030":        func(s string) []byte { return encodeAs(t, simplifiedchinese.GB18030, s) },
	}
	ends := map[string]string{"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
	// The delimiters change outside quotation marks only.
	delimit := func(s, d string) string {
		var b strings.Builder
		for i, part := range strings.Split(s, `"`) {
			if i > 0 {
				b.WriteByte('"')
			}
			if i%2 == 0 {
				part = strings.ReplaceAll(part, ",", d)
			}
			b.WriteString(part)
		}
		return b.String()
	}
	for name, enc := range encodings {
		for _, d := range []string{",", ";", "\t"} {
			for endName, end := range ends {
				for _, tail := range []string{"", "no last line end", "sep", "blank rows"} {
					t.Run(fmt.Sprintf("%s %q %s %s", name, d, endName, tail), func(t *testing.T) {
						text := delimit(utf8Text, d)
						switch tail {
						case "no last line end":
							text = strings.TrimSuffix(text, "\n")
						case "sep":
							text = "sep=" + d + "\n" + text
						case "blank rows":
							text += strings.Repeat(d, 4) + "\n\n"
						}
						_, rows := collect(t, enc(strings.ReplaceAll(text, "\n", end)), withCategories)
						if len(rows) != len(want) {
							t.Fatalf("%d rows", len(rows))
						}
						for i, row := range rows {
							if row.Number != i+2 || len(row.Problems) > 0 || row.Attendee != want[i] {
								t.Errorf("row %d: %+v %v", row.Number, row.Attendee, row.Problems)
							}
						}
					})
				}
			}
		}
	}
}

func TestEncodingIsNamedOrRefused(t *testing.T) {
	const german = "ref,name,organization,category\n1,Jürgen Groß,Universität Köln,delegate\n2,Zoë Müller,Büro für Öffentlichkeit,expert\n"
	const traditional = "ref,name,organization,category\n1,陳美玲,國立臺灣大學電機工程學系,delegate\n2,林志豪,臺北市政府資訊局,expert\n"
	const japan = "ref,name,organization,category\n1,山田さくら,東京大学のけんきゅうじょ,delegate\n"
	for _, c := range []struct {
		name  string
		body  []byte
		label string
		want  string // encoding, or code of the failure
	}{
		{"ASCII", []byte("ref,name,category\n1,Li,vip\n"), "", "utf-8"},
		{"Windows-1252 isn't guessed", encodeAs(t, charmap.Windows1252, german), "", CodeUnknownEncoding},
		{"Windows-1252 by name", encodeAs(t, charmap.Windows1252, german), "Windows-1252", "windows-1252"},
		{"Big5 isn't taken for GB18030", encodeAs(t, traditionalchinese.Big5, traditional), "", CodeUnknownEncoding},
		{"Big5 by name", encodeAs(t, traditionalchinese.Big5, traditional), "big5", "big5"},
		{"Shift JIS isn't taken for GB18030", encodeAs(t, japanese.ShiftJIS, japan), "", CodeUnknownEncoding},
		{"GBK by name", encodeAs(t, simplifiedchinese.GBK, "编号,姓名,类别\n1,李雷,专家\n"), "gbk", "gbk"},
		{"a byte order mark goes before a name", []byte("\uFEFFref,name,category\n1,Li,vip\n"), "gbk", "utf-8"},
		{"no such encoding", []byte("ref,name,category\n1,Li,vip\n"), "klingon", CodeUnknownEncoding},
		{"damaged UTF-8 behind a byte order mark", []byte("\uFEFFref,name,category\n1,L\xff,vip\n"), "", CodeUnknownEncoding},
		{"GB18030 cut in half", encodeAs(t, simplifiedchinese.GB18030, "编号,姓名,类别\n1,李雷,专家")[:20], "", CodeUnknownEncoding},
		{"NUL", []byte("ref,name,category\n1,L\x00i,vip\n"), "", CodeNotText},
		{"an image", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00"), "", CodeNotText},
		{"UTF-16 cut in half", append(encodeAs(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "ref,name,category\n1,Li,vip\n"), 'x'), "", CodeUnknownEncoding},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := ReadRoster(bytes.NewReader(c.body), ReadOptions{Categories: conference, Encoding: c.label})
			got := codeOf(err)
			if err == nil {
				got = r.Encoding
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	_, rows := collect(t, encodeAs(t, charmap.Windows1252, german), ReadOptions{Categories: conference, Encoding: "windows-1252"})
	if rows[0].Attendee.Name != "Jürgen Groß" {
		t.Errorf("name %q", rows[0].Attendee.Name)
	}
}

func TestUnreadableFiles(t *testing.T) {
	const head = "ref,name,category\n"
	wide := strings.Repeat("x,", MaxRosterColumns)
	for _, c := range []struct {
		name, body string
		code       string
		row        int
	}{
		{"nothing", "", CodeEmpty, 0},
		{"white space", " \n\n", CodeEmpty, 0},
		{"byte order mark only", "\uFEFF", CodeEmpty, 0},
		{"header only", head, CodeEmpty, 0},
		{"header and blank rows", head + ",,\n , ,\n", CodeEmpty, 0},
		{"data without header", "1,Li Lei,vip\n2,Han Mei,press\n", CodeNoHeader, 0},
		{"ten rows of something else", strings.Repeat("a,b\n", 12), CodeNoHeader, 0},
		{"no name", "ref,category\n1,vip\n", CodeNoNameColumn, 0},
		{"no ref", "序号,姓名,类别\n1,李雷,vip\n", CodeNoRefColumn, 0},
		{"no category", "ref,name\n1,Li\n", CodeNoCategory, 0},
		{"the same header twice", "ref,name,Name,category\n1,Li,Lei,vip\n", CodeDuplicateColumn, 0},
		{"quotation mark never closed", head + "1,Li,vip\n2,\"Han,press\n", CodeBadQuotes, 3},
		{"text behind a quoted cell", head + "1,\"Li\" Lei,vip\n", CodeBadQuotes, 2},
		{"65 columns", head + wide + "y\n", CodeTooManyColumns, 2},
		{"65 columns in the header", "ref,name,category," + wide + "y\n1,Li,vip\n", CodeTooManyColumns, 1},
		{"a field of 8 KiB and a byte", head + "1," + strings.Repeat("x", MaxRosterField+1) + ",vip\n", CodeFieldTooLong, 2},
		{"the same, quoted", head + "1,\"" + strings.Repeat("x", MaxRosterField+1) + "\",vip\n", CodeFieldTooLong, 2},
		{"the same, of quotation marks", head + "1,\"" + strings.Repeat(`""`, MaxRosterField+1) + "\",vip\n", CodeFieldTooLong, 2},
		{"the same, at the end", head + "1,\"" + strings.Repeat("x", MaxRosterField+1), CodeFieldTooLong, 2},
		{"a line of 20 MiB", head + strings.Repeat("x", 20<<20), CodeFieldTooLong, 2},
		{"an open quotation mark and 20 MiB", head + `"` + strings.Repeat("x\n", 10<<20), CodeFieldTooLong, 2},
		{"20 MiB of delimiters and a letter", head + strings.Repeat(",", 20<<20) + "x", CodeTooManyColumns, 2},
		{"too many rows", head + strings.Repeat("\n", MaxRosterRows), CodeTooManyRows, MaxRosterRows + 1},
		{"old Excel", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + head, CodeOldExcel, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := ReadRoster(strings.NewReader(c.body), withCategories)
			var fe *FileError
			if !errors.As(err, &fe) || r != nil {
				t.Fatalf("%v, %v", r, err)
			}
			if fe.Code != c.code || fe.Row != c.row {
				t.Errorf("%s in row %d, want %s in row %d", fe.Code, fe.Row, c.code, c.row)
			}
			for _, secret := range []string{"Li", "Lei", "Han", "李雷", "xx"} {
				if strings.Contains(fe.Message, secret) {
					t.Errorf("the message repeats the file: %s", fe.Message)
				}
			}
		})
	}
}

// zeros never ends and counts what is taken from it.
type zeros struct{ taken int }

func (z *zeros) Read(p []byte) (int, error) { z.taken += len(p); return len(p), nil }

func TestFileOfAnySizeIsReadToTheBoundOnly(t *testing.T) {
	z := &zeros{}
	_, err := ReadRoster(z, withCategories)
	if !errors.Is(err, ErrTooLarge) || codeOf(err) != CodeTooLarge {
		t.Errorf("err %v", err)
	}
	if z.taken > MaxRosterBytes+1 {
		t.Errorf("%d bytes taken", z.taken)
	}
	broken := errors.New("connection lost")
	if _, err := ReadRoster(io.MultiReader(strings.NewReader("ref,na"), brokenReader{broken}), withCategories); !errors.Is(err, broken) {
		t.Errorf("err %v", err)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

// A hostile line must not cost more memory than the file itself does.
func TestLongLineAllocatesLittle(t *testing.T) {
	text := []byte("ref,name,category\n" + strings.Repeat("x", 20<<20))
	tab := &table{choose: func(h []string) (layout, error) { return matchColumns(h, withCategories) }, limit: MaxRosterRows}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := tab.readCSV(text, "")
	runtime.ReadMemStats(&after)
	if codeOf(err) != CodeFieldTooLong {
		t.Errorf("err %v", err)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("%d bytes allocated", allocated)
	}
}

func TestRowsAreNumberedAsASpreadsheetShowsThem(t *testing.T) {
	text := "\n2026年参会人员名单,,\n\nref,name,category\n1,Li,vip\n\n,,\n2,\"Han\nMei\",press\n3,Bo,vip"
	r, rows := collect(t, []byte(text), withCategories)
	if r.HeaderRow != 4 {
		t.Errorf("header in row %d", r.HeaderRow)
	}
	var numbers []int
	for _, row := range rows {
		numbers = append(numbers, row.Number)
	}
	if fmt.Sprint(numbers) != "[5 8 9]" {
		t.Errorf("rows %v", numbers)
	}
	_, rows = collect(t, []byte(text), ReadOptions{Categories: conference, MaxRows: 9})
	if len(rows) != 3 {
		t.Errorf("%d rows", len(rows))
	}
	if _, err := ReadRoster(strings.NewReader(text), ReadOptions{Categories: conference, MaxRows: 8}); codeOf(err) != CodeTooManyRows {
		t.Errorf("err %v", err)
	}
}
