package api_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// workbook is an XLSX file of one sheet; parts replaces or adds some of its parts.
func workbook(rows string, parts map[string]string) string {
	all := workbookParts(rows)
	for name, body := range parts {
		all[name] = body
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range all {
		if _, err := io.WriteString(must(z.Create(name)), body); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func workbookParts(rows string) map[string]string {
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const rel = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	header := ""
	for _, name := range []string{"ref", "name", "category", "organization"} {
		header += inline(name)
	}
	return map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"_rels/.rels":                `<Relationships><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook ` + ns + ` xmlns:r="` + rel + `"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet ` + ns + `><sheetData><row>` + header + `</row>` + rows + `</sheetData></worksheet>`,
	}
}

func inline(text string) string { return `<c t="inlineStr"><is><t>` + text + `</t></is></c>` }

func person(ref, name string) string {
	return `<row>` + inline(ref) + inline(name) + inline("vip") + `</row>`
}

// Files that are no roster, or one of an attacker, are refused whole, and the
// roster stays as it is.
func TestHostileUploads(t *testing.T) {
	h := newHall(t, memory)
	xlsx := map[string]string{"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	const header = "ref,name,category\n"
	sheet := func(doctype, cell string) map[string]string {
		return map[string]string{"xl/worksheets/sheet1.xml": `<?xml version="1.0"?>` + doctype + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>` +
			inline("ref") + inline("name") + inline("category") + `</row><row>` + inline("1") + inline(cell) + inline("vip") + `</row></sheetData></worksheet>`}
	}
	laughs := `<!DOCTYPE x [<!ENTITY a "haha">`
	for i := range 9 {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, 'b'+i, strings.Repeat(fmt.Sprintf("&%c;", 'a'+i), 10))
	}
	laughs += `]>`
	for _, c := range []struct {
		name, body string
		header     map[string]string
		status     int
		code       string
	}{
		{"nothing", " ", csvBody, 400, "empty"},
		{"a header alone", header, csvBody, 400, "empty"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", csvBody, 400, "not_text"},
		{"a program", "\x7fELF\x02\x01\x01\x00", csvBody, 400, "no_header"},
		{"a NUL among people", header + "1,Li\x00Lei,vip\n", csvBody, 400, "not_text"},
		{"an old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), csvBody, 400, "old_excel"},
		{"a page", "<html><script>alert(1)</script></html>", csvBody, 400, "no_header"},
		{"a type of its own", header, map[string]string{"Content-Type": "text/html"}, 415, "unsupported_media_type"},
		{"a form", header, map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, 415, "unsupported_media_type"},
		{"zipped on the way", header, map[string]string{"Content-Type": "text/csv", "Content-Encoding": "gzip"}, 415, "unsupported_media_type"},
		{"a line of 20 MiB", header + "1," + strings.Repeat("x", 20<<20) + ",vip\n", csvBody, 400, "field_too_long"},
		{"a quote of 20 MiB", header + `1,"` + strings.Repeat("x\n", 10<<20), csvBody, 400, "field_too_long"},
		{"a million columns", header + strings.Repeat("x,", 1_000_000) + "\n", csvBody, 400, "too_many_columns"},
		{"a million rows and one", header + strings.Repeat("1,x,vip\n", 1_000_000), csvBody, 400, "too_many_rows"},
		{"more than 32 MiB", header + strings.Repeat("1,x,vip\n", 4<<20+1), csvBody, 413, "too_large"},
		{"an open quote", header + "1,\"Li,vip\n", csvBody, 400, "bad_quotes"},
		{"half a workbook", workbook(person("1", "Li"), nil)[:300], xlsx, 400, "bad_xlsx"},
		{"a workbook by name", "PK\x03\x04" + strings.Repeat("\x00", 1000), xlsx, 400, "bad_xlsx"},
		{"a bomb", bomb(300 << 20), xlsx, 413, "too_large"},
		{"a bomb that says it is small", bomb(1000), xlsx, 400, "bad_xlsx"},
		{"an entity of its own", workbook("", sheet(`<!DOCTYPE x [<!ENTITY a "Li">]>`, "&a;")), xlsx, 400, "bad_xlsx"},
		{"a file of the server", workbook("", sheet(`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`, "&a;")), xlsx, 400, "bad_xlsx"},
		{"a file of another server", workbook("", sheet(`<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]>`, "Li")), xlsx, 400, "bad_xlsx"},
		{"a billion laughs", workbook("", sheet(laughs, "&j;")), xlsx, 400, "bad_xlsx"},
		{"a sheet outside", workbook("", map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="../../../../etc/passwd"/></Relationships>`}), xlsx, 400, "bad_xlsx"},
		{"a sheet elsewhere", workbook("", map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="http://127.0.0.1:1/x" TargetMode="External"/></Relationships>`}), xlsx, 400, "no_sheet"},
		{"a row a million further", workbook(`<row r="1048576">`+inline("1")+inline("Li")+inline("vip")+`</row>`, nil), xlsx, 400, "too_many_rows"},
		{"deep", workbook(strings.Repeat("<x>", 5000)+strings.Repeat("</x>", 5000), nil), xlsx, 400, "bad_xlsx"},
	} {
		h.refusedUpload(step{do: "POST " + ciep + "/imports?issue=true", as: "organizer", body: c.body, header: c.header, status: c.status, want: []string{`"code":"` + c.code + `"`}})
		if c.code != "no_header" && len(c.body) < 1<<20 { // a preview can do without; and the large take long enough once
			h.refusedUpload(step{do: "POST " + ciep + "/imports/preview", as: "organizer", body: c.body, header: c.header, status: c.status, want: []string{`"code":"` + c.code + `"`}})
		}
		if t.Failed() {
			t.Fatal(c.name)
		}
	}
}

// refusedUpload sends a file that is to be refused. The answer says so, or that
// it takes a while; then the report says so.
func (h *hall) refusedUpload(s step) {
	h.t.Helper()
	h.refusedWithoutTrace(func() {
		res, body := h.request(s)
		status := res.StatusCode
		if status == http.StatusAccepted {
			at := ciep + "/imports/" + between(string(body), `"id":"`, `"`)
			for late := time.Now().Add(time.Minute); strings.Contains(string(body), `"state":"running"`) && time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
				_, body = h.request(step{do: "GET " + at, as: "organizer"})
			}
			if status = s.status; !strings.Contains(string(body), `"state":"failed"`) {
				h.t.Errorf("the report is %.300s", body)
			}
		}
		if status != s.status || !strings.Contains(string(body), s.want[0]) {
			h.t.Errorf("%s: status %d, want %d, %s: %.300s", s.do, status, s.status, s.want[0], body)
		}
		for _, part := range []string{"root:", "haha", "<script>"} {
			if strings.Contains(string(body), part) {
				h.t.Errorf("%q is in %.600s", part, body)
			}
		}
	})
}

// bomb is a workbook whose sheet is 300 MiB of spaces in a few hundred KB. Its
// directory says so, or lies that it is a small one.
func bomb(says uint64) string {
	mebibyte := func() []byte { // of deflate, that can be repeated
		var b bytes.Buffer
		w := must(flate.NewWriter(&b, flate.BestCompression))
		w.Write(bytes.Repeat([]byte(" "), 1<<20))
		w.Flush()
		return b.Bytes()
	}()
	end := []byte{3, 0} // an empty last block
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range workbookParts("") {
		if name == "xl/worksheets/sheet1.xml" {
			packed := append(bytes.Repeat(mebibyte, 300), end...)
			w := must(z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(packed)), UncompressedSize64: says}))
			w.Write(packed)
		} else {
			io.WriteString(must(z.Create(name)), body)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// villains are people whose names are attacks, by what such a name becomes when
// it is kept. Each is somebody who may exist, so each gets a badge.
var villains = [...][2]string{
	{`<script>alert("1")</script>`, `<script>alert("1")</script>`},
	{`"><img src=x onerror=alert(2)>`, `"><img src=x onerror=alert(2)>`},
	{`{{constructor.constructor('x')()}}`, `{{constructor.constructor('x')()}}`},
	{`</title><script src=//evil.example></script>`, `</title><script src=//evil.example></script>`},
	{`=cmd|'/C calc'!A0`, `=cmd|'/C calc'!A0`},
	{`+HYPERLINK("http://evil.example","x")`, `+HYPERLINK("http://evil.example","x")`},
	{`-2+3`, `-2+3`},
	{`@SUM(1)`, `@SUM(1)`},
	{"\tTab", "Tab"},
	{"＝1+1", "＝1+1"},
	{"Mallory\u202egnp.exe", "Mallorygnp.exe"},
	{"\u2066Isolated\u2069", "Isolated"},
	{"Zero\u200bWidth\ufeff", "ZeroWidth"},
	{"Li\u0000 Lei", "Li Lei"},
	{"Bell\u0007\u001b[31m", "Bell [31m"},
	{"Line\nBreak\u2028Two", "Line Break Two"},
}

// Names that are attacks are kept as what they show, and are text wherever they
// are shown: on a page, in JSON, and in a spreadsheet.
func TestHostileNames(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			for i, v := range villains {
				h.names["REF"] = fmt.Sprint("V-", i)
				name := must(jsonText(v[0]))
				h.run([]step{
					{do: "POST " + ciep + "/attendees", as: "desk", status: 201, save: "ID=id",
						body: `{"ref":"{REF}","name":` + name + `,"organization":` + name + `,"delegation":` + name + `,"category":"vip"}`, want: []string{`"name":` + must(jsonText(v[1]))}},
					{do: "POST " + ciep + "/badges", as: "desk", body: `{"attendee":"{ID}"}`, status: 201, save: "URL=page_url",
						after: func(h *hall, _ *http.Response, body []byte) {
							h.names["PAGE"] = strings.TrimPrefix(h.names["URL"], "https://badges.example.org/b/")
							h.names["T"] = between(string(body), `"token":"`, `"`)
						}},
					{do: "GET //b/{PAGE}", status: 200, after: villainPage(v[1])},
					{do: scans, as: "gate", body: scan(fmt.Sprint("UUID", 100+i), "{T}", "north", ""), status: 200, want: []string{`"admitted"`, `"name":` + must(jsonText(v[1]))}},
				})
			}
			h.run([]step{
				{do: "GET " + ciep + "/inside?format=csv", as: "security", status: 200, after: safeCells(10)},
				{do: scans, as: "supervisor", body: scan("UUID1", "{T}", "north", `,"override":{"reason":"=cmd|'/C calc'!A0"}`), status: 200},
				{do: "POST " + ciep + "/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"@SUM(1)"}`, status: 200},
				{do: "GET " + ciep + "/journal?format=csv", as: "security", status: 200, want: []string{"'=cmd|", "'@SUM(1)"}, after: safeCells(2), not: []string{"<script>", "Mallory"}},
				{do: "GET " + ciep + "/journal?format=ndjson", as: "security", status: 200, after: chainedLines, not: []string{"<script>", "Mallory"}},
			})
		})
	}
}

