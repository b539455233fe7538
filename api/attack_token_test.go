package api_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"lanyard/badge"
	"lanyard/checkin"
)

// forger has what an attacker at the gate has: good badges of this and other
// events, and the public keys. With a ring he has the private keys too, so that
// nothing but strictness stops him.
type forger struct {
	kid, other string // of the event's key and of another event's
	public     ed25519.PublicKey
	served     string // the keys as everybody gets them

	token, header, claims, sig string // a good badge
	expires, jti               string // of its claims

	sign, signAs func(header, claims string) string // with the event's key, with the other's
}

var b64url = base64.RawURLEncoding.EncodeToString

func newForger(h *hall) *forger {
	h.t.Helper()
	secret := must(badge.NewSecret("a secret of the tests, long enough for the rule"))
	signer := func(event string) (string, ed25519.PublicKey, func(header, claims string) string) {
		keys := must(h.desk.Config(h.t.Context(), event)).Keys
		ring := must(badge.NewRing(event, keys, secret))
		return keys[0].ID, keys[0].Public, func(header, claims string) string {
			text := b64url([]byte(header)) + "." + b64url([]byte(claims))
			return text + "." + b64url(must(ring.SignBytes(keys[0].ID, []byte(text))))
		}
	}
	f := &forger{token: h.names["TOKEN:LI"], jti: h.names["BADGE:LI"]}
	f.kid, f.public, f.sign = signer("ciep21")
	f.other, _, f.signAs = signer("other")
	parts := strings.Split(f.token, ".")
	f.header = string(must(base64.RawURLEncoding.DecodeString(parts[0])))
	f.claims = string(must(base64.RawURLEncoding.DecodeString(parts[1])))
	f.sig = parts[2]
	var c struct{ Exp json.Number }
	if err := json.Unmarshal([]byte(f.claims), &c); err != nil {
		h.t.Fatal(err)
	}
	f.expires = string(c.Exp)
	_, body := h.request(step{do: "GET //.well-known/jwks.json"})
	f.served = string(body)
	return f
}

// claim is the claims with one value replaced.
func (f *forger) claim(name, value string) string {
	old := map[string]string{"aud": `"ciep21"`, "cat": `"d"`, "exp": f.expires, "jti": `"` + f.jti + `"`}[name]
	return strings.Replace(f.claims, `"`+name+`":`+old, `"`+name+`":`+value, 1)
}

// mac is an HS256 token whose secret is what everybody knows.
func (f *forger) mac(secret []byte) string {
	text := b64url([]byte(`{"alg":"HS256","kid":"`+f.kid+`"}`)) + "." + b64url([]byte(f.claims))
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(text))
	return text + "." + b64url(m.Sum(nil))
}

func (f *forger) rsa() string {
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	text := b64url([]byte(`{"alg":"RS256","kid":"`+f.kid+`"}`)) + "." + b64url([]byte(f.claims))
	sum := sha256.Sum256([]byte(text))
	return text + "." + b64url(must(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])))
}

type forgery struct {
	name, token string
	reason      checkin.Reason
}

