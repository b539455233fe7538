package badge

import (
	"strings"
	"testing"
	"time"
)

// at is the moment at which tests happen.
var at = time.Date(2026, 4, 17, 8, 0, 0, 0, time.UTC)

// ring makes a ring of an event with one active key of the given name.
func testRing(t testing.TB, event, kid string) (*Ring, []Key) {
	t.Helper()
	secret := testSecret(t)
	key, err := GenerateKey(event, secret, at, func(k string) bool { return k != kid })
	if err != nil {
		t.Fatal(err)
	}
	keys := []Key{key}
	r, err := NewRing(event, keys, secret)
	if err != nil {
		t.Fatal(err)
	}
	return r, keys
}

func testSecret(t testing.TB) *Secret {
	t.Helper()
	s, err := NewSecret(strings.Repeat("correct horse battery staple ", 2))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testBadge(kid string) Badge {
	return Badge{ID: "AQIDBAUGBwg", Attendee: "a1", Code: "d", Key: kid, ValidUntil: at.Add(36 * time.Hour)}
}

func TestSignedTokenVerifies(t *testing.T) {
	r, _ := testRing(t, "ciep21", "k1")
	from := at.Add(time.Hour)
	for name, b := range map[string]Badge{
		"plain":    testBadge("k1"),
		"with nbf": func() Badge { b := testBadge("k1"); b.ValidFrom = &from; return b }(),
	} {
		t.Run(name, func(t *testing.T) {
			token, err := r.Sign(b)
			if err != nil {
				t.Fatal(err)
			}
			again, err := r.Sign(b)
			if err != nil || again != token {
				t.Fatalf("the same badge was signed differently (%v)", err)
			}
			want := Claims{ID: b.ID, Event: "ciep21", Category: "d", Expires: b.ValidUntil, Key: "k1"}
			if b.ValidFrom != nil {
				want.NotBefore = *b.ValidFrom
			}
			hint, err := Parse(token)
			if err != nil || hint != want {
				t.Errorf("Parse: %+v, %v; want %+v", hint, err, want)
			}
			got, status, err := r.Verify(token)
			if err != nil || got != want || status != KeyActive {
				t.Errorf("Verify: %+v, %q, %v; want %+v", got, status, err, want)
			}
		})
	}
}
