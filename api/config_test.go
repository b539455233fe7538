package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	events = "/events"
	ciep   = "/events/ciep21"
)

func TestConfiguration(t *testing.T) {
	runScenarios(t, []scenario{
		{"an event", []step{
			{do: "POST " + events, as: "root", status: 201, body: `{"id":"expo","name":{"en":"Expo","zh":"博览会"},"timezone":"Asia/Shanghai","starts_at":"2030-01-01T09:00:00+08:00","ends_at":"2030-01-02T18:00:00+08:00","locale":"zh"}`,
				want: []string{`"id":"expo"`, `"name":{"en":"Expo","zh":"博览会"}`, `"starts_at":"2030-01-01T01:00:00Z"`, `"locale":"zh"`},
				after: func(h *hall, r *http.Response, _ []byte) {
					if got := r.Header.Get("Location"); got != "/api/v1/events/expo" {
						h.t.Errorf("Location is %q", got)
					}
				}},
			{do: "POST " + events, as: "root", status: 409, want: []string{`"code":"exists"`}, body: `{"id":"expo","name":"Expo","timezone":"Asia/Shanghai","starts_at":"2030-01-01T09:00:00Z","ends_at":"2030-01-02T18:00:00Z"}`},
			{do: "GET " + events, as: "root", status: 200, want: []string{`"id":"expo"`, `"id":"other"`, `"id":"ciep21"`}},
			{do: "GET " + events, as: "organizer", status: 200, want: []string{`"id":"ciep21"`}, not: []string{`"expo"`, `"other"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 200, body: `{"name":"世博会"}`, want: []string{`"name":{"zh":"世博会"}`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 200, body: `{"name":{"en":"Expo"},"retain_until":"2031-01-01T00:00:00Z"}`, want: []string{`"en":"Expo"`, `"zh":"世博会"`, `"retain_until"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 200, body: `{"retain_until":null}`, not: []string{`"retain_until"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 200, body: `{"place":{"en":"Hall 3","zh":"三号馆"}}`, want: []string{`"place":{"en":"Hall 3","zh":"三号馆"}`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 400, body: `{"place":"a\u0000b"}`, want: []string{`"field":"place"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 200, body: `{"place":null}`, not: []string{`"place"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 400, body: `{"id":"other"}`, want: []string{`"field":"id"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 400, body: `{"timezone":"Mars/Olympus"}`, want: []string{`"field":"timezone"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 400, body: `{"ends_at":"2029-01-01T00:00:00Z"}`, want: []string{`"field":"ends_at"`}},
			{do: "PATCH " + events + "/expo", as: "root", status: 400, body: `{"zone":"Asia/Shanghai"}`, want: []string{`"unknown_field"`, `"field":"zone"`}},
			{do: "PATCH " + events + "/expo", as: "organizer", status: 404, body: `{}`, want: []string{`"no_such_event"`}},
			{do: "DELETE " + events + "/expo", as: "root", status: 204},
			{do: "GET " + events + "/expo", as: "root", status: 404, want: []string{`"no_such_event"`}},
			{do: "DELETE " + events + "/expo", as: "root", status: 404},
			{do: "GET " + events + "/_", as: "root", status: 404, want: []string{`"no_such_event"`}},
			{do: "GET " + events + "/a%7Db", as: "root", status: 404, want: []string{`"no_such_event"`}},
			{do: "POST " + events, as: "organizer", status: 403, body: `{}`, want: []string{`"forbidden"`}},
		}},
		{"a venue", []step{
			{do: "POST " + ciep + "/venues", as: "organizer", status: 201, body: `{"name":"Great Hall","capacity":1200}`,
				want: []string{`"id":"great-hall"`, `"name":{"en":"Great Hall"}`, `"capacity":1200`, `"reentry":"free"`, `"categories":[]`, `"hours":[]`}, not: []string{`"exclusive"`}},
			{do: "GET " + ciep + "/venues/great-hall", as: "gate", status: 200, want: []string{`"id":"great-hall"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 200, body: `{"hours":[{"from":"09:00","to":"18:00"}],"auto_exit_at":"23:30","exclusive":"halls","reentry":"daily","categories":["vip"]}`,
				want: []string{`"hours":[{"from":"09:00","to":"18:00"}]`, `"auto_exit_at":"23:30"`, `"exclusive":"halls"`, `"daily"`, `"capacity":1200`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 200, body: `{"hours":[],"auto_exit_at":null,"exclusive":null,"categories":null}`, want: []string{`"hours":[]`, `"categories":[]`}, not: []string{`auto_exit_at`, `exclusive`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"capacity":-1}`, want: []string{`"invalid_value"`, `"field":"capacity"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"capacity":1.5}`, want: []string{`"invalid_value"`, `"field":"capacity"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"capacity":1e400}`, want: []string{`"invalid_value"`, `"field":"capacity"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"capacity":null}`, want: []string{`"field":"capacity"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"hours":[{"from":"9","to":"18:00"}]}`, want: []string{`"field":"hours[0].from"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"hours":[{"from":"09:00","until":"18:00"}]}`, want: []string{`"unknown_field"`, `"field":"hours[0].until"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"categories":["nobody"]}`, want: []string{`"field":"categories[0]"`}},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", status: 400, body: `{"reentry":"often"}`, want: []string{`"field":"reentry"`}},
			{do: "POST " + ciep + "/venues", as: "organizer", status: 400, body: `{}`, want: []string{`"field":"name"`}},
			{do: "POST " + ciep + "/venues", as: "organizer", status: 409, body: `{"id":"room","name":"Room"}`, want: []string{`"exists"`}},
			{do: "POST " + ciep + "/venues", as: "organizer", status: 400, body: `{"id":"No Room","name":"Room"}`, want: []string{`"field":"id"`}},
			{do: "DELETE " + ciep + "/venues/room", as: "organizer", status: 409, want: []string{`"in_use"`}},
			{do: "DELETE " + ciep + "/venues/great-hall", as: "organizer", status: 204},
			{do: "GET " + ciep + "/venues/great-hall", as: "organizer", status: 404, want: []string{`"no_such_venue"`}},
			{do: "DELETE " + ciep + "/venues/great-hall", as: "organizer", status: 404},
			{do: "PATCH " + ciep + "/venues/great-hall", as: "organizer", body: `{}`, status: 404},
			{do: "GET " + ciep + "/venues/%2e%2e%2froom", as: "organizer", status: 404},
		}},
		{"a gate", []step{
			{do: "POST " + ciep + "/gates", as: "organizer", status: 201, body: `{"venue":"room","name":{"en":"Back door","zh":"后门"},"direction":"out"}`, want: []string{`"id":"back-door"`, `"direction":"out"`}},
			{do: "PATCH " + ciep + "/gates/back-door", as: "organizer", status: 200, body: `{"direction":"both"}`, want: []string{`"both"`, "后门"}},
			{do: "PATCH " + ciep + "/gates/back-door", as: "organizer", status: 400, body: `{"venue":"nowhere"}`, want: []string{`"field":"venue"`}},
			{do: "PATCH " + ciep + "/gates/back-door", as: "organizer", status: 400, body: `{"direction":"sideways"}`, want: []string{`"field":"direction"`}},
			{do: "GET " + ciep + "/gates/back-door", as: "security", status: 200},
			{do: "DELETE " + ciep + "/gates/back-door", as: "organizer", status: 204},
			{do: "GET " + ciep + "/gates/back-door", as: "security", status: 404, want: []string{`"no_such_gate"`}},
		}},
		{"a category", []step{
			{do: "POST " + ciep + "/categories", as: "organizer", status: 201, body: `{"id":"press","name":{"en":"Press"},"color":"#123456","code":"p"}`, want: []string{`"id":"press"`, `"code":"p"`}},
			{do: "PATCH " + ciep + "/categories/press", as: "organizer", status: 200, body: `{"color":"#abcdef"}`, want: []string{`"#abcdef"`, `"Press"`}},
			{do: "PATCH " + ciep + "/categories/press", as: "organizer", status: 400, body: `{"color":"red"}`, want: []string{`"field":"color"`}},
			{do: "PATCH " + ciep + "/categories/press", as: "organizer", status: 400, body: `{"code":"d"}`, want: []string{`"field":"code"`}},
			{do: "DELETE " + ciep + "/categories/vip", as: "organizer", status: 409, want: []string{`"in_use"`}},
			{do: "DELETE " + ciep + "/categories/press", as: "organizer", status: 204},
			{do: "GET " + ciep + "/categories/press", as: "organizer", status: 404, want: []string{`"no_such_category"`}},
		}},
		{"an operator", []step{
			{do: "POST " + ciep + "/operators", as: "organizer", status: 201, save: "KEY:phone=key", body: `{"name":"North phone","role":"gate","gates":["north"]}`,
				want: []string{`"key":"lk_`, `"pairing_url":"https://badges.example.org/scan#pair=`, `"gates":["north"]`}, not: []string{"key_hash"},
				after: func(h *hall, r *http.Response, _ []byte) {
					h.names["PHONE"] = strings.TrimPrefix(r.Header.Get("Location"), "/api/v1")
				}},
			{do: "GET /me", as: "phone", status: 200, want: []string{`"role":"gate"`, `"gates":["north"]`, `"event":"ciep21"`}, not: []string{"lk_", "key"}},
			{do: "GET {PHONE}", as: "organizer", status: 200, want: []string{`"name":"North phone"`}, not: []string{`"key`, "lk_"}},
			{do: "PATCH {PHONE}", as: "organizer", status: 200, body: `{"gates":["room-gate"]}`, want: []string{`"gates":["room-gate"]`}},
			{do: "GET /me", as: "phone", status: 200, want: []string{`"gates":["room-gate"]`}},
			{do: "PATCH {PHONE}", as: "organizer", status: 400, body: `{"gates":["nowhere"]}`, want: []string{`"field":"gates[0]"`}},
			{do: "PATCH {PHONE}", as: "organizer", status: 400, body: `{"role":"king"}`, want: []string{`"field":"role"`}},
			{do: "POST {PHONE}/pairing", as: "organizer", status: 200, want: []string{`/scan#pair=`, `"expires_at"`}},
			{do: "DELETE {PHONE}", as: "organizer", status: 204},
			{do: "GET /me", as: "phone", status: 401, want: []string{`"unauthorized"`, "revoked"}},
			{do: "GET {PHONE}", as: "organizer", status: 404, want: []string{`"no_such_operator"`}},
			{do: "PATCH {PHONE}", as: "organizer", body: `{"name":"x"}`, status: 404},
			{do: "DELETE {PHONE}", as: "organizer", status: 404},
			{do: "POST {PHONE}/pairing", as: "organizer", status: 404},
			{do: "GET " + ciep + "/operators", as: "organizer", status: 200, not: []string{"North phone", "key_hash", "lk_", "revoked_at"}},
			{do: "GET " + ciep + "/operators?revoked=true", as: "organizer", status: 200, want: []string{"North phone", "revoked_at"}, not: []string{"key_hash", "lk_"}},
			{do: "POST " + ciep + "/operators", as: "organizer", status: 201, save: "KEY:guard=key", body: `{"name":"Guard","role":"security","expires_at":"{SOON}"}`, want: []string{`/live#pair=`, `"expires_at"`},
				before: func(h *hall) { h.names["SOON"] = h.clock().Add(time.Hour).Format(time.RFC3339) }},
			{do: "GET /me", as: "guard", status: 401, before: func(h *hall) { h.wait(2 * time.Hour) }},
		}},
		{"organizers of the whole server", []step{
			{do: "GET " + events + "/_/operators", as: "root", status: 200, want: []string{`"id":"organizer"`}},
			{do: "POST " + events + "/_/operators", as: "root", status: 201, body: `{"name":"Second","role":"organizer"}`, want: []string{`/desk#pair=`}},
			{do: "POST " + events + "/_/operators", as: "root", status: 400, body: `{"name":"Guard","role":"security"}`, want: []string{`"field":"role"`}},
			{do: "GET " + events + "/_/operators", as: "organizer", status: 404, want: []string{`"no_such_event"`}},
			{do: "GET " + events + "/_/venues", as: "root", status: 404},
			{do: "GET /me", as: "root", status: 200, want: []string{`"event":null`, `"gates":[]`}},
		}},
		{"signing keys", []step{
			{do: "GET " + ciep + "/keys", as: "organizer", status: 200, want: []string{`"status":"active"`}, not: []string{`"sealed"`, `"retired"`}},
			{do: "POST " + ciep + "/keys/rotate", as: "organizer", status: 201, save: "KID=kid", want: []string{`"status":"active"`}, not: []string{`"sealed"`}},
			{do: "POST " + ciep + "/keys/zz/revoke", as: "organizer", status: 404, want: []string{`"no_such_key"`}},
			{do: "POST " + ciep + "/keys/{KID}/revoke", as: "organizer", status: 200, want: []string{`"status":"active"`}, not: []string{`"kid":"{KID}"`}},
			{do: "GET " + ciep + "/keys", as: "organizer", status: 200, want: []string{`"retired"`, `"withdrawn"`, `"active"`}},
			{do: "GET " + ciep + "/checkpoints", as: "security", status: 200, want: []string{`"items":[]`}},
		}},
		{"pages of a list", []step{
			{do: "GET " + ciep + "/venues?limit=2", as: "gate", status: 200, want: []string{`"gala"`, `"lounge"`, `"next_cursor"`}, not: []string{`"lunch"`}, save: "CURSOR=next_cursor"},
			{do: "GET " + ciep + "/venues?limit=2&cursor={CURSOR}", as: "gate", status: 200, want: []string{`"lunch"`, `"main-forum"`}, not: []string{`"gala"`, `"night"`}, save: "CURSOR=next_cursor"},
			{do: "GET " + ciep + "/venues?limit=2&cursor={CURSOR}", as: "gate", status: 200, want: []string{`"night"`, `"room"`}, not: []string{`"next_cursor"`}},
			{do: "GET " + ciep + "/venues?limit=0", as: "gate", status: 400, want: []string{`"invalid_limit"`, `"field":"limit"`}},
			{do: "GET " + ciep + "/venues?limit=501", as: "gate", status: 400, want: []string{`"invalid_limit"`}},
			{do: "GET " + ciep + "/venues?limit=x", as: "gate", status: 400, want: []string{`"invalid_limit"`}},
			{do: "GET " + ciep + "/venues?limit=", as: "gate", status: 400, want: []string{`"invalid_limit"`}},
			{do: "GET " + ciep + "/venues?cursor=%25", as: "gate", status: 400, want: []string{`"invalid_cursor"`}},
			{do: "GET " + ciep + "/attendees?cursor=nonsense", as: "desk", status: 400, want: []string{`"invalid_cursor"`}},
			{do: "GET " + ciep + "/venues?limit=2&limit=3", as: "gate", status: 400, want: []string{`"bad_query"`, `"field":"limit"`}},
			{do: "GET " + ciep + "/venues?page=2", as: "gate", status: 400, want: []string{`"bad_query"`, `"field":"page"`}},
			{do: "GET " + ciep + "/venues?%3Cb%3E=2", as: "gate", status: 400, not: []string{"<b>"}},
		}},
	})
}
