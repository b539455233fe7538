package api_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// figures are what is counted of an event, without when it was asked for and how
// long the journal was then.
func figures(h *hall) string {
	h.t.Helper()
	var o checkin.Occupancy
	_, body := h.request(step{do: "GET " + ciep + "/occupancy", as: "root"})
	if err := json.Unmarshal(body, &o); err != nil {
		h.t.Fatal(err)
	}
	o.At, o.Seq = time.Time{}, 0
	for i := range o.Venues {
		o.Venues[i].RateIn, o.Venues[i].RateOut, o.Venues[i].FullInS = 0, 0, nil
	}
	return string(must(json.Marshal(o)))
}

// gone demands that nothing of the marked person is in the store any more, and
// that what happened at the gates still is.
func (h *hall) gone(counted string) {
	h.t.Helper()
	if got := h.found(h.wholeStore()); strings.ReplaceAll(got, "link", "") != "" {
		h.t.Errorf("the store still has %s", got)
	}
	if now := figures(h); now != counted {
		h.t.Errorf("the counts were\n%s and are\n%s", counted, now)
	}
	h.run([]step{
		{do: "GET " + ciep + "/journal?limit=1000", as: "root", status: 200, want: []string{"{BADGE:LI}"}, after: chained},
		{do: "GET " + ciep + "/attendees/{LI}", as: "root", status: 404, want: []string{`"code":"no_such_attendee"`}},
		{do: "GET //b/{LINK:LI}", status: 410},
		{do: scannerPath, as: "root", status: 200, want: []string{`"{BADGE:LI}"`}},
	})
}

// comeAndGo has the marked person scanned in all ways, and somebody else.
func (h *hall) comeAndGo() {
	h.mark()
	h.run([]step{
		{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "gala-gate", `,"direction":"in"`), status: 200, want: []string{`"admitted"`}},
		{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:LI}", "gala-gate", `,"direction":"out"`), status: 200, want: []string{`"exited"`}},
		{do: scans, as: "gate", body: scan("UUID3", "{TOKEN:LI}", "gala-gate", `,"direction":"in"`), status: 200, want: []string{`"already_used"`}},
		{do: scans, as: "gate", body: scan("UUID4", "{TOKEN:LI}", "north", ""), status: 200, want: []string{`"admitted"`}},
		{do: scans, as: "gate", body: scan("UUID5", "{TOKEN:WU}", "north", ""), status: 200, want: []string{`"admitted"`}},
	})
}

// Erasing somebody who is inside takes the person out of the store and the badge
// out of use, at gates and on phones; counts, who is inside, and the journal stay.
func TestErasure(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			h.comeAndGo()
			counted := figures(h)
			h.run([]step{{do: "DELETE " + ciep + "/attendees/{LI}", as: "desk", status: 204}})
			h.gone(counted)
			h.run([]step{
				{do: scans, as: "gate", body: scan("UUID6", "{TOKEN:LI}", "room-gate", `,"direction":"in"`), status: 200, want: []string{`"denied"`, `"revoked"`}},
				{do: "GET " + ciep + "/inside", as: "security", status: 200, want: []string{`"badge":"{BADGE:LI}"`, `"attendee":null`}},
				{do: scans, as: "gate", body: scan("UUID7", "{TOKEN:LI}", "main-forum-gate", `,"direction":"out"`), status: 200, want: []string{`"exited"`}},
				{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "gala-gate", `,"direction":"in"`), status: 200, want: []string{`"replayed":true`, `"admitted"`}},
			})
		})
	}
}

// When the time comes until which an event's people are kept, the server erases
// them all by itself.
func TestRetentionErasesEverybody(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			h.comeAndGo()
			h.names["UNTIL"] = h.clock().Add(72 * time.Hour).Format(time.RFC3339)
			h.run([]step{{do: "PATCH " + ciep, as: "organizer", body: `{"retain_until":"{UNTIL}"}`, status: 200}})
			counted := figures(h)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			h.wait(73 * time.Hour)
			ended := make(chan struct{})
			go func() { defer close(ended); h.desk.Run(ctx) }()
			for late := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				if res, _ := h.request(step{do: "GET " + ciep + "/attendees/{LI}", as: "root"}); res.StatusCode == http.StatusNotFound {
					break
				}
				if time.Now().After(late) {
					t.Fatal("nobody was erased")
				}
			}
			for late := time.Now().Add(30 * time.Second); strings.Contains(h.wholeStore(), "Wu Fang") && time.Now().Before(late); {
				time.Sleep(5 * time.Millisecond)
			}
			stop()
			<-ended
			h.gone(counted)
			if all := h.wholeStore(); strings.Contains(all, "Wu Fang") || strings.Contains(all, "Somebody New") {
				t.Error("somebody else is still there")
			}
			if !strings.Contains(h.wholeStore(), "Elsewhere") {
				t.Error("another event's people are gone too")
			}
		})
	}
}

