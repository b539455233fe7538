package planted

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

// Server with one bug, or none.
type Server struct {
	bug    Bug
	mu     sync.Mutex
	events map[string]*event
	mux    *http.ServeMux
}

// New server.
func New(bug Bug) *Server {
	s := &Server{bug: bug, events: map[string]*event{}, mux: http.NewServeMux()}
	const one = "/api/v1/events/{event}"
	s.mux.HandleFunc("POST /api/v1/events", s.postEvent)
	s.mux.HandleFunc("DELETE "+one, s.on(func(_ *event, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	s.mux.HandleFunc("POST "+one+"/categories", s.on(func(_ *event, w http.ResponseWriter, _ *http.Request) { give(w, struct{}{}) }))
	s.mux.HandleFunc("POST "+one+"/venues", s.on(postVenue))
	s.mux.HandleFunc("PATCH "+one+"/venues/{venue}", s.on(patchVenue))
	s.mux.HandleFunc("POST "+one+"/gates", s.on(postGate))
	s.mux.HandleFunc("POST "+one+"/operators", s.on(func(_ *event, w http.ResponseWriter, _ *http.Request) { give(w, map[string]string{"key": "any"}) }))
	s.mux.HandleFunc("POST "+one+"/imports", s.on(postImport))
	s.mux.HandleFunc("GET "+one+"/attendees", s.on(func(e *event, w http.ResponseWriter, _ *http.Request) { give(w, map[string]any{"items": e.people}) }))
	s.mux.HandleFunc("POST "+one+"/badges/{badge}/revoke", s.on(postRevoke))
	s.mux.HandleFunc("POST "+one+"/scans", s.on(s.postScan))
	s.mux.HandleFunc("POST "+one+"/scans/{scan}/undo", s.on(postUndo))
	s.mux.HandleFunc("GET "+one+"/journal", s.on(getJournal))
	s.mux.HandleFunc("GET "+one+"/occupancy", s.on(getOccupancy))
	s.mux.HandleFunc("GET "+one+"/inside", s.on(getInside))
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// on finds the event and holds the lock while it is dealt with.
func (s *Server) on(serve func(*event, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if e := s.events[r.PathValue("event")]; e != nil {
			serve(e, w, r)
			return
		}
		refuse(w, http.StatusNotFound, "no_such_event")
	}
}

func (s *Server) postEvent(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID string `json:"id"`
	}
	if !take(w, r, &in) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events[in.ID] = newEvent(s.bug)
	give(w, in)
}

func postVenue(e *event, w http.ResponseWriter, r *http.Request) {
	v := &venue{}
	if take(w, r, v) {
		e.venues[v.ID] = v
		e.order = append(e.order, v.ID)
		e.record(map[string]any{"kind": "config", "subject": "venue/" + v.ID})
		give(w, v)
	}
}

func patchVenue(e *event, w http.ResponseWriter, r *http.Request) {
	v := e.venues[r.PathValue("venue")]
	before := v.Capacity
	if !take(w, r, v) {
		return
	}
	if v.Capacity != before {
		e.record(map[string]any{"kind": "config", "subject": "venue/" + v.ID})
	}
	give(w, v)
}

func postGate(e *event, w http.ResponseWriter, r *http.Request) {
	var in struct{ ID, Venue string }
	if take(w, r, &in) {
		e.gates[in.ID] = in.Venue
		give(w, in)
	}
}

func postImport(e *event, w http.ResponseWriter, r *http.Request) {
	table, err := csv.NewReader(r.Body).ReadAll()
	if err != nil || len(table) == 0 {
		refuse(w, http.StatusBadRequest, "bad_file")
		return
	}
	for i := range table[1:] {
		badge := fmt.Sprintf("badge-%d", i+1)
		token := "a.token.of-some-length-for-" + badge
		e.badges[token] = badge
		e.people = append(e.people, map[string]any{"badge": map[string]string{"id": badge, "token": token}})
	}
	give(w, map[string]any{"id": "1", "state": "done", "accepted": len(table) - 1})
}

func postRevoke(e *event, w http.ResponseWriter, r *http.Request) {
	badge := r.PathValue("badge")
	if e.revoked[badge] {
		refuse(w, http.StatusConflict, "badge_ended")
		return
	}
	e.revoked[badge] = true
	e.record(map[string]any{"kind": "badge", "badge": badge, "note": "revoked"})
	give(w, map[string]string{"id": badge})
}

func (s *Server) postScan(e *event, w http.ResponseWriter, r *http.Request) {
	var q request
	if !take(w, r, &q) {
		return
	}
	a, code := e.scan(q, func() {
		s.mu.Unlock()
		aMoment()
		s.mu.Lock()
	})
	if code != "" {
		refuse(w, http.StatusConflict, code)
		return
	}
	give(w, a)
}

func postUndo(e *event, w http.ResponseWriter, r *http.Request) {
	a, code := e.undo(r.PathValue("scan"))
	if code != "" {
		refuse(w, http.StatusConflict, code)
		return
	}
	give(w, a)
}

func getJournal(e *event, w http.ResponseWriter, r *http.Request) {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil || after > len(e.rows) {
		after = len(e.rows)
	}
	give(w, map[string]any{"items": e.rows[after:min(len(e.rows), after+1000)]})
}

func getOccupancy(e *event, w http.ResponseWriter, _ *http.Request) {
	var tiles []venueCard
	for _, id := range e.order {
		tiles = append(tiles, venueCard{id, e.inside(e.venues[id]), e.venues[id].Capacity})
	}
	give(w, map[string]any{"venues": tiles, "seq": len(e.rows)})
}

func getInside(e *event, w http.ResponseWriter, _ *http.Request) {
	people := []map[string]string{}
	for at, p := range e.places {
		if p.inside {
			people = append(people, map[string]string{"badge": at.badge, "venue": at.venue})
		}
	}
	give(w, map[string]any{"items": people})
}

func take(w http.ResponseWriter, r *http.Request, into any) bool {
	if json.NewDecoder(r.Body).Decode(into) != nil {
		refuse(w, http.StatusBadRequest, "bad_json")
		return false
	}
	return true
}

func give(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v) // whoever has gone misses it
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"code": code})
}
