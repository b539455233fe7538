package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/api"
)

func TestSession(t *testing.T) {
	keepCookie := func(h *hall, r *http.Response, _ []byte) {
		h.t.Helper()
		for _, c := range r.Cookies() {
			if c.Name == "lanyard_session" {
				if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge <= 0 || c.MaxAge > 12*3600 {
					h.t.Errorf("the cookie is %v", c)
				}
				h.names["COOKIE"] = c.Name + "=" + c.Value
				return
			}
		}
		h.t.Fatal("no session cookie")
	}
	cookie := map[string]string{"Cookie": "{COOKIE}"}
	sameSite := map[string]string{"Cookie": "{COOKIE}", "Sec-Fetch-Site": "same-origin"}
	crossSite := map[string]string{"Cookie": "{COOKIE}", "Sec-Fetch-Site": "cross-site"}
	runScenarios(t, []scenario{
		{"by key", []step{
			{do: "POST /session", body: `{"key":"{KEY:security}"}`, status: 200, want: []string{`"id":"security"`, `"role":"security"`, `"event":"ciep21"`, `"event_name":{`}, not: []string{"lk_"}, after: keepCookie},
			{do: "GET /me", header: cookie, status: 200, want: []string{`"id":"security"`}},
			{do: "GET " + ciep + "/occupancy", header: cookie, status: 200},
			{do: "GET " + ciep + "/operators", header: cookie, status: 403, want: []string{`"forbidden"`}},
			{do: "DELETE /session", header: sameSite, status: 204, after: func(h *hall, r *http.Response, _ []byte) {
				if c := r.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
					h.t.Errorf("signing out sets %v", c)
				}
			}},
			{do: "GET /me", header: cookie, status: 401, want: []string{`"unauthorized"`}},
			{do: "POST /session", as: "gate", status: 200, want: []string{`"id":"gate"`}, after: keepCookie},
			{do: "POST /session", as: "gate", body: `{}`, status: 200, want: []string{`"id":"gate"`}},
			{do: "GET /me", header: cookie, status: 401, before: func(h *hall) { h.wait(13 * time.Hour) }},
		}},
		{"by pairing, once", []step{
			{do: "GET " + ciep + "/operators/gate", as: "organizer", status: 200, not: []string{"signed_in_at"}},
			{do: "POST /session", body: `{"pairing":"{PAIR:gate}"}`, status: 200, want: []string{`"id":"gate"`}, after: keepCookie},
			{do: "GET " + ciep + "/operators/gate", as: "organizer", status: 200, want: []string{`"signed_in_at":"`}},
			{do: "GET " + ciep + "/operators", as: "organizer", status: 200, not: []string{"signed_in_at"}},
			{do: "GET /me", header: cookie, status: 200},
			{do: "POST /session", body: `{"pairing":"{PAIR:gate}"}`, status: 401, want: []string{`"unauthorized"`}},
			{do: "POST /session", body: `{"pairing":"{PAIR:security}"}`, status: 401, before: func(h *hall) { h.wait(16 * time.Minute) }},
		}},
		{"ends with the operator", []step{
			{do: "POST /session", body: `{"key":"{KEY:gate}"}`, status: 200, after: keepCookie},
			{do: "DELETE " + ciep + "/operators/gate", as: "organizer", status: 204},
			{do: "GET /me", header: cookie, status: 401},
			{do: "POST /session", body: `{"key":"{KEY:gate}"}`, status: 401},
			{do: "POST /session", body: `{"pairing":"{PAIR:gate}"}`, status: 401},
		}},
		{"another site's page can't use it", []step{
			{do: "POST /session", body: `{"key":"{KEY:desk}"}`, status: 200, after: keepCookie},
			{do: "POST " + ciep + "/badges", body: `{"attendee":"{NEW}"}`, header: crossSite, status: 403, want: []string{`"cross_origin"`}},
			{do: "POST " + ciep + "/badges", body: `{"attendee":"{NEW}"}`, header: map[string]string{"Cookie": "{COOKIE}", "Origin": "https://evil.example"}, status: 403},
			{do: "DELETE /session", header: crossSite, status: 403},
			{do: "POST /session", body: `{"key":"{KEY:gate}"}`, header: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: 403},
			{do: "POST " + ciep + "/badges", body: `{"attendee":"{NEW}"}`, header: sameSite, status: 201},
			{do: "POST " + ciep + "/badges", as: "desk", body: `{"attendee":"{NEW}"}`, header: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: 200}, // a key no page sends by itself
			{do: "POST " + ciep + "/badges", body: `{"attendee":"{NEW}"}`, header: map[string]string{"Cookie": "{COOKIE}", "Origin": "https://badges.example.org"}, status: 200},
		}},
		{"wrong ones", []step{
			{do: "GET /me", status: 401, want: []string{`"unauthorized"`}},
			{do: "GET /me", header: map[string]string{"Authorization": "Basic eDp5"}, status: 401},
			{do: "GET /me", header: map[string]string{"Authorization": "Bearer"}, status: 401},
			{do: "GET /me", header: map[string]string{"Authorization": "Bearer " + strings.Repeat("x", 300)}, status: 401},
			{do: "GET /me", header: map[string]string{"Authorization": "Bearer lk_wrong"}, status: 401, not: []string{"lk_wrong"}},
			{do: "GET /me", header: map[string]string{"Authorization": "bearer {KEY:gate}"}, status: 200},
			{do: "GET /me", header: map[string]string{"Cookie": "lanyard_session=wrong"}, status: 401},
			{do: "POST /session", status: 401},
			{do: "POST /session", body: `{"key":"lk_wrong"}`, status: 401, not: []string{"lk_wrong"}},
			{do: "POST /session", body: `{"key":"a","pairing":"b"}`, status: 400},
			{do: "POST /session", body: `{"password":"x"}`, status: 400, want: []string{`"unknown_field"`}},
			{do: "POST /session", body: `key=x`, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, status: 415},
			{do: "POST /session", body: `{"key":7}`, status: 400, want: []string{`"field":"key"`}},
		}},
	})
}

