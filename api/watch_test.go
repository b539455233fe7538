package api_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lanyard/api"
	"lanyard/checkin"
)

func TestWatching(t *testing.T) {
	enter := step{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200}
	wuEnters := step{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:WU}", "main-forum-gate", `,"direction":"in"`), status: 200}
	runScenarios(t, []scenario{
		{"occupancy", []step{
			enter, wuEnters,
			{do: scans, as: "gate", body: scan("UUID3", "{TOKEN:WU}", "main-forum-gate", `,"direction":"out"`), status: 200},
			{do: scans, as: "gate", body: scan("UUID4", "nonsense", "north", ""), status: 200},
			{do: "GET " + ciep + "/occupancy", as: "security", status: 200, not: nameless,
				want: []string{`"inside_total":1`, `"id":"main-forum","name":{"en":"Main Forum","zh":"主论坛"},"inside":1,"capacity":100,"entries":2,"exits":1,"denied":1`, `"last_seen":"`, `"last_seen":null`}},
		}},
		{"history", []step{
			enter,
			{do: "GET " + ciep + "/history?venue=main-forum", as: "security", status: 200, want: []string{`"step_s":900`, `"entries":1`, `"inside":1`},
				before: func(h *hall) { h.wait(time.Minute) }},
			{do: "GET " + ciep + "/history?venue=main-forum&from={FROM}&to={TO}&step=60", as: "supervisor", status: 200, want: []string{`"step_s":60`, `"items":[{`},
				before: func(h *hall) {
					h.names["FROM"] = url.QueryEscape(h.clock().Add(-10 * time.Minute).Format(time.RFC3339))
					h.names["TO"] = url.QueryEscape(h.clock().Format(time.RFC3339))
				}},
			{do: "GET " + ciep + "/history?venue=main-forum&step=1h", as: "security", status: 200, want: []string{`"step_s":3600`}},
			{do: "GET " + ciep + "/history", as: "security", status: 400, want: []string{`"missing_field"`, `"field":"venue"`}},
			{do: "GET " + ciep + "/history?venue=nowhere", as: "security", status: 404, want: []string{`"no_such_venue"`}},
			{do: "GET " + ciep + "/history?venue=room&step=90", as: "security", status: 400, want: []string{`"field":"step"`}},
			{do: "GET " + ciep + "/history?venue=room&step=-1h", as: "security", status: 400, want: []string{`"field":"step"`}},
			{do: "GET " + ciep + "/history?venue=room&from=yesterday", as: "security", status: 400, want: []string{`"field":"from"`}},
			{do: "GET " + ciep + "/history?venue=room&from=2020-01-01T00:00:00Z&step=1m", as: "security", status: 400, want: []string{`"field":"step"`}},
			{do: "GET " + ciep + "/history?venue=room&from={TO}&to={FROM}", as: "security", status: 400, want: []string{`"field":"to"`}},
		}},
		{"inside", []step{
			enter, wuEnters,
			{do: "GET " + ciep + "/inside", as: "security", status: 200, want: []string{`"badge":"{BADGE:LI}"`, "李明", `"venue":"main-forum"`, `"gate":"north"`, `"ref":"R-LI"`}, not: []string{"755", "example.org"}},
			{do: "GET " + ciep + "/inside?venue=room", as: "security", status: 200, want: []string{`{"items":[]}`}},
			{do: "GET " + ciep + "/inside?venue=nowhere", as: "security", status: 404},
			{do: "GET " + ciep + "/inside?format=csv", as: "supervisor", status: 200, want: []string{"venue,badge,ref,name", "李明", "'=SUM(A1)"}, not: []string{"\ufeff"}, after: csvRows(3)},
			{do: "GET " + ciep + "/inside?venue=main-forum&bom=true", as: "security", header: map[string]string{"Accept": "text/csv"}, status: 200, want: []string{"\ufeffvenue,badge", "李明"}},
			{do: "GET " + ciep + "/inside?format=xml", as: "security", status: 400, want: []string{`"field":"format"`}},
			{do: "DELETE " + ciep + "/attendees/{LI}", as: "desk", status: 204},
			{do: "GET " + ciep + "/inside", as: "security", status: 200, want: []string{`"badge":"{BADGE:LI}"`, `"attendee":null`}, not: []string{"李明"}},
		}},
		{"journal", []step{
			enter, wuEnters,
			{do: "GET " + ciep + "/journal?limit=1000", as: "security", status: 200, want: []string{`"seq":1,`, `"kind":"scan"`, `"operator":"gate"`}, not: append([]string{"next_cursor"}, nameless...), after: chained},
			{do: "GET " + ciep + "/journal?limit=2", as: "organizer", status: 200, want: []string{`"seq":1,`, `"seq":2,`}, not: []string{`"seq":3,`}, save: "AFTER=next_cursor"},
			{do: "GET " + ciep + "/journal?limit=1&after={AFTER}", as: "organizer", status: 200, want: []string{`"seq":3,`}, not: []string{`"seq":2,`, `"seq":4,`}},
			{do: "GET " + ciep + "/journal?after=1000000", as: "organizer", status: 200, want: []string{`{"items":[]}`}},
			{do: "GET " + ciep + "/journal?after=0&format=ndjson", as: "security", status: 200, want: []string{"{\"at\":"}, not: nameless, after: chainedLines},
			{do: "GET " + ciep + "/journal", as: "security", header: map[string]string{"Accept": "application/x-ndjson"}, status: 200, after: chainedLines},
			{do: "GET " + ciep + "/journal?limit=3", as: "security", header: map[string]string{"Accept": "text/csv;q=1"}, status: 200, want: []string{"seq,kind,at"}, after: csvRows(4)},
			{do: "GET " + ciep + "/journal?newest=true&limit=2&kind=scan", as: "security", status: 200, want: []string{`"kind":"scan"`}, not: append([]string{`"kind":"config"`, `"kind":"badge"`}, nameless...)},
			{do: "GET " + ciep + "/journal?newest=true&limit=2", as: "security", status: 200, save: "BEFORE=next_cursor"},
			{do: "GET " + ciep + "/journal?newest=true&before={BEFORE}&result=admitted", as: "security", status: 200, want: []string{`{"items":[]}`}},
			{do: "GET " + ciep + "/journal?kind=scan&limit=1000", as: "security", status: 200, want: []string{`"result":"admitted"`}, not: []string{`"kind":"config"`}},
			{do: "GET " + ciep + "/journal?newest=true&badge={BADGE:LI}&result=admitted", as: "security", status: 200, want: []string{`"badge":"{BADGE:LI}"`, `"operator":"gate"`}},
			{do: "GET " + ciep + "/journal?newest=true&gate=nowhere", as: "security", status: 200, want: []string{`{"items":[]}`}},
			{do: "GET " + ciep + "/journal?newest=true&from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z", as: "security", status: 200, want: []string{`{"items":[]}`}},
			{do: "GET " + ciep + "/journal?kind=scan&format=csv", as: "security", status: 200, want: []string{"seq,kind,at", ",scan,"}, not: []string{",config,"}, after: csvRows(3)},
			{do: "GET " + ciep + "/journal?kind=all", as: "security", status: 400, want: []string{`"field":"kind"`}},
			{do: "GET " + ciep + "/journal?result=yes", as: "security", status: 400, want: []string{`"field":"result"`}},
			{do: "GET " + ciep + "/journal?from=today", as: "security", status: 400, want: []string{`"field":"from"`}},
			{do: "GET " + ciep + "/journal?limit=1001", as: "security", status: 400, want: []string{`"invalid_limit"`}},
			{do: "GET " + ciep + "/journal?after=-1", as: "security", status: 400, want: []string{`"field":"after"`}},
			{do: "GET " + ciep + "/journal?cursor=3", as: "security", status: 400, want: []string{`"bad_query"`}},
		}},
	})
}

