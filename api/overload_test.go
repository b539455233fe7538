package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"lanyard/checkin"
)

// slowStore decides no scan until it is let.
type slowStore struct {
	checkin.Store
	mu      sync.Mutex
	barrier chan struct{} // nil: decides at once
	arrived chan struct{}
}

func (s *slowStore) Scan(ctx context.Context, event string, scans []checkin.Scan) ([]checkin.Outcome, error) {
	s.mu.Lock()
	barrier := s.barrier
	s.mu.Unlock()
	if barrier != nil {
		s.arrived <- struct{}{}
		<-barrier
	}
	return s.Store.Scan(ctx, event, scans)
}

func (s *slowStore) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.barrier = make(chan struct{})
}

func (s *slowStore) goOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.barrier)
	s.barrier = nil
}

// busyHall decides two scans and one batch at once, on a store that can be
// held up.
func busyHall(t *testing.T) (*hall, *slowStore) {
	slow := &slowStore{Store: checkin.NewMemory(), arrived: make(chan struct{}, 10)}
	h := newHall(t, func(testing.TB) checkin.Store { return slow })
	h.server.Narrow(2, 1)
	return h, slow
}

// post sends a scan of an id at the gate by itself, for goroutines of a test.
func (h *hall) post(path, body string) *http.Response {
	r := httptest.NewRequest("POST", "/api/v1"+h.fill(strings.TrimPrefix(path, "POST ")), strings.NewReader(h.fill(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+h.names["KEY:gate"])
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	return w.Result()
}

func text(r *http.Response) string { return string(must(io.ReadAll(r.Body))) }

func TestTooManyScansAtOnce(t *testing.T) {
	h, slow := busyHall(t)
	slow.stop()
	answers := make(chan *http.Response, 2)
	for _, body := range []string{scan("UUID1", "{TOKEN:LI}", "north", ""), scan("UUID2", "nonsense", "north", "")} {
		body := h.fill(body)
		go func() { answers <- h.post(scans, body) }()
	}
	<-slow.arrived
	<-slow.arrived

	// As many as are decided at once: all others hear so at once, and the store
	// hears of none of them.
	third := scan("UUID3", "{TOKEN:WU}", "north", "")
	for range 200 {
		r := h.post(scans, third)
		if body := text(r); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" || !strings.Contains(body, `"code":"overloaded"`) {
			t.Fatalf("%d %v %s", r.StatusCode, r.Header, body)
		}
	}
	if undo := h.post(scans+"/"+h.names["UUID1"]+"/undo", "{}"); undo.StatusCode != 503 {
		t.Errorf("an undo is answered %d", undo.StatusCode)
	}
	select {
	case <-slow.arrived:
		t.Error("a scan that was refused has reached the store")
	default:
	}
	if n, _ := h.server.UnderWay(); n != 2 {
		t.Errorf("%d scans are under way", n)
	}
	if n := strings.Count(h.log.String(), "told to come again"); n != 1 {
		t.Errorf("the log tells of it %d times", n)
	}
	if strings.Contains(h.log.String(), `"level":"ERROR"`) {
		t.Error("a busy server is logged as a failure")
	}

	// Everything else goes on meanwhile.
	h.run([]step{{do: "GET " + ciep + "/occupancy", as: "security", status: 200}})

	// What was answered is right, and the refused scan comes again under its id.
	slow.goOn()
	for range 2 {
		if r := <-answers; r.StatusCode != 200 {
			t.Errorf("%d %s", r.StatusCode, text(r))
		}
	}
	h.run([]step{
		{do: scans, as: "gate", body: third, status: 200, want: []string{`"admitted"`, `"replayed":false`}},
		{do: "GET " + ciep + "/occupancy", as: "security", status: 200, want: []string{`"inside_total":2`}},
	})
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`lanyard_refused_total{kind="scan"} 201`, `lanyard_under_way{kind="scan"} 0`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the metrics don't say %s", want)
		}
	}
}

func TestUploadsDontStandInTheWay(t *testing.T) {
	h, slow := busyHall(t)
	batch := func(id string) string { return `{"scans":[` + h.fill(scan(id, "{TOKEN:LI}", "north", "")) + `]}` }
	first, second := batch("UUID1"), batch("UUID2")
	slow.stop()
	answers := make(chan *http.Response, 3)
	go func() { answers <- h.post(scans+"/batch", first) }()
	<-slow.arrived
	if r := h.post(scans+"/batch", second); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("a second batch is answered %d", r.StatusCode)
	}
	one := h.fill(scan("UUID3", "{TOKEN:WU}", "north", ""))
	go func() { answers <- h.post(scans, one) }() // reaches the store
	<-slow.arrived
	slow.goOn()
	for range 2 {
		if r := <-answers; r.StatusCode != 200 {
			t.Errorf("%d %s", r.StatusCode, text(r))
		}
	}
	if r := h.post(scans+"/batch", second); r.StatusCode != 200 {
		t.Errorf("again it is answered %d", r.StatusCode)
	}
}

// A client that sends a scan byte by byte takes no place from anybody.
func TestSlowSendersTakeNoPlace(t *testing.T) {
	h, _ := busyHall(t)
	var wait sync.WaitGroup
	var senders []*io.PipeWriter
	for i := range 10 {
		in, out := io.Pipe()
		senders = append(senders, out)
		wait.Go(func() {
			r := httptest.NewRequest("POST", "/api/v1"+strings.TrimPrefix(h.fill(scans), "POST "), in)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+h.names["KEY:gate"])
			h.server.Handler().ServeHTTP(httptest.NewRecorder(), r)
		})
		fmt.Fprintf(out, `{"scan_id":"%d`, i) // returns once it has been read
	}
	h.run([]step{{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200, want: []string{`"admitted"`}}})
	for _, out := range senders {
		out.CloseWithError(io.ErrUnexpectedEOF)
	}
	wait.Wait()
	if a, b := h.server.UnderWay(); a != 0 || b != 0 {
		t.Errorf("%d scans and %d batches are still under way", a, b)
	}
}
