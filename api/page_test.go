package api_test

import (
	"net/http"
	"testing"
)

func TestPage(t *testing.T) {
	li := "//b/{LINK:LI}"
	runScenarios(t, []scenario{
		{"a badge on a phone", []step{
			{do: "GET " + li, status: 200, want: []string{"李明", "Ming Li", "广东省科技厅", `class="qr"`, "<svg", `lang="zh"`, `data-status="active"`, "/b/{LINK:LI}/status", `<bdi translate="no">{BADGE:LI}</bdi>`},
				not: []string{"755 1234", "@example.org", "{TOKEN:LI}", "R-LI", "lk_"},
				after: func(h *hall, r *http.Response, _ []byte) {
					for name, want := range map[string]string{"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"} {
						if got := r.Header.Get(name); got != want {
							h.t.Errorf("%s is %q, want %q", name, got, want)
						}
					}
				}},
			{do: "GET " + li, header: map[string]string{"Accept-Language": "en"}, status: 200, want: []string{`<html lang="en"`}},
			{do: "GET " + li + "?lang=en", status: 200, want: []string{`<html lang="en"`}},
			{do: "HEAD " + li, status: 200},
			{do: "GET " + li + "/status", status: 200, want: []string{`{"status":"active","inside":null,"since":null}`}},
			{do: "GET " + li + "/badge.png", status: 200, after: pictureOf(16 * 65)},
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200},
			{do: "GET " + li + "/status", status: 200, want: []string{`"inside":{"en":"Main Forum","zh":"主论坛"}`, `"since":"`}, before: func(h *hall) { h.passAge() }},
			{do: "GET " + li, status: 200, want: []string{"主论坛"}},
			{do: "POST " + ciep + "/scans/{UUID1}/undo", as: "gate", status: 200},
			{do: "GET " + li + "/status", status: 200, want: []string{`"inside":null`}, before: func(h *hall) { h.passAge() }},
		}},
		{"not yet", []step{
			{do: "GET //b/{LINK:EARLY}/status", status: 200, want: []string{`"not_yet_valid"`}},
			{do: "GET //b/{LINK:EARLY}", status: 200, want: []string{`data-status="not_yet_valid"`}},
		}},
		{"over", []step{
			{do: "GET //b/{LINK:OLD}", status: 200, want: []string{`data-status="expired"`}, not: []string{`class="qr"`}},
		}},
		{"replaced", []step{
			{do: "POST " + ciep + "/badges/{BADGE:LI}/reissue", as: "desk", status: 201},
			{do: "GET " + li, status: 200, want: []string{`data-status="replaced"`}, not: []string{`class="qr"`}},
			{do: "GET " + li + "/status", status: 200, want: []string{`"replaced"`}},
			{do: "GET " + li + "/badge.png", status: 410, want: []string{`"badge_ended"`}},
		}},
		{"revoked", []step{
			{do: "POST " + ciep + "/badges/{BADGE:LI}/revoke", as: "desk", body: `{"reason":"lost"}`, status: 200},
			{do: "GET " + li, status: 200, want: []string{`data-status="revoked"`}, not: []string{`class="qr"`}},
		}},
		{"signed with a key that was withdrawn since", []step{
			{do: "GET " + ciep + "/keys", as: "organizer", status: 200, after: func(h *hall, _ *http.Response, _ []byte) {
				h.names["KID"] = must(h.desk.Keys(h.t.Context(), "ciep21"))[0].ID
			}},
			{do: "POST " + ciep + "/keys/{KID}/revoke", as: "organizer", status: 200},
			{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200, want: []string{`"invalid_token"`}},
			{do: "GET " + li + "?lang=en", status: 200, want: []string{`data-status="revoked"`, "help desk"}, not: []string{`class="qr"`}},
			{do: "GET " + li + "/status", status: 200, want: []string{`"status":"revoked"`}},
			{do: "GET " + li + "/badge.png", status: 410, want: []string{`"badge_ended"`}},
			{do: "GET " + ciep + "/badges/{BADGE:LI}", as: "desk", status: 200, want: []string{`"token":null`}},
			{do: "GET " + ciep + "/badges/{BADGE:LI}.svg", as: "desk", status: 410},
			{do: "GET " + ciep + "/badges/{BADGE:LI}.png", as: "desk", status: 410},
			{do: "GET " + ciep + "/attendees/{LI}", as: "desk", status: 200, want: []string{`"token":null`}, not: []string{"{TOKEN:LI}"}},
			{do: "GET " + ciep + "/attendees", as: "supervisor", status: 200, want: []string{`"token":null`}, not: []string{"{TOKEN:LI}", "{TOKEN:WU}"}},
			{do: "POST " + ciep + "/badges/issue-all", as: "desk", status: 200},
			{do: "GET " + li + "/status", status: 200, want: []string{`"status":"replaced"`}},
			{do: "GET " + ciep + "/attendees/{LI}", as: "desk", status: 200, want: []string{`"token":"`}},
		}},
		{"erased", []step{
			{do: "DELETE " + ciep + "/attendees/{LI}", as: "desk", status: 204},
			{do: "GET " + li, status: 410, want: []string{"<html"}, not: nameless},
			{do: "GET " + li + "/status", status: 410, not: nameless},
			{do: "GET " + li + "/badge.png", status: 410},
		}},
		{"nobody's", []step{
			{do: "GET //b/AAAAAAAAAAAAAAAAAAAAAA", status: 404, want: []string{"<html"}, not: []string{"AAAA"}},
			{do: "GET //b/short", status: 404, want: []string{"<html"}},
			{do: "GET //b/AAAAAAAAAAAAAAAAAAAAAA/status", status: 404, want: []string{`"code":"no_such_badge"`}},
			{do: "GET //b/AAAAAAAAAAAAAAAAAAAAAA/badge.png", status: 404},
			{do: "GET //b/", status: 404},
			{do: "POST " + li, status: 405},
		}},
	})
}
