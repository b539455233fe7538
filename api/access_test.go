package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lanyard/api"
	"lanyard/checkin"
)

// access says of one route what becomes of a request that is right in all but
// who sends it: with which status each role is answered. Everybody who isn't
// named gets 403, nobody 401, and the organizer of another event 404.
type access struct {
	route  string // as in the route list, below /api/v1
	do     string // the path, where that has names in it; the route itself without
	body   string
	header map[string]string
	status int
	may    []checkin.Role
}

var (
	organizers = []checkin.Role{checkin.Organizer}
	desks      = []checkin.Role{checkin.Organizer, checkin.HelpDesk}
	lookers    = []checkin.Role{checkin.Organizer, checkin.HelpDesk, checkin.Supervisor}
	scanning   = []checkin.Role{checkin.Organizer, checkin.GateStaff, checkin.Supervisor, checkin.HelpDesk}
	phones     = []checkin.Role{checkin.Organizer, checkin.GateStaff, checkin.Supervisor}
	watchers   = []checkin.Role{checkin.Organizer, checkin.Security, checkin.Supervisor}
	auditors   = []checkin.Role{checkin.Organizer, checkin.Security}
)

var rowsForEveryRole = []access{
	{route: "GET /events/{event}", status: 200, may: organizers},
	{route: "PATCH /events/{event}", body: `{}`, status: 200, may: organizers},
	{route: "DELETE /events/{event}", status: 204, may: organizers},

	{route: "GET /events/{event}/venues", status: 200, may: checkin.Roles},
	{route: "POST /events/{event}/venues", body: `{"name":"Hall"}`, status: 201, may: organizers},
	{route: "GET /events/{event}/venues/{venue}", do: "/venues/room", status: 200, may: checkin.Roles},
	{route: "PATCH /events/{event}/venues/{venue}", do: "/venues/room", body: `{}`, status: 200, may: organizers},
	{route: "DELETE /events/{event}/venues/{venue}", do: "/venues/room", status: 409, may: organizers},

	{route: "GET /events/{event}/gates", status: 200, may: checkin.Roles},
	{route: "POST /events/{event}/gates", body: `{"name":"Door","venue":"room","direction":"in"}`, status: 201, may: organizers},
	{route: "GET /events/{event}/gates/{gate}", do: "/gates/north", status: 200, may: checkin.Roles},
	{route: "PATCH /events/{event}/gates/{gate}", do: "/gates/north", body: `{}`, status: 200, may: organizers},
	{route: "DELETE /events/{event}/gates/{gate}", do: "/gates/north", status: 204, may: organizers},

	{route: "GET /events/{event}/categories", status: 200, may: organizers},
	{route: "POST /events/{event}/categories", body: `{"id":"press","name":"Press","color":"#000000","code":"p"}`, status: 201, may: organizers},
	{route: "GET /events/{event}/categories/{category}", do: "/categories/vip", status: 200, may: organizers},
	{route: "PATCH /events/{event}/categories/{category}", do: "/categories/vip", body: `{}`, status: 200, may: organizers},
	{route: "DELETE /events/{event}/categories/{category}", do: "/categories/vip", status: 409, may: organizers},

	{route: "GET /events/{event}/operators", status: 200, may: organizers},
	{route: "POST /events/{event}/operators", body: `{"name":"Phone","role":"gate"}`, status: 201, may: organizers},
	{route: "GET /events/{event}/operators/{operator}", do: "/operators/gate", status: 200, may: organizers},
	{route: "PATCH /events/{event}/operators/{operator}", do: "/operators/limited", body: `{"name":"x"}`, status: 200, may: organizers},
	{route: "DELETE /events/{event}/operators/{operator}", do: "/operators/limited", status: 204, may: organizers},
	{route: "POST /events/{event}/operators/{operator}/pairing", do: "/operators/limited/pairing", status: 200, may: organizers},

	{route: "GET /events/{event}/keys", status: 200, may: organizers},
	{route: "POST /events/{event}/keys/rotate", status: 201, may: organizers},
	{route: "POST /events/{event}/keys/{kid}/revoke", do: "/keys/zz/revoke", status: 404, may: organizers},
	{route: "GET /events/{event}/checkpoints", status: 200, may: auditors},

	{route: "GET /events/{event}/registration", status: 200, may: lookers},
	{route: "GET /events/{event}/attendees", status: 200, may: lookers},
	{route: "POST /events/{event}/attendees", body: `{"name":"X","category":"vip"}`, status: 201, may: desks},
	{route: "GET /events/{event}/attendees/{attendee}", do: "/attendees/{LI}", status: 200, may: lookers},
	{route: "PATCH /events/{event}/attendees/{attendee}", do: "/attendees/{LI}", body: `{}`, status: 200, may: desks},
	{route: "DELETE /events/{event}/attendees/{attendee}", do: "/attendees/{LI}", status: 204, may: desks},

	{route: "POST /events/{event}/imports", body: roster, header: csvBody, status: 201, may: organizers},
	{route: "POST /events/{event}/imports/preview", body: roster, header: csvBody, status: 200, may: organizers},
	{route: "GET /events/{event}/imports/{import}", do: "/imports/unknown", status: 404, may: organizers},

	{route: "POST /events/{event}/badges", body: `{"attendee":"{NEW}"}`, status: 201, may: desks},
	{route: "POST /events/{event}/badges/issue-all", status: 200, may: desks},
	{route: "GET /events/{event}/badges/{badge}", do: "/badges/{BADGE:LI}", status: 200, may: desks},
	{route: "GET /events/{event}/badges/{badge}.svg", do: "/badges/{BADGE:LI}.svg", status: 200, may: desks},
	{route: "GET /events/{event}/badges/{badge}.png", do: "/badges/{BADGE:LI}.png", status: 200, may: desks},
	{route: "POST /events/{event}/badges/{badge}/revoke", do: "/badges/{BADGE:LI}/revoke", body: `{"reason":"lost"}`, status: 200, may: desks},
	{route: "POST /events/{event}/badges/{badge}/reissue", do: "/badges/{BADGE:LI}/reissue", status: 201, may: desks},
	{route: "GET /events/{event}/badges/{badge}/places", do: "/badges/{BADGE:LI}/places", status: 200, may: lookers},
	{route: "POST /events/{event}/badges/{badge}/scans", do: "/badges/{BADGE:LI}/scans", body: `{"scan_id":"{UUID1}","gate":"north"}`, status: 200, may: scanning},

	{route: "POST /events/{event}/scans", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200, may: scanning},
	{route: "POST /events/{event}/scans/batch", body: `{"scans":[` + scan("UUID1", "{TOKEN:LI}", "north", "") + `]}`, status: 200, may: scanning},
	{route: "POST /events/{event}/scans/{scan_id}/undo", do: "/scans/{UUID1}/undo", status: 404, may: scanning},
	{route: "GET /events/{event}/scanner", status: 200, may: phones},

	{route: "GET /events/{event}/occupancy", status: 200, may: watchers},
	{route: "GET /events/{event}/live", do: "/live?last_event_id=x", status: 400, may: watchers}, // what comes then is TestLive's
	{route: "GET /events/{event}/history", do: "/history?venue=room", status: 200, may: watchers},
	{route: "GET /events/{event}/inside", status: 200, may: watchers},
	{route: "POST /events/{event}/rollcall", body: `{"device":"phone-one","start":true}`, status: 200, may: watchers},
	{route: "GET /events/{event}/journal", status: 200, may: auditors},
}

