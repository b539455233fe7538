package badge

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"html"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbookOf has excelize write a workbook of one sheet.
func workbookOf(t testing.TB, change func(f *excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const mainNS = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

// bookParts are the parts of the smallest workbook; a test replaces some.
func bookParts() map[string]string {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	const relation = `<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`
	return map[string]string{
		"[Content_Types].xml": head + `<Types/>`,
		"_rels/.rels":         head + `<Relationships>` + fmt.Sprintf(relation, "rId1", "officeDocument", "xl/workbook.xml") + `</Relationships>`,
		"xl/workbook.xml":     head + `<workbook ` + mainNS + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="7" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": head + `<Relationships>` + fmt.Sprintf(relation, "rId1", "worksheet", "worksheets/sheet1.xml") +
			fmt.Sprintf(relation, "rId2", "sharedStrings", "/xl/sharedStrings.xml") + `</Relationships>`,
		"xl/sharedStrings.xml": head + `<sst ` + mainNS + `><si><t>ref</t></si><si><t>name</t></si><si><t>category</t></si>` +
			`<si><t xml:space="preserve"> Li </t><rPh sb="0" eb="1"><t>LI</t></rPh></si><si><r><t>Han </t></r><r><rPr><b/></rPr><t>Mei_x000A_</t></r></si></sst>`,
		"xl/worksheets/sheet1.xml": head + sheetOf(`<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>3</v></c><c r="C2" t="inlineStr"><is><t>vip</t></is></c></row>`+
			`<row r="4"><c r="A4" t="str"><f>"x"</f><v>2_x0041_</v></c><c t="s"><v>4</v></c><c t="inlineStr"><is><r><t>pre</t></r><r><t>ss</t></r></is></c></row>`),
	}
}

func sheetOf(rows string) string {
	return `<worksheet ` + mainNS + `><cols><col min="1" max="3"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>` +
		rows + `</sheetData><mergeCells/></worksheet>`
}

func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbookOfASpreadsheet(t *testing.T) {
	b := workbookOf(t, func(f *excelize.File) {
		six := "000000"
		prefixed := `"CIEP-"0000`
		phone := "000-0000-0000"
		for cell, style := range map[string]*excelize.Style{
			"A3": {CustomNumFmt: &six}, "A4": {CustomNumFmt: &prefixed}, "F4": {CustomNumFmt: &phone}, "F2": {NumFmt: 11},
		} {
			id, err := f.NewStyle(style)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStyle("Sheet1", cell, cell, id); err != nil {
				t.Fatal(err)
			}
		}
	},
		[]any{"编号", "姓名", "单位", "类别", "邮箱", "手机", "备注"},
		[]any{"A-1", " 王小明 ", "深圳市\n科技局", "代表", "a@example.com", 13868780712},
		[]any{42, "=1+1", "", "VIP", "", 1.3868780712e10, "x"},
		[]any{7, "Zoë", nil, "press", nil, 13868780712},
		[]any{},
		[]any{time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), "Date", 0.1 + 0.2, "vip"},
		[]any{float64(440301199001011234), "Long", true, "vip", nil, nil, "note"},
	)
	r, rows := collect(t, b, withCategories)
	if r.Format != "xlsx" || r.Sheet != "Sheet1" || r.HeaderRow != 1 || matched(r.Unused) != "7:备注=" {
		t.Errorf("%s, sheet %s, header %d, unused %v", r.Format, r.Sheet, r.HeaderRow, r.Unused)
	}
	want := []Attendee{
		{Ref: "A-1", Name: "王小明", Organization: "深圳市 科技局", Category: "delegate", Email: "a@example.com", Phone: "13868780712"},
		{Ref: "000042", Name: "=1+1", Category: "vip", Phone: "13868780712"},
		{Ref: "CIEP-0007", Name: "Zoë", Category: "press", Phone: "13868780712"},
		{Ref: "2026-05-01", Name: "Date", Organization: "0.3", Category: "vip"},
		{Ref: "4.4030119900101126E+17", Name: "Long", Organization: "TRUE", Category: "vip"},
	}
	numbers := []int{2, 3, 4, 6, 7}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row.Number != numbers[i] || row.Attendee != want[i] {
			t.Errorf("row %d: %+v", row.Number, row.Attendee)
		}
		if (len(row.Problems) > 0) != (i == 4) {
			t.Errorf("row %d: %v", row.Number, row.Problems)
		}
	}
}