// Who has a backup, and not the server's secret, has neither the keys that sign
// badges nor any that staff sign in with.
func TestStolenBackupSignsNothing(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			stolen := h.wholeStore()
			for name, value := range h.names {
				if what, _, _ := strings.Cut(name, ":"); (what == "KEY" || what == "PAIR" || what == "TOKEN") && strings.Contains(stolen, value) {
					t.Errorf("the backup has %s", name)
				}
			}
			secret := must(badge.NewSecret("a secret of the tests, long enough for the rule"))
			guess := must(badge.NewSecret("another secret of the tests, as long as the rule wants"))
			keys := must(h.desk.Config(t.Context(), "ciep21")).Keys
			ring := must(badge.NewRing("ciep21", keys, secret))
			if _, err := ring.SignBytes(keys[0].ID, []byte("x")); err != nil {
				t.Fatalf("the secret itself doesn't sign: %v", err)
			}
			seed := must(secret.Open(keys[0].Sealed, "signing key", "ciep21", keys[0].ID))
			for _, form := range []string{string(seed), hex.EncodeToString(seed), base64.StdEncoding.EncodeToString(seed)[:42], b64url(seed)[:42]} {
				if strings.Contains(stolen, form) {
					t.Error("the backup has a private key")
				}
			}
			if _, err := badge.NewRing("ciep21", keys, guess); err == nil {
				t.Error("another secret opens the keys")
			}
			// Nor can a key of the thief's, or of another event, be put in their place.
			mine := must(badge.GenerateKey("ciep21", guess, h.clock(), func(string) bool { return false }))
			theirs := must(h.desk.Config(t.Context(), "other")).Keys[0]
			for _, k := range []badge.Key{mine, theirs} {
				if _, err := badge.NewRing("ciep21", []badge.Key{k}, secret); err == nil {
					t.Errorf("key %s is believed", k.ID)
				}
			}
			// The thief's own server, on the stolen store and with a secret of his.
			thief := checkin.NewDesk(h.store, checkin.DeskOptions{Secret: guess, Now: h.clock})
			defer thief.Close()
			b, _, err := thief.IssueBadge(t.Context(), "ciep21", checkin.Stamp{}, h.names["NEW"])
			if err == nil {
				t.Errorf("the thief issued badge %s", b.ID)
			}
			if errors.Is(err, checkin.ErrUnavailable) {
				t.Errorf("the thief was only told to wait: %v", err)
			}
		})
	}
}

