package main

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lanyard/cmd/internal/rig"
)

// fake is a Lanyard as small as a run needs: its API in memory, behind one lock,
// with places to plant faults.
type fake struct {
	mu     sync.Mutex
	events map[string]*fakeEvent

	// answer may change what a scan is answered, after it was recorded; nil answers
	// nothing and breaks the connection.
	answer func(n int, a map[string]any) map[string]any
	// busy answers 503 to a scan before it is recorded.
	busy func(n int) bool
	// blind makes the rules forget that a badge is inside.
	blind func(n int) bool
	n     int // scans so far
}

type fakeEvent struct {
	id        string
	rows      []map[string]any
	head      string
	attendees []map[string]any
	venueOf   map[string]string
	capacity  map[string]int
	venues    []string
	gates     []string
	inside    map[place]bool
	count     map[string]*Counters
	answers   map[string]map[string]any
}

const fakeKey = "organizer"

func newFake(t *testing.T) (*fake, *rig.Service) {
	t.Helper()
	f := &fake{events: map[string]*fakeEvent{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	s, err := rig.NewService(server.URL, fakeKey)
	if err != nil {
		t.Fatal(err)
	}
	return f, s
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var in map[string]any
	if r.Header.Get("Content-Type") == "application/json" {
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			http.Error(w, `{"code":"malformed"}`, http.StatusBadRequest)
			return
		}
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/v1/events"), "/")
	if len(path) == 1 {
		id := in["id"].(string)
		f.events[id] = &fakeEvent{id: id, head: rig.GenesisHash, venueOf: map[string]string{}, capacity: map[string]int{}, inside: map[place]bool{},
			count: map[string]*Counters{}, answers: map[string]map[string]any{}}
		f.events[id].append(map[string]any{"kind": "config", "at": "2026-11-01T00:00:00.000Z"})
		write(w, in)
		return
	}
	e := f.events[path[1]]
	if e == nil {
		http.Error(w, `{"code":"no_event"}`, http.StatusNotFound)
		return
	}
	if len(path) == 2 {
		delete(f.events, path[1])
		w.WriteHeader(http.StatusNoContent)
		return
	}
	query := r.URL.Query()
	switch r.Method + " " + path[2] {
	case "POST categories":
		write(w, in)
	case "POST operators":
		in["key"] = "key-" + in["gates"].([]any)[0].(string)
		write(w, in)
	case "POST venues":
		e.venues = append(e.venues, in["id"].(string))
		e.capacity[in["id"].(string)] = int(in["capacity"].(float64))
		write(w, in)
	case "POST gates":
		e.gates = append(e.gates, in["id"].(string))
		e.venueOf[in["id"].(string)] = in["venue"].(string)
		write(w, in)
	case "POST imports":
		table, err := csv.NewReader(r.Body).ReadAll()
		if err != nil || query.Get("issue") != "true" {
			http.Error(w, `{"code":"malformed"}`, http.StatusBadRequest)
			return
		}
		for i := range table[1:] {
			badge := fmt.Sprintf("%s-%d", e.id, i)
			e.attendees = append(e.attendees, map[string]any{"ref": table[i+1][0], "badge": map[string]any{
				"id": badge, "token": "head." + badge + ".signature-of-some-length"}})
		}
		write(w, map[string]any{"id": "1", "state": "running"})
	case "GET imports":
		write(w, map[string]any{"id": "1", "state": "done", "accepted": len(e.attendees)})
	case "GET attendees":
		from, _ := strconv.Atoi(query.Get("cursor"))
		limit, _ := strconv.Atoi(query.Get("limit"))
		to := min(from+limit, len(e.attendees))
		page := map[string]any{"items": e.attendees[from:to]}
		if to < len(e.attendees) {
			page["next_cursor"] = strconv.Itoa(to)
		}
		write(w, page)
	case "GET journal":
		after, _ := strconv.Atoi(query.Get("after"))
		limit, _ := strconv.Atoi(query.Get("limit"))
		after = min(after, len(e.rows))
		write(w, map[string]any{"items": e.rows[after:min(after+limit, len(e.rows))]})
	case "GET occupancy":
		write(w, e.occupancy())
	case "GET inside":
		items := []Person{}
		for p := range e.inside {
			items = append(items, Person{p.badge, p.venue})
		}
		write(w, map[string]any{"items": items})
	case "POST scans":
		f.scan(w, r, e, in)
	default:
		http.Error(w, `{"code":"no_route"}`, http.StatusNotFound)
	}
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (f *fake) scan(w http.ResponseWriter, r *http.Request, e *fakeEvent, in map[string]any) {
	n := f.n
	f.n++
	if f.busy != nil && f.busy(n) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, `{"code":"unavailable"}`, http.StatusServiceUnavailable)
		return
	}
	gate := in["gate"].(string)
	if r.Header.Get("Authorization") != "Bearer key-"+gate {
		http.Error(w, `{"code":"forbidden"}`, http.StatusForbidden)
		return
	}
	id := in["scan_id"].(string)
	a := e.answers[id]
	if a == nil {
		a = e.decide(in, gate, f.blind != nil && f.blind(n))
		e.answers[id] = a
	} else {
		again := map[string]any{}
		for k, v := range a {
			again[k] = v
		}
		again["replayed"] = true
		a = again
	}
	if f.answer != nil {
		if a = f.answer(n, a); a == nil {
			panic(http.ErrAbortHandler)
		}
	}
	write(w, a)
}

func (e *fakeEvent) decide(in map[string]any, gate string, blind bool) map[string]any {
	venue, direction := e.venueOf[gate], in["direction"].(string)
	row := map[string]any{"kind": "scan", "at": "2026-11-01T00:00:00.000Z", "scan_id": in["scan_id"], "venue": venue, "gate": gate, "direction": direction}
	token := in["token"].(string)
	badge := strings.TrimSuffix(strings.TrimPrefix(token, "head."), ".signature-of-some-length")
	here := place{badge, venue}
	full := e.capacity[venue] > 0 && e.insideOf(venue) >= e.capacity[venue]
	result, reason := "admitted", ""
	switch {
	case !strings.HasSuffix(token, ".signature-of-some-length"):
		result, reason, badge = "denied", "invalid_token", ""
	case !strings.HasPrefix(badge, e.id+"-"):
		result, reason, badge = "denied", "wrong_event", ""
	case direction == "out":
		result = "exited"
		if !e.inside[here] {
			row["note"] = "not_inside"
		}
		delete(e.inside, here)
	case e.inside[here] && !blind:
		result, reason = "denied", "already_inside"
	case full:
		result, reason = "denied", "venue_full"
	default:
		e.inside[here] = true
	}
	row["result"] = result
	if reason != "" {
		row["reason"] = reason
	}
	if badge != "" {
		row["badge"] = badge
	}
	if row["note"] == nil {
		e.counted(venue).count(result, 1)
		e.counted(gate).count(result, 1)
	}
	e.append(row)
	return map[string]any{"scan_id": in["scan_id"], "result": result, "reason": reason, "note": row["note"], "replayed": false, "seq": row["seq"],
		"attendee": map[string]any{"name": `"result":"denied"`}, "venue": map[string]any{"id": venue, "inside": e.insideOf(venue), "capacity": e.capacity[venue]}}
}

func (e *fakeEvent) append(row map[string]any) {
	row["seq"], row["prev"] = len(e.rows)+1, e.head
	text, _ := json.Marshal(row) // maps are sorted, and nothing in these rows needs more to be canonical
	sum := sha256.Sum256(text)
	e.head = hex.EncodeToString(sum[:])
	row["hash"] = e.head
	e.rows = append(e.rows, row)
}

func (e *fakeEvent) insideOf(venue string) (n int) {
	for p := range e.inside {
		if p.venue == venue {
			n++
		}
	}
	return n
}

func (e *fakeEvent) counted(id string) *Counters {
	if e.count[id] == nil {
		e.count[id] = &Counters{ID: id}
	}
	return e.count[id]
}

func (e *fakeEvent) occupancy() Occupancy {
	o := Occupancy{InsideTotal: len(e.inside)}
	for _, venue := range e.venues {
		tile := Tile{Counters: *e.counted(venue), Inside: e.insideOf(venue), Capacity: e.capacity[venue]}
		for _, gate := range e.gates {
			if e.venueOf[gate] == venue {
				tile.Gates = append(tile.Gates, *e.counted(gate))
			}
		}
		o.Venues = append(o.Venues, tile)
	}
	return o
}