func TestWorkbookByHand(t *testing.T) {
	check := func(t *testing.T, b []byte) {
		t.Helper()
		_, rows := collect(t, b, withCategories)
		if len(rows) != 2 || rows[0].Number != 2 || rows[1].Number != 4 ||
			rows[0].Attendee != (Attendee{Ref: "1", Name: "Li", Category: "vip"}) || rows[1].Attendee != (Attendee{Ref: "2A", Name: "Han Mei", Category: "press"}) {
			t.Errorf("rows %+v", rows)
		}
	}
	t.Run("as Excel writes it", func(t *testing.T) { check(t, zipOf(t, bookParts())) })
	t.Run("with prefixes", func(t *testing.T) {
		p := bookParts()
		for _, name := range []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"} {
			p[name] = strings.NewReplacer("</", "</x:", "<?", "<?", "<", "<x:", "xmlns=", "xmlns:x=").Replace(p[name])
		}
		check(t, zipOf(t, p))
	})
	t.Run("with other names and slashes", func(t *testing.T) {
		p := bookParts()
		p[`XL\Worksheets\Sheet1.xml`] = p["xl/worksheets/sheet1.xml"]
		delete(p, "xl/worksheets/sheet1.xml")
		check(t, zipOf(t, p))
	})
	t.Run("with media that nobody reads", func(t *testing.T) {
		p := bookParts()
		p["xl/media/image1.png"] = strings.Repeat("\x00", maxUnpacked+1)
		check(t, zipOf(t, p))
	})
}

func TestSheetIsChosen(t *testing.T) {
	b := workbookOf(t, func(f *excelize.File) {
		for _, s := range []string{"Empty", "Hidden", "名单", "Later"} {
			if _, err := f.NewSheet(s); err != nil {
				t.Fatal(err)
			}
			if s != "Empty" {
				_ = f.SetSheetRow(s, "B3", &[]any{"ref", "name", "category"})
				_ = f.SetSheetRow(s, "B4", &[]any{"1", s, "vip"})
			}
		}
		_ = f.SetSheetVisible("Hidden", false)
	})
	for sheet, want := range map[string]string{"": "名单", "later": "Later", " Hidden ": "Hidden"} {
		r, rows := collect(t, b, ReadOptions{Categories: conference, Sheet: sheet})
		if r.Sheet != want || rows[0].Attendee.Name != want || r.HeaderRow != 3 || rows[0].Number != 4 {
			t.Errorf("%q reads %s, %+v", sheet, r.Sheet, rows[0])
		}
	}
	for sheet, code := range map[string]string{"Empty": CodeEmpty, "Nowhere": CodeNoSheet} {
		if _, err := ReadRoster(bytes.NewReader(b), ReadOptions{Categories: conference, Sheet: sheet}); codeOf(err) != code {
			t.Errorf("%s: %v", sheet, err)
		}
	}
}

