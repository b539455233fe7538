package api_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

const scannerPath = "GET " + ciep + "/scanner"

func TestScanner(t *testing.T) {
	keep := func(h *hall, r *http.Response, body []byte) {
		h.t.Helper()
		var v struct{ Seq uint64 }
		if err := json.Unmarshal(body, &v); err != nil {
			h.t.Fatal(err)
		}
		h.names["SEQ"], h.names["TAG"] = fmt.Sprint(v.Seq), r.Header.Get("ETag")
	}
	runScenarios(t, []scenario{
		{"all of it, and then what has changed", []step{
			{do: "POST " + ciep + "/badges/{BADGE:WU}/reissue", as: "desk", status: 201},
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "gala-gate", `,"direction":"in"`), status: 200},
			{do: scannerPath, as: "gate", status: 200, after: keep, not: append([]string{`"moves"`, "key_hash", "sealed", "lk_"}, nameless...),
				want: []string{`"full":true`, `"timezone":"Asia/Shanghai"`, `"id":"north"`, `"id":"night"`, `"id":"vip"`, `"kty":"OKP"`, `"ended":["{BADGE:WU}"]`, `"gala":{"{BADGE:LI}":"`, `"gala":1`, `"server_time":"`}},
			{do: scannerPath + "?since={SEQ}", as: "gate", status: 200, want: []string{`"full":false`, `"ended":[]`}, not: []string{`"moves"`, `"venues"`, `"jwks"`}},
			{do: scannerPath, as: "gate", header: map[string]string{"If-None-Match": "{TAG}"}, status: 304},
			{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:LI}", "gala-gate", `,"direction":"out"`), status: 200},
			{do: "POST " + ciep + "/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200},
			{do: scannerPath, as: "gate", header: map[string]string{"If-None-Match": "{TAG}"}, status: 200, want: []string{`"gala":{}`, `"spent":{"gala":{"{BADGE:LI}":"`}},
			{do: scannerPath + "?since={SEQ}", as: "gate", status: 200, after: keep,
				want: []string{`"full":false`, `"ended":["{BADGE:LI}"]`, `"moves":[{"venue":"gala","badge":"{BADGE:LI}","inside":false,"entered_at":"2`, `"gala":0`}},
			{do: scannerPath + "?since={SEQ}", as: "gate", status: 200, want: []string{`"full":false`}, not: []string{`"moves"`}},
			{do: "PATCH " + ciep + "/venues/gala", as: "organizer", body: `{"capacity":7}`, status: 200},
			{do: scannerPath + "?since={SEQ}", as: "gate", status: 200, want: []string{`"full":true`, `"capacity":7`}, after: keep},
			{do: "POST " + ciep + "/scans/{UUID2}/undo", as: "desk", status: 200},
			{do: scannerPath + "?since={SEQ}", as: "gate", status: 200, want: []string{`"full":false`, `"inside":true`}},
			{do: scannerPath + "?since=999999", as: "gate", status: 200, want: []string{`"full":true`}},
			{do: scannerPath + "?since=x", as: "gate", status: 400, want: []string{`"field":"since"`}},
		}},
		{"of one gate", []step{
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "gala-gate", `,"direction":"in"`), status: 200},
			{do: scannerPath, as: "limited", status: 200, want: []string{`"id":"north"`, `"id":"main-forum"`, `"inside":{"main-forum":{}}`, `"counts":{"main-forum":0}`}, not: []string{`"gala`, "{BADGE:LI}"}, after: keep},
			{do: scannerPath, as: "gate", header: map[string]string{"If-None-Match": "{TAG}"}, status: 200, want: []string{`"id":"gala-gate"`}},
			{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:LI}", "gala-gate", `,"direction":"out"`), status: 200},
			{do: scannerPath + "?since={SEQ}", as: "limited", status: 200, not: []string{"gala"}},
		}},
		{"of an event made anew", []step{
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "gala-gate", `,"direction":"in"`), status: 200},
			{do: scannerPath, as: "root", status: 200, want: []string{"{BADGE:LI}"}},
			{do: "DELETE " + ciep, as: "root", status: 204},
			{do: scannerPath, as: "root", status: 404},
			{do: "POST " + events, as: "root", status: 201, body: `{"id":"ciep21","name":"Again","timezone":"Asia/Shanghai","starts_at":"2030-01-01T09:00:00Z","ends_at":"2030-01-02T18:00:00Z"}`},
			{do: scannerPath, as: "root", status: 200, want: []string{`"full":true`, `"gates":[]`, `"inside":{}`}, not: []string{"{BADGE:LI}"}},
		}},
	})
}

func TestScannerZipped(t *testing.T) {
	h := newHall(t, memory)
	res, body := h.request(step{do: scannerPath, as: "gate", header: map[string]string{"Accept-Encoding": "gzip"}})
	if res.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
		t.Fatalf("headers %v", res.Header)
	}
	z := must(gzip.NewReader(strings.NewReader(string(body))))
	if text := must(io.ReadAll(z)); !json.Valid(text) || !strings.Contains(string(text), `"full":true`) {
		t.Errorf("unpacked: %.200s", text)
	}
}

