package attack

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lanyard/cmd/internal/rig"
)

// Answers that no right server gives are convicted, the others not.
func TestJudge(t *testing.T) {
	forged := shot{what: "a forged badge", expect: "denied"}
	for _, c := range []struct {
		name   string
		shot   shot
		status int
		body   string
		guilty bool
	}{
		{"denied", forged, 200, `{"result":"denied","reason":"invalid_token","badge":null}`, false},
		{"of another event", forged, 200, `{"result":"denied","reason":"wrong_event","badge":null}`, false},
		{"refused", forged, 400, `{"code":"bad_json"}`, false},
		{"busy", forged, 503, `{"code":"store_unavailable"}`, false},
		{"no answer", forged, 0, "", false},
		{"let in", forged, 200, `{"result":"admitted","badge":{"id":"x"}}`, true},
		{"let out", forged, 200, `{"result":"exited","badge":null}`, true},
		{"denied as somebody", forged, 200, `{"result":"denied","reason":"invalid_token","badge":{"id":"x"}}`, true},
		{"taken for a good badge", forged, 200, `{"result":"denied","reason":"already_inside","badge":null}`, true},
		{"an empty yes", forged, 200, "", true},
		{"broken", forged, 500, `{"code":"internal"}`, true},
		{"a bad gateway", shot{expect: "read"}, 502, "", true},
		{"its inside", shot{}, 400, "runtime error: index out of range", true},
		{"done", shot{what: "DELETE /gates/door"}, 204, "", true},
		{"read", shot{expect: "read"}, 200, "{}", false},
	} {
		if got := judge(c.shot, c.status, c.body); (got != "") != c.guilty {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	h := &hall{secrets: map[string]string{"a key": "lk_abc"}}
	if h.noSecret(`msg=request error="no operator lk_abc"`) == "" || h.noSecret("msg=request") != "" {
		t.Error("a key in the log isn't found")
	}
}

// What is drawn is never a badge that is good, and broken JSON is never whole.
func TestDraw(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	h := &hall{event: "here"}
	token := func(event string, i int) string {
		b := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		return b(`{"alg":"EdDSA","kid":"k1"}`) + "." + b(fmt.Sprintf(`{"aud":"%s","cat":"d","exp":1900000000,"jti":"AAAAAAAAA%02d"}`, event, i)) + "." + strings.Repeat("Q", 86)
	}
	for i := range people {
		h.badges = append(h.badges, rig.Badge{ID: fmt.Sprint(i), Token: token("here", i)})
		h.other = append(h.other, rig.Badge{ID: fmt.Sprint(i), Token: token("there", i)})
	}
	for range 5000 {
		forged := h.forge(rng)
		if slices.ContainsFunc(h.badges, func(b rig.Badge) bool { return b.Token == forged }) {
			t.Fatal("a good badge was drawn")
		}
		if text := breakJSON(rng, `{"name":"x","capacity":5}`); strings.HasPrefix(text, "{") && json.Valid([]byte(text)) && !strings.Contains(text, "\xff") && !strings.Contains(text, "__proto__") {
			t.Fatalf("whole: %s", text)
		}
		if len(scratch(rng, workbook())) == 0 {
			t.Fatal("nothing was left of a file")
		}
		if s := h.draw(rng); s.method == "" || s.path == "" || s.who == "" {
			t.Fatalf("drew %+v", s)
		}
	}
}
