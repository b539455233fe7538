package badge

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
)

// An independent library, with what is served and nothing else, verifies what
// is signed.
func TestAnotherLibraryVerifiesBadges(t *testing.T) {
	one, _ := testKey(t, "ciep21", "k1")
	two, _ := testKey(t, "ciep21", "k2")
	twin, _ := testKey(t, "seminar", "k3")
	one.LastExpiry = at.Add(36 * time.Hour)
	keys := Rotate(Rotate(nil, one, at), two, at)
	served, err := json.Marshal(JWKS(append(keys, twin), at))
	if err != nil {
		t.Fatal(err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(served, &set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		if !k.Valid() || !k.IsPublic() {
			t.Errorf("key %s is not a valid public key", k.KeyID)
		}
	}
	r, err := NewRing("ciep21", keys, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, kid := range []string{"k1", "k2"} {
		b := testBadge(kid)
		from := at.Add(-time.Hour)
		b.ValidFrom = &from
		token, err := josejwt.ParseSigned(mustSign(t, r, b), []jose.SignatureAlgorithm{jose.EdDSA})
		if err != nil {
			t.Fatal(err)
		}
		var claims struct {
			josejwt.Claims
			Category string `json:"cat"`
		}
		if err := token.Claims(set, &claims); err != nil {
			t.Fatalf("%s: %v", kid, err)
		}
		if claims.ID != b.ID || claims.Category != "d" || !claims.Expiry.Time().Equal(b.ValidUntil) || !claims.NotBefore.Time().Equal(from) {
			t.Errorf("%s: claims %+v", kid, claims)
		}
		if err := claims.Validate(josejwt.Expected{AnyAudience: josejwt.Audience{"ciep21"}, Time: at}); err != nil {
			t.Errorf("%s: %v", kid, err)
		}
	}
}

func TestServedKeys(t *testing.T) {
	key := func(status KeyStatus, last time.Time) Key {
		return Key{ID: "k1", Status: status, Public: make([]byte, 32), Sealed: []byte("sealed"), LastExpiry: last}
	}
	for name, row := range map[string]struct {
		key  Key
		want int
	}{
		"active, signed nothing yet":     {key(KeyActive, time.Time{}), 1},
		"active, all expired":            {key(KeyActive, at.Add(-time.Hour)), 1},
		"retired":                        {key(KeyRetired, at.Add(time.Hour)), 1},
		"retired, the last expires now":  {key(KeyRetired, at), 1},
		"retired, the last has expired":  {key(KeyRetired, at.Add(-time.Millisecond)), 0},
		"retired, never signed anything": {key(KeyRetired, time.Time{}), 0},
		"withdrawn":                      {key(KeyWithdrawn, at.Add(time.Hour)), 0},
	} {
		if got := JWKS([]Key{row.key}, at); len(got.Keys) != row.want {
			t.Errorf("%s: %d keys, want %d", name, len(got.Keys), row.want)
		}
	}
	got, err := json.Marshal(JWKS([]Key{key(KeyActive, at)}, at))
	want := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","kid":"k1","use":"sig","alg":"EdDSA"}]}`
	if err != nil || string(got) != want {
		t.Errorf("served: %s, %v", got, err)
	}
	if got, _ := json.Marshal(JWKS(nil, at)); string(got) != `{"keys":[]}` {
		t.Errorf("an empty set: %s", got)
	}
}

func TestParseJWKS(t *testing.T) {
	x := func(b byte) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(string(rune(b)), 32)))
	}
	okp := func(more string) string { return `{"kty":"OKP","crv":"Ed25519","x":"` + x('a') + `"` + more + `}` }
	for name, row := range map[string]struct {
		set  string
		want map[string]int // keys by kid; nil is an error
	}{
		"ours":                    {`{"keys":[` + okp(`,"kid":"k1","use":"sig","alg":"EdDSA"`) + `]}`, map[string]int{"k1": 1}},
		"bare":                    {`{"keys":[` + okp(`,"kid":"k1"`) + `],"more":1}`, map[string]int{"k1": 1}},
		"two events, one name":    {`{"keys":[` + okp(`,"kid":"k1"`) + `,{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"` + x('b') + `"}]}`, map[string]int{"k1": 2}},
		"the same key twice":      {`{"keys":[` + okp(`,"kid":"k1"`) + `,` + okp(`,"kid":"k1"`) + `]}`, map[string]int{"k1": 1}},
		"others passed over":      {`{"keys":[{"kty":"RSA","n":"x","e":"AQAB"},{"kty":"OKP","crv":"X25519","x":"a"},` + okp(`,"kid":"e1","use":"enc"`) + `,` + okp(`,"kid":"k1"`) + `]}`, map[string]int{"k1": 1}},
		"another algorithm":       {`{"keys":[` + okp(`,"kid":"k1","alg":"ES256"`) + `]}`, nil},
		"nothing":                 {`{"keys":[]}`, nil},
		"an empty object":         {`{}`, nil},
		"not JSON":                {`eyJ`, nil},
		"a list":                  {`[` + okp(``) + `]`, nil},
		"keys of another type":    {`{"keys":"k1"}`, nil},
		"31 bytes":                {`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"` + x('a')[:42] + `"}]}`, nil},
		"standard base64, padded": {`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"` + x('a') + `="}]}`, nil},
		"too long":                {`{"keys":[` + okp(`,"kid":"k1"`) + `]}` + strings.Repeat(" ", MaxJWKS), nil},
	} {
		keys, err := ParseJWKS([]byte(row.set))
		if (err != nil) != (row.want == nil) || len(keys) != len(row.want) {
			t.Errorf("%s: %v, %v; want %v", name, keys, err, row.want)
		}
		for kid, n := range row.want {
			if len(keys[kid]) != n {
				t.Errorf("%s: %d keys called %s, want %d", name, len(keys[kid]), kid, n)
			}
		}
	}
}

func TestServedKeysVerifyOffline(t *testing.T) {
	one, _ := testKey(t, "ciep21", "k1")
	twin, _ := testKey(t, "seminar", "k1")
	served, err := json.Marshal(JWKS([]Key{twin, one}, at))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseJWKS(served)
	if err != nil || len(keys["k1"]) != 2 || !ed25519.PublicKey(one.Public).Equal(keys["k1"][1]) {
		t.Fatalf("%v, %v", keys, err)
	}
	for _, event := range []string{"ciep21", "seminar"} {
		c, err := VerifyWithKeys(mustSign(t, testRing(t, event, "k1"), testBadge("k1")), keys)
		if err != nil || c.Event != event {
			t.Errorf("%s: %+v, %v", event, c, err)
		}
	}
}
