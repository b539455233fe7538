package api

import (
	"time"

	"lanyard/checkin"
)

// RouteInfo is what the tests from outside know of a route.
type RouteInfo struct {
	Method, Path string
	Roles        []checkin.Role // none on open routes
	Open         bool
	Answers      map[int]bool
	Body         string
}

// Routes are the routes of a server.
func (s *Server) Routes() []RouteInfo {
	var all []RouteInfo
	for _, r := range s.routes {
		i := RouteInfo{Method: r.method, Path: r.path, Open: r.open, Roles: r.roleNames(), Answers: map[int]bool{}, Body: r.body}
		for _, a := range r.answers {
			i.Answers[a.status] = true
		}
		all = append(all, i)
	}
	return all
}

// Registered are the methods and paths that the router itself knows.
func (s *Server) Registered() map[string]bool {
	known := map[string]bool{}
	for _, r := range s.echo.Routes() {
		known[r.Method+" "+r.Path] = true
	}
	return known
}

// EchoPath is a route's path as the router has it.
func EchoPath(r RouteInfo) string {
	path := r.Path
	for _, suffix := range []string{".svg", ".png"} {
		if len(path) > 6 && path[len(path)-5:] == "}"+suffix {
			path = path[:len(path)-4]
		}
	}
	return echoPath(path)
}

// RequestTypes are the structs that request bodies are read into, by schema.
var RequestTypes = map[string]any{
	"SessionRequest": sessionRequest{}, "EventRequest": eventFields{}, "EventChange": eventFields{},
	"VenueRequest": venueFields{}, "VenueChange": venueFields{}, "GateRequest": gateFields{}, "GateChange": gateFields{},
	"CategoryRequest": categoryFields{}, "CategoryChange": categoryFields{}, "OperatorRequest": operatorFields{}, "OperatorChange": operatorFields{},
	"AttendeeRequest": attendeeFields{}, "AttendeeChange": attendeeFields{}, "ScanRequest": scanRequest{}, "Override": overrideRequest{},
	"IssueAllRequest": issueAllRequest{}, "Window": checkin.Window{},
}

// MaxReaders is how many live streams a server carries.
const MaxReaders = maxReaders

// Narrow makes a server decide so many single scans and so many batches at once.
func (s *Server) Narrow(scans, batches int64) { s.deciding.max, s.uploads.max = scans, batches }

// UnderWay is how many single scans and batches are being decided.
func (s *Server) UnderWay() (scans, batches int64) {
	return s.deciding.now.Load(), s.uploads.now.Load()
}

// HoldReaders makes as many streams count as open.
func (s *Server) HoldReaders(n int64) { s.readers.Add(n) }

// ForgetAge makes the next page look where its badge is.
func (s *Server) ForgetAge(event string) {
	s.scanners.mu.Lock()
	defer s.scanners.mu.Unlock()
	if w := s.scanners.of[event]; w != nil {
		w.turn <- struct{}{}
		w.read = time.Time{}
		<-w.turn
	}
}

// HurryStreams sets the bounds of live streams.
func (s *Server) HurryStreams(heartbeat, stuck time.Duration) {
	s.streams.heartbeat, s.streams.stuck = heartbeat, stuck
}