func TestNumbersAsShown(t *testing.T) {
	cases := []struct{ code, value, want string }{
		{"General", "13868780712", "13868780712"}, {"General", "1.3868780712E10", "13868780712"}, {"General", "1.386878e+10", "13868780000"},
		{"0.00E+00", "13868780712", "13868780712"}, {"#,##0", "1234567", "1234567"}, {"General", "0.30000000000000004", "0.3"},
		{"General", "-5", "-5"}, {"General", "1E+15", "1E+15"}, {"General", "999999999999999", "999999999999999"}, {"General", "1E-7", "0.0000001"},
		{"000000", "42", "000042"}, {"0000", "123456", "123456"}, {"000-0000-0000", "13868780712", "138-6878-0712"}, {`"No. "000`, "7", "No. 007"},
		{`\A000`, "7", "A007"}, {"000;[Red]-000", "7", "007"}, {"0000_ ", "7", "0007"}, {"[$-804]0000", "7", "0007"}, {"#-00", "5", "-05"}, {"0000", "-7", "-7"}, {"0000", "1.5", "1.5"},
		{"yyyy/m/d", "46143", "2026-05-01"}, {"yyyy-mm-dd hh:mm", "46143.5", "2026-05-01 12:00:00"}, {`m"月"d"日"`, "46143", "2026-05-01"}, {"[h]:mm", "0.75", "18:00:00"},
		{"yyyy", "59", "1900-02-28"}, {"yyyy", "61", "1900-03-01"}, {"yyyy", "1", "1900-01-01"}, {"yyyy", "1E+9", "1000000000"}, {"yyyy", "-1", "-1"},
		{"General", "", ""}, {"General", "text", ""}, {"General", "NaN", ""}, {"General", "1E+999", ""}, {`"open`, "7", "7"}, {"[open", "7", "7"}, {"0\\", "7", "7"},
		{`"CIEP20-"0000`, "123456", "CIEP20-123456"}, {`"A""0"000`, "7", "A0007"}, {"?00", "5", "05"}, {"(000) 0000", "7", "(000) 0007"}, {"[DBNum1]0000", "7", "0007"}, {`0\?"[h]"??`, "123", "1?[h]23"},
		{"0", "440301199001011234", "4.4030119900101126E+17"}, {"0000", "1.5E+15", "1.5E+15"}, {"General", "861386878071", "861386878071"}, {"G/通用格式", "7", "7"}, {"@", "7", "7"},
		{"General", "123456789.123456789", "123456789.123457"}, {"yyyy-mm-dd hh:mm", "46143.999999", "2026-05-02 00:00:00"},
	}
	var formats, styles, rows strings.Builder
	for i, c := range cases {
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, html.EscapeString(c.code))
		fmt.Fprintf(&styles, `<xf numFmtId="%d"/>`, 164+i)
		fmt.Fprintf(&rows, `<row><c t="str"><v>%d</v></c><c s="%d"><v>%s</v></c><c t="str"><v>vip</v></c></row>`, i, i, c.value)
	}
	p := bookParts()
	p["xl/styles.xml"] = `<styleSheet ` + mainNS + `><numFmts>` + formats.String() + `</numFmts><cellXfs>` + styles.String() + `</cellXfs></styleSheet>`
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>`, 1)
	p["xl/worksheets/sheet1.xml"] = sheetOf(rows.String())
	_, read := collect(t, zipOf(t, p), withCategories)
	if len(read) != len(cases) {
		t.Fatalf("%d rows of %d", len(read), len(cases))
	}
	for i, c := range cases {
		if got := read[i].Attendee.Name; got != c.want {
			t.Errorf("%s in %s shows %q, want %q", c.value, c.code, got, c.want)
		}
	}
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	p["xl/worksheets/sheet1.xml"] = sheetOf(`<row><c><v>1</v></c><c s="` + fmt.Sprint(slices.IndexFunc(cases, func(c struct{ code, value, want string }) bool { return c.code == "yyyy" })) + `"><v>0</v></c></row>`)
	if _, read = collect(t, zipOf(t, p), withCategories); read[0].Attendee.Name != "1904-01-01" {
		t.Errorf("1904: %s", read[0].Attendee.Name)
	}
}

func TestBadWorkbooks(t *testing.T) {
	row := func(cells string) string { return sheetOf(`<row r="2">` + cells + `</row>`) }
	const person = `<c t="inlineStr"><is><t>x</t></is></c>`
	type change map[string]string
	for _, c := range []struct {
		name  string
		parts change
		code  string
	}{
		{"nothing in it", nil, CodeBadXLSX},
		{"no workbook", change{"xl/workbook.xml": ""}, CodeBadXLSX},
		{"no sheet", change{"xl/workbook.xml": "<workbook " + mainNS + "/>"}, CodeNoSheet},
		{"no sheet part", change{"xl/worksheets/sheet1.xml": "-"}, CodeBadXLSX},
		{"no strings part", change{"xl/sharedStrings.xml": "-"}, CodeBadXLSX},
		{"broken XML", change{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row"}, CodeBadXLSX},
		{"cut off", change{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"}, CodeBadXLSX},
		{"a cell that never ends", change{"xl/worksheets/sheet1.xml": row(`<c>`)}, CodeBadXLSX},
		{"a cell in a cell", change{"xl/worksheets/sheet1.xml": row(`<c><c></c></c>`)}, CodeBadXLSX},
		{"string that isn't there", change{"xl/worksheets/sheet1.xml": row(`<c t="s"><v>99</v></c>`)}, CodeBadXLSX},
		{"string -1", change{"xl/worksheets/sheet1.xml": row(`<c t="s"><v>-1</v></c>`)}, CodeBadXLSX},
		{"rows out of order", change{"xl/worksheets/sheet1.xml": sheetOf(`<row r="1">` + person + `</row>`)}, CodeBadXLSX},
		{"cells out of order", change{"xl/worksheets/sheet1.xml": row(`<c r="B2"/><c r="A2"/>`)}, CodeBadXLSX},
		{"no such column", change{"xl/worksheets/sheet1.xml": row(`<c r="AAAA2"/>`)}, CodeBadXLSX},
		{"row too far down", change{"xl/worksheets/sheet1.xml": sheetOf(`<row r="1000001">` + person + `</row>`)}, CodeTooManyRows},
		{"65 columns", change{"xl/worksheets/sheet1.xml": row(strings.Repeat(person, 65))}, CodeTooManyColumns},
		{"the last column there is", change{"xl/worksheets/sheet1.xml": row(`<c r="XFD2" t="inlineStr"><is><t>x</t></is></c>`)}, CodeTooManyColumns},
		{"long text", change{"xl/worksheets/sheet1.xml": row(`<c t="inlineStr"><is><t>` + strings.Repeat("x", MaxRosterField+1) + `</t></is></c>`)}, CodeFieldTooLong},
		{"long text in runs", change{"xl/worksheets/sheet1.xml": row(`<c t="inlineStr"><is>` + strings.Repeat("<r><t>xxxxxxxx</t></r>", 1025) + `</is></c>`)}, CodeFieldTooLong},
		{"long shared text", change{"xl/sharedStrings.xml": `<sst ` + mainNS + `><si><t>` + strings.Repeat("x", MaxRosterField+1) + `</t></si></sst>`}, CodeFieldTooLong},
		{"long text between tags", change{"xl/worksheets/sheet1.xml": row(`<c><v>` + strings.Repeat("1", maxToken+1) + `</v></c>`)}, CodeTooLarge},
		{"much nothing far out", change{"xl/worksheets/sheet1.xml": sheetOf(strings.Repeat(`<row><c r="XFD9"><f>""</f></c></row>`, 2000))}, CodeTooLarge},
		{"errors far out", change{"xl/worksheets/sheet1.xml": sheetOf(strings.Repeat(`<row><c r="XFD9" t="e"><v>#N/A</v></c></row>`, 2000))}, CodeTooLarge},
		{"deep XML", change{"xl/worksheets/sheet1.xml": row(strings.Repeat("<x>", maxDepth) + strings.Repeat("</x>", maxDepth))}, CodeBadXLSX},
		{"many strings", change{"xl/sharedStrings.xml": "<sst " + mainNS + ">" + strings.Repeat("<si><t/></si>", maxStrings+1) + "</sst>"}, CodeTooLarge},
		{"a value in pieces", change{"xl/worksheets/sheet1.xml": row(`<c><v>1<x/></v></c>`)}, CodeBadXLSX},
		{"an attribute twice", change{"xl/worksheets/sheet1.xml": row(`<c r="C2"/><c r="D2" x:r="B2"/>`)}, CodeBadXLSX},
		{"strings of another kind", change{"xl/sharedStrings.xml": "<other/>"}, CodeBadXLSX},
		{"styles of another kind", change{"xl/_rels/workbook.xml.rels": strings.Replace(bookParts()["xl/_rels/workbook.xml.rels"], "</Rel", `<Relationship Id="s" Type="x/styles" Target="workbook.xml"/></Rel`, 1)}, CodeBadXLSX},
		{"two sheets of a name", change{"xl/workbook.xml": strings.Replace(bookParts()["xl/workbook.xml"], "</sheets>", `<sheet name="PEOPLE" sheetId="8" r:id="rId1"/></sheets>`, 1)}, CodeBadXLSX},
		{"entities of their own", change{"xl/worksheets/sheet1.xml": `<!DOCTYPE x [<!ENTITY a "aaaa">]>` + row(`<c t="inlineStr"><is><t>&a;</t></is></c>`)}, CodeBadXLSX},
		{"an unheard of encoding", change{"xl/worksheets/sheet1.xml": `<?xml version="1.0" encoding="utf-7"?>` + row("")}, CodeBadXLSX},
		{"no attendee", change{"xl/worksheets/sheet1.xml": row("")}, CodeEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts := bookParts()
			if c.parts == nil {
				parts = nil
			}
			for name, body := range c.parts {
				if parts[name] = body; body == "-" {
					delete(parts, name)
				}
			}
			b := zipOf(t, parts)
			if parts == nil {
				b = append([]byte("PK\x03\x04"), b...)
			}
			r, err := ReadRoster(bytes.NewReader(b), withCategories)
			var fe *FileError
			if r != nil || !errors.As(err, &fe) || fe.Code != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
	t.Run("damaged bytes", func(t *testing.T) {
		b := zipOf(t, bookParts())
		i := bytes.Index(b, []byte("xl/worksheets/sheet1.xml"))
		b[i+60] ^= 0x20
		if _, err := ReadRoster(bytes.NewReader(b), withCategories); codeOf(err) != CodeBadXLSX {
			t.Errorf("err %v", err)
		}
	})
	t.Run("a long text that no cell uses", func(t *testing.T) {
		p := bookParts()
		p["xl/sharedStrings.xml"] = strings.Replace(p["xl/sharedStrings.xml"], "</sst>", "<si><t>"+strings.Repeat("x", 30_000)+"</t></si></sst>", 1)
		if _, rows := collect(t, zipOf(t, p), withCategories); len(rows) != 2 {
			t.Errorf("%d rows", len(rows))
		}
	})
}

