package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

const rollcall = "POST " + ciep + "/rollcall"

func TestRollCall(t *testing.T) {
	// begun keeps the id of the roll call, and times by which marks are told.
	begun := func(h *hall, _ *http.Response, body []byte) {
		var got struct {
			Roll  string
			Began time.Time
		}
		if err := json.Unmarshal(body, &got); err != nil || got.Roll == "" {
			h.t.Fatalf("no roll call: %s", body)
		}
		h.names["ROLL"], h.names["BEGAN"] = got.Roll, got.Began.Format(time.RFC3339Nano)
		h.names["T1"] = h.clock().Add(10 * time.Second).Format(time.RFC3339Nano)
		h.names["T2"] = h.clock().Add(20 * time.Second).Format(time.RFC3339Nano)
		h.names["T9"] = h.clock().Add(time.Hour).Format(time.RFC3339Nano)
		h.wait(time.Minute)
	}
	start := step{do: rollcall, as: "security", body: `{"device":"phone-one","start":true}`, status: 200, want: []string{`"devices":1`}, not: []string{`"marks"`}, after: begun}
	turn := func(device, rest string) string {
		return `{"device":"` + device + `","roll":"{ROLL}","began":"{BEGAN}"` + rest + `}`
	}
	marks := func(list string) string { return `,"marks":[` + list + `]` }
	one := turn("phone-one", marks(`{"badge":"{BADGE:LI}","safe":true,"at":"{T1}"}`))
	two := turn("phone-two", marks(`{"badge":"{BADGE:LI}","safe":false,"at":"{T2}"},{"badge":"{BADGE:WU}","safe":true,"at":"{T1}"}`))
	nothing := turn("phone-one", "")
	runScenarios(t, []scenario{
		{"looking begins nothing", []step{
			{do: rollcall, as: "security", body: `{"device":"phone-one"}`, status: 200, want: []string{`"devices":0`}, not: []string{`"roll"`, `"marks"`}},
		}},
		{"two devices tell and hear", []step{
			start,
			{do: rollcall, as: "security", body: one, status: 200, want: []string{`"badge":"{BADGE:LI}","safe":true`}},
			{do: rollcall, as: "supervisor", body: two, status: 200, want: []string{`"devices":2`, `"badge":"{BADGE:LI}","safe":false`, `"badge":"{BADGE:WU}","safe":true`}, not: nameless},
			{do: rollcall, as: "security", body: one, status: 200, want: []string{`"badge":"{BADGE:LI}","safe":false`, `"badge":"{BADGE:WU}","safe":true`}},
		}},
		{"the later mark holds whichever comes first, and a fast clock isn't later", []step{
			start,
			{do: rollcall, as: "security", body: two, status: 200},
			{do: rollcall, as: "security", body: one, status: 200, want: []string{`"badge":"{BADGE:LI}","safe":false`}},
			{do: rollcall, as: "security", body: turn("phone-one", marks(`{"badge":"{BADGE:LI}","safe":true,"at":"{T9}"}`)), status: 200, want: []string{`"badge":"{BADGE:LI}","safe":true`},
				after: func(h *hall, _ *http.Response, _ []byte) {
					h.wait(time.Second)
					h.names["T3"] = h.clock().Format(time.RFC3339Nano)
				}},
			{do: rollcall, as: "security", body: turn("phone-two", marks(`{"badge":"{BADGE:LI}","safe":false,"at":"{T3}"}`)), status: 200, want: []string{`"badge":"{BADGE:LI}","safe":false`}},
		}},
		{"who knows all of it isn't told again", []step{
			start,
			{do: rollcall, as: "security", body: one, status: 200, after: func(h *hall, _ *http.Response, body []byte) {
				var got struct{ Version string }
				json.Unmarshal(body, &got)
				h.names["VERSION"] = got.Version
			}},
			{do: rollcall, as: "security", body: turn("phone-one", `,"known":"{VERSION}"`), status: 200, want: []string{`"version":"{VERSION}"`}, not: []string{`"marks"`}},
			{do: rollcall, as: "security", body: two, status: 200},
			{do: rollcall, as: "security", body: turn("phone-one", `,"known":"{VERSION}"`), status: 200, want: []string{`"marks":[`}},
		}},
		{"at an alarm several begin the same one, later a new one begins empty", []step{
			start,
			{do: rollcall, as: "security", body: one, status: 200},
			{do: rollcall, as: "supervisor", body: `{"device":"phone-two","start":true}`, status: 200, want: []string{`"roll":"{ROLL}"`, `"devices":2`, `"safe":true`}},
			{do: rollcall, as: "supervisor", body: `{"device":"phone-two","start":true}`, status: 200, want: []string{`"devices":1`}, not: []string{`"roll":"{ROLL}"`, `"marks"`},
				before: func(h *hall) { h.wait(10 * time.Minute) }},
			// The first is told so, and its marks don't count.
			{do: rollcall, as: "security", body: one, status: 200, want: []string{`"devices":1`}, not: []string{`"roll":"{ROLL}"`, `"marks"`}},
		}},
		{"a server that lost it takes it from the devices", []step{
			{do: "GET " + ciep + "/occupancy", as: "security", status: 200, after: func(h *hall, _ *http.Response, _ []byte) {
				h.names["ROLL"], h.names["BEGAN"] = "rollcall-of-before", h.clock().Add(-time.Hour).Format(time.RFC3339Nano)
				h.names["T1"] = h.clock().Add(-time.Minute).Format(time.RFC3339Nano)
			}},
			{do: rollcall, as: "security", body: one, status: 200, want: []string{`"roll":"{ROLL}"`, `"safe":true`}},
		}},
		{"what it doesn't take", []step{
			start,
			{do: rollcall, as: "security", body: `{}`, status: 400, want: []string{`"field":"device"`}},
			{do: rollcall, as: "security", body: `{"device":"x"}`, status: 400, want: []string{`"field":"device"`}},
			{do: rollcall, as: "security", body: `{"device":"phone-one","roll":"{ROLL}"}`, status: 400, want: []string{`"field":"began"`}},
			{do: rollcall, as: "security", body: `{"device":"phone-one","roll":"a:b:c:d:e","began":"{BEGAN}"}`, status: 400, want: []string{`"field":"roll"`}},
			{do: rollcall, as: "security", body: turn("phone-one", marks(`{"badge":"a b","safe":true,"at":"{T1}"}`)), status: 400, want: []string{`"field":"marks[0].badge"`}},
			{do: rollcall, as: "security", body: nothing, status: 200},
		}},
	})
}
