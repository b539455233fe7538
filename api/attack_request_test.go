package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lanyard/checkin"
)

// Every route that reads JSON refuses every malformed body in the same way, and
// nothing comes of it.
func TestHostileBodies(t *testing.T) {
	h := newHall(t, memory)
	described := map[string]string{} // route to the schema of its body
	for _, r := range h.server.Routes() {
		if r.Body != "" {
			described[r.Method+" "+strings.TrimPrefix(r.Path, "/api/v1")] = r.Body
		}
	}
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	large := strings.Repeat(" ", 64<<10)
	for _, c := range []struct {
		name, body string
		header     map[string]string
		status     int
		code       string
		field      string // "" for none
	}{
		{"a form", `a=1`, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type", ""},
		{"a form with files", `--x--`, map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, 415, "unsupported_media_type", ""},
		{"text", `{}`, map[string]string{"Content-Type": "text/plain"}, 415, "unsupported_media_type", ""},
		{"no type", `{}`, map[string]string{"Content-Type": ""}, 415, "unsupported_media_type", ""},
		{"something after the type", `{}`, map[string]string{"Content-Type": "application/json, text/html"}, 415, "unsupported_media_type", ""},
		{"another kind of JSON", `{}`, map[string]string{"Content-Type": "application/json+x"}, 415, "unsupported_media_type", ""},
		{"UTF-7", `{}`, map[string]string{"Content-Type": "application/json; charset=utf-7"}, 415, "unsupported_media_type", ""},
		{"zipped", "\x1f\x8b\x08", map[string]string{"Content-Encoding": "gzip"}, 415, "unsupported_media_type", ""},
		{"zipped twice", "x", map[string]string{"Content-Encoding": "identity, br"}, 415, "unsupported_media_type", ""},
		{"nothing", " ", nil, 400, "bad_json", ""},
		{"a NUL", "\x00", nil, 400, "bad_json", ""},
		{"a byte order mark", "\ufeff{}", nil, 400, "bad_json", ""},
		{"UTF-16", "{\x00}\x00", nil, 400, "bad_json", ""},
		{"not UTF-8", "{\"\xff\":1}", nil, 400, "bad_json", ""},
		{"over-long UTF-8", "{\"\xc0\xaf\":1}", nil, 400, "bad_json", ""},
		{"half", `{`, nil, 400, "bad_json", ""},
		{"two values", `{} {}`, nil, 400, "bad_json", ""},
		{"a value and a NUL", "{}\x00", nil, 400, "bad_json", ""},
		{"JavaScript", `{constructor:1}`, nil, 400, "bad_json", ""},
		{"a list", `[]`, nil, 400, "invalid_value", ""},
		{"a text", `"x"`, nil, 400, "invalid_value", ""},
		{"a number", `1e999999999`, nil, 400, "invalid_value", ""},
		{"null", `null`, nil, 400, "invalid_value", ""},
		{"a field of nobody's", `{"__proto__":{"role":"organizer"}}`, nil, 400, "unknown_field", "__proto__"},
		{"a field of ours elsewhere", `{"key_hash":"x"}`, nil, 400, "unknown_field", "key_hash"},
		{"a field with a script", `{"<script>":1}`, nil, 400, "unknown_field", ""},
		{"deep", deep, nil, 413, "too_large", ""},
		{"deep and short", `{"x":` + strings.Repeat("[", 30_000), nil, 400, "unknown_field", "x"},
		{"large", large + " {}", nil, 413, "too_large", ""},
	} {
		for _, row := range hostileRoutes() {
			if described[row.route] == "" {
				continue
			}
			s := step{do: row.do, as: "organizer", body: c.body, status: c.status, want: []string{`"code":"` + c.code + `"`}, not: []string{"<script>"}}
			s.header = map[string]string{}
			for k, v := range c.header {
				s.header[k] = v
			}
			if c.field != "" {
				s.want = append(s.want, `"field":"`+c.field+`"`)
			} else {
				s.not = append(s.not, `"field"`)
			}
			if c.status == 413 && (strings.HasSuffix(row.route, "/batch") || strings.HasSuffix(row.route, "/rollcall")) {
				s.body = strings.Repeat(" ", 1<<20) + c.body
			}
			if h.run([]step{s}); t.Failed() {
				t.Fatalf("%s to %s", c.name, row.route)
			}
		}
	}
}

// hostileRoutes are the routes of an event, with a path that leads somewhere.
func hostileRoutes() []access {
	var list []access
	for _, row := range rowsForEveryRole {
		method, path, _ := strings.Cut(row.route, " ")
		if row.do == "" {
			row.do = strings.TrimPrefix(path, "/events/{event}")
		}
		row.do = method + " " + ciep + row.do
		list = append(list, row)
	}
	return list
}

// Values that a field must not have, by the field that the answer names.
func TestHostileValues(t *testing.T) {
	h := newHall(t, memory)
	venue := func(rest string) string { return `{"name":"Hall"` + rest + `}` }
	scanned := func(rest string) string { return scan("UUID1", "{TOKEN:LI}", "main-forum-gate", rest) }
	huge := strings.Repeat("9", 400)
	for _, c := range []struct{ do, as, body, code, field string }{
		{"POST /venues", "organizer", venue(`,"capacity":` + huge), "invalid_value", "capacity"},
		{"POST /venues", "organizer", venue(`,"capacity":-1`), "invalid_value", "capacity"},
		{"POST /venues", "organizer", venue(`,"capacity":1e3`), "invalid_value", "capacity"},
		{"POST /venues", "organizer", venue(`,"capacity":"1"`), "invalid_value", "capacity"},
		{"POST /venues", "organizer", venue(`,"capacity":1,"capacity":9999`), "duplicate_field", "capacity"},
		{"POST /venues", "organizer", venue(`,"capacity":1,"\u0063apacity":9999`), "duplicate_field", "capacity"},
		{"POST /venues", "organizer", venue(`,"id":"../../x"`), "invalid_value", "id"},
		{"POST /venues", "organizer", venue(`,"id":"a\u0000b"`), "invalid_value", "id"},
		{"POST /venues", "organizer", venue(`,"hours":[{"from":"25:00","to":"26:00"}]`), "invalid_value", "hours[0].from"},
		{"POST /venues", "organizer", venue(`,"auto_exit_at":"23:30; DROP TABLE"`), "invalid_value", "auto_exit_at"},
		{"POST /venues", "organizer", `{"name":"a\u0000b"}`, "invalid_value", "name"},
		{"POST /venues", "organizer", `{"name":"` + strings.Repeat("x", 201) + `"}`, "invalid_value", "name"},
		{"POST /venues", "organizer", `{"name":{"en\"><script>":"x"}}`, "invalid_value", "name"},
		{"POST /categories", "organizer", `{"name":"X","color":"red;background:url(//evil)"}`, "invalid_value", "color"},
		{"POST /operators", "organizer", `{"name":"X","role":"root"}`, "invalid_value", "role"},
		{"POST /operators", "organizer", `{"name":"X","role":"gate","event":"other"}`, "unknown_field", "event"},
		{"POST /operators", "organizer", `{"name":"a\u001bb","role":"gate"}`, "invalid_value", "name"},
		{"PATCH /operators/gate", "organizer", `{"key":"lk_mine"}`, "unknown_field", "key"},
		{"PATCH /operators/gate", "organizer", `{"id":"organizer"}`, "invalid_value", "id"},
		{"PATCH ", "organizer", `{"id":"other"}`, "invalid_value", "id"},
		{"PATCH ", "organizer", `{"timezone":"../../../etc/passwd"}`, "invalid_value", "timezone"},
		{"PATCH ", "organizer", `{"retain_until":"2020-01-01T00:00:00Z"}`, "invalid_value", "retain_until"},
		{"POST /attendees", "desk", `{"name":"\u202e","category":"vip"}`, "invalid_value", "name"},
		{"POST /attendees", "desk", `{"name":"\ud800","category":"vip"}`, "bad_json", "name"},
		{"POST /attendees", "desk", `{"name":"` + strings.Repeat("x", 201) + `","category":"vip"}`, "invalid_value", "name"},
		{"POST /attendees", "desk", `{"name":"X","category":"everybody"}`, "invalid_value", "category"},
		{"POST /attendees", "desk", `{"name":"X","category":"vip","email":"a@b.co\nbcc: x"}`, "invalid_value", "email"},
		{"POST /attendees", "desk", `{"name":"X","category":"vip","phone":"=cmd()"}`, "invalid_value", "phone"},
		{"POST /attendees", "desk", `{"id":"{LI}","name":"X","category":"vip"}`, "unknown_field", "id"},
		{"POST /badges", "desk", `{"attendee":"{NEW}","token":"x"}`, "unknown_field", "token"},
		{"POST /badges/{BADGE:LI}/revoke", "desk", `{"reason":"\u0007"}`, "invalid_value", "reason"},
		{"POST /scans", "gate", scanned(`,"direction":"in","direction":"out"`), "duplicate_field", "direction"},
		{"POST /scans", "gate", scanned(`,"direction":["in"]`), "invalid_value", "direction"},
		{"POST /scans", "gate", scanned(`,"direction":"in","scanned_at":"2026-13-01T00:00:00Z"`), "invalid_value", "scanned_at"},
		{"POST /scans", "gate", scanned(`,"direction":"in","offline":true,"verdict":"green","scanned_at":"2026-01-01T00:00:00Z"`), "invalid_value", "verdict"},
		{"POST /scans", "gate", scanned(`,"direction":"in","offline":true,"verdict":"exited","scanned_at":"2026-01-01T00:00:00Z"`), "invalid_value", "verdict"},
		{"POST /scans", "gate", scanned(`,"direction":"in","verdict":"admitted"`), "invalid_value", "verdict"},
		{"POST /scans", "gate", scanned(`,"direction":"in","operator":"organizer"`), "unknown_field", "operator"},
		{"POST /scans", "supervisor", scanned(`,"direction":"in","override":{"reason":"` + strings.Repeat("x", 5000) + `"}`), "invalid_value", "override.reason"},
		{"POST /scans", "supervisor", scanned(`,"direction":"in","override":{"reason":"a\u0000b"}`), "invalid_value", "override.reason"},
		{"POST /rollcall", "security", `{"device":"<script>","start":true}`, "invalid_value", "device"},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		s := step{do: method + " " + ciep + path, as: c.as, body: c.body, status: 400, want: []string{`"code":"` + c.code + `"`, `"field":"` + c.field + `"`}, not: []string{"<script>"}}
		if h.run([]step{s}); t.Failed() {
			t.Fatalf("%s %s", c.do, c.body)
		}
	}
}

// What stands in a path is an id or nothing: no dots, slashes or bytes lead
// anywhere else, and nothing of it is told back.
func TestHostilePaths(t *testing.T) {
	h := newHall(t, memory)
	words := []string{"..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%2f..%2fother", "..%5c..%5cx", "{LI}%2f..%2f{WU}", "{BADGE:LI}%2fx",
		"%00", "{LI}%00", "%0d%0aSet-Cookie:%20x=y", "%c0%af", "%ff", "%F0%9F%98%80", "%3cscript%3e", "%20", "{LI}%20", "*", "_", "%7Bevent%7D", "-", "$ne",
		"%27%20OR%201=1--", strings.Repeat("a", 65), strings.Repeat("a", 4000), "ciep21%3Alive", ";x=y"}
	for _, row := range hostileRoutes() {
		if !strings.Contains(strings.TrimPrefix(row.route[strings.IndexByte(row.route, ' '):], " /events/{event}"), "{") {
			continue
		}
		method, path, _ := strings.Cut(row.do, " ")
		parts := strings.Split(path, "/") // /events/ciep21/thing/id/…
		for _, word := range words {
			hostile := strings.Split(strings.Join(parts, "/"), "/")
			hostile[4] = word + suffixOf(parts[4])
			s := step{do: method + " " + strings.Join(hostile, "/"), as: "organizer", body: row.body, header: row.header, not: []string{"script", "passwd", "Set-Cookie"}}
			h.wantNothing(s)
		}
	}
	for _, word := range words {
		for _, rest := range []string{"", "/venues", "/scans", "/inside", "/journal", "/operators"} {
			s := step{do: "GET /events/" + word + rest, as: "root", not: []string{"script", "passwd"}}
			if word == "_" && rest == "/operators" {
				continue // the server's own organizers, for them
			}
			h.wantNothing(s)
			s.as = "organizer"
			h.wantNothing(s)
		}
		h.wantNothing(step{do: "GET //b/" + word, not: []string{"<script>alert", "passwd"}})
		h.wantNothing(step{do: "GET //b/" + word + "/badge.png"})
		h.wantNothing(step{do: "GET //assets/" + word})
	}
	for _, path := range []string{"//assets/../go.mod", "//assets/..%2f..%2fgo.mod", "//assets/%2e%2e/%2e%2e/etc/passwd", "//assets//etc/passwd",
		"//..%2f..%2fetc%2fpasswd", "//.git/config", "//secret", "//data/secret", "//lanyard.db", "//folds/", "//assets/", "//.well-known/", "//.well-known/../secret",
		"//scan%00.html", "//scan/..%2fdesk", "//api/v1/../../healthz", "//api%2fv1%2fme", "//API/v1/me", "//debug/pprof/", "//debug/vars", "//metrics/x"} {
		h.wantNothing(step{do: "GET " + path, not: []string{"module lanyard", "root:"}})
	}
}

func suffixOf(id string) string {
	for _, s := range []string{".svg", ".png"} {
		if strings.HasSuffix(id, s) {
			return s
		}
	}
	return ""
}

// wantNothing does a request that must lead nowhere.
func (h *hall) wantNothing(s step) {
	h.t.Helper()
	h.refusedWithoutTrace(func() {
		res, body := h.request(s)
		switch res.StatusCode {
		case 400, 404, 405, 409, 415:
		default:
			h.t.Fatalf("%s as %q: status %d: %.300s", s.do, s.as, res.StatusCode, body)
		}
		for _, part := range s.not {
			if strings.Contains(string(body), part) {
				h.t.Fatalf("%s: %q is in %.600s", s.do, part, body)
			}
		}
		if res.Header.Get("Set-Cookie") != "" || strings.Contains(res.Header.Get("Location"), "evil") {
			h.t.Fatalf("%s sets %v", s.do, res.Header)
		}
	})
}

// A path takes the methods of its routes and no others, under whatever name and
// by whatever header they come.
func TestHostileMethods(t *testing.T) {
	h := newHall(t, memory)
	known, at := map[string]map[string]bool{}, map[string]string{}
	for _, row := range hostileRoutes() {
		method, route, _ := strings.Cut(row.route, " ")
		if known[route] == nil {
			known[route] = map[string]bool{}
		}
		known[route][method] = true
		_, at[route], _ = strings.Cut(row.do, " ")
	}
	for route, methods := range known {
		path := at[route]
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "post", "Delete", "XYZ"} {
			if methods[method] {
				continue
			}
			h.refusedWithoutTrace(func() {
				res, body := h.request(step{do: method + " " + path, as: "organizer", body: `{}`})
				if method == "OPTIONS" && res.StatusCode == 204 && len(body) == 0 {
					return // the methods in Allow, and no other site's leave
				}
				if res.StatusCode != 405 && res.StatusCode != 404 || res.StatusCode == 405 && res.Header.Get("Allow") == "" {
					t.Fatalf("%s %s: %d, Allow %q: %.200s", method, path, res.StatusCode, res.Header.Get("Allow"), body)
				}
				if res.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s %s lets other sites read", method, path)
				}
			})
		}
	}
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix"} {
		value := "DELETE"
		if strings.HasSuffix(name, "URL") || strings.HasSuffix(name, "Prefix") {
			value = "/api/v1/events/ciep21/operators"
		}
		before := h.digest()
		h.run([]step{{do: "GET " + ciep + "/gates", as: "gate", header: map[string]string{name: value}, status: 200, want: []string{`"id":"north"`}, not: []string{"Staff"}}})
		if h.digest() != before {
			t.Errorf("%s is obeyed", name)
		}
	}
}