func csvRows(want int) func(*hall, *http.Response, []byte) {
	return func(h *hall, r *http.Response, body []byte) {
		h.t.Helper()
		rows, err := csv.NewReader(strings.NewReader(string(body))).ReadAll()
		if err != nil || len(rows) != want {
			h.t.Errorf("%d rows, %v; want %d", len(rows), err, want)
		}
		if d := r.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename=\"ciep21-") {
			h.t.Errorf("Content-Disposition is %q", d)
		}
	}
}

func chained(h *hall, _ *http.Response, body []byte) {
	h.t.Helper()
	var p struct{ Items []checkin.Row }
	if err := json.Unmarshal(body, &p); err != nil {
		h.t.Fatal(err)
	}
	if _, err := checkin.VerifyChain(p.Items, checkin.GenesisHash, 1); err != nil || len(p.Items) == 0 {
		h.t.Errorf("%d rows: %v", len(p.Items), err)
	}
}

func chainedLines(h *hall, r *http.Response, body []byte) {
	h.t.Helper()
	mediaType("application/x-ndjson")(h, r, body)
	var rows []checkin.Row
	for line := range strings.Lines(string(body)) {
		var row checkin.Row
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			h.t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if _, err := checkin.VerifyChain(rows, checkin.GenesisHash, 1); err != nil || len(rows) == 0 {
		h.t.Errorf("%d rows: %v", len(rows), err)
	}
}

// A journal that is longer than one reading comes whole.
func TestLongExport(t *testing.T) {
	h := newHall(t, memory)
	for batch := range 3 {
		var list []string
		for i := range 500 {
			list = append(list, `{"scan_id":"`+uuid(batch*500+i)+`","token":"x","gate":"north"}`)
		}
		h.run([]step{{do: scans + "/batch", as: "gate", body: `{"scans":[` + strings.Join(list, ",") + `]}`, status: 200}})
	}
	count := func(want int) func(*hall, *http.Response, []byte) {
		return func(h *hall, _ *http.Response, body []byte) {
			if got := strings.Count(string(body), "\n"); got < want || want == 1200 && got != want {
				h.t.Errorf("%d rows, want %d", got, want)
			}
		}
	}
	h.run([]step{
		{do: "GET " + ciep + "/journal?format=ndjson", as: "security", status: 200, after: chainedLines},
		{do: "GET " + ciep + "/journal?format=ndjson", as: "security", status: 200, after: count(1500)},
		{do: "GET " + ciep + "/journal?format=ndjson&limit=1200", as: "security", status: 200, after: count(1200)},
	})
}

// An export that breaks off midway must not look like a whole one.
func TestBrokenExport(t *testing.T) {
	h := newHall(t, memory)
	srv, _ := h.serve()
	for _, format := range []string{"ndjson", "csv"} {
		h.faulty.breakJournal(1)
		r := must(http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/api/v1"+ciep+"/journal?format="+format, nil))
		r.Header.Set("Authorization", "Bearer "+h.names["KEY:security"])
		res := must(srv.Client().Do(r))
		body, err := io.ReadAll(res.Body)
		if err == nil || !strings.Contains(string(body), "seq") {
			t.Errorf("%s: %d bytes and then %v", format, len(body), err)
		}
	}
	h.faulty.breakJournal(0)
	h.run([]step{
		{do: "GET " + ciep + "/journal?format=csv", as: "security", status: 503, want: []string{`"store_unavailable"`}, not: []string{"10.1.2.3"},
			after: func(h *hall, r *http.Response, _ []byte) {
				if d := r.Header.Get("Content-Disposition"); d != "" {
					h.t.Errorf("a problem comes with Content-Disposition %q", d)
				}
			}},
		{do: "GET //b/{LINK:LI}", status: 200, want: []string{`class="qr"`}}, // the badge matters more than where one is
		{do: "GET //b/{LINK:LI}/status", status: 503},
	})
}

func TestOpenRoutes(t *testing.T) {
	runScenarios(t, []scenario{
		{"keys", []step{
			{do: "GET //.well-known/jwks.json", status: 200, want: []string{`"kty":"OKP"`, `"crv":"Ed25519"`, `"alg":"EdDSA"`}, not: []string{"sealed", `"d"`}},
		}},
		{"health", []step{
			{do: "GET //healthz", status: 200, want: []string{`"up"`}},
			{do: "GET //healthz?probe=1", status: 200},
			{do: "HEAD //healthz", status: 200},
			{do: "GET //readyz", status: 200, want: []string{`"ready"`, `"durability":[`}},
			{do: "GET //readyz", status: 503, want: []string{`"stopping"`}, before: func(h *hall) { h.server.SetReady(false) }},
			{do: "GET //readyz", status: 200, before: func(h *hall) { h.server.SetReady(true) }},
		}},
		{"metrics", []step{
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200},
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200},
			// A batch is one wait, however many scans are in it.
			{do: scans + "/batch", as: "gate", body: `{"scans":[` + scan("UUID2", "x", "north", "") + "," + scan("UUID3", "x", "north", "") + `]}`, status: 200},
			{do: "GET //metrics", status: 200, want: []string{`lanyard_scans_total{reason="",result="admitted"} 1`, `lanyard_occupancy{event="ciep21",venue="main-forum"} 1`,
				`lanyard_occupancy_capacity{event="ciep21",venue="room"} 1`, `lanyard_feed_readers 0`, `lanyard_scan_duration_seconds_count 3`, `lanyard_store_up 1`, "go_goroutines",
				`route="/api/v1/events/{event}/scans"`}, not: append([]string{"{BADGE:LI}", "{UUID1}", "lk_"}, nameless...)},
		}},
		{"this document", []step{
			{do: "GET //openapi.json", status: 200, want: []string{`"openapi":"3.1.0"`, `"/api/v1/events/{event}/scans"`},
				after: func(h *hall, r *http.Response, _ []byte) { h.names["TAG"] = r.Header.Get("ETag") }},
			{do: "GET //openapi.json", header: map[string]string{"If-None-Match": "{TAG}"}, status: 304},
		}},
		{"nothing", []step{
			{do: "GET /wherever", status: 404, want: []string{`"not_found"`}, not: []string{"wherever"}},
			{do: "GET //api", status: 404, want: []string{`"not_found"`}},
			{do: "PUT /events", as: "root", status: 405, want: []string{`"method_not_allowed"`}, after: func(h *hall, r *http.Response, _ []byte) {
				if allow := r.Header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
					h.t.Errorf("Allow is %q", allow)
				}
			}},
			{do: "BREW /events", as: "root", status: 405},
			{do: "GET //nothing", status: 404, want: []string{"<html"}},
			{do: "GET //favicon.ico", status: 200},
			{do: "GET //robots.txt", status: 200, want: []string{"Disallow: /"}},
			{do: "HEAD " + ciep + "/live", as: "security", status: 405},
		}},
	})
}