// rowsOfNoEvent are the routes that name no event, by who is answered how.
var rowsOfNoEvent = []struct {
	route, body  string
	status       int // for those who may
	may          []checkin.Role
	root, nobody int
	anotherEvent int
}{
	{route: "POST /session", body: `{}`, status: 200, may: checkin.Roles, root: 200, nobody: 401, anotherEvent: 200},
	{route: "DELETE /session", status: 204, may: checkin.Roles, root: 204, nobody: 401, anotherEvent: 204},
	{route: "GET /me", status: 200, may: checkin.Roles, root: 200, nobody: 401, anotherEvent: 200},
	{route: "GET /events", status: 200, may: organizers, root: 200, nobody: 401, anotherEvent: 200},
	{route: "POST /events", body: `{"id":"x","name":"X","timezone":"UTC","starts_at":"2030-01-01T00:00:00Z","ends_at":"2030-01-02T00:00:00Z"}`, status: 403, root: 201, nobody: 401, anotherEvent: 403},
}

func TestAccess(t *testing.T) {
	for _, row := range rowsForEveryRole {
		t.Run(row.route, func(t *testing.T) {
			method, path, _ := strings.Cut(row.route, " ")
			do := strings.TrimPrefix(path, "/events/{event}")
			if row.do != "" {
				do = row.do
			}
			s := step{do: method + " " + ciep + do, body: row.body, header: row.header}
			for _, role := range checkin.Roles {
				h := newHall(t, memory)
				s.as, s.status, s.want = string(role), 403, []string{`"code":"forbidden"`}
				if slices.Contains(row.may, role) {
					s.status, s.want = row.status, nil
				}
				h.run([]step{s})
			}
			h := newHall(t, memory)
			s.as, s.status, s.want = "stranger", 404, []string{`"no_such_event"`}
			nobody := s
			nobody.as, nobody.status, nobody.want = "", 401, []string{`"unauthorized"`}
			root := s
			root.as, root.status, root.want = "root", row.status, nil
			h.run([]step{s, nobody, root})
		})
	}
	for _, row := range rowsOfNoEvent {
		t.Run(row.route, func(t *testing.T) {
			for _, role := range checkin.Roles {
				status := 403
				if slices.Contains(row.may, role) {
					status = row.status
				}
				newHall(t, memory).run([]step{{do: row.route, as: string(role), body: row.body, status: status}})
			}
			newHall(t, memory).run([]step{
				{do: row.route, body: row.body, status: row.nobody},
				{do: row.route, as: "root", body: row.body, status: row.root},
				{do: row.route, as: "stranger", body: row.body, status: row.anotherEvent},
			})
		})
	}
}