// crowd is what a phone knows: who is inside, by venue.
type crowd map[string]map[string]bool

// TestScannerAgrees walks people through the halls at random, offline, late
// and undone scans among them. A phone that got everything once and changes
// since then must know the same as the store.
func TestScannerAgrees(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	h := newHall(t, memory)
	for i := range 6 {
		a := must(h.desk.AddAttendee(t.Context(), "ciep21", checkin.Stamp{}, badge.Attendee{Name: fmt.Sprint("Guest ", i), Category: "vip"}))
		b, _, err := h.desk.IssueBadge(t.Context(), "ciep21", checkin.Stamp{}, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		h.names[fmt.Sprint("TOKEN:G", i)] = must(h.desk.Token(t.Context(), "ciep21", b))
	}
	for _, v := range []string{"lounge", "lunch"} { // entering one leaves the other
		h.run([]step{{do: "PATCH " + ciep + "/venues/" + v, as: "organizer", body: `{"exclusive":"halls"}`, status: 200}})
	}
	gates := []string{"main-forum-gate", "room-gate", "lounge-gate", "gala-gate", "lunch-gate"}
	phone, seq := crowd{}, "0"
	var used []string
	for round := range 300 {
		h.wait(time.Duration(dice.IntN(40)) * time.Second)
		switch n := dice.IntN(10); {
		case n == 0 && len(used) > 0:
			h.request(step{do: "POST " + ciep + "/scans/" + used[dice.IntN(len(used))] + "/undo", as: "desk"})
		default:
			id := uuid(round)
			if n == 1 && len(used) > 0 {
				id = used[dice.IntN(len(used))]
			}
			direction, rest := "in", ""
			if dice.IntN(2) == 0 {
				direction = "out"
			}
			if dice.IntN(3) == 0 {
				shown := map[string]string{"in": "admitted", "out": "exited"}[direction]
				if dice.IntN(4) == 0 {
					shown = "denied"
				}
				at := h.clock().Add(-time.Duration(dice.IntN(600)) * time.Second)
				rest = `,"offline":true,"verdict":"` + shown + `","scanned_at":"` + at.Format(time.RFC3339Nano) + `"`
			} else if dice.IntN(4) == 0 {
				rest = `,"override":{"reason":"let in"}`
			}
			h.request(step{do: scans, as: "desk", body: `{"scan_id":"` + id + `","token":"{TOKEN:G` + fmt.Sprint(dice.IntN(6)) + `}","gate":"` +
				gates[dice.IntN(len(gates))] + `","direction":"` + direction + `"` + rest + `}`})
			used = append(used, id)
		}
		if dice.IntN(3) == 0 || round == 299 {
			seq = phone.sync(h, seq)
			phone.compare(h)
			if h.t.Failed() {
				t.Fatalf("in round %d", round)
			}
		}
	}
}

// sync does what a phone does with an answer.
func (p crowd) sync(h *hall, since string) string {
	h.t.Helper()
	res, body := h.request(step{do: scannerPath + "?since=" + since, as: "supervisor"})
	if res.StatusCode != 200 {
		h.t.Fatalf("%d: %s", res.StatusCode, body)
	}
	var v struct {
		Full   bool
		Seq    uint64
		Counts map[string]int
		Inside map[string]map[string]time.Time
		Moves  []struct {
			Venue, Badge string
			Inside       bool
		}
	}
	if err := json.Unmarshal(body, &v); err != nil {
		h.t.Fatal(err)
	}
	if v.Full != (since == "0") {
		h.t.Errorf("since %s came full %v", since, v.Full)
	}
	if v.Full {
		clear(p)
	}
	for venue, stays := range v.Inside {
		p[venue] = map[string]bool{}
		for b := range stays {
			p[venue][b] = true
		}
	}
	for _, m := range v.Moves {
		if m.Inside {
			p[m.Venue][m.Badge] = true
		} else {
			delete(p[m.Venue], m.Badge)
		}
	}
	for venue, n := range v.Counts {
		if len(p[venue]) != n {
			h.t.Errorf("%s: %d inside, counted %d", venue, len(p[venue]), n)
		}
	}
	return fmt.Sprint(v.Seq)
}

func (p crowd) compare(h *hall) {
	h.t.Helper()
	people := must(h.desk.Inside(h.t.Context(), "ciep21", ""))
	n := 0
	for _, of := range p {
		n += len(of)
	}
	if n != len(people) {
		h.t.Errorf("the phone knows %d inside, the store %d", n, len(people))
	}
	for _, i := range people {
		if !p[i.Venue][i.Badge] {
			h.t.Errorf("the phone doesn't know %s in %s", i.Badge, i.Venue)
		}
	}
}
