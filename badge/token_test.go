package badge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"
)

// at is the moment at which tests happen.
var at = time.Date(2026, 4, 17, 8, 0, 0, 0, time.UTC)

func testSecret(t testing.TB) *Secret {
	t.Helper()
	s, err := NewSecret("correct horse battery staple, said twice")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testKey is always the same key for the same name and event.
func testKey(t testing.TB, event, kid string) (Key, ed25519.PrivateKey) {
	t.Helper()
	seed := bytes.Repeat([]byte(event+kid), 32)[:32]
	private := ed25519.NewKeyFromSeed(seed)
	return Key{
		ID: kid, Status: KeyActive, Public: private.Public().(ed25519.PublicKey),
		Sealed: testSecret(t).Seal(seed, sealedKey, event, kid), CreatedAt: at,
	}, private
}

func testRing(t testing.TB, event string, kids ...string) *Ring {
	t.Helper()
	var keys []Key
	for _, kid := range kids {
		k, _ := testKey(t, event, kid)
		keys = Rotate(keys, k, at)
	}
	r, err := NewRing(event, keys, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testBadge(kid string) Badge {
	return Badge{ID: "AQIDBAUGBwg", Attendee: "a1", Code: "d", Key: kid, ValidUntil: at.Add(36 * time.Hour)}
}

func mustSign(t testing.TB, r *Ring, b Badge) string {
	t.Helper()
	token, err := r.Sign(b)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokenIsWrittenByteForByte(t *testing.T) {
	r := testRing(t, "ciep21", "k1")
	from := at.Add(time.Hour + 999*time.Millisecond)
	late := testBadge("k1")
	late.ValidFrom = &from
	for name, row := range map[string]struct {
		badge Badge
		want  string
	}{
		"usual":    {testBadge("k1"), `{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`},
		"with nbf": {late, `{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg","nbf":1776416400}`},
	} {
		for _, asArray := range []bool{true, false} {
			token := func() string {
				defer func(was bool) { jwt.MarshalSingleStringAsArray = was }(jwt.MarshalSingleStringAsArray)
				jwt.MarshalSingleStringAsArray = asArray
				return mustSign(t, r, row.badge)
			}()
			parts := strings.Split(token, ".")
			header, _ := base64.RawURLEncoding.DecodeString(parts[0])
			claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
			if got := string(header); got != `{"alg":"EdDSA","kid":"k1"}` {
				t.Errorf("%s: header %s", name, got)
			}
			if got := string(claims); got != row.want {
				t.Errorf("%s: claims %s, want %s", name, got, row.want)
			}
			if again := mustSign(t, r, row.badge); again != token {
				t.Errorf("%s: the same badge was signed differently", name)
			}
		}
	}
}

func TestSignRefusesWhatItCouldNotRead(t *testing.T) {
	r := testRing(t, "ciep21", "k1")
	epoch := time.Unix(0, 0)
	for name, spoil := range map[string]func(*Badge){
		"id too short":       func(b *Badge) { b.ID = "AQIDBAUGBw" },
		"id with loose bits": func(b *Badge) { b.ID = "AQIDBAUGBwh" },
		"id not base64url":   func(b *Badge) { b.ID = "AQIDBAUGBw+" },
		"no code":            func(b *Badge) { b.Code = "" },
		"long code":          func(b *Badge) { b.Code = "abcd" },
		"upper-case code":    func(b *Badge) { b.Code = "D" },
		"no expiry":          func(b *Badge) { b.ValidUntil = time.Time{} },
		"expiry too late":    func(b *Badge) { b.ValidUntil = time.Unix(MaxExpiry+1, 0) },
		"begin too early":    func(b *Badge) { b.ValidFrom = &epoch },
	} {
		b := testBadge("k1")
		spoil(&b)
		if token, err := r.Sign(b); err == nil {
			t.Errorf("%s: signed as %s", name, token)
		}
	}
	if _, err := r.Sign(testBadge("k2")); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a key that isn't there: %v", err)
	}
}

// A code of version 10-M holds 213 characters, and reads from further away
// than the next bigger one.
func TestTokenFitsVersion10(t *testing.T) {
	for _, row := range []struct {
		event, code     string
		length, version int
	}{
		{"a", "d", 201, 10},
		{"ciep21", "d", 207, 10},
		{"ciep21", "del", 210, 10},
		{"ciep-2026", "d", 211, 10},
		{"ciep-2026", "de", 213, 10},
		{"ciep2026", "del", 213, 10},
		// The one pair that misses by a character: an id of 9 with a code of 3.
		{"ciep-2026", "del", 214, 11},
		{strings.Repeat("x", 32), "del", 245, 11},
	} {
		b := testBadge("k1")
		b.Code = row.code
		token := mustSign(t, testRing(t, row.event, "k1"), b)
		code, err := QR(token)
		if err != nil {
			t.Fatal(err)
		}
		if len(token) != row.length || code.Version() > row.version {
			t.Errorf("event %s, code %s: %d characters, version %d; want %d, at most %d",
				row.event, row.code, len(token), code.Version(), row.length, row.version)
		}
	}
}

func TestWhatIsSignedIsRead(t *testing.T) {
	kids := []string{"k1", "Zz", "_9", "-a"}
	rapid.Check(t, func(rt *rapid.T) {
		event := rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`).Draw(rt, "event")
		r := testRing(t, event, kids...)
		b := Badge{
			ID:         base64.RawURLEncoding.EncodeToString(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(rt, "id")),
			Code:       rapid.StringMatching(`[a-z0-9]{1,3}`).Draw(rt, "code"),
			Key:        rapid.SampledFrom(kids).Draw(rt, "kid"),
			ValidUntil: time.Unix(rapid.Int64Range(1, MaxExpiry).Draw(rt, "exp"), 0).UTC(),
		}
		want := Claims{ID: b.ID, Event: event, Category: b.Code, Expires: b.ValidUntil, Key: b.Key}
		if rapid.Bool().Draw(rt, "nbf") {
			want.NotBefore = time.Unix(rapid.Int64Range(1, MaxExpiry).Draw(rt, "nbf"), 0).UTC()
			b.ValidFrom = &want.NotBefore
		}
		token := mustSign(t, r, b)
		if hint, err := Parse(token); err != nil || hint != want {
			rt.Fatalf("Parse: %+v, %v; want %+v", hint, err, want)
		}
		if got, _, err := r.Verify(token); err != nil || got != want {
			rt.Fatalf("Verify: %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestDigest(t *testing.T) {
	// SHA-256 of "abc" begins with ba7816bf8f01cfea414140de5dae2223.
	if got := Digest("abc"); got != "ungWv48Bz-pBQUDeXa4iIw" {
		t.Errorf("Digest = %s", got)
	}
}

func TestVerifyWithKeys(t *testing.T) {
	_, private := testKey(t, "ciep21", "k1")
	other, _ := testKey(t, "seminar", "k1")
	own := private.Public().(ed25519.PublicKey)
	token := mustSign(t, testRing(t, "ciep21", "k1"), testBadge("k1"))
	for name, row := range map[string]struct {
		keys map[string][]ed25519.PublicKey
		want error
	}{
		"its key":                 {map[string][]ed25519.PublicKey{"k1": {own}}, nil},
		"its key after a twin":    {map[string][]ed25519.PublicKey{"k1": {other.Public, own}}, nil},
		"its key before a twin":   {map[string][]ed25519.PublicKey{"k1": {own, other.Public}}, nil},
		"twins only":              {map[string][]ed25519.PublicKey{"k1": {other.Public, other.Public}}, errSignature},
		"its key by another name": {map[string][]ed25519.PublicKey{"k2": {own}}, ErrUnknownKey},
		"a key cut short":         {map[string][]ed25519.PublicKey{"k1": {own[:31]}}, errSignature},
		"no keys":                 {nil, ErrUnknownKey},
	} {
		c, err := VerifyWithKeys(token, row.keys)
		if !errors.Is(err, row.want) || (err != nil) != errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
		if err == nil && c.ID != "AQIDBAUGBwg" || err != nil && c != (Claims{}) {
			t.Errorf("%s: claims %+v with error %v", name, c, err)
		}
	}
	if _, err := VerifyWithKeys(token+"=", nil); !errors.Is(err, badLetter) || !errors.Is(err, ErrInvalidToken) {
		t.Errorf("malformed: %v", err)
	}
}
