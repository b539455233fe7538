package api

import "lanyard/checkin"

// root is where version 1 lives.
const root = "/api/v1"

// route is one method of one address, and all that is said about it: who may
// use it, how it is read, what it answers. Registration, admission, the OpenAPI
// document and the tests go by it.
type route struct {
	method, path string // as in OpenAPI: /events/{event}
	suffix       string // .svg: after a parameter that ends the path
	handle       func(*Server, *call) error
	about        string

	open     bool           // needs no credential
	roles    []checkin.Role // nil: any signed-in operator
	inEvent  bool           // path names an event, the operator's or, for System, any
	system   bool           // that event may be System
	anyQuery bool           // unknown query parameters are passed over

	lane func(*Server) *lane // bounds how many are served at once; nil: unbounded

	query   []param
	body    string   // schema of the JSON body
	files   []string // media types of a body that isn't JSON
	anyBody bool     // the body may be left out
	maxBody int      // bytes; 0 is 64 KiB
	answers []answer
}

// answer is a success that a route can have.
type answer struct {
	status int
	schema string // of a JSON body, "" when there is none
	types  []string
}

const jsonType = "application/json"

func ok(schema string) answer      { return answer{200, schema, []string{jsonType}} }
func created(schema string) answer { return answer{201, schema, []string{jsonType}} }

var (
	noContent   = answer{status: 204}
	notModified = answer{status: 304}
)

// Roles by what they may do. An organizer may do everything in their events.
var (
	organizers = []checkin.Role{checkin.Organizer}
	everybody  = []checkin.Role{checkin.Organizer, checkin.HelpDesk, checkin.Supervisor, checkin.GateStaff, checkin.Security}
	desks      = []checkin.Role{checkin.Organizer, checkin.HelpDesk}
	lookers    = []checkin.Role{checkin.Organizer, checkin.HelpDesk, checkin.Supervisor}
	scanning   = []checkin.Role{checkin.Organizer, checkin.GateStaff, checkin.Supervisor, checkin.HelpDesk}
	phones     = []checkin.Role{checkin.Organizer, checkin.GateStaff, checkin.Supervisor}
	watchers   = []checkin.Role{checkin.Organizer, checkin.Security, checkin.Supervisor}
	auditors   = []checkin.Role{checkin.Organizer, checkin.Security}
)

// Query parameters that several routes have.
var (
	qLimit  = param{name: "limit", schema: `{"type":"integer","minimum":1,"maximum":500,"default":100}`, about: "Length of the page."}
	qCursor = param{name: "cursor", schema: `{"type":"string"}`, about: "The next_cursor of the page before."}
	qVenue  = param{name: "venue", schema: `{"type":"string"}`, about: "Id of a venue; all venues without it."}
	qBOM    = param{name: "bom", schema: `{"type":"boolean","default":false}`, about: "Begin a CSV file with a byte order mark, which some spreadsheets need to read UTF-8."}
	paged   = []param{qLimit, qCursor}
)

// get, post, patch and drop begin a route of the API.
func get(path string, h func(*Server, *call) error, about string) *route {
	return newRoute("GET", path, h, about)
}
func post(path string, h func(*Server, *call) error, about string) *route {
	return newRoute("POST", path, h, about)
}
func patch(path string, h func(*Server, *call) error, about string) *route {
	return newRoute("PATCH", path, h, about)
}
func drop(path string, h func(*Server, *call) error, about string) *route {
	return newRoute("DELETE", path, h, about).answer(noContent)
}

func newRoute(method, path string, h func(*Server, *call) error, about string) *route {
	return &route{method: method, path: root + path, handle: h, about: about}
}

// public begins a route outside of the API that needs no credential.
func public(path string, h func(*Server, *call) error, about string) *route {
	return &route{method: "GET", path: path, handle: h, about: about, open: true, anyQuery: true}
}

// in says who of an event may use the route.
func (r *route) in(roles []checkin.Role) *route {
	r.roles, r.inEvent = roles, true
	return r
}

func (r *route) only(roles []checkin.Role) *route {
	r.roles = roles
	return r
}

// through says which lane the route's requests take.
func (r *route) through(lane func(*Server) *lane) *route {
	r.lane = lane
	return r
}

func (r *route) forSystem() *route {
	r.system = true
	return r
}

func (r *route) toAnybody() *route {
	r.open = true
	return r
}

func (r *route) asks(query ...param) *route {
	r.query = query
	return r
}

func (r *route) takes(schema string) *route {
	r.body = schema
	return r
}

func (r *route) mayTake(schema string) *route {
	r.body, r.anyBody = schema, true
	return r
}

func (r *route) answer(answers ...answer) *route {
	r.answers = answers
	return r
}
