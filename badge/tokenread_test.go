package badge

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	goodHeader = `{"alg":"EdDSA","kid":"k1"}`
	goodClaims = `{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`
)

var b64 = base64.RawURLEncoding.EncodeToString

// craft signs any header and claims with the event's true key, so that nothing
// but strictness can refuse the token.
func craft(t testing.TB, header, claims string) string {
	_, private := testKey(t, "ciep21", "k1")
	text := b64([]byte(header)) + "." + b64([]byte(claims))
	return text + "." + b64(ed25519.Sign(private, []byte(text)))
}

// refused asserts that neither Parse nor Verify takes the token, for exactly
// this reason, and that the error says nothing of the token's.
func refused(t *testing.T, r *Ring, token string, want error) {
	t.Helper()
	c, status, err := r.Verify(token)
	if !errors.Is(err, ErrInvalidToken) || !errors.Is(err, want) || c != (Claims{}) || status != "" {
		t.Errorf("Verify: %+v, %q, error %v; want %v", c, status, err, want)
		return
	}
	hint, perr := Parse(token)
	if m, ok := want.(malformation); ok {
		if perr != error(m) || !errors.Is(perr, ErrMalformed) || hint != (Claims{}) {
			t.Errorf("Parse: %+v, error %v; want %v", hint, perr, want)
		}
	} else if perr != nil {
		t.Errorf("Parse: error %v of a token that only Verify may refuse", perr)
	}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 8 && strings.Contains(err.Error(), part) {
			t.Errorf("the error %q quotes the token", err)
		}
	}
}