func (f *forger) forgeries(h *hall) []forgery {
	der := must(x509.MarshalPKIXPublicKey(f.public))
	text := strings.TrimSuffix(f.token, "."+f.sig)
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	own := func(header string) string {
		t := b64url([]byte(header)) + "." + b64url([]byte(f.claims))
		return t + "." + b64url(ed25519.Sign(private, []byte(t)))
	}
	jwk := `{"kty":"OKP","crv":"Ed25519","x":"` + b64url(public) + `"}`
	last := f.sig[len(f.sig)-1]
	list := []forgery{
		// What the public can make.
		{"alg none", b64url([]byte(`{"alg":"none","kid":"`+f.kid+`"}`)) + "." + b64url([]byte(f.claims)) + ".", ""},
		{"alg none with the old signature", b64url([]byte(`{"alg":"none","kid":"`+f.kid+`"}`)) + "." + b64url([]byte(f.claims)) + "." + f.sig, ""},
		{"no header at all", "." + b64url([]byte(f.claims)) + ".", ""},
		{"HS256 with the public key", f.mac(f.public), ""},
		{"HS256 with the key as served", f.mac([]byte(b64url(f.public))), ""},
		{"HS256 with the key as DER", f.mac(der), ""},
		{"HS256 with the key as PEM", f.mac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), ""},
		{"HS256 with the whole key set", f.mac([]byte(f.served)), ""},
		{"HS256 with nothing", f.mac(nil), ""},
		{"RS256", f.rsa(), ""},
		{"a key of his own under the event's name", own(`{"alg":"EdDSA","kid":"` + f.kid + `"}`), ""},
		{"a key of his own that comes along", own(`{"alg":"EdDSA","jwk":` + jwk + `,"kid":"` + f.kid + `"}`), ""},
		{"a key of his own to be fetched", own(`{"alg":"EdDSA","jku":"https://evil.example/keys","kid":"` + f.kid + `"}`), ""},
		{"a certificate of his own", own(`{"alg":"EdDSA","kid":"` + f.kid + `","x5c":["` + b64url(der) + `"]}`), ""},
		{"kid of no key", own(`{"alg":"EdDSA","kid":"zz"}`), ""},
		{"kid that is a path", own(`{"alg":"EdDSA","kid":"../../../dev/null"}`), ""},
		{"kid that is a query", own(`{"alg":"EdDSA","kid":"' OR 1=1--"}`), ""},
		{"kid that is a list", own(`{"alg":"EdDSA","kid":["` + f.kid + `"]}`), ""},
		{"the header of another badge", strings.Split(h.names["TOKEN:ELSE"], ".")[0] + text[strings.IndexByte(text, '.'):] + "." + f.sig, ""},
		{"the signature of another badge", text + "." + strings.Split(h.names["TOKEN:WU"], ".")[2], ""},
		{"the claims of another badge", strings.Split(f.token, ".")[0] + "." + strings.Split(h.names["TOKEN:WU"], ".")[1] + "." + f.sig, ""},
		{"padded", f.token + "=", ""},
		{"bits beyond the signature", text + "." + f.sig[:len(f.sig)-1] + string(last+1), ""},
		{"white space behind", f.token + " ", ""},
		{"white space before", "\t" + f.token, ""},
		{"a line break within", f.token[:20] + "\n" + f.token[20:], ""},
		{"a full stop of another script", strings.Replace(f.token, ".", "\u3002", 1), ""},
		{"a letter of another script", strings.Replace(f.token, "e", "\u0435", 1), ""},
		{"full-width letters", strings.Map(func(r rune) rune { return r + 0xFEE0*boolToRune(r >= 'A' && r <= 'Z') }, f.token), ""},
		{"a zero-width joiner", f.token[:9] + "\u200d" + f.token[9:], ""},
		{"a NUL", f.token + "\x00", ""},
		{"another case", strings.ToUpper(f.token), ""},
		{"cut off", f.token[:len(f.token)-1], ""},
		{"half", f.token[:len(f.token)/2], ""},
		{"twice", f.token + f.token, ""},
		{"1,024 letters", strings.Repeat("A", 1024), ""},
		{"1,025 letters", strings.Repeat("A", 1025), ""},
		{"a good one and 1,025 letters", f.token + strings.Repeat("A", 1025-len(f.token)), ""},
		{"a page's link", h.names["LINK:LI"], ""},
		{"a badge's number", f.jti, ""},
		{"an operator's key", h.names["KEY:desk"], ""},

		// What not even the holder of the key may make: nothing but strictness refuses it.
		{"typ", f.sign(`{"alg":"EdDSA","kid":"`+f.kid+`","typ":"JWT"}`, f.claims), ""},
		{"crit", f.sign(`{"alg":"EdDSA","crit":["exp"],"kid":"`+f.kid+`"}`, f.claims), ""},
		{"a header twice", f.sign(`{"alg":"EdDSA","kid":"zz","kid":"`+f.kid+`"}`, f.claims), ""},
		{"a claim twice", f.sign(f.header, strings.Replace(f.claims, "{", `{"aud":"other",`, 1)), ""},
		{"a claim twice by an escape", f.sign(f.header, strings.Replace(f.claims, "{", `{"\u0061ud":"other",`, 1)), ""},
		{"a claim more", f.sign(f.header, strings.Replace(f.claims, "}", `,"sub":"x"}`, 1)), ""},
		{"aud is a list", f.sign(f.header, f.claim("aud", `["ciep21"]`)), ""},
		{"aud is a list of two", f.sign(f.header, f.claim("aud", `["other","ciep21"]`)), ""},
		{"aud in capitals", f.sign(f.header, f.claim("aud", `"CIEP21"`)), ""},
		{"aud is no id", f.sign(f.header, f.claim("aud", `"../ciep21"`)), ""},
		{"exp is text", f.sign(f.header, f.claim("exp", `"`+f.expires+`"`)), ""},
		{"exp is a fraction", f.sign(f.header, f.claim("exp", f.expires+".0")), ""},
		{"exp is a power", f.sign(f.header, f.claim("exp", "9e9")), ""},
		{"exp is huge", f.sign(f.header, f.claim("exp", strings.Repeat("9", 40))), ""},
		{"exp is negative", f.sign(f.header, f.claim("exp", "-1")), ""},
		{"exp is null", f.sign(f.header, f.claim("exp", "null")), ""},
		{"no exp", f.sign(f.header, strings.Replace(f.claims, `"exp":`+f.expires+`,`, "", 1)), ""},
		{"no jti", f.sign(f.header, strings.Replace(f.claims, `,"jti":"`+f.jti+`"`, "", 1)), ""},
		{"jti is a number", f.sign(f.header, f.claim("jti", "7")), ""},
		{"jti is too long", f.sign(f.header, f.claim("jti", `"`+f.jti+`A"`)), ""},
		{"white space in the claims", f.sign(f.header, strings.Replace(f.claims, ":", ": ", 1)), ""},

		// Well made, and not for here.
		{"another event's badge", h.names["TOKEN:ELSE"], checkin.WrongEvent},
		{"a past event's badge", h.names["TOKEN:OLD"], checkin.WrongEvent},
		{"another event's key for this event", f.signAs(`{"alg":"EdDSA","kid":"`+f.other+`"}`, f.claims), ""},
		{"another event's key under this one's name", f.signAs(f.header, f.claims), ""},
		{"this event's key for another event", f.sign(f.header, f.claim("aud", `"other"`)), ""},
		{"an event that nobody has", f.sign(f.header, f.claim("aud", `"nowhere"`)), ""},
		{"a badge that nobody was issued", h.names["TOKEN:GHOST"], checkin.UnknownBadge},
		{"another event's badge under this event's key", f.sign(f.header, f.claim("jti", `"`+h.names["BADGE:ELSE"]+`"`)), checkin.UnknownBadge},
	}
	for i := range list {
		if list[i].reason == "" {
			list[i].reason = checkin.InvalidToken
		}
	}
	return list
}