// villainPage demands that a name is text on the attendee's page.
func villainPage(name string) func(*hall, *http.Response, []byte) {
	return func(h *hall, _ *http.Response, body []byte) {
		h.t.Helper()
		page := string(body)
		for _, live := range []string{"<script>", "<img src=x", "<script src=//", "onerror=alert(2)>"} {
			if strings.Contains(page, live) {
				h.t.Errorf("%q makes %q of the page", name, live)
			}
		}
		if strings.Count(page, "</title>") != 1 || strings.ContainsAny(page, "\u202e\u2066\u200b\x00\x07\x1b") {
			h.t.Errorf("%q disguises the page", name)
		}
		if !strings.ContainsAny(name, `<>"'&+`) && !strings.Contains(page, name) {
			h.t.Errorf("the page lacks %q", name)
		}
	}
}

// safeCells demands of a CSV file that no spreadsheet computes anything in it,
// and that so many cells at least are guarded for that.
func safeCells(guarded int) func(*hall, *http.Response, []byte) {
	return func(h *hall, _ *http.Response, body []byte) {
		h.t.Helper()
		rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
		if err != nil {
			h.t.Fatal(err)
		}
		found := 0
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.HasPrefix(cell, "＝") {
					h.t.Errorf("a spreadsheet computes %q", cell)
				}
				if strings.HasPrefix(cell, "'") {
					found++
				}
			}
		}
		if found < guarded {
			h.t.Errorf("%d cells are guarded in %d rows, want %d", found, len(rows), guarded)
		}
	}
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

// jsonText is a text as our answers have it.
func jsonText(s string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.TrimSpace(b.String()), err
}
