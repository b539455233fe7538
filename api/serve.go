package api

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"lanyard/web"
)

// exchange is one request and its answer. As a ResponseWriter it remembers
// what was answered, for the log and the metrics.
type exchange struct {
	http.ResponseWriter
	request  *http.Request
	id       string
	started  time.Time
	route    *route // nil: a page of package web, a file or nothing
	operator string
	status   int // 0: nothing has been answered
	err      error
	gone     bool // the client left before it got an answer
	shed     bool // turned away, as a busy server does: no failure
}

func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= 200 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.Encoder = json.NewEncoder(&e.buffer)
	e.SetEscapeHTML(false)
	return e
}}

type encoder struct {
	*json.Encoder
	buffer bytes.Buffer
}

// largeAnswer is the size from which a buffer isn't kept for the next answer.
const largeAnswer = 64 << 10

// writeJSON answers with the JSON of v. A value that has no JSON is a defect
// and panics.
func (x *exchange) writeJSON(status int, contentType string, v any) {
	e := encoders.Get().(*encoder)
	e.buffer.Reset()
	if err := e.Encode(v); err != nil {
		panic(fmt.Errorf("encode an answer: %w", err))
	}
	x.writeBytes(status, contentType, e.buffer.Bytes())
	if e.buffer.Cap() <= largeAnswer {
		encoders.Put(e)
	}
}

// writeBytes answers with a whole body. A client that has left is no error.
func (x *exchange) writeBytes(status int, contentType string, body []byte) {
	h := x.Header()
	h["Content-Type"] = []string{contentType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.WriteHeader(status)
	x.Write(body)
}

const permissions = "camera=(self), screen-wake-lock=(self), geolocation=(), microphone=()"

// Header values that every answer shares; the slices are never changed.
var (
	headerCSP         = []string{web.CSP()}
	headerReferrer    = []string{"no-referrer"}
	headerNosniff     = []string{"nosniff"}
	headerOpener      = []string{"same-origin"}
	headerPermissions = []string{permissions}
	headerFrame       = []string{"DENY"}
	headerNoStore     = []string{"no-store"}
	headerHSTS        = []string{"max-age=31536000"}
)

// serve is the way of every request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, request: r, id: s.requestID(r), started: time.Now()}
	h := w.Header()
	h["Content-Security-Policy"] = headerCSP
	h["Referrer-Policy"] = headerReferrer
	h["X-Content-Type-Options"] = headerNosniff
	h["X-Frame-Options"] = headerFrame
	h["Cross-Origin-Opener-Policy"] = headerOpener
	h["Permissions-Policy"] = headerPermissions
	h["Cache-Control"] = headerNoStore
	h["X-Request-Id"] = []string{x.id}
	if s.isHTTPS(r) && !s.options.PlainToo {
		h["Strict-Transport-Security"] = headerHSTS
	}
	defer s.finish(x)
	if r.Method == http.MethodHead && !strings.HasSuffix(r.URL.Path, "/live") {
		// The router knows GET; net/http itself leaves out the body of an answer
		// to HEAD.
		get := *r
		get.Method = http.MethodGet
		r = &get
	}
	s.echo.ServeHTTP(x, r)
}

// finish turns a panic into an answer, and writes log and metrics.
func (s *Server) finish(x *exchange) {
	abort := false
	if p := recover(); p != nil {
		abort = true
		if p != http.ErrAbortHandler {
			s.log.LogAttrs(x.request.Context(), slog.LevelError, "panic",
				slog.String("request_id", x.id), slog.String("route", x.pattern()),
				slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
			if x.status == 0 {
				abort = false
				s.fail(errInternal, x)
			}
		}
	}
	took := time.Since(x.started)
	status := x.status
	switch {
	case x.gone && status == 0:
		status = 499 // as nginx has it: the client closed the request
	case status == 0:
		status = http.StatusOK
	}
	s.metrics.request(x.pattern(), method(x.request), status, took)
	level := slog.LevelInfo
	if status >= 500 && !x.shed {
		level = slog.LevelError
	}
	if ctx := x.request.Context(); s.log.Enabled(ctx, level) {
		attrs := make([]slog.Attr, 0, 8)
		attrs = append(attrs, slog.String("method", method(x.request)), slog.String("route", x.pattern()), slog.Int("status", status),
			slog.Duration("took", took), slog.String("request_id", x.id))
		if x.operator != "" {
			attrs = append(attrs, slog.String("operator", x.operator))
		}
		if x.err != nil {
			attrs = append(attrs, slog.String("error", x.err.Error()))
		}
		s.log.LogAttrs(ctx, level, "request", attrs...)
	}
	if abort {
		panic(http.ErrAbortHandler) // the client must see that the answer is cut off
	}
}

// pattern names the route without anything that the client has chosen.
func (x *exchange) pattern() string {
	if x.route == nil {
		return "other"
	}
	return x.route.path
}

// method is the request's method if it is a usual one: log and metrics take no
// words from outside.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut, http.MethodOptions:
		return r.Method
	}
	return "OTHER"
}

// requestID takes the id of a trusted proxy in front, else makes one: an id that
// anybody could choose would find other people's lines in the log.
func (s *Server) requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); len(id) >= 8 && len(id) <= 64 && isPlain(id) && s.trusted(peer(r)) {
		return id
	}
	var b [12]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// isPlain tells whether s has only letters, digits and - _ . of ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