// bomb is a workbook whose sheet unpacks to size spaces, and says in the zip
// directory that it unpacks to declared.
func bomb(t testing.TB, part string, size, declared int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts := bookParts()
	head, tail, _ := strings.Cut(parts[part], "</")
	delete(parts, part)
	for name, body := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := z.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	sum := crc32.NewIEEE()
	w = io.MultiWriter(w, sum)
	_, _ = io.WriteString(w, head)
	piece := []byte(strings.Repeat("<!---->", 10_000))
	for n := 0; n < size; n += len(piece) {
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = io.WriteString(w, "</"+tail)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()
	if declared > 0 { // in the directory's entry: size at 24, name at 46
		i := bytes.LastIndex(out, []byte(part)) - 46
		if string(out[i:i+4]) != "PK\x01\x02" {
			t.Fatal("no directory entry found")
		}
		binary.LittleEndian.PutUint32(out[i+24:], uint32(declared))
	}
	return out
}

func TestZipBombs(t *testing.T) {
	for _, part := range []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"} {
		honest := bomb(t, part, maxUnpacked+1, 0)
		if len(honest) > 4<<20 {
			t.Fatalf("the bomb has %d bytes", len(honest))
		}
		if _, err := ReadRoster(bytes.NewReader(honest), withCategories); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s, honest: %v", part, err)
		}
		// A directory that understates its sizes is believed no further.
		if _, err := ReadRoster(bytes.NewReader(bomb(t, part, 40<<20, 1000)), withCategories); codeOf(err) != CodeBadXLSX && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s, lying: %v", part, err)
		}
	}
}