// A gate's key opens the gates that it is for, and nothing anywhere else.
func TestKeyOfOneGate(t *testing.T) {
	runScenarios(t, []scenario{{"a phone that was stolen", []step{
		{do: scans, as: "limited", body: scan("UUID1", "{TOKEN:LI}", "room-gate", `,"direction":"in"`), status: 403, want: []string{`"code":"gate_refused"`}, not: []string{"admitted", "李明"}},
		{do: scans, as: "limited", body: scan("UUID1", "{TOKEN:LI}", "north", `,"override":{"reason":"x"}`), status: 403, want: []string{`"code":"override_refused"`}},
		{do: scans, as: "limited", body: scan("UUID1", "{TOKEN:LI}", "room-gate", `,"direction":"in","dry_run":true`), status: 403, want: []string{`"code":"gate_refused"`}, not: []string{"李明"}},
		{do: scans, as: "limited", body: scan("UUID1", "{TOKEN:LI}", "lounge-gate", `,"offline":true,"verdict":"admitted","scanned_at":"2026-01-01T00:00:00Z"`), status: 403, want: []string{`"code":"gate_refused"`}},
		{do: scans, as: "limited", body: scan("UUID1", "{TOKEN:OLD}", "door", ""), status: 403, want: []string{`"code":"gate_refused"`}}, // nor learns which gates there are
		{do: "POST /events/past/scans", as: "limited", body: scan("UUID1", "{TOKEN:OLD}", "door", ""), status: 404, want: []string{`"code":"no_such_event"`}},
		{do: "POST /events/other/scans", as: "limited", body: scan("UUID1", "{TOKEN:ELSE}", "north", ""), status: 404, want: []string{`"code":"no_such_event"`}},
		{do: "POST /events/_/scans", as: "limited", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 404, want: []string{`"code":"no_such_event"`}},
		{do: "GET /events/_/operators", as: "limited", status: 404, want: []string{`"code":"no_such_event"`}},
		{do: "GET " + ciep + "/scanner", as: "limited", status: 200, want: []string{`"id":"north"`}, not: append([]string{"room-gate", "lounge"}, nameless...)},
		{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:LI}", "room-gate", `,"direction":"in"`), status: 200, want: []string{`"admitted"`}},
		{do: "POST " + ciep + "/scans/{UUID2}/undo", as: "limited", status: 403, want: []string{`"code":"undo_refused"`}},
		{do: scans, as: "limited", body: scan("UUID2", "{TOKEN:LI}", "room-gate", `,"direction":"in"`), status: 403, want: []string{`"code":"gate_refused"`}, not: []string{"李明"}},
		{do: scans + "/batch", as: "limited", body: `{"scans":[` + scan("UUID3", "{TOKEN:WU}", "room-gate", `,"direction":"in"`) + `]}`, status: 200, want: []string{`"code":"gate_refused"`},
			not: []string{"admitted", "Wu Fang"}},
		{do: "GET " + ciep + "/occupancy", as: "security", status: 200, want: []string{`"inside_total":1`}},
		{do: scans, as: "limited", body: scan("UUID4", "{TOKEN:WU}", "north", ""), status: 200, want: []string{`"admitted"`}},
	}}})
}

