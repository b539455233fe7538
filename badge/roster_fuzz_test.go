package badge

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// mustBeSound is what holds for any file: it is read or refused with a code and
// a sentence, within the bounds, and whoever is accepted has what a badge needs
// and checks again as the same person.
func mustBeSound(t *testing.T, body []byte, opt ReadOptions) {
	r, err := ReadRoster(bytes.NewReader(body), opt)
	if err != nil {
		var fe *FileError
		if r != nil || !errors.As(err, &fe) || fe.Code == "" || !strings.HasSuffix(fe.Message, ".") {
			t.Fatalf("%v, %#v", r, err)
		}
		return
	}
	if r.Len() == 0 || len(r.Columns)+len(r.Unused) > MaxRosterColumns {
		t.Fatalf("%d rows, %d columns", r.Len(), len(r.Columns)+len(r.Unused))
	}
	cats := NewCategorizer(opt.Categories)
	last, count := r.HeaderRow, 0
	refs := map[string]bool{}
	for row := range r.Rows() {
		if count++; row.Number <= last || row.Number > MaxRosterRows {
			t.Fatalf("row %d after row %d", row.Number, last)
		}
		last = row.Number
		for _, p := range row.Problems {
			if p.Row != row.Number || p.Field == "" || !utf8.ValidString(p.Message) {
				t.Fatalf("problem %+v in row %d", p, row.Number)
			}
		}
		if len(row.Problems) > 0 {
			continue
		}
		a := row.Attendee
		if refs[a.Ref] || a.Ref == "" || a.Name == "" || a.Category == "" {
			t.Fatalf("accepted %+v", a)
		}
		refs[a.Ref] = true
		if errs := CheckAttendee(&a, cats); len(errs) > 0 || !a.SamePerson(row.Attendee) {
			t.Fatalf("%+q checks again as %+q, %v", row.Attendee, a, errs)
		}
	}
	if count != r.Len() {
		t.Fatalf("%d rows of %d", count, r.Len())
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{
		"ref,name,category,email,phone,locale\n1,Li Lei,vip,a@b.co,+86 138-0000-0001,zh\n2,\"Han, \"\"Mei\"\"\n\",代表,,,\n",
		"sep=;\r\n编号;姓;名;类别\r\n1;王;小明;专家\r\n",
		"\uFEFFtitle\n\nID\tFull name\tRole\r1\t'=1+1\tpress\r1\t\u202eLi\tpress",
		"ref,name,category\n1,\"Li", "ref,name,category\n1,\"Li\" x,vip", ",,,\n\n\n", "ref,name\n1,Li\n", "",
	} {
		f.Add([]byte(s), "", false)
		if b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); err == nil {
			f.Add(b, "gbk", true)
		}
		for _, e := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
			if b, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().Bytes([]byte(s)); err == nil {
				f.Add(b, "", true)
			}
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, label string, fallback bool) {
		if isZip(body) {
			return // a workbook, for the other target
		}
		opt := ReadOptions{Categories: conference, Encoding: label}
		if fallback {
			opt.DefaultCategory = "vip"
		}
		mustBeSound(t, body, opt)
	})
}

// FuzzReadXLSX changes the parts before they are zipped: changes behind the
// zip's checksums would hardly ever get through.
func FuzzReadXLSX(f *testing.F) {
	p := bookParts()
	styles := `<styleSheet ` + mainNS + `><numFmts><numFmt numFmtId="164" formatCode="&quot;A&quot;000-00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	sheet, shared, book := p["xl/worksheets/sheet1.xml"], p["xl/sharedStrings.xml"], p["xl/workbook.xml"]
	f.Add([]byte(sheet), []byte(shared), []byte(styles), []byte(book))
	f.Add([]byte(sheetOf(`<row><c s="1"><v>42</v></c><c s="2"><v>46143.5</v></c><c t="b"><v>1</v></c></row>`)), []byte(shared), []byte(styles), []byte(book))
	f.Add([]byte(sheetOf(`<row r="9"><c r="C9" t="e"><v>#N/A</v></c></row>`)), []byte(`<sst `+mainNS+`><si/><si><t>name</t></si></sst>`), []byte(""), []byte(strings.Replace(book, "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)))
	f.Fuzz(func(t *testing.T, sheet, shared, styles, book []byte) {
		parts := bookParts()
		parts["xl/worksheets/sheet1.xml"], parts["xl/sharedStrings.xml"] = string(sheet), string(shared)
		parts["xl/styles.xml"], parts["xl/workbook.xml"] = string(styles), string(book)
		parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>",
			`<Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>`, 1)
		body := zipOf(t, parts)
		mustBeSound(t, body, ReadOptions{Categories: conference, DefaultCategory: "vip"})
		// The bytes of a part, taken for a zip file themselves.
		mustBeSound(t, append([]byte("PK\x03\x04"), sheet...), ReadOptions{Categories: conference})
	})
}
