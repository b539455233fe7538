package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lanyard/checkin"
)

const scans = "POST /events/ciep21/scans"

// nameless are parts that belong to a person and must not be where they have
// no business.
var nameless = []string{"李明", "Ming Li", "Wu Fang", "广东省科技厅", "example.org\"", "755 1234"}

func TestVerdicts(t *testing.T) {
	li, wu := "{TOKEN:LI}", "{TOKEN:WU}"
	in := `,"direction":"in"`
	out := `,"direction":"out"`
	runScenarios(t, []scenario{
		{"admitted, and out again", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200,
				want: []string{`"scan_id":"{UUID1}"`, `"result":"admitted"`, `"replayed":false`, `"badge":{"id":"{BADGE:LI}","category":"delegate"}`,
					`"attendee":{"name":"李明","name_latin":"Ming Li","organization":"广东省科技厅","category":"delegate"}`,
					`"venue":{"id":"main-forum","inside":1,"capacity":100}`, `"seq":`},
				not: []string{`"reason"`, `"earlier"`, "755", "@example.org", `"forced"`}},
			{do: scans, as: "supervisor", body: scan("UUID2", li, "main-forum-gate", out), status: 200, want: []string{`"result":"exited"`, `"inside":0`}},
			{do: scans, as: "desk", body: scan("UUID3", li, "main-forum-gate", out), status: 200, want: []string{`"result":"exited"`, `"note":"not_inside"`, `"inside":0`}},
			{do: scans, as: "organizer", body: scan("UUID4", li, "main-forum-gate", in), status: 200, want: []string{`"result":"admitted"`}},
		}},
		{"replayed", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200, want: []string{`"admitted"`, `"replayed":false`}},
			{do: "POST /events/ciep21/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", in), status: 200, want: []string{`"admitted"`, `"replayed":true`}, not: []string{`"reason"`}},
			{do: scans, as: "gate", body: scan("UUID1", wu, "north", ""), status: 409, want: []string{`"code":"scan_id_reused"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "room-gate", in), status: 409, want: []string{`"code":"scan_id_reused"`}},
		}},
		{"invalid_token", []step{
			{do: scans, as: "gate", body: scan("UUID1", "not a token", "north", ""), status: 200, want: []string{`"denied"`, `"invalid_token"`, `"badge":null`}, not: nameless},
			{do: scans, as: "gate", body: scan("UUID2", li+"A", "north", ""), status: 200, want: []string{`"denied"`, `"invalid_token"`}, not: nameless},
			{do: scans, as: "gate", body: scan("UUID3", li+" ", "north", ""), status: 200, want: []string{`"denied"`, `"invalid_token"`}},
			{do: scans, as: "gate", body: scan("UUID4", strings.Repeat("A", 5000), "north", ""), status: 200, want: []string{`"denied"`, `"invalid_token"`}, not: []string{"AAAA"}},
			{do: "POST /events/ciep21/keys/rotate", as: "organizer", status: 201},
			{do: scans, as: "gate", body: scan("UUID5", li, "north", ""), status: 200, want: []string{`"admitted"`}},
			{do: "GET /events/ciep21/keys", as: "organizer", status: 200, want: []string{`"retired"`, `"active"`}, not: []string{"sealed"}},
		}},
		{"withdrawn key", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "main-forum-gate", in), status: 200, want: []string{`"admitted"`}},
			{do: "POST /events/ciep21/keys/{KID}/revoke", as: "organizer", status: 200, want: []string{`"status":"active"`}, not: []string{`"kid":"{KID}"`},
				before: func(h *hall) {
					cfg := must(h.desk.Config(t.Context(), "ciep21"))
					h.names["KID"] = cfg.Keys[0].ID
				}},
			{do: scans, as: "gate", body: scan("UUID2", wu, "main-forum-gate", in), status: 200, want: []string{`"denied"`, `"invalid_token"`}},
			{do: scans, as: "gate", body: scan("UUID3", li, "main-forum-gate", out), status: 200, want: []string{`"exited"`}},
			{do: "GET //.well-known/jwks.json", status: 200, not: []string{`"kid":"{KID}"`}},
		}},
		{"wrong_event", []step{
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:ELSE}", "north", ""), status: 200, want: []string{`"denied"`, `"wrong_event"`, `"badge":null`}, not: []string{"Elsewhere"}},
		}},
		{"unknown_badge", []step{
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:GHOST}", "north", ""), status: 200, want: []string{`"denied"`, `"unknown_badge"`}},
		}},
		{"revoked", []step{
			{do: "POST /events/ciep21/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200, want: []string{`"status":"revoked"`, `"token":null`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200, want: []string{`"denied"`, `"reason":"revoked"`}},
			{do: "POST /events/ciep21/badges/{BADGE:WU}/reissue", as: "desk", status: 201, save: "TOKEN:WU2=token"},
			{do: scans, as: "gate", body: scan("UUID2", wu, "north", ""), status: 200, want: []string{`"denied"`, `"reason":"revoked"`}},
			{do: scans, as: "gate", body: scan("UUID3", "{TOKEN:WU2}", "north", ""), status: 200, want: []string{`"admitted"`}},
		}},
		{"out though revoked", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "room-gate", in), status: 200, want: []string{`"admitted"`}},
			{do: "POST /events/ciep21/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200},
			{do: scans, as: "gate", body: scan("UUID2", li, "room-gate", out), status: 200, want: []string{`"exited"`, `"inside":0`}},
		}},
		{"not_yet_valid", []step{
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:EARLY}", "north", ""), status: 200, want: []string{`"denied"`, `"not_yet_valid"`}},
			{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:EARLY}", "north", ""), status: 200, want: []string{`"admitted"`},
				before: func(h *hall) { h.wait(3 * time.Hour) }},
		}},
		{"expired", []step{
			{do: "POST /events/past/scans", as: "root", body: scan("UUID1", "{TOKEN:OLD}", "door", ""), status: 200, want: []string{`"denied"`, `"expired"`}},
		}},
		{"wrong_category", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "lounge-gate", in), status: 200, want: []string{`"denied"`, `"wrong_category"`}},
			{do: "PATCH /events/ciep21/attendees/{LI}", as: "desk", body: `{"category":"vip"}`, status: 200, want: []string{`"category":"vip"`}},
			{do: scans, as: "gate", body: scan("UUID2", li, "lounge-gate", in), status: 200, want: []string{`"admitted"`}},
		}},
		{"venue_closed", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "night-gate", in), status: 200, want: []string{`"denied"`, `"venue_closed"`}},
			{do: "PATCH /events/ciep21/venues/night", as: "organizer", body: `{"hours":[{"from":"00:00","to":"24:00"}]}`, status: 200},
			{do: scans, as: "gate", body: scan("UUID2", li, "night-gate", in), status: 200, want: []string{`"admitted"`}},
		}},
		{"already_inside", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200, want: []string{`"admitted"`}},
			{do: scans, as: "supervisor", body: scan("UUID2", li, "main-forum-gate", in), status: 200,
				want: []string{`"denied"`, `"already_inside"`, `"earlier":{"at":"`, `"gate":"north"`, `"scanner":"gate"`, `"inside":1`}},
		}},
		{"already_used", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "gala-gate", in), status: 200, want: []string{`"admitted"`}},
			{do: scans, as: "gate", body: scan("UUID2", li, "gala-gate", out), status: 200, want: []string{`"exited"`}},
			{do: scans, as: "gate", body: scan("UUID3", li, "gala-gate", in), status: 200,
				want:   []string{`"denied"`, `"already_used"`, `"earlier":{"at":"`},
				before: func(h *hall) { h.wait(26 * time.Hour) }},
		}},
		{"already_used_today", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "lunch-gate", in), status: 200, want: []string{`"admitted"`}},
			{do: scans, as: "gate", body: scan("UUID2", li, "lunch-gate", out), status: 200, want: []string{`"exited"`}},
			{do: scans, as: "gate", body: scan("UUID3", li, "lunch-gate", in), status: 200, want: []string{`"denied"`, `"already_used_today"`, `"earlier":{"at":"`}},
			{do: scans, as: "gate", body: scan("UUID4", li, "lunch-gate", in), status: 200, want: []string{`"admitted"`},
				before: func(h *hall) { h.wait(25 * time.Hour) }},
		}},
		{"venue_full", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "room-gate", in), status: 200, want: []string{`"admitted"`, `"inside":1,"capacity":1`}},
			{do: scans, as: "gate", body: scan("UUID2", wu, "room-gate", in), status: 200, want: []string{`"denied"`, `"venue_full"`}},
			{do: scans, as: "gate", body: scan("UUID3", wu, "room-gate", in+`,"override":{"reason":"speaker"}`), status: 403, want: []string{`"override_refused"`}},
			{do: scans, as: "supervisor", body: scan("UUID3", wu, "room-gate", in+`,"override":{"reason":"speaker"}`), status: 200,
				want: []string{`"admitted"`, `"forced":true`, `"reason":"venue_full"`, `"inside":2,"capacity":1`}},
			{do: "GET /events/ciep21/journal?after=0&limit=500", as: "security", status: 200, want: []string{`"forced":true`, `"why":"speaker"`}, not: nameless},
		}},
		{"lowered capacity holds at once", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200, want: []string{`"admitted"`}},
			{do: "PATCH /events/ciep21/venues/main-forum", as: "organizer", body: `{"capacity":1}`, status: 200, want: []string{`"capacity":1`}},
			{do: scans, as: "gate", body: scan("UUID2", wu, "north", ""), status: 200, want: []string{`"venue_full"`}},
		}},
	})
}