func TestHeaderIsReadStrictly(t *testing.T) {
	r := testRing(t, "ciep21", "k1")
	for header, want := range map[string]error{
		`{"alg":"EdDSA","kid":"k1","typ":"JWT"}`:                 unknownName,
		`{"typ":"JWT","alg":"EdDSA","kid":"k1"}`:                 unknownName,
		`{"alg":"EdDSA","kid":"k1","crit":["exp"]}`:              unknownName,
		`{"alg":"EdDSA","kid":"k1","crit":[]}`:                   unknownName,
		`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"k1"}`:  unknownName,
		`{"alg":"EdDSA","b64":true,"kid":"k1"}`:                  unknownName,
		`{"alg":"EdDSA","jwk":{"kty":"OKP"},"kid":"k1"}`:         unknownName,
		`{"alg":"EdDSA","jku":"https://evil.test/","kid":"k1"}`:  unknownName,
		`{"alg":"EdDSA","x5c":[],"kid":"k1"}`:                    unknownName,
		`{"alg":"EdDSA","kid":"k1","zip":"DEF"}`:                 unknownName,
		`{"ALG":"EdDSA","kid":"k1"}`:                             unknownName,
		`{"alg":"EdDSA","Kid":"k1"}`:                             unknownName,
		`{"":"","alg":"EdDSA","kid":"k1"}`:                       unknownName,
		`{"alg":"EdDSA","alg":"EdDSA","kid":"k1"}`:               sameName,
		`{"alg":"none","alg":"EdDSA","kid":"k1"}`:                sameName,
		`{"alg":"EdDSA","kid":"k1","kid":"k1"}`:                  sameName,
		`{"\u0061lg":"none","alg":"EdDSA","kid":"k1"}`:           notText,
		`{"alg":"EdDSA","kid":"k1","k\u0069d":"k2"}`:             notText,
		`{"alg":"\u0045dDSA","kid":"k1"}`:                        notText,
		`{"kid":"k1","alg":"EdDSA"}`:                             otherOrder,
		`{"alg":"EdDSA"}`:                                        missing("kid"),
		`{"kid":"k1"}`:                                           missing("alg"),
		`{}`:                                                     missing("alg"),
		`{"alg":"none","kid":"k1"}`:                              wrong("alg"),
		`{"alg":"None","kid":"k1"}`:                              wrong("alg"),
		`{"alg":"NONE","kid":"k1"}`:                              wrong("alg"),
		`{"alg":"","kid":"k1"}`:                                  wrong("alg"),
		`{"alg":"eddsa","kid":"k1"}`:                             wrong("alg"),
		`{"alg":"Ed25519","kid":"k1"}`:                           wrong("alg"),
		`{"alg":"HS256","kid":"k1"}`:                             wrong("alg"),
		`{"alg":"ES256","kid":"k1"}`:                             wrong("alg"),
		`{"alg":null,"kid":"k1"}`:                                wrongType("alg"),
		`{"alg":["EdDSA"],"kid":"k1"}`:                           wrongType("alg"),
		`{"alg":{"alg":"EdDSA"},"kid":"k1"}`:                     wrongType("alg"),
		`{"alg":"EdDSA","kid":null}`:                             wrongType("kid"),
		`{"alg":"EdDSA","kid":11}`:                               wrongType("kid"),
		`{"alg":"EdDSA","kid":""}`:                               wrong("kid"),
		`{"alg":"EdDSA","kid":"k"}`:                              wrong("kid"),
		`{"alg":"EdDSA","kid":"k11"}`:                            wrong("kid"),
		`{"alg":"EdDSA","kid":"k."}`:                             wrong("kid"),
		`{"alg":"EdDSA","kid":"../../etc/passwd"}`:               wrong("kid"),
		`{"alg":"EdDSA","kid":"k2"}`:                             ErrUnknownKey,
		`{"alg":"EdDSA", "kid":"k1"}`:                            notObject,
		` {"alg":"EdDSA","kid":"k1"}`:                            notObject,
		`{"alg":"EdDSA","kid":"k1"} `:                            trailing,
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\"}\n":                   trailing,
		`{"alg":"EdDSA","kid":"k1"}{"alg":"none"}`:               trailing,
		`{"alg":"EdDSA","kid":"k1",}`:                            notObject,
		`{,"alg":"EdDSA","kid":"k1"}`:                            notObject,
		`{"alg":"EdDSA""kid":"k1"}`:                              notObject,
		`{"alg":"EdDSA","kid":"k1"`:                              notObject,
		`{"alg":"EdDSA","kid":"k1`:                               notObject,
		`{"alg":"EdDSA","kid":`:                                  notObject,
		`{"alg"`:                                                 notObject,
		`{"alg":"EdDSA","kid":"k1"]`:                             notObject,
		`[{"alg":"EdDSA","kid":"k1"}]`:                           notObject,
		`null`:                                                   notObject,
		`"EdDSA"`:                                                notObject,
		``:                                                       notObject,
		"\xef\xbb\xbf" + goodHeader:                              notObject,
		"{\"alg\":\"EdDSA\",\"kid\":\"k\xff\"}":                  notText,
		"{\"alg\":\"EdDSA\",\"kid\":\"k\x00\"}":                  notText,
		"{\"alg\":\"EdDSA\",\"kid\":\"k１\"}":                     notText,
		`{"alg":"EdDSA","kid":"k1","typ` + "\u0000" + `":"JWT"}`: notText,
	} {
		t.Run(header, func(t *testing.T) { refused(t, r, craft(t, header, goodClaims), want) })
	}
}