// openRoutes are the routes that ask for no key: they answer everybody alike.
var openRoutes = []struct{ route, do string }{
	{"GET /.well-known/jwks.json", ""},
	{"GET /healthz", ""},
	{"GET /readyz", ""},
	{"GET /openapi.json", ""},
	{"GET /metrics", ""},
	{"GET /b/{link}", "GET //b/{LINK:LI}"},
	{"GET /b/{link}/badge.png", "GET //b/{LINK:LI}/badge.png"},
	{"GET /b/{link}/status", "GET //b/{LINK:LI}/status"},
}

// An open route gives nobody more for a key, and nobody less for a wrong one.
func TestOpenRoutesKnowNobody(t *testing.T) {
	h := newHall(t, memory)
	for _, row := range openRoutes {
		do := row.do
		if do == "" {
			do = strings.Replace(row.route, " ", " /", 1)
		}
		before := h.digest()
		_, plain := h.request(step{do: do})
		for _, as := range []string{"root", "organizer", "desk", "supervisor", "gate", "limited", "security", "stranger", ""} {
			s := step{do: do, as: as, status: 200}
			if as == "" {
				s.header = map[string]string{"Authorization": "Bearer lk_wrong", "Cookie": "lanyard_session=wrong"}
			}
			s.after = func(h *hall, r *http.Response, body []byte) {
				if row.route != "GET /metrics" && string(body) != string(plain) {
					t.Errorf("%s answers %q something else", row.route, as)
				}
				if len(r.Cookies()) > 0 {
					t.Errorf("%s sets a cookie", row.route)
				}
			}
			h.run([]step{s})
		}
		if h.digest() != before {
			t.Errorf("%s changed the store", row.route)
		}
	}
}

// Every route that the router knows has rows, and asks for the roles that its
// rows say.
func TestEveryRouteHasRows(t *testing.T) {
	rows := map[string][]checkin.Role{}
	for _, r := range rowsForEveryRole {
		rows[r.route] = r.may
	}
	for _, r := range rowsOfNoEvent {
		rows[r.route] = r.may
	}
	open := map[string]bool{}
	for _, r := range openRoutes {
		open[r.route] = true
	}
	h := newHall(t, memory)
	registered := h.server.Registered()
	for _, r := range h.server.Routes() {
		if !registered[r.Method+" "+api.EchoPath(r)] {
			t.Errorf("%s %s isn't on the router", r.Method, r.Path)
		}
	}
	for _, r := range h.server.Routes() {
		delete(registered, r.Method+" "+api.EchoPath(r))
		path, ok := strings.CutPrefix(r.Path, "/api/v1")
		if !ok {
			if at := r.Method + " " + r.Path; !open[at] || !r.Open {
				t.Errorf("%s is open: %t, by its row: %t", at, r.Open, open[at])
			} else {
				delete(open, at)
			}
			continue
		}
		may, ok := rows[r.Method+" "+path]
		if !ok {
			t.Errorf("%s %s has no rows", r.Method, path)
			continue
		}
		delete(rows, r.Method+" "+path)
		if path != "/session" && path != "/events" && !sameRoles(may, r.Roles) {
			t.Errorf("%s %s is for %v, its rows say %v", r.Method, path, r.Roles, may)
		}
	}
	for known := range registered {
		if !strings.HasPrefix(known, "echo_route_not_found") {
			t.Errorf("the router knows %s, the list doesn't", known)
		}
	}
	for row := range open {
		t.Errorf("a row for %s, which is no route", row)
	}
	for row := range rows {
		t.Errorf("rows for %s, which is no route", row)
	}
}

func sameRoles(a, b []checkin.Role) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