// A key that is rotated in mid-event keeps its badges good, and one that is
// withdrawn ends them, from the next scan at every gate and from the next contact
// of every phone; people get out all the same, and get new badges.
func TestKeysInMidEvent(t *testing.T) {
	kids := func(name string) func(*hall, *http.Response, []byte) { // in the order of the phone's data
		return func(h *hall, _ *http.Response, body []byte) {
			h.t.Helper()
			var v struct {
				Full bool
				Seq  uint64
				JWKS struct {
					Keys []struct{ Kid, X, Kty, Crv string }
				}
			}
			if err := json.Unmarshal(body, &v); err != nil || !v.Full {
				h.t.Fatalf("after keys changed a phone gets %.200s, %v", body, err)
			}
			var all []string
			for _, k := range v.JWKS.Keys {
				if k.X == "" || k.Kty != "OKP" || k.Crv != "Ed25519" {
					h.t.Errorf("a phone can't verify with %+v", k)
				}
				all = append(all, k.Kid)
			}
			h.names[name] = strings.Join(all, " ")
			h.names["SEQ"] = string(must(json.Marshal(v.Seq)))
		}
	}
	in, out := `,"direction":"in"`, `,"direction":"out"`
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			h.names["OLDKEY"] = must(h.desk.Config(t.Context(), "ciep21")).Keys[0].ID
			for _, as := range []string{"gate", "limited"} { // phones of all gates and of one
				h.run([]step{{do: scannerPath, as: as, status: 200, after: kids("FIRST")}})
				if h.names["FIRST"] != h.names["OLDKEY"] {
					t.Errorf("a phone has keys %s, want %s", h.names["FIRST"], h.names["OLDKEY"])
				}
			}
			since := "?since=" + h.names["SEQ"]
			h.run([]step{
				{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "main-forum-gate", in), status: 200, want: []string{`"admitted"`}},
				{do: "POST " + ciep + "/keys/rotate", as: "organizer", status: 201, save: "NEWKEY=kid"},
				// Both keys are good now, and new badges have the new one.
				{do: "POST " + ciep + "/badges", as: "desk", body: `{"attendee":"{NEW}"}`, status: 201, save: "TOKEN:NEW=token"},
				{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:WU}", "north", ""), status: 200, want: []string{`"admitted"`}},
				{do: scans, as: "limited", body: scan("UUID3", "{TOKEN:NEW}", "north", ""), status: 200, want: []string{`"admitted"`}},
				{do: scannerPath + since, as: "limited", status: 200, after: kids("BOTH")},
			})
			if both := h.names["BOTH"]; !strings.Contains(both, h.names["OLDKEY"]) || !strings.Contains(both, h.names["NEWKEY"]) {
				t.Errorf("after the rotation a phone has %s", both)
			}
			since = "?since=" + h.names["SEQ"]
			h.run([]step{{do: "POST " + ciep + "/keys/{OLDKEY}/revoke", as: "organizer", status: 200, want: []string{`"kid":"{NEWKEY}"`}}})
			for i, gate := range []string{"room-gate", "gala-gate", "lunch-gate", "north"} { // every gate, from the next scan on
				h.run([]step{{do: scans, as: "gate", body: scan([]string{"UUID10", "UUID11", "UUID12", "UUID13"}[i], "{TOKEN:WU}", gate, in), status: 200, want: []string{`"denied"`, `"invalid_token"`}}})
			}
			for _, as := range []string{"gate", "limited"} { // and every phone, from the next contact on
				h.run([]step{{do: scannerPath + since, as: as, status: 200, after: kids("LAST")}})
				if h.names["LAST"] != h.names["NEWKEY"] {
					t.Errorf("after the withdrawal the phone of %s has %s, want %s", as, h.names["LAST"], h.names["NEWKEY"])
				}
			}
			h.run([]step{
				{do: "GET //.well-known/jwks.json", status: 200, want: []string{`"kid":"{NEWKEY}"`}, not: []string{`"kid":"{OLDKEY}"`}},
				{do: scans, as: "supervisor", body: scan("UUID20", "{TOKEN:WU}", "room-gate", in+`,"override":{"reason":"known to me"}`), status: 200, want: []string{`"denied"`, `"invalid_token"`}},
				{do: scans, as: "gate", body: scan("UUID21", "{TOKEN:LI}", "main-forum-gate", out), status: 200, want: []string{`"exited"`}},
				{do: scans, as: "gate", body: scan("UUID22", "{TOKEN:NEW}", "lunch-gate", in), status: 200, want: []string{`"admitted"`}},
				// A phone that let somebody in before it heard of it: a fact, and a conflict.
				{do: scans, as: "gate", body: scan("UUID23", "{TOKEN:WU}", "lunch-gate", in+`,"offline":true,"verdict":"admitted","scanned_at":"`+h.clock().Format(time.RFC3339)+`"`), status: 200, want: []string{`"conflict":"invalid_token"`}},
				{do: "POST " + ciep + "/badges/issue-all", as: "desk", status: 200},
				{do: "GET " + ciep + "/attendees/{WU}", as: "desk", status: 200, after: func(h *hall, _ *http.Response, body []byte) {
					h.names["TOKEN:WU2"] = between(string(body), `"token":"`, `"`)
				}},
				{do: scans, as: "gate", body: scan("UUID24", "{TOKEN:WU2}", "gala-gate", in), status: 200, want: []string{`"admitted"`}},
				{do: "GET " + ciep + "/journal?limit=1000", as: "security", status: 200, after: chained},
			})
		})
	}
}
