package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/api"
	"lanyard/checkin"
)

// marks are what is known of a person, each with a value that stands nowhere
// else.
var marks = map[string]string{
	"ref": "MARK-R-0815", "name": "Mallorca Marker", "name_latin": "Latina Markerova", "organization": "Marked Works Ltd",
	"delegation": "Delegation Markland", "email": "mark.mail@example.org", "phone": "+8675504711999",
}

// mark makes LI the marked person.
func (h *hall) mark() {
	h.run([]step{{do: "PATCH " + ciep + "/attendees/{LI}", as: "desk", body: string(must(json.Marshal(marks))), status: 200}})
}

// found are the names of the marks that stand in a text: what is known of the
// person, the badge's token, and the link to the page that shows it.
func (h *hall) found(text string) string {
	var all []string
	for name, value := range marks {
		if strings.Contains(text, value) {
			all = append(all, name)
		}
	}
	for _, name := range []string{"TOKEN", "LINK"} {
		if strings.Contains(text, h.names[name+":LI"]) {
			all = append(all, strings.ToLower(name))
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// leaves are the routes whose answers tell of a person, and what they tell, to
// the roles that may use them. No other route tells anything.
var leaves = map[string]string{
	"GET /events/{event}/attendees":              "delegation email link name name_latin organization phone ref token",
	"GET /events/{event}/attendees/{attendee}":   "delegation email link name name_latin organization phone ref token",
	"PATCH /events/{event}/attendees/{attendee}": "delegation email link name name_latin organization phone ref token",
	"GET /events/{event}/badges/{badge}":         "link token",
	"POST /events/{event}/badges/{badge}/revoke": "link",
	"POST /events/{event}/badges/{badge}/scans":  "name name_latin organization",
	"POST /events/{event}/scans":                 "name name_latin organization",
	"POST /events/{event}/scans/batch":           "name name_latin organization",
	"GET /events/{event}/inside":                 "name name_latin organization ref",
	"GET /b/{link}":                              "delegation link name name_latin organization", // whoever has the link is the person
}

// What is known of a person leaves by the routes of the list, as the list says,
// and by no other, whoever asks; refusals tell nothing.
func TestWhatLeaves(t *testing.T) {
	fresh := func() *hall {
		h := newHall(t, memory)
		h.mark()
		h.run([]step{{do: scans, as: "gate", body: scan("UUID9", "{TOKEN:LI}", "north", ""), status: 200}})
		return h
	}
	listed := string(must(os.ReadFile("../ARCHITECTURE.md")))
	for route := range leaves {
		if _, path, _ := strings.Cut(route, " "); !strings.Contains(listed, path+"`") {
			t.Errorf("ARCHITECTURE.md doesn't list %s", route)
		}
	}
	shared := fresh() // by all requests that change nothing
	for _, row := range hostileRoutes() {
		for _, role := range append([]checkin.Role{""}, checkin.Roles...) {
			h, want := shared, ""
			if may := slices.Contains(row.may, role); may {
				if want = leaves[row.route]; role == checkin.Supervisor { // who has no business with people's pages
					want = strings.Replace(want, "link ", "", 1)
				}
				if !strings.HasPrefix(row.do, "GET ") {
					if role != checkin.Organizer {
						continue
					}
					h = fresh()
				}
			}
			res, body := h.request(step{do: row.do, as: string(role), body: row.body, header: row.header})
			if got := h.found(string(body)); got != want {
				t.Errorf("%s tells %q of %q, want %q", row.route, role, got, want)
			}
			if got := h.found(h.fill(row.do) + headerText(res.Header)); got != "" {
				t.Errorf("the URL or the headers of %s tell %q", row.route, got)
			}
		}
	}
	for _, row := range openRoutes {
		do := row.do
		if do == "" {
			do = strings.Replace(row.route, " ", " /", 1)
		}
		res, body := shared.request(step{do: do})
		if got := shared.found(string(body)); got != leaves[row.route] {
			t.Errorf("%s tells everybody %q, want %q", row.route, got, leaves[row.route])
		}
		if got := shared.found(headerText(res.Header)); got != "" || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("the headers of %s tell %q: %v", row.route, got, res.Header)
		}
	}
}

func headerText(h http.Header) string {
	var b strings.Builder
	h.Write(&b)
	return b.String()
}

// A badge's code says which badge of which event it is, of what category and
// until when, and nothing else.
func TestCodeHoldsNothingPersonal(t *testing.T) {
	h := newHall(t, memory)
	h.mark()
	h.run([]step{{do: "POST " + ciep + "/badges/{BADGE:LI}/reissue", as: "desk", status: 201, save: "T=token"}})
	parts := strings.Split(h.names["T"], ".")
	for i, want := range [][]string{{"alg", "kid"}, {"aud", "cat", "exp", "jti"}} {
		var v map[string]any
		text := must(base64.RawURLEncoding.DecodeString(parts[i]))
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(v)); !slices.Equal(got, want) {
			t.Errorf("part %d has %v, want %v", i, got, want)
		}
		if got := h.found(string(text)); got != "" || strings.Contains(string(text), h.names["LI"]) {
			t.Errorf("part %d tells %q: %s", i, got, text)
		}
	}
}

// A whole day, with all that goes wrong on one, leaves nothing of a person and no
// token, link, key, session or pairing code in the log, in metrics, in the feed,
// in the journal or in a refusal.
func TestDayTellsNothing(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			log := &syncBuffer{}
			h := newHall(t, store.start(t), func(o *api.Options) {
				o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			h.mark()
			srv, url := h.serve()
			board := must(http.NewRequestWithContext(t.Context(), "GET", url, nil))
			board.Header.Set("Authorization", "Bearer "+h.names["KEY:security"])
			feed := must(srv.Client().Do(board))
			defer feed.Body.Close()

			quiet := map[string]string{} // what was told where nothing may be
			day := func(steps ...step) {
				for _, s := range steps {
					s.after = func(h *hall, r *http.Response, body []byte) {
						if s.status >= 400 || strings.Contains(s.do, "/journal") || strings.Contains(s.do, "/scanner") || strings.Contains(s.do, "/occupancy") {
							quiet[s.do+" "+s.body] += headerText(r.Header) + string(body)
						}
						for _, c := range r.Cookies() {
							h.names["COOKIE"] = c.Value
						}
					}
					h.run([]step{s})
				}
			}
			const li, wu = "{TOKEN:LI}", "{TOKEN:WU}"
			in := `,"direction":"in"`
			bad := string(must(json.Marshal(map[string]string{"name": marks["name"], "category": "nobody", "email": marks["email"]})))
			day(
				step{do: "POST /session", as: "desk", status: 200},
				step{do: "POST /session", body: `{"pairing":"{PAIR:gate}"}`, status: 200},
				step{do: "POST /session", body: `{"pairing":"{PAIR:gate}"}`, status: 401},
				step{do: "GET " + ciep + "/attendees?q=Mallorca+Marker", as: "desk", status: 200},
				step{do: "GET " + ciep + "/attendees?q=mark.mail@example.org&limit=x", as: "desk", status: 400},
				step{do: "GET " + ciep + "/attendees?name=Mallorca+Marker", as: "desk", status: 400},
				step{do: "POST " + ciep + "/attendees", as: "desk", body: bad, status: 400},
				step{do: "POST " + ciep + "/attendees", as: "desk", body: `{"ref":"` + marks["ref"] + `","name":"X","category":"vip"}`, status: 409},
				step{do: "POST " + ciep + "/attendees", as: "desk", body: `{"name":"X","category":"vip","` + marks["email"] + `":1}`, status: 400},
				step{do: "GET " + ciep + "/attendees/" + strings.ReplaceAll(marks["name"], " ", "%20"), as: "desk", status: 404},
				step{do: "GET " + ciep + "/badges/{LINK:LI}", as: "desk", status: 404},
				step{do: "GET //b/{LINK:LI}", status: 200},
				step{do: "GET //b/{LINK:LI}/status", status: 200},
				step{do: "GET //b/{TOKEN:LI}", status: 404},
				step{do: "GET /me?key={KEY:desk}", status: 401},
				step{do: "GET /me", header: map[string]string{"Authorization": "Bearer {KEY:desk}x"}, status: 401},
				step{do: "GET /me", header: map[string]string{"Cookie": "lanyard_session={COOKIE}x"}, status: 401},
				step{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200},
				step{do: scans, as: "gate", body: scan("UUID1", wu, "north", ""), status: 409},
				step{do: scans, as: "gate", body: scan("UUID2", li, "north", ""), status: 200},
				step{do: scans, as: "gate", body: scan("UUID3", li+"x", "north", ""), status: 200},
				step{do: scans, as: "gate", body: scan("UUID4", li, li, ""), status: 404},
				step{do: scans, as: "gate", body: `{"scan_id":"` + li + `","token":"x","gate":"north"}`, status: 400},
				step{do: scans, as: "gate", body: scan("UUID5", li, "north", `,"`+li+`":1`), status: 400},
				step{do: scans, as: "limited", body: scan("UUID6", li, "room-gate", in), status: 403},
				step{do: scans, as: "supervisor", body: scan("UUID7", li, "north", `,"override":{"reason":"guest of honour"}`), status: 200},
				step{do: scans, as: "gate", body: scan("UUID8", li, "gala-gate", in+`,"offline":true,"verdict":"admitted","scanned_at":"`+h.clock().Format(time.RFC3339)+`"`), status: 200},
				step{do: "POST " + ciep + "/scans/{UUID8}/undo", as: "supervisor", status: 200},
				step{do: "POST " + ciep + "/badges/{BADGE:LI}/scans", as: "gate", body: `{"scan_id":"{UUID10}","gate":"main-forum-gate","direction":"out"}`, status: 200},
				step{do: "POST " + ciep + "/imports", as: "organizer", header: csvBody, body: "ref,name,category\n" + marks["ref"] + "," + marks["name"] + ",nobody\n", status: 201},
				step{do: "POST " + ciep + "/imports", as: "organizer", header: csvBody, body: marks["name"] + "\n", status: 400},
				step{do: "POST " + ciep + "/badges/{BADGE:WU}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200},
				step{do: "POST " + ciep + "/badges/{BADGE:WU}/revoke", as: "desk", body: `{"reason":"` + marks["name"] + `\u0000"}`, status: 400},
				step{do: scannerPath, as: "gate", status: 200},
				step{do: "GET " + ciep + "/occupancy", as: "security", status: 200},
				step{do: "GET " + ciep + "/inside", as: "security", status: 200},
				step{do: "GET " + ciep + "/journal?limit=1000", as: "security", status: 200},
				step{do: "GET " + ciep + "/journal?format=csv", as: "security", status: 200},
				step{do: "GET " + ciep + "/checkpoints", as: "security", status: 200},
				step{do: "DELETE " + ciep + "/attendees/{LI}", as: "desk", status: 204},
				step{do: "GET //b/{LINK:LI}", status: 410},
				step{do: "GET " + ciep + "/journal?format=ndjson", as: "security", status: 200},
			)
			h.faulty.set(true)
			day(step{do: scans, as: "gate", body: scan("UUID11", wu, "north", ""), status: 503}, step{do: "GET //b/{LINK:WU}", status: 503})
			h.faulty.set(false)
			h.faulty.mu.Lock()
			h.faulty.defect = true // which is logged with where it was
			h.faulty.mu.Unlock()
			res, body := h.request(step{do: scans, as: "gate", body: scan("UUID12", "{TOKEN:WU}", "north", "")})
			h.faulty.mu.Lock()
			h.faulty.defect = false
			h.faulty.mu.Unlock()
			if res.StatusCode != 500 {
				t.Errorf("a defect is answered %d", res.StatusCode)
			}
			quiet["a defect"] = string(body)
			_, metrics := h.request(step{do: "GET //metrics"})
			quiet["the metrics"] = string(metrics)
			quiet["the log"] = log.String()
			if !strings.Contains(quiet["the log"], "route=") || !strings.Contains(quiet["the log"], "panic") || !strings.Contains(quiet["the metrics"], "lanyard_scans_total") {
				t.Error("nothing was logged or counted")
			}
			late := time.AfterFunc(20*time.Second, h.server.CloseStreams)
			defer late.Stop()
			for chunk := make([]byte, 4096); !strings.Contains(quiet["the feed"], h.fill("{UUID7}")); { // it comes with the next round
				n, err := feed.Body.Read(chunk)
				if quiet["the feed"] += string(chunk[:n]); err != nil {
					t.Fatalf("the feed is %.300s", quiet["the feed"])
				}
			}
			h.server.CloseStreams()
			quiet["the feed"] += string(must(io.ReadAll(feed.Body)))

			secrets := map[string]string{"the session": h.names["COOKIE"]}
			for name, value := range h.names {
				if what, _, _ := strings.Cut(name, ":"); what == "KEY" || what == "PAIR" || what == "TOKEN" || what == "LINK" {
					secrets[name] = value
				}
			}
			for where, text := range quiet {
				if got := h.found(text); got != "" {
					t.Errorf("%.80s tells %s", where, got)
				}
				for name, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("%.80s tells %s", where, name)
					}
				}
			}
			// A badge's number opens nothing, but is nobody's business in these.
			for _, where := range []string{"the log", "the metrics"} {
				if strings.Contains(quiet[where], h.names["BADGE:LI"]) || strings.Contains(quiet[where], h.names["LI"]) {
					t.Errorf("%s tells which badge it was", where)
				}
			}
		})
	}
}

// wholeStore is all that a store keeps of all events, as a backup has it.
func (h *hall) wholeStore() string {
	h.t.Helper()
	var b strings.Builder
	for _, id := range []string{checkin.System, "ciep21", "other", "past"} {
		if err := h.faulty.Store.Backup(context.Background(), id, func(it checkin.Item) error {
			b.WriteString(it.Type + " " + string(it.Data) + "\n")
			return nil
		}); err != nil {
			h.t.Fatal(err)
		}
	}
	return b.String()
}
