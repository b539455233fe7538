package api_test

import (
	"testing"
	"time"
)

const (
	byNumber = "POST /events/ciep21/badges/{BADGE:LI}/scans"
	places   = "GET /events/ciep21/badges/{BADGE:LI}/places"
)

// number is the body of a scan by a badge's number.
func number(id, gate, rest string) string {
	return `{"scan_id":"{` + id + `}","gate":"` + gate + `"` + rest + `}`
}

func TestScansByNumber(t *testing.T) {
	secrets := append([]string{"{TOKEN:LI}", `"token"`}, nameless...)
	in := `,"direction":"in"`
	runScenarios(t, []scenario{
		{"a number is as good as its code", []step{
			{do: byNumber, as: "gate", body: number("UUID1", "north", ""), status: 200,
				want: []string{`"result":"admitted"`, `"scan_id":"{UUID1}"`, `"name":"李明"`, `"inside":1`}, not: []string{"{TOKEN:LI}", `"token"`}},
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200, want: []string{`"admitted"`, `"replayed":true`}},
			{do: byNumber, as: "supervisor", body: number("UUID2", "main-forum-gate", in), status: 200, want: []string{`"denied"`, `"already_inside"`}},
			{do: places, as: "desk", status: 200, want: []string{`"venue":"main-forum","inside":true`, `"gate":"north"`, `"left_at":null`}},
			{do: byNumber, as: "gate", body: number("UUID3", "main-forum-gate", `,"direction":"out"`), status: 200, want: []string{`"exited"`, `"inside":0`}},
			{do: places, as: "desk", status: 200, want: []string{`"inside":false`, `"entered_at":"2`, `"left_at":"2`}, not: nameless},
			{do: "POST /events/ciep21/scans/{UUID3}/undo", as: "gate", status: 200},
		}},
		{"the rules are the same", []step{
			{do: byNumber, as: "gate", body: number("UUID1", "north", `,"dry_run":true`), status: 200, want: []string{`"admitted"`}, not: []string{`"seq"`}},
			{do: "POST /events/ciep21/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200},
			{do: byNumber, as: "gate", body: number("UUID2", "north", ""), status: 200, want: []string{`"denied"`, `"revoked"`}},
			{do: byNumber, as: "gate", body: number("UUID3", "north", `,"override":{"reason":"met"}`), status: 403, want: []string{`"override_refused"`}},
			{do: byNumber, as: "desk", body: number("UUID3", "north", `,"override":{"reason":"met"}`), status: 200, want: []string{`"admitted"`, `"forced":true`}},
			{do: byNumber, as: "limited", body: number("UUID4", "room-gate", in), status: 403, want: []string{`"gate_refused"`}},
			{do: "GET /events/ciep21/journal?after=0&limit=500", as: "security", status: 200, want: []string{`"scan_id":"{UUID2}"`, `"operator":"gate"`}, not: nameless},
		}},
		{"what can't be", []step{
			{do: byNumber, as: "gate", body: number("UUID1", "north", `,"offline":true`), status: 400, want: []string{`"unknown_field"`, `"field":"offline"`}},
			{do: byNumber, as: "gate", body: number("UUID1", "north", `,"token":"x"`), status: 400, want: []string{`"unknown_field"`}},
			{do: byNumber, as: "gate", body: `{"gate":"north"}`, status: 400, want: []string{`"missing_field"`, `"field":"scan_id"`}},
			{do: byNumber, as: "gate", body: number("UUID1", "nowhere", ""), status: 404, want: []string{`"no_such_gate"`}},
			{do: "POST /events/ciep21/badges/AAAAAAAAAAA/scans", as: "gate", body: number("UUID1", "north", ""), status: 404, want: []string{`"no_such_badge"`}, not: secrets},
			{do: "POST /events/ciep21/badges/{BADGE:ELSE}/scans", as: "gate", body: number("UUID1", "north", ""), status: 404, want: []string{`"no_such_badge"`}},
			{do: "GET /events/ciep21/occupancy", as: "security", status: 200, want: []string{`"inside_total":0`}},
		}},
	})
}

// Guessing is hopeless; whoever tries is stopped before the store is asked, and
// a gate that shares the address is back at it a second later.
func TestTooManyNumbers(t *testing.T) {
	h := newHall(t, memory)
	guess := step{do: "POST /events/ciep21/badges/AAAAAAAAAAA/scans", as: "gate", body: number("UUID1", "north", ""), status: 404}
	for range 50 {
		h.run([]step{guess})
	}
	guess.status, guess.want = 429, []string{`"too_many_attempts"`}
	h.run([]step{guess, {do: "GET /me", as: "gate", status: 200}, {do: scans, as: "gate", body: scan("UUID2", "{TOKEN:WU}", "north", ""), status: 200}})
	h.wait(2 * time.Second)
	h.run([]step{{do: byNumber, as: "gate", body: number("UUID3", "north", ""), status: 200, want: []string{`"admitted"`}}})
}