func boolToRune(b bool) rune {
	if b {
		return 1
	}
	return 0
}

// Every forged, spoilt or misplaced token is denied at the gate for exactly its
// reason: alone, in a batch, with an override, and as a fact from a phone that
// let it in. All that it leaves is a row that says so.
func TestForgedTokens(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			f := newForger(h)
			kept := h.kept()
			seq := must(h.store.Seq(t.Context(), "ciep21"))
			bodies, list := []string{}, f.forgeries(h)
			for i, x := range list {
				token := must(json.Marshal(x.token))
				body := func(n int, rest string) string {
					return fmt.Sprintf(`{"scan_id":"%s","token":%s,"gate":"north"%s}`, uuid(4*i+n), token, rest)
				}
				bodies = append(bodies, body(0, ""))
				scanned := h.clock().Format("2006-01-02T15:04:05Z")
				for n, s := range []step{
					{as: "gate", body: body(0, "")},
					{as: "supervisor", body: body(1, `,"override":{"reason":"the boss says so"}`)},
					{as: "gate", body: body(2, `,"offline":true,"verdict":"admitted","scanned_at":"`+scanned+`"`)},
				} {
					if n == 2 && x.reason == checkin.UnknownBadge {
						continue // signed by the event: somebody with a badge of it did walk in
					}
					s.do, s.status = scans, 200
					s.not = append([]string{`"attendee"`, `"forced"`}, nameless...)
					if n == 2 { // the phone's own verdict is a fact, and shown as a conflict
						s.want = []string{`"conflict":"` + string(x.reason) + `"`, `"inside":0`}
					} else {
						s.want = []string{`"result":"denied"`, `"reason":"` + string(x.reason) + `"`, `"inside":0`}
						s.not = append(s.not, "admitted")
					}
					if x.reason != checkin.UnknownBadge {
						s.want = append(s.want, `"badge":null`)
					}
					if h.run([]step{s}); t.Failed() {
						t.Fatalf("%s, way %d", x.name, n)
					}
					seq++
				}
			}
			if got := must(h.store.Seq(t.Context(), "ciep21")); got != seq {
				t.Errorf("%d rows in the journal, want %d", got, seq)
			}
			// The same again is the same answer and no row more.
			h.run([]step{{do: scans + "/batch", as: "gate", body: `{"scans":[` + strings.Join(bodies, ",") + `]}`, status: 200,
				not: []string{`"replayed":false`, "admitted", `"error"`}}})
			if got := must(h.store.Seq(t.Context(), "ciep21")); got != seq {
				t.Errorf("replays left %d rows", got-seq)
			}
			if h.kept() != kept {
				t.Error("configuration, people, badges or who is inside have changed")
			}
			h.run([]step{
				{do: "GET " + ciep + "/occupancy", as: "security", status: 200, want: []string{`"inside_total":0`}},
				{do: "GET " + ciep + "/journal?limit=1000", as: "security", status: 200, after: chained, not: []string{f.token[:40]}},
			})
		})
	}
}
