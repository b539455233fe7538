package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lanyard/api"
)

// sink is a ResponseWriter that keeps nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkScan is what the API and the rules cost a scan, without a network
// and without a disk: a badge goes in and out.
func BenchmarkScan(b *testing.B) {
	t := &testing.T{}
	h := newHall(t, memory, func(o *api.Options) { o.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
	handler := h.server.Handler()
	before, _, _ := strings.Cut(scan("X", "", "", ""), "{X}")
	key := "Bearer " + h.names["KEY:gate"]
	token := h.fill("{TOKEN:LI}")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		body := before + uuid(i) + `","token":"` + token + `","gate":"main-forum-gate","direction":"` + []string{"in", "out"}[i%2] + `"}`
		r := httptest.NewRequest("POST", "/api/v1"+ciep+"/scans", strings.NewReader(body))
		r.Header["Authorization"], r.Header["Content-Type"] = []string{key}, []string{"application/json"}
		w := &sink{header: http.Header{}}
		if handler.ServeHTTP(w, r); w.status != 200 {
			b.Fatalf("status %d", w.status)
		}
	}
}