func TestClaimsAreReadStrictly(t *testing.T) {
	r := testRing(t, "ciep21", "k1")
	exp := func(s string) string { return strings.Replace(goodClaims, "1776542400", s, 1) }
	aud := func(s string) string { return strings.Replace(goodClaims, `"ciep21"`, s, 1) }
	cat := func(s string) string { return strings.Replace(goodClaims, `"d"`, s, 1) }
	jti := func(s string) string { return strings.Replace(goodClaims, `"AQIDBAUGBwg"`, s, 1) }
	nbf := func(s string) string { return strings.Replace(goodClaims, `}`, `,"nbf":`+s+`}`, 1) }
	for claims, want := range map[string]error{
		exp("0"):                     wrong("exp"),
		exp("253402300800"):          wrong("exp"),
		exp("9223372036854775808"):   wrong("exp"),
		exp("18446744073709551617"):  wrong("exp"),
		exp("0" + "1776542400"):      wrongType("exp"),
		exp("00"):                    wrongType("exp"),
		exp("-1776542400"):           wrongType("exp"),
		exp("-0"):                    wrongType("exp"),
		exp("+1776542400"):           wrongType("exp"),
		exp("1776542400.0"):          wrongType("exp"),
		exp("1.5"):                   wrongType("exp"),
		exp("1e400"):                 wrongType("exp"),
		exp("1e9"):                   wrongType("exp"),
		exp("1E9"):                   wrongType("exp"),
		exp("0x69E37E40"):            wrongType("exp"),
		exp("1_776_542_400"):         wrongType("exp"),
		exp("NaN"):                   wrongType("exp"),
		exp("Infinity"):              wrongType("exp"),
		exp("null"):                  wrongType("exp"),
		exp("true"):                  wrongType("exp"),
		exp(`"1776542400"`):          wrongType("exp"),
		exp(`""`):                    wrongType("exp"),
		exp(`[1776542400]`):          wrongType("exp"),
		exp(`{"exp":1776542400}`):    wrongType("exp"),
		exp(` 1776542400`):           wrongType("exp"),
		exp(`1776542400 `):           wrongType("exp"),
		exp(``):                      notObject,
		nbf("0"):                     wrong("nbf"),
		nbf("253402300800"):          wrong("nbf"),
		nbf("-1"):                    wrongType("nbf"),
		nbf("1.5"):                   wrongType("nbf"),
		nbf("1e400"):                 wrongType("nbf"),
		nbf("null"):                  wrongType("nbf"),
		nbf(`"1776412800"`):          wrongType("nbf"),
		nbf(`1,"nbf":1`):             sameName,
		nbf(``):                      notObject,
		aud(`["ciep21"]`):            wrongType("aud"),
		aud(`["ciep21","seminar"]`):  wrongType("aud"),
		aud(`{"0":"ciep21"}`):        wrongType("aud"),
		aud(`null`):                  wrongType("aud"),
		aud(`21`):                    wrongType("aud"),
		aud(`""`):                    wrong("aud"),
		aud(`"CIEP21"`):              wrong("aud"),
		aud(`"ciep21 "`):             wrong("aud"),
		aud(`"-ciep21"`):             wrong("aud"),
		aud(`"{ciep21}"`):            wrong("aud"),
		aud(`"ciep21:x"`):            wrong("aud"),
		aud(`"ciep\u0032\u0031"`):    notText,
		aud("\"ciep21\\n\""):         notText,
		aud("\"ciep21\n\""):          notText,
		aud("\"ciep21\x00\""):        notText,
		aud("\"ciep21\x7f\""):        notText,
		aud("\"ciep21\xff\""):        notText,
		aud("\"ciep21\xc0\x80\""):    notText,
		aud(`"ciеp21"`):              notText, // a Cyrillic е
		aud(`"seminar"`):             errOtherEvent,
		cat(`""`):                    wrong("cat"),
		cat(`"abcd"`):                wrong("cat"),
		cat(`"D"`):                   wrong("cat"),
		cat(`"d "`):                  wrong("cat"),
		cat(`null`):                  wrongType("cat"),
		cat(`1`):                     wrongType("cat"),
		cat(`["d"]`):                 wrongType("cat"),
		jti(`""`):                    wrong("jti"),
		jti(`"AQIDBAUGBw"`):          wrong("jti"),
		jti(`"AQIDBAUGBwgA"`):        wrong("jti"),
		jti(`"AQIDBAUGBw="`):         wrong("jti"),
		jti(`"AQIDBAUGBwh"`):         wrong("jti"), // bits beyond the last byte
		jti(`"AQIDBAUGB+g"`):         wrong("jti"),
		jti(`"AQIDBAUG\nBwg"`):       notText,
		jti("\"AQIDBAUGBw\ng\""):     notText,
		jti(`null`):                  wrongType("jti"),
		jti(`72623859790382856`):     wrongType("jti"),
		jti(`["AQIDBAUGBwg"]`):       wrongType("jti"),
		jti(`{"jti":"AQIDBAUGBwg"}`): wrongType("jti"),

		`{"cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:      missing("aud"),
		`{"aud":"ciep21","exp":1776542400,"jti":"AQIDBAUGBwg"}`: missing("cat"),
		`{"aud":"ciep21","cat":"d","jti":"AQIDBAUGBwg"}`:        missing("exp"),
		`{"aud":"ciep21","cat":"d","exp":1776542400}`:           missing("jti"),
		`{}`: missing("aud"),
		`{"aud":"ciep21","aud":"seminar","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:   sameName,
		`{"aud":"ciep21","aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:    sameName,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg","exp":4102444800}`:  sameName,
		`{"aud":"ciep21","\u0061ud":"x","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:    notText,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg","\u0065xp":1}`:      notText,
		`{"aud":"ciep21","Aud":"x","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:         unknownName,
		`{"aud":"ciep21","cat":"d","EXP":1776542400,"jti":"AQIDBAUGBwg"}`:                   unknownName,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"iat":1776412800,"jti":"AQIDBAUGBwg"}`:  unknownName,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg","sub":"Zhang Wei"}`: unknownName,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg","x":{"a":[1,{}]}}`:  unknownName,
		`{"aud":"ciep21","exp":1776542400,"cat":"d","jti":"AQIDBAUGBwg"}`:                   otherOrder,
		`{"jti":"AQIDBAUGBwg","aud":"ciep21","cat":"d","exp":1776542400}`:                   otherOrder,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"nbf":1776412800,"jti":"AQIDBAUGBwg"}`:  otherOrder,
		"{\"aud\":\"ciep21\",\n\"cat\":\"d\",\"exp\":1776542400,\"jti\":\"AQIDBAUGBwg\"}":   notObject,
		`{"aud": "ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:                  wrongType("aud"),
		`{ "aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:                  notObject,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg" }`:                  notObject,
		`{"aud":"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg",}`:                  notObject,
		`{"aud":"ciep21","cat":"d","exp":1776542400`:                                        notObject,
		`{aud:"ciep21","cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:                     notObject,
		`{'aud':'ciep21','cat':'d','exp':1776542400,'jti':'AQIDBAUGBwg'}`:                   notObject,
		`{"aud":"ciep21"/**/,"cat":"d","exp":1776542400,"jti":"AQIDBAUGBwg"}`:               notObject,
		goodClaims + " ":          trailing,
		goodClaims + "\n":         trailing,
		goodClaims + "\x00":       trailing,
		goodClaims + goodClaims:   trailing,
		goodClaims + "}":          trailing,
		"[" + goodClaims + "]":    notObject,
		"\ufeff" + goodClaims:     notObject,
		strings.Repeat("[", 500):  notObject,
		`null`:                    notObject,
		`true`:                    notObject,
		`0`:                       notObject,
		`"` + "AQIDBAUGBwg" + `"`: notObject,
		``:                        notObject,
	} {
		t.Run(claims, func(t *testing.T) { refused(t, r, craft(t, goodHeader, claims), want) })
	}
}

func TestTokenHasOneSpelling(t *testing.T) {
	r := testRing(t, "ciep21", "k1")
	token := craft(t, goodHeader, goodClaims)
	if _, _, err := r.Verify(token); err != nil {
		t.Fatalf("the token that all are variants of: %v", err)
	}
	p := strings.Split(token, ".")
	join := func(parts ...string) string { return strings.Join(parts, ".") }
	public, private := testKey(t, "ciep21", "k1")
	resigned := func(text string) string { return text + "." + b64(ed25519.Sign(private, []byte(text))) }
	sig, err := base64.RawURLEncoding.DecodeString(p[2])
	if err != nil {
		t.Fatal(err)
	}
	bits := func(part string) string { // the same bytes with a bit set beyond them
		const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		return part[:len(part)-1] + string(letters[strings.IndexByte(letters, part[len(part)-1])+1])
	}
	hs256 := b64([]byte(`{"alg":"HS256","kid":"k1"}`)) + "." + p[1]
	mac := hmac.New(sha256.New, public.Public)
	mac.Write([]byte(hs256))

	for name, row := range map[string]struct {
		token string
		want  error
	}{
		"empty":                        {"", notThree},
		"one dot":                      {".", notThree},
		"two dots alone":               {"..", notObject},
		"three dots":                   {"...", notThree},
		"two parts":                    {join(p[0], p[1]), notThree},
		"four parts":                   {join(p[0], p[1], p[2], ""), notThree},
		"five parts, as a JWE":         {join(p[0], p[1], p[2], p[2], p[2]), notThree},
		"no signature":                 {join(p[0], p[1], ""), badSig},
		"no claims":                    {join(p[0], "", p[2]), notObject},
		"no header":                    {join("", p[1], p[2]), notObject},
		"newline at the end":           {token + "\n", badLetter},
		"newline at the beginning":     {"\n" + token, badLetter},
		"newline in the header":        {p[0][:5] + "\n" + p[0][5:] + "." + p[1] + "." + p[2], badLetter},
		"newline in the signature":     {join(p[0], p[1], p[2][:5]+"\r\n"+p[2][5:]), badLetter},
		"newline signed along":         {resigned(p[0] + "." + p[1][:4] + "\n" + p[1][4:]), badLetter},
		"carriage return":              {token + "\r", badLetter},
		"space at the end":             {token + " ", badLetter},
		"space at the beginning":       {" " + token, badLetter},
		"tab":                          {token + "\t", badLetter},
		"no-break space":               {token + "\u00a0", badLetter},
		"zero-width space":             {token + "\u200b", badLetter},
		"NUL at the end":               {token + "\x00", badLetter},
		"padded signature":             {token + "==", badLetter},
		"padded header":                {p[0] + "=." + p[1] + "." + p[2], badLetter},
		"padding signed along":         {resigned(p[0] + "." + p[1] + "="), badLetter},
		"standard base64":              {join(p[0], p[1], strings.Repeat("+/", 43)), badLetter},
		"percent encoding":             {strings.Replace(token, ".", "%2E", 1), badLetter},
		"full-width stop":              {strings.Replace(token, ".", "．", 1), badLetter},
		"Bearer in front":              {"Bearer " + token, badLetter},
		"quoted":                       {`"` + token + `"`, badLetter},
		"JSON serialization":           {`{"payload":"` + p[1] + `"}`, badLetter},
		"invalid UTF-8":                {token + "\xff", badLetter},
		"bits beyond the header":       {resigned(bits(p[0]) + "." + p[1]), badHeader},
		"bits beyond the claims":       {resigned(p[0] + "." + bits(b64([]byte(goodClaims[:len(goodClaims)-1]+`,"nbf":1}`)))), badPayload},
		"bits beyond the signature":    {join(p[0], p[1], bits(p[2])), badSig},
		"a letter too many in header":  {resigned(p[0] + "AA." + p[1]), badHeader},
		"a letter too many in claims":  {resigned(p[0] + "." + p[1] + "A"), badPayload},
		"63 bytes of signature":        {join(p[0], p[1], b64(sig[:63])), badSig},
		"65 bytes of signature":        {join(p[0], p[1], b64(append(slices.Clone(sig), 0))), badSig},
		"signature of zeros":           {join(p[0], p[1], b64(make([]byte, 64))), errSignature},
		"a bit flipped in R":           {join(p[0], p[1], b64(flip(sig, 3))), errSignature},
		"a bit flipped in S":           {join(p[0], p[1], b64(flip(sig, 40))), errSignature},
		"S above the group's order":    {join(p[0], p[1], b64(addOrder(sig))), errSignature},
		"other claims, old signature":  {join(p[0], b64([]byte(strings.Replace(goodClaims, "1776", "1976", 1))), p[2]), errSignature},
		"another event's key":          {mustSignAs(t, "seminar", "ciep21"), errSignature},
		"alg none without a signature": {b64([]byte(`{"alg":"none","kid":"k1"}`)) + "." + p[1] + ".", wrong("alg")},
		"HS256 with the public key":    {hs256 + "." + b64(mac.Sum(nil)), wrong("alg")},
		"1,024 letters":                {strings.Repeat("A", MaxToken), notThree},
		"1,025 letters":                {strings.Repeat("A", MaxToken+1), tooLong},
		"1,024 dots":                   {strings.Repeat(".", MaxToken), notThree},
		"a million dots":               {strings.Repeat(".", 1_000_000), tooLong},
		"5 MiB":                        {strings.Repeat("A", 5<<20), tooLong},
		"5 MiB of a third part":        {p[0] + "." + p[1] + "." + strings.Repeat("A", 5<<20), tooLong},
	} {
		t.Run(name, func(t *testing.T) { refused(t, r, row.token, row.want) })
	}
}

func flip(sig []byte, i int) []byte {
	out := slices.Clone(sig)
	out[i] ^= 1
	return out
}

// addOrder adds the order of the group to S (RFC 8032), which a verifier that
// doesn't check the range would accept as a second signature.
func addOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(sig[32:])
	slices.Reverse(s)
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(sig[:32]), sum...)
}

