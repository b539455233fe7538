package attack

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// shot is one request of an attacker and what it may come to.
type shot struct {
	what, method, path, contentType, body, who string
	// expect of an answer that isn't refused: "denied" of a scan, "read" of what
	// anybody may read, "" when nothing but a refusal is right.
	expect string
	dry    bool
}

// draw a shot of one of the kinds.
func (h *hall) draw(rng *rand.Rand) shot {
	at := "/api/v1/events/" + h.event
	switch n := rng.IntN(100); {
	case n < 55:
		body, dry := scanBody(rng, h.forge(rng), "door")
		text, _ := json.Marshal(body)
		return shot{what: "a forged badge", method: "POST", path: at + "/scans", contentType: "application/json", body: string(text), who: gateStaff, expect: "denied", dry: dry}
	case n < 62: // a good badge, where the phone has no business
		body, _ := scanBody(rng, h.badges[rng.IntN(people)].Token, "door")
		text, _ := json.Marshal(body)
		who := []string{oneGate, stranger, nobody}[rng.IntN(3)]
		return shot{what: "a scan by " + who, method: "POST", path: at + "/scans", contentType: "application/json", body: string(text), who: who}
	case n < 70:
		body, _ := scanBody(rng, h.badges[rng.IntN(people)].Token, "door")
		text, _ := json.Marshal(body)
		return shot{what: "a broken scan", method: "POST", path: at + "/scans", contentType: "application/json", body: breakJSON(rng, string(text)), who: gateStaff}
	case n < 85:
		forbidden := []struct{ method, path, body string }{
			{"PATCH", "", `{"name":"Mine"}`}, {"DELETE", "", ""}, {"POST", "/venues", `{"name":"Mine"}`}, {"PATCH", "/venues/hall", `{"capacity":1}`}, {"DELETE", "/gates/door", ""},
			{"POST", "/operators", `{"name":"Me","role":"organizer"}`}, {"POST", "/keys/rotate", `{}`}, {"POST", "/attendees", `{"name":"Me","category":"delegate"}`},
			{"GET", "/attendees", ""}, {"GET", "/inside", ""}, {"GET", "/journal", ""}, {"POST", "/badges/issue-all", ""},
			{"POST", "/badges/" + h.badges[rng.IntN(people)].ID + "/revoke", `{"reason":"spite"}`}, {"POST", "/imports", "ref,name,category\n1,Me,delegate\n"},
		}
		f := forbidden[rng.IntN(len(forbidden))]
		who := []string{oneGate, gateStaff, stranger, nobody}[rng.IntN(4)]
		s := shot{what: f.method + " " + f.path + " by " + who, method: f.method, path: at + f.path, body: f.body, who: who, contentType: "application/json"}
		if f.path == "/imports" {
			s.contentType = "text/csv"
		}
		return s
	case n < 90: // right in all but its form
		body := []string{`{"name":"Mine","capacity":5}`, `{"name":"Me","category":"delegate"}`, `{"name":"Me","role":"gate"}`}
		i := rng.IntN(3)
		return shot{what: "a broken request", method: "POST", path: at + []string{"/venues", "/attendees", "/operators"}[i], contentType: "application/json", body: breakJSON(rng, body[i]), who: organizer}
	case n < 95:
		file, kind := []byte("ref,name,category\nL000001,王伟,delegate\n\"2\",\"Li, Lei\",delegate\n"), "text/csv"
		if rng.IntN(2) == 0 {
			file, kind = workbook(), "application/octet-stream"
		}
		return shot{what: "a spoilt roster", method: "POST", path: at + "/imports?dry_run=true", contentType: kind, body: string(scratch(rng, file)), who: organizer, expect: "read"}
	}
	words := []string{"..", "%2e%2e%2f", "%00", "<script>", "'", "\\", "%ff", "{event}", "*", h.event, "venues", "_", "%25", ";", "b", "assets", "api", "v1", "events", strings.Repeat("a", 3000)}
	path := ""
	for range 1 + rng.IntN(6) {
		path += "/" + words[rng.IntN(len(words))]
	}
	return shot{what: "a path", method: "GET", path: path, who: gateStaff, expect: "read"}
}

// workbook is a small roster as XLSX.
func workbook() []byte {
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const rel = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	cell := func(s string) string { return `<c t="inlineStr"><is><t>` + s + `</t></is></c>` }
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types/>`},
		{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook ` + main + ` xmlns:r="` + rel + `"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet ` + main + `><sheetData><row>` + cell("ref") + cell("name") + cell("category") + `</row><row>` + cell("1") + cell("Li Lei") + cell("delegate") + `</row></sheetData></worksheet>`},
	} {
		// Stored as it is, so that a scratch meets the text, not the packing.
		w, err := z.CreateHeader(&zip.FileHeader{Name: part[0], Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(w, part[1])
		}
		if err != nil {
			panic(err) // into memory
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// fire it. The status is 0 when there was no answer.
func (h *hall) fire(ctx context.Context, client *http.Client, s shot) (status int, body string) {
	u := *h.admin.Base
	path, query, _ := strings.Cut(s.path, "?")
	u.RawQuery = query
	u.Opaque = "//" + u.Host + path // as it stands, whatever stands there
	r := (&http.Request{Method: s.method, URL: &u, Host: u.Host, Header: http.Header{}}).WithContext(ctx)
	if s.body != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(s.body)), int64(len(s.body))
		r.Header.Set("Content-Type", s.contentType)
	}
	if key := h.keys[s.who]; key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return 0, ""
	}
	return answer.StatusCode, string(text)
}

// judge says what is wrong with an answer, "" if nothing is.
func judge(s shot, status int, body string) string {
	if status >= 500 && status != http.StatusServiceUnavailable {
		return fmt.Sprintf("is answered %d, as if the program were broken", status)
	}
	for _, inside := range []string{"goroutine ", "runtime error", ".go:", "panic"} {
		if status >= 400 && strings.Contains(body, inside) {
			return fmt.Sprintf("is answered %d with the program's inside", status)
		}
	}
	var a struct {
		Result, Reason string
		Badge          json.RawMessage
	}
	switch {
	case status == 0, status >= 400:
		return ""
	case s.expect == "denied":
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != http.StatusOK {
			return fmt.Sprintf("is answered %d, which is no verdict", status)
		}
		if a.Result != "denied" || !slices.Contains([]string{"invalid_token", "wrong_event"}, a.Reason) || string(a.Badge) != "null" {
			return fmt.Sprintf("is %s (%q)", a.Result, a.Reason)
		}
	case s.expect != "read":
		return fmt.Sprintf("is done: %d", status)
	}
	return ""
}

// noSecret says which secret a text has.
func (h *hall) noSecret(text string) string {
	for what, secret := range h.secrets {
		if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
			return what
		}
	}
	return ""
}