// Nothing may be shown in another site's frame, read by another site's script
// or taken for another type, whatever the answer.
func TestFramesAndTypes(t *testing.T) {
	h := newHall(t, memory)
	for _, s := range []step{
		{do: "GET //"}, {do: "GET //scan"}, {do: "GET //desk"}, {do: "GET //live"}, {do: "GET //scan/"}, {do: "GET //nothing"}, {do: "POST //scan"}, {do: "GET //sw.js"}, {do: "GET //robots.txt"},
		{do: "GET //b/{LINK:LI}"}, {do: "GET //b/{LINK:LI}/status"}, {do: "GET //b/{LINK:LI}/badge.png"}, {do: "GET //b/AAAAAAAAAAAAAAAAAAAAAA"},
		{do: "GET //healthz"}, {do: "GET //readyz"}, {do: "GET //metrics"}, {do: "GET //openapi.json"}, {do: "GET //.well-known/jwks.json"},
		{do: "GET /me"}, {do: "GET /me", as: "gate"}, {do: "GET /nowhere", as: "gate"}, {do: "PUT /events", as: "root"}, {do: "POST /session", as: "gate"},
		{do: "GET " + ciep + "/badges/{BADGE:LI}.svg", as: "desk"}, {do: "GET " + ciep + "/inside?format=csv", as: "security"}, {do: "GET " + ciep + "/journal?format=ndjson", as: "security"},
	} {
		s.header = map[string]string{"Origin": "https://evil.example"}
		res, _ := h.request(s)
		for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", s.do, name, got)
			}
		}
		csp := res.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: no %s", s.do, part)
			}
		}
		for _, loose := range []string{"'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "data:", "*"} {
			if strings.Contains(csp, loose) {
				t.Errorf("%s: the policy allows %s", s.do, loose)
			}
		}
		for name := range res.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: %s is %q", s.do, name, res.Header.Get(name))
			}
		}
		if res.StatusCode == 200 && res.Header.Get("Content-Type") == "" {
			t.Errorf("%s: no type", s.do)
		}
	}
}

// A signed-in browser does nothing for another site's page, whatever route.
func TestCrossSitePosts(t *testing.T) {
	for _, role := range []checkin.Role{checkin.Organizer, checkin.GateStaff} {
		h := newHall(t, memory)
		res, _ := h.request(step{do: "POST /session", as: string(role)})
		cookie := res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
		for _, row := range hostileRoutes() {
			if strings.HasPrefix(row.do, "GET ") {
				continue
			}
			for _, from := range []map[string]string{
				{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": "https://badges.example.org.evil.example"},
				{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://badges.example.org"}, {"Origin": "https://badges.example.org:8443"},
			} {
				header := map[string]string{"Cookie": cookie}
				for _, m := range []map[string]string{row.header, from} {
					for k, v := range m {
						header[k] = v
					}
				}
				h.run([]step{{do: row.do, body: row.body, header: header, status: http.StatusForbidden, want: []string{`"code":"cross_origin"`}}})
				if t.Failed() {
					t.Fatal(fmt.Sprint(row.do, from))
				}
			}
		}
	}
}