// The bound holds for what really unpacks, whatever the zip reader makes of
// the declared sizes, and for all parts together.
func TestUnpackingIsCounted(t *testing.T) {
	left := int64(3000)
	for _, want := range []error{nil, ErrTooLarge} {
		if b, err := inflate(strings.NewReader(strings.Repeat("x", 2000)), 10, &left); err != want || err == nil && len(b) != 2000 {
			t.Errorf("%d bytes, err %v", len(b), err)
		}
	}
}

// excelize would put large parts, and the people in them, into temporary files.
func TestNothingIsWrittenToDisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	p := bookParts()
	padding := strings.Repeat("<!---->", excelize.StreamChunkSize/7+1)
	p["xl/worksheets/sheet1.xml"] = strings.Replace(p["xl/worksheets/sheet1.xml"], "<sheetData>", padding+"<sheetData>", 1)
	p["xl/sharedStrings.xml"] = strings.Replace(p["xl/sharedStrings.xml"], "</sst>", padding+"</sst>", 1)
	if _, rows := collect(t, zipOf(t, p), withCategories); len(rows) != 2 {
		t.Errorf("%d rows", len(rows))
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("files %v, err %v", files, err)
	}
}

func TestManyZipHeadersAreNotOpened(t *testing.T) {
	b := append([]byte("PK\x03\x04"), bytes.Repeat([]byte("PK\x01\x02"), maxParts+1)...)
	if _, err := ReadRoster(bytes.NewReader(b), withCategories); !errors.Is(err, ErrTooLarge) {
		t.Errorf("err %v", err)
	}
}

// A string that many cells share must not multiply beyond the bound.
func TestSharedTextIsCountedWhereItIsUsed(t *testing.T) {
	p := bookParts()
	p["xl/sharedStrings.xml"] = `<sst ` + mainNS + `><si><t>ref</t></si><si><t>name</t></si><si><t>category</t></si><si><t>` + strings.Repeat("x", MaxRosterField) + `</t></si></sst>`
	p["xl/worksheets/sheet1.xml"] = sheetOf(strings.Repeat(`<row><c t="s"><v>3</v></c></row>`, maxRosterText/MaxRosterField+1))
	if _, err := ReadRoster(bytes.NewReader(zipOf(t, p)), withCategories); !errors.Is(err, ErrTooLarge) {
		t.Errorf("err %v", err)
	}
}

func TestUnescape(t *testing.T) {
	for s, want := range map[string]string{
		"a_x000D_b": "a\rb", "_x005F_x000D_": "_x000D_", "_xD83D__xDE00_": "😀", "_x00": "_x00", "_xZZZZ_": "_xZZZZ_", "x__x0041_": "x_A", "_xD83D_": "\ufffd", "_x0041__x0042_": "AB", "": "",
	} {
		if got := unescape(s); got != want {
			t.Errorf("%s becomes %q", s, got)
		}
	}
}
