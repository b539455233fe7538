package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"lanyard/checkin"
)

// call is one request to a route, after admission.
type call struct {
	echo.Context
	s          *Server
	x          *exchange
	route      *route
	credential credential
	op         checkin.Operator // who asks; zero on open routes
	event      string           // id from the path
	parsed     url.Values       // see values
}

// by is the journal's stamp for what this call does.
func (c *call) by() checkin.Stamp { return checkin.Stamp{Operator: c.op.ID} }

// id is a path parameter. One that can't be an id of ours is missing, which is
// none.
func (c *call) id(name string, none error) (string, error) {
	id := c.Param(name)
	if len(id) == 0 || len(id) > 64 || !isPlain(id) {
		return "", none
	}
	return id, nil
}

func (c *call) json(status int, v any) error {
	c.x.writeJSON(status, "application/json", v)
	return nil
}

// created answers 201 with the address of what was made, below the API's root.
func (c *call) created(location string, v any) error {
	c.x.Header().Set("Location", root+location)
	return c.json(http.StatusCreated, v)
}

func (c *call) noContent() error {
	c.x.WriteHeader(http.StatusNoContent)
	return nil
}

// longAnswer is how long work may take that nobody waits for at a gate.
const longAnswer = 10 * time.Minute

// allow moves the connection's deadlines, for what takes longer than usual.
func (c *call) allow(d time.Duration) {
	rc := http.NewResponseController(c.x)
	until := time.Now().Add(d)
	// A connection that has no deadlines needs none moved.
	rc.SetReadDeadline(until)
	rc.SetWriteDeadline(until)
}

// page is a list as it is answered.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor,omitempty"`
}

// mount puts the routes on the router. Echo's parameters end at a slash, so
// routes that differ in a suffix only, such as .svg, share one of its routes.
func (s *Server) mount() {
	e := echo.New()
	e.Logger.SetOutput(discard{})
	e.HTTPErrorHandler = func(err error, ec echo.Context) {
		x, path := ec.Response().Writer.(*exchange), ec.Request().URL.Path
		if errors.Is(err, echo.ErrNotFound) && path != "/api" && !strings.HasPrefix(path, "/api/") {
			s.pages.ServeHTTP(x, ec.Request())
			return
		}
		s.fail(err, x)
	}
	type place struct{ method, path string }
	shared := map[place][]*route{}
	var order []place
	for _, rt := range s.routes {
		p := place{rt.method, echoPath(strings.TrimSuffix(rt.path, rt.suffix))}
		if shared[p] == nil {
			order = append(order, p)
		}
		shared[p] = append(shared[p], rt)
	}
	for _, p := range order {
		routes := shared[p]
		e.Add(p.method, p.path, func(ec echo.Context) error {
			s.dispatch(ec, routes)
			return nil
		})
	}
	s.echo = e
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// dispatch runs the route whose suffix the last parameter has.
func (s *Server) dispatch(ec echo.Context, routes []*route) {
	rt := routes[0]
	if values := ec.ParamValues(); len(routes) > 1 {
		last := &values[len(values)-1]
		for _, other := range routes {
			if rest, ok := strings.CutSuffix(*last, other.suffix); ok && other.suffix != "" {
				rt, *last = other, rest
				break
			}
		}
	}
	x := ec.Response().Writer.(*exchange)
	x.route = rt
	c := &call{Context: ec, s: s, x: x, route: rt}
	var err error
	if rt.lane != nil && rt.lane(s).full() {
		err = rt.lane(s).refuse()
	} else {
		err = s.admit(c)
	}
	if err == nil {
		err = c.checkQuery()
	}
	if err == nil {
		err = rt.handle(s, c)
	}
	if err != nil {
		s.fail(err, x)
	}
}

// echoPath writes {name} as :name.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