func TestMetricsElsewhere(t *testing.T) {
	h := newHall(t, memory, func(o *api.Options) { o.MetricsSeparate = true })
	h.run([]step{{do: "GET //metrics", status: 404, not: []string{"lanyard_scans_total"}}})
	w := httptest.NewRecorder()
	h.server.MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "lanyard_scans_total") {
		t.Errorf("the metrics' own handler: %d", w.Code)
	}
}

// What is logged names routes and operators, and nobody and nothing secret.
func TestLog(t *testing.T) {
	h := newHall(t, memory)
	h.run([]step{
		{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200, header: map[string]string{"X-Request-Id": "from-the-proxy-1"}},
		{do: "GET " + ciep + "/attendees?q=ming", as: "desk", status: 200},
		{do: "GET //b/{LINK:LI}", status: 200},
		{do: "GET /me", header: map[string]string{"Authorization": "Bearer lk_wrong", "X-Request-Id": "<script>alert(1)</script>"}, status: 401},
		{do: "POST /session", body: `{"pairing":"{PAIR:gate}"}`, status: 200},
		{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:LI}", "north", ""), status: 503, before: func(h *hall) { h.faulty.set(true) }},
	})
	log := h.log.String()
	for _, want := range []string{`"route":"/api/v1/events/{event}/scans"`, `"operator":"gate"`, `"request_id":"from-the-proxy-1"`, `"route":"/b/{link}"`, `"status":503`, "connection refused"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, secret := range append([]string{"lk_", "{TOKEN:LI}", "{LINK:LI}", "{BADGE:LI}", "{PAIR:gate}", "ming", "<script>", "ciep21"}, nameless...) {
		if secret = h.fill(secret); strings.Contains(log, secret) {
			t.Errorf("the log has %s", secret)
		}
	}
}

func TestPanic(t *testing.T) {
	h := newHall(t, memory, func(o *api.Options) {})
	h.store.Close()
	h.faulty.Store = nil // every call is a defect now
	h.run([]step{{do: "GET " + ciep + "/occupancy", as: "root", status: 500, want: []string{`"internal"`, `"request_id":"`}, not: []string{"nil pointer", "runtime", "goroutine"}}})
	if log := h.log.String(); !strings.Contains(log, "nil pointer") || !strings.Contains(log, "stack") {
		t.Error("the log doesn't tell of the panic")
	}
	h.faulty.Store = checkin.NewMemory()
}

func TestStoreMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	measured := must(api.MeasureStore(checkin.NewMemory(), r))
	h := newHall(t, func(testing.TB) checkin.Store { return measured }, func(o *api.Options) { o.Registry = r })
	h.run([]step{
		{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200},
		{do: "GET //metrics", status: 200, want: []string{`lanyard_store_seconds_count{op="scan"} 1`, `lanyard_store_seconds_count{op="issue"}`}},
	})
	if _, err := api.MeasureStore(checkin.NewMemory(), r); err == nil {
		t.Error("a registry took the metrics of two stores")
	}
	if _, err := api.New(api.Options{Desk: h.desk, Site: theSite(), Registry: r}); err == nil {
		t.Error("a registry took the metrics of two servers")
	}
}

func TestOptions(t *testing.T) {
	h := newHall(t, memory)
	for _, o := range []api.Options{
		{},
		{Desk: h.desk},
		{Desk: h.desk, Site: theSite(), BaseURL: "badges.example.org"},
		{Desk: h.desk, Site: theSite(), BaseURL: "ftp://badges.example.org"},
		{Desk: h.desk, Site: theSite(), BaseURL: "https://badges.example.org/?x=1"},
		{Desk: h.desk, Site: theSite(), BaseURL: "https://me@badges.example.org/"},
	} {
		if _, err := api.New(o); err == nil {
			t.Errorf("taken: %+v", o)
		}
	}
}