// mustSignAs signs for one event with the key, of the same name, of another.
func mustSignAs(t *testing.T, keyOf, event string) string {
	t.Helper()
	_, private := testKey(t, keyOf, "k1")
	token, err := sign(event, testBadge("k1"), private)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// The library alone takes these, which is why Parse reads before it does.
func TestLibraryAloneAcceptsOtherSpellings(t *testing.T) {
	r := testRing(t, "ciep21", "k1")
	key, _ := testKey(t, "ciep21", "k1")
	token := craft(t, goodHeader, goodClaims)
	for name, variant := range map[string]string{
		"white space":       craft(t, goodHeader, goodClaims+"\n"),
		"a name twice":      craft(t, goodHeader, strings.Replace(goodClaims, "{", `{"aud":"x",`, 1)),
		"an escaped name":   craft(t, goodHeader, strings.Replace(goodClaims, "aud", `\u0061ud`, 1)),
		"crit not obeyed":   craft(t, `{"alg":"EdDSA","crit":["b64"],"b64":false,"kid":"k1"}`, goodClaims),
		"no expiry":         craft(t, goodHeader, `{"aud":"ciep21","cat":"d","jti":"AQIDBAUGBwg"}`),
		"loose last bits":   token[:len(token)-1] + string(token[len(token)-1]+1),
		"newline at end":    token + "\n",
		"claims are null":   craft(t, goodHeader, "null"),
		"a name in capital": craft(t, goodHeader, strings.Replace(goodClaims, "aud", "AUD", 1)),
	} {
		_, err := jwt.ParseWithClaims(variant, &jwt.RegisteredClaims{}, func(*jwt.Token) (any, error) {
			return ed25519.PublicKey(key.Public), nil
		}, jwt.WithTimeFunc(func() time.Time { return at }))
		if err != nil {
			t.Errorf("%s: the library refuses it: %v", name, err)
		}
		if _, _, err := r.Verify(variant); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: Verify: %v", name, err)
		}
	}
}
