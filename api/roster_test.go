package api_test

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRoster(t *testing.T) {
	runScenarios(t, []scenario{
		{"an attendee", []step{
			{do: "POST " + ciep + "/attendees", as: "desk", status: 201, save: "ID=id", body: `{"ref":"A-7","name":"王芳","name_latin":"Fang Wang","organization":"Ministry","delegation":"Guangdong","category":"VIP","email":"fang@example.org","phone":"+86 10 1234","locale":"zh"}`,
				want: []string{`"ref":"A-7"`, `"name":"王芳"`, `"category":"vip"`, `"badge":null`, `"delegation":"Guangdong"`}, not: []string{"badge_id"}},
			{do: "GET " + ciep + "/attendees/{ID}", as: "supervisor", status: 200, want: []string{"王芳"}},
			{do: "POST " + ciep + "/attendees", as: "desk", status: 409, body: `{"ref":"A-7","name":"Another","category":"vip"}`, want: []string{`"ref_taken"`, `"field":"ref"`}},
			{do: "POST " + ciep + "/attendees", as: "desk", status: 201, body: `{"name":"Walk In","category":"delegate"}`, want: []string{`"ref":"W-`, `"name_latin":""`, `"email":""`}},
			{do: "POST " + ciep + "/attendees", as: "desk", status: 400, body: `{"name":"","category":"vip"}`, want: []string{`"field":"name"`}},
			{do: "POST " + ciep + "/attendees", as: "desk", status: 400, body: `{"name":"X","category":"nobody"}`, want: []string{`"field":"category"`}},
			{do: "POST " + ciep + "/attendees", as: "desk", status: 400, body: `{"name":"X","category":"vip","email":"no address"}`, want: []string{`"field":"email"`}},
			{do: "POST " + ciep + "/attendees", as: "desk", status: 400, body: `{"name":"X","category":"vip","badge":null}`, want: []string{`"unknown_field"`}},
			{do: "PATCH " + ciep + "/attendees/{ID}", as: "desk", status: 200, body: `{"organization":"Academy","delegation":null}`, want: []string{`"organization":"Academy"`, `"delegation":""`, "王芳"}},
			{do: "PATCH " + ciep + "/attendees/{ID}", as: "desk", status: 400, body: `{"name":null}`, want: []string{`"field":"name"`}},
			{do: "PATCH " + ciep + "/attendees/{ID}", as: "desk", status: 409, body: `{"ref":"R-LI"}`, want: []string{`"ref_taken"`}},
			{do: "PATCH " + ciep + "/attendees/nobody", as: "desk", status: 404, body: `{}`, want: []string{`"no_such_attendee"`}},
			{do: "DELETE " + ciep + "/attendees/{ID}", as: "desk", status: 204},
			{do: "GET " + ciep + "/attendees/{ID}", as: "desk", status: 404, want: []string{`"no_such_attendee"`}},
			{do: "DELETE " + ciep + "/attendees/{ID}", as: "desk", status: 404},
			{do: "GET " + ciep + "/journal?limit=1000", as: "security", status: 200, want: []string{`"erased"`}, not: append([]string{"王芳", "Fang"}, nameless...)},
		}},
		{"search", []step{
			{do: "GET " + ciep + "/attendees", as: "desk", status: 200, want: []string{"李明", "Wu Fang", "Somebody New"}, not: []string{"Elsewhere", "next_cursor"}},
			{do: "GET " + ciep + "/attendees?q=ming", as: "desk", status: 200, want: []string{"李明", `"badge":{"id":"{BADGE:LI}"`, `"token":"{TOKEN:LI}"`, `"page_url":"https://badges.example.org/b/{LINK:LI}"`, `"valid_from":null`}, not: []string{"Wu Fang"}},
			// A supervisor's scanner lets somebody in by name, by the token; the attendee's own page is none of theirs.
			{do: "GET " + ciep + "/attendees?q=ming", as: "supervisor", status: 200, want: []string{"李明", `"token":"{TOKEN:LI}"`, `"page_url":null`}, not: []string{"{LINK:LI}"}},
			{do: "GET " + ciep + "/attendees/{LI}", as: "supervisor", status: 200, want: []string{`"page_url":null`}, not: []string{"{LINK:LI}"}},
			{do: "GET " + ciep + "/attendees?status=none", as: "desk", status: 200, want: []string{"Somebody New", `"badge":null`}, not: []string{"Wu Fang"}},
			{do: "GET " + ciep + "/attendees?status=active&category=delegate", as: "desk", status: 200, want: []string{"Wu Fang"}, not: []string{"Somebody New"}},
			{do: "GET " + ciep + "/attendees?status=gone", as: "desk", status: 400, want: []string{`"field":"status"`}},
			{do: "GET " + ciep + "/attendees?q=" + strings.Repeat("x", 201), as: "desk", status: 400, want: []string{`"field":"q"`}},
			{do: "GET " + ciep + "/attendees?limit=1", as: "desk", status: 200, save: "CURSOR=next_cursor"},
			{do: "GET " + ciep + "/attendees?limit=3&cursor={CURSOR}", as: "desk", status: 200, not: []string{"next_cursor"}},
			{do: "GET " + ciep + "/attendees?limit=1&total=true&skip=3", as: "desk", status: 200, want: []string{`"total":4`}, not: []string{"next_cursor"}},
			{do: "GET " + ciep + "/attendees?status=none&limit=1&total=true", as: "desk", status: 200, want: []string{`"total":1`}},
			{do: "GET " + ciep + "/attendees?skip=-1", as: "desk", status: 400, want: []string{`"field":"skip"`}},
			{do: "GET " + ciep + "/attendees?total=1", as: "desk", status: 400, want: []string{`"field":"total"`}},
			{do: "GET " + ciep + "/registration", as: "desk", status: 200, want: []string{`"event":{"id":"ciep21","name":{`, `"locale":"`, `"categories":[{"id":"`, `"color":"#`}, not: []string{`"code"`, `"starts_at"`}},
			{do: "GET " + ciep + "/attendees?q=nobody", as: "desk", status: 200, want: []string{`{"items":[]}`}},
		}},
		{"a badge", []step{
			{do: "POST " + ciep + "/badges", as: "desk", body: `{"attendee":"{NEW}"}`, status: 201, save: "ID=id", want: []string{`"status":"active"`, `"attendee":"{NEW}"`, `"category":"vip"`, `"page_url":"https://badges.example.org/b/`, `"valid_from":null`}},
			{do: "POST " + ciep + "/badges", as: "desk", body: `{"attendee":"{NEW}"}`, status: 200, want: []string{`"id":"{ID}"`}},
			{do: "GET " + ciep + "/badges/{ID}", as: "desk", status: 200, want: []string{`"id":"{ID}"`, `"token":"`}, not: []string{"Somebody", `"link"`, `"digest"`}},
			{do: "GET " + ciep + "/badges/{ID}.svg", as: "desk", status: 200, want: []string{"<svg", "viewBox"}, after: mediaType("image/svg+xml")},
			{do: "GET " + ciep + "/badges/{ID}.png", as: "desk", status: 200, after: pictureOf(650)},
			{do: "GET " + ciep + "/badges/{ID}.png?scale=2", as: "desk", status: 200, after: pictureOf(130)},
			{do: "GET " + ciep + "/badges/{ID}.png?scale=41", as: "desk", status: 400, want: []string{`"field":"scale"`}},
			{do: "GET " + ciep + "/badges/{ID}.gif", as: "desk", status: 404, want: []string{`"no_such_badge"`}},
			{do: "POST " + ciep + "/badges", as: "desk", body: `{"attendee":"nobody"}`, status: 404, want: []string{`"no_such_attendee"`}},
			{do: "POST " + ciep + "/badges", as: "desk", body: `{}`, status: 400, want: []string{`"missing_field"`, `"field":"attendee"`}},
			{do: "POST " + ciep + "/badges/{ID}/reissue", as: "desk", status: 201, save: "NEXT=id", want: []string{`"status":"active"`}, not: []string{`"id":"{ID}"`}},
			{do: "GET " + ciep + "/badges/{ID}", as: "desk", status: 200, want: []string{`"status":"replaced"`, `"token":null`}},
			{do: "POST " + ciep + "/badges/{ID}/revoke", as: "desk", body: `{"reason":"x"}`, status: 409, want: []string{`"badge_ended"`}},
			{do: "POST " + ciep + "/badges/{NEXT}/revoke", as: "desk", body: `{"reason":""}`, status: 400, want: []string{`"field":"reason"`}},
			{do: "POST " + ciep + "/badges/{NEXT}/revoke", as: "desk", status: 415},
			{do: "POST " + ciep + "/badges/{NEXT}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200, want: []string{`"status":"revoked"`, `"token":null`}},
			{do: "GET " + ciep + "/attendees?status=revoked&total=true", as: "desk", status: 200, want: []string{`"total":1`, `"badge":null`, `"revoked":{"badge":"{NEXT}","at":"`}},
			{do: "GET " + ciep + "/badges/{NEXT}.svg", as: "desk", status: 410, want: []string{`"badge_ended"`}, not: []string{"<svg"}},
			{do: "GET " + ciep + "/badges/nothing/places", as: "desk", status: 404, want: []string{`"no_such_badge"`}},
			{do: "POST " + ciep + "/badges/nothing/reissue", as: "desk", status: 404, want: []string{`"no_such_badge"`}},
			{do: "GET " + ciep + "/badges/{BADGE:ELSE}", as: "desk", status: 404},
			{do: "POST " + ciep + "/badges/{BADGE:LI}/reissue", as: "desk", body: `{"why":1}`, status: 400, want: []string{`"unknown_field"`}},
		}},
		{"badges for everybody", []step{
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", status: 200, want: []string{`{"issued":1}`}},
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", body: `{}`, status: 200, want: []string{`{"issued":0}`}},
			{do: "GET " + ciep + "/attendees?status=none", as: "desk", status: 200, want: []string{`"items":[]`}},
		}},
		{"badges for a longer event", []step{
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", body: `{"renew":true}`, status: 200, want: []string{`{"issued":2}`}}, // NEW's, and EARLY's that ends early
			{do: "PATCH " + ciep, as: "organizer", body: `{"ends_at":"{LATER}"}`, status: 200, before: func(h *hall) {
				h.names["LATER"] = h.clock().Add(80 * time.Hour).Truncate(time.Second).Format(time.RFC3339)
				h.names["UNTIL"] = h.clock().Add(104 * time.Hour).Truncate(time.Second).Format(time.RFC3339)
			}},
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", status: 200, want: []string{`{"issued":0}`}},
			{do: "GET " + ciep + "/badges/{BADGE:LI}", as: "desk", status: 200, want: []string{`"active"`}, not: []string{"{UNTIL}"}},
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", body: `{"renew":"yes"}`, status: 400, want: []string{`"field":"renew"`}},
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", body: `{"renew":true}`, status: 200, want: []string{`{"issued":4}`}},
			{do: "GET " + ciep + "/badges/{BADGE:LI}", as: "desk", status: 200, want: []string{`"replaced"`}},
			{do: "GET " + ciep + "/attendees/{LI}", as: "desk", status: 200, want: []string{`"valid_until":"{UNTIL}"`}},
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", body: `{"renew":true}`, status: 200, want: []string{`{"issued":0}`}},
		}},
		{"an import", []step{
			{do: "POST " + ciep + "/imports?dry_run=true", as: "organizer", body: roster, header: csvBody, status: 201, want: []string{`"state":"done"`, `"dry_run":true`, `"rows":4`, `"accepted":3`, `"refused":1`, `"updated":1`}},
			{do: "GET " + ciep + "/attendees?q=zhao", as: "desk", status: 200, want: []string{`"items":[]`}},
			{do: "POST " + ciep + "/imports?issue=true", as: "organizer", body: roster, header: csvBody, status: 201, save: "ID=id",
				want: []string{`"state":"done"`, `"rows":4`, `"accepted":3`, `"updated":1`, `"refused":1`, `"row":5`, `"field":"category"`, `"code":"unknown"`, `"about":"king"`, `"done":4`, `"issued":2`}, not: []string{"Zhao", "Chen"}},
			{do: "GET " + ciep + "/imports/{ID}", as: "organizer", status: 200, want: []string{`"state":"done"`, `"accepted":3`}},
			{do: "GET " + ciep + "/attendees?q=zhao", as: "desk", status: 200, want: []string{"Zhao Liu", `"status":"active"`}},
			{do: "POST " + ciep + "/imports?column=name:Who&column=ref:1&column=category:3", as: "organizer", body: "Nr,Who,Kind\n77,Qian Qi,delegate\n", header: csvBody, status: 201, want: []string{`"accepted":1`, `"header":"Who"`}},
			{do: "POST " + ciep + "/imports?category=vip", as: "organizer", body: "ref,name\n78,Sun Ba\n", header: csvBody, status: 201, want: []string{`"accepted":1`}},
			{do: "POST " + ciep + "/imports", as: "organizer", body: "ref,organization\n1,x\n", header: csvBody, status: 400, want: []string{`"no_name_column"`, `"detail":"`}},
			{do: "POST " + ciep + "/imports", as: "organizer", body: roster, status: 415},
			{do: "POST " + ciep + "/imports?dry_run=yes", as: "organizer", body: roster, header: csvBody, status: 400, want: []string{`"field":"dry_run"`}},
			{do: "POST " + ciep + "/imports?dryrun=true", as: "organizer", body: roster, header: csvBody, status: 400, want: []string{`"bad_query"`, `"field":"dryrun"`}},
			{do: "POST " + ciep + "/imports?column=name", as: "organizer", body: roster, header: csvBody, status: 400, want: []string{`"field":"column"`}},
			{do: "POST " + ciep + "/imports?header_row=0", as: "organizer", body: roster, header: csvBody, status: 400, want: []string{`"field":"header_row"`}},
			{do: "POST " + ciep + "/imports/preview", as: "organizer", body: "名单,,\nNr,姓名,Kind\n77,Qian Qi,delegate\n78,Feng Jiu,delegate\n", header: csvBody, status: 200,
				want: []string{`"format":"csv"`, `"header_row":2`, `"rows":2`, `{"column":1,"header":"Nr","samples":["77","78"]}`, `"field":"name"`, `"samples":["delegate"]`}},
			{do: "GET " + ciep + "/attendees?q=feng", as: "desk", status: 200, not: []string{"Feng Jiu"}},
			{do: "POST " + ciep + "/imports/preview?header_row=1", as: "organizer", body: "名单,,\nNr,姓名,Kind\n", header: csvBody, status: 200, want: []string{`"header_row":1`, `"header":"名单"`}},
			{do: "POST " + ciep + "/imports/preview", as: "organizer", body: "\x89PNG\r\n\x1a\n\x00\x00", header: csvBody, status: 400, want: []string{`"not_text"`}},
			{do: "POST " + ciep + "/imports/preview?dry_run=true", as: "organizer", body: roster, header: csvBody, status: 400, want: []string{`"field":"dry_run"`}},
			{do: "GET " + ciep + "/imports/unknown", as: "organizer", status: 404, want: []string{`"no_such_import"`}},
		}},
	})
}

// roster has two new people, one who is there already and one who can't be taken.
const roster = "ref,name,category,organization\nR-LI,李明,delegate,Elsewhere\nB-1,Zhao Liu,delegate,\nB-2,Chen Er,vip,\nB-3,Nobody,king,\n"

var csvBody = map[string]string{"Content-Type": "text/csv; charset=utf-8"}

func mediaType(want string) func(*hall, *http.Response, []byte) {
	return func(h *hall, r *http.Response, _ []byte) {
		h.t.Helper()
		if got := r.Header.Get("Content-Type"); got != want {
			h.t.Errorf("Content-Type is %q, want %q", got, want)
		}
	}
}

func pictureOf(side int) func(*hall, *http.Response, []byte) {
	return func(h *hall, r *http.Response, body []byte) {
		h.t.Helper()
		c, err := png.DecodeConfig(bytes.NewReader(body))
		if err != nil || c.Width != side || c.Height != side {
			h.t.Errorf("a picture of %d x %d pixels, %v; want %d", c.Width, c.Height, err, side)
		}
	}
}

func TestLargeImport(t *testing.T) {
	h := newHall(t, memory)
	h.run([]step{{do: "POST " + ciep + "/imports", as: "organizer", body: strings.Repeat("x", 32<<20+1), header: csvBody, status: 413, want: []string{`"too_large"`}}})
}