func TestTooManyAttempts(t *testing.T) {
	h := newHall(t, memory)
	wrong := step{do: "GET /me", header: map[string]string{"Authorization": "Bearer lk_wrong"}, status: 401}
	for range 50 {
		h.run([]step{wrong})
	}
	wrong.status, wrong.want = 429, []string{`"too_many_attempts"`}
	elsewhere := map[string]string{"Authorization": "Bearer lk_wrong", "X-Forwarded-For": "198.51.100.77"}
	h.run([]step{
		wrong,
		{do: "POST /session", body: `{"pairing":"nonsense"}`, status: 429},
		{do: "GET /me", as: "gate", status: 200}, // a right key is never locked out
		{do: "POST /session", body: `{"key":"{KEY:gate}"}`, status: 200},
		{do: "GET /me", status: 401}, // who tries no key is not counted
		{do: "GET /me", header: elsewhere, status: 401},
	})
	h.wait(2 * time.Second)
	wrong.status, wrong.want = 401, nil
	h.run([]step{wrong, wrong})
}

// Who has sent too many wrong keys costs the store next to nothing, and keeps
// nobody out who shares the address.
func TestTooManyAttemptsCostTheStoreNothing(t *testing.T) {
	h := newHall(t, memory)
	wrong := step{do: "GET /me", header: map[string]string{"Authorization": "Bearer lk_" + strings.Repeat("x", 43)}, status: 401}
	h.run([]step{{do: "GET /me", as: "gate", status: 200}})
	for range 50 {
		h.run([]step{wrong})
	}
	if n := h.faulty.looked(); n < 50 {
		t.Fatalf("%d look-ups: these weren't keys to look up", n)
	}
	wrong.status = 429
	cookie := step{do: "GET /me", header: map[string]string{"Cookie": "lanyard_session=" + strings.Repeat("x", 43)}, status: 429}
	code := step{do: "POST /session", body: `{"pairing":"` + strings.Repeat("x", 22) + `"}`, status: 429}
	h.run([]step{wrong, cookie, code, {do: "GET /me", as: "supervisor", status: 200}, // new here
		{do: "POST /session", body: `{"pairing":"{PAIR:security}"}`, status: 200}})
	for range 100 {
		h.run([]step{wrong, cookie, code})
	}
	if n := h.faulty.looked(); n > 20 {
		t.Errorf("%d look-ups for a client that had had too many", n)
	}
	h.run([]step{
		{do: "GET /me", as: "gate", status: 200},
		{do: "POST /session", as: "supervisor", status: 200},
		{do: "GET /me", as: "desk", status: 429},
		{do: "GET /me", as: "desk", status: 200, before: func(h *hall) { h.wait(time.Second) }},
	})
}

func TestNoStrictTransportBesideAPlainPage(t *testing.T) {
	h := newHall(t, memory, func(o *api.Options) { o.TLS, o.PlainToo = true, true })
	res, _ := h.request(step{do: "POST /session", as: "gate"})
	if !res.Cookies()[0].Secure || res.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("cookie %v, Strict-Transport-Security %q", res.Cookies()[0], res.Header.Get("Strict-Transport-Security"))
	}
}

func TestSecureCookie(t *testing.T) {
	for _, tls := range []bool{false, true} {
		h := newHall(t, memory, func(o *api.Options) { o.TLS = tls })
		res, _ := h.request(step{do: "POST /session", as: "gate"})
		if c := res.Cookies()[0]; c.Secure != tls {
			t.Errorf("TLS %v: the cookie is %v", tls, c)
		}
		if hsts := res.Header.Get("Strict-Transport-Security"); (hsts != "") != tls {
			t.Errorf("TLS %v: Strict-Transport-Security is %q", tls, hsts)
		}
	}
}