func TestEveryReasonHasAScenario(t *testing.T) {
	source := sourceOf(t, "scans_test.go")
	for _, r := range checkin.Reasons {
		if !strings.Contains(source, `"`+string(r)) && !strings.Contains(source, `:"`+string(r)) {
			t.Errorf("no scenario shows %s", r)
		}
	}
}

func TestScanRequests(t *testing.T) {
	li := "{TOKEN:LI}"
	runScenarios(t, []scenario{
		{"what a scan needs", []step{
			{do: scans, as: "gate", body: `{"token":"x","gate":"north"}`, status: 400, want: []string{`"missing_field"`, `"field":"scan_id"`}},
			{do: scans, as: "gate", body: `{"scan_id":"{UUID1}","token":"x"}`, status: 400, want: []string{`"missing_field"`, `"field":"gate"`}},
			{do: scans, as: "gate", body: `{"scan_id":"{UUID1}","gate":"north"}`, status: 400, want: []string{`"field":"token"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"scan_id":"{UUID2}"`), status: 400, want: []string{`"duplicate_field"`, `"field":"scan_id"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"Gate":"north"`), status: 400, want: []string{`"unknown_field"`, `"field":"Gate"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"dry_run":"yes"`), status: 400, want: []string{`"invalid_value"`, `"field":"dry_run"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"override":{"reason":""}`), status: 400, want: []string{`"missing_field"`, `"field":"override.reason"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"override":{"why":"x"}`), status: 400, want: []string{`"unknown_field"`, `"field":"override.why"`}},
			{do: scans, as: "gate", body: `{"scan_id":"one","token":"x","gate":"north"}`, status: 400, want: []string{`"invalid_value"`, `"field":"scan_id"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "nowhere", ""), status: 404, want: []string{`"no_such_gate"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "main-forum-gate", ""), status: 400, want: []string{`"direction_needed"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"direction":"out"`), status: 400, want: []string{`"wrong_direction"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"direction":"up"`), status: 400, want: []string{`"field":"direction"`}},
			{do: scans, as: "limited", body: scan("UUID1", li, "room-gate", `,"direction":"in"`), status: 403, want: []string{`"gate_refused"`}},
			{do: scans, as: "gate", status: 415, want: []string{`"unsupported_media_type"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), header: map[string]string{"Content-Type": "text/plain"}, status: 415},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), header: map[string]string{"Content-Encoding": "gzip"}, status: 415},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), header: map[string]string{"Content-Type": "application/json; charset=latin1"}, status: 415},
			{do: scans, as: "gate", body: scan("UUID1", strings.Repeat("x", 70_000), "north", ""), status: 413, want: []string{`"too_large"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), header: map[string]string{"Content-Type": "application/json; charset=UTF-8"}, status: 200, want: []string{`"admitted"`}},
		}},
		{"dry run", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"dry_run":true`), status: 200, want: []string{`"admitted"`}, not: []string{`"seq"`}},
			{do: "GET /events/ciep21/occupancy", as: "security", status: 200, want: []string{`"inside_total":0`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "room-gate", `,"direction":"in"`), status: 200, want: []string{`"admitted"`, `"replayed":false`}},
		}},
		{"offline", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"offline":true,"scanned_at":"{RECENT}"`), status: 400, want: []string{`"field":"verdict"`},
				before: func(h *hall) { h.names["RECENT"] = h.clock().Add(-time.Minute).Format(time.RFC3339) }},
			{do: scans, as: "gate", body: scan("UUID1", li, "north", `,"offline":true,"verdict":"admitted"`), status: 400, want: []string{`"field":"scanned_at"`}},
			{do: scans, as: "gate", body: scan("UUID1", li, "lounge-gate", `,"offline":true,"verdict":"admitted","scanned_at":"{RECENT}"`), status: 200,
				want: []string{`"admitted"`, `"conflict":"wrong_category"`, `"at":"{RECENT}"`}},
			{do: "GET /events/ciep21/inside?venue=lounge", as: "security", status: 200, want: []string{"{BADGE:LI}"}},
			{do: scans, as: "gate", body: scan("UUID2", li, "lunch-gate", `,"offline":true,"verdict":"admitted","scanned_at":"1970-01-01T00:00:00Z"`), status: 200, // a clock that was reset
				want: []string{`"admitted"`, `"inside":1`, `"at":"1970-01-01T00:00:00.001Z"`}},
			{do: scans, as: "gate", body: scan("UUID3", li, "lounge-gate", `,"offline":true,"verdict":"exited","scanned_at":"2001-02-03T04:05:06Z"`), status: 200,
				want: []string{`"note":"late"`, `"inside":1`, `"at":"2001-02-03T04:05:06Z"`}},
			{do: scans, as: "gate", body: scan("UUID4", li, "north", `,"offline":true,"verdict":"admitted","scanned_at":"1969-12-31T23:59:59Z"`), status: 400, want: []string{`"field":"scanned_at"`}},
		}},
		{"undo", []step{
			{do: scans, as: "gate", body: scan("UUID1", li, "north", ""), status: 200},
			{do: "POST /events/ciep21/scans/{UUID1}/undo", as: "limited", status: 403, want: []string{`"undo_refused"`}},
			{do: "POST /events/ciep21/scans/{UUID1}/undo", as: "gate", body: `{}`, status: 200, want: []string{`"note":"undone"`, `"inside":0`}},
			{do: "POST /events/ciep21/scans/{UUID1}/undo", as: "gate", status: 200, want: []string{`"replayed":true`}},
			{do: "POST /events/ciep21/scans/{UUID2}/undo", as: "gate", status: 404, want: []string{`"no_such_scan"`}},
			{do: "POST /events/ciep21/scans/nonsense/undo", as: "gate", status: 404, want: []string{`"no_such_scan"`}},
			{do: scans, as: "gate", body: scan("UUID3", li, "main-forum-gate", `,"direction":"in"`), status: 200, want: []string{`"admitted"`}},
			{do: scans, as: "gate", body: scan("UUID4", li, "main-forum-gate", `,"direction":"out"`), status: 200},
			{do: "POST /events/ciep21/scans/{UUID3}/undo", as: "supervisor", status: 409, want: []string{`"superseded"`}},
			{do: "POST /events/ciep21/scans/{UUID4}/undo", as: "gate", status: 403, before: func(h *hall) { h.wait(3 * time.Minute) }},
			{do: "POST /events/ciep21/scans/{UUID4}/undo", as: "desk", status: 200, want: []string{`"inside":1`}},
		}},
		{"batch", []step{
			{do: scans + "/batch", as: "gate", body: `{"scans":[` + scan("UUID1", li, "north", "") + `,{"scan_id":"{UUID2}","gate":7},` +
				scan("UUID3", li, "room-gate", `,"direction":"in"`) + `,` + scan("UUID4", li, "nowhere", "") + `,` + scan("UUID1", li, "north", "") + `]}`,
				status: 200, after: checkBatch},
			{do: scans + "/batch", as: "gate", body: `{"scans":[]}`, status: 200, want: []string{`{"items":[]}`}},
			{do: scans + "/batch", as: "gate", body: `{}`, status: 400, want: []string{`"missing_field"`, `"field":"scans"`}},
			{do: scans + "/batch", as: "gate", body: `{"scans":[{]}`, status: 400, want: []string{`"bad_json"`}},
			{do: scans + "/batch", as: "gate", body: `{"scans":[` + strings.Repeat(`{},`, 500) + `{}]}`, status: 400, want: []string{`"field":"scans"`, "500"}},
			{do: scans + "/batch", as: "gate", body: `{"scans":["` + strings.Repeat("x", 1<<20) + `"]}`, status: 413},
			{do: scans + "/batch", as: "gate", body: `{"scans":["` + strings.Repeat("x", 1<<19) + `"]}`, status: 200, want: []string{`"invalid_value"`}},
		}},
		{"no store, no green light", []step{
			{do: scans, as: "gate", body: scan("UUID9", li, "north", ""), status: 200},
			{do: scans, as: "gate", body: scan("UUID1", li, "room-gate", `,"direction":"in"`), status: 503, want: []string{`"store_unavailable"`},
				not: []string{"admitted", "10.1.2.3", "dial"}, before: func(h *hall) { h.faulty.set(true) }},
			{do: scans + "/batch", as: "gate", body: `{"scans":[` + scan("UUID1", li, "room-gate", `,"direction":"in"`) + `]}`, status: 503, not: []string{"admitted"}},
			{do: "GET //readyz", status: 503, want: []string{`"unavailable"`}},
			{do: "GET //healthz", status: 200},
			{do: "GET //b/{LINK:LI}", status: 503, want: []string{"<html"}, not: []string{"10.1.2.3"}},
			{do: scans, as: "gate", body: scan("UUID1", li, "room-gate", `,"direction":"in"`), status: 200, want: []string{`"admitted"`, `"replayed":false`},
				before: func(h *hall) { h.faulty.set(false) }},
			{do: "GET //readyz", status: 200, want: []string{`"ready"`}},
		}},
	})
}

func TestManyInABatch(t *testing.T) {
	h := newHall(t, memory)
	var list []string
	for i := range 500 {
		list = append(list, scan(fmt.Sprintf("UUID%d", i+1), "{TOKEN:LI}", "main-forum-gate", `,"direction":"`+[]string{"in", "out"}[i%2]+`"`))
	}
	h.run([]step{
		{do: scans + "/batch", as: "gate", body: `{"scans":[` + strings.Join(list, ",") + `]}`, status: 200, not: []string{`"denied"`, `"error"`}},
		{do: "GET /events/ciep21/occupancy", as: "supervisor", status: 200, want: []string{`"entries":250`, `"exits":250`, `"inside_total":0`}},
	})
}
