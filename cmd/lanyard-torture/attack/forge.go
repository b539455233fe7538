package attack

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"lanyard/cmd/internal/rig"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func b64(s []byte) string { return base64.RawURLEncoding.EncodeToString(s) }

// forge makes of a good badge one that is none of the hall's: a spoilt copy, or
// what somebody could make who has no key of it.
func (h *hall) forge(rng *rand.Rand) string {
	good := h.badges[rng.IntN(len(h.badges))].Token
	for {
		if token := h.spoil(rng, good); !slices.ContainsFunc(h.badges, func(b rig.Badge) bool { return b.Token == token }) {
			return token
		}
	}
}

func (h *hall) spoil(rng *rand.Rand, good string) string {
	parts := strings.Split(good, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	switch rng.IntN(14) {
	case 0: // one letter is another
		i := rng.IntN(len(good))
		return good[:i] + string(alphabet[rng.IntN(64)]) + good[i+1:]
	case 1: // one bit
		b := []byte(good)
		b[rng.IntN(len(b))] ^= 1 << rng.IntN(7)
		return strings.ToValidUTF8(string(b), "?")
	case 2:
		return good[:rng.IntN(len(good))]
	case 3:
		return good + strings.Repeat(string(alphabet[rng.IntN(64)]), 1+rng.IntN(1200))
	case 4: // parts of two badges
		other := strings.Split(h.badges[rng.IntN(len(h.badges))].Token, ".")
		parts[1+rng.IntN(2)] = other[1+rng.IntN(2)]
		return strings.Join(parts, ".")
	case 5:
		return h.other[rng.IntN(len(h.other))].Token
	case 6: // another spelling of the same
		return []string{good + "=", " " + good, good + "\n", strings.ToUpper(good), strings.ReplaceAll(good, ".", "．"), good + "\x00", good + "\u200b"}[rng.IntN(7)]
	case 7:
		return b64([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	case 8: // signed with what everybody knows
		text := b64(bytes.Replace(header, []byte("EdDSA"), []byte("HS256"), 1)) + "." + parts[1]
		m := hmac.New(sha256.New, []byte(parts[rng.IntN(3)]))
		m.Write([]byte(text))
		return text + "." + b64(m.Sum(nil))
	case 9, 10: // signed with a key of one's own
		seed := make([]byte, ed25519.SeedSize)
		for i := range seed {
			seed[i] = byte(rng.Uint32())
		}
		if i := bytes.Index(claims, []byte(`"jti":"`)); rng.IntN(2) == 0 && i >= 0 {
			claims[i+7] = alphabet[rng.IntN(64)]
		}
		text := parts[0] + "." + b64(claims)
		return text + "." + b64(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(text)))
	case 11: // the claims of somebody who lives longer, under the old signature
		return parts[0] + "." + b64(bytes.Replace(claims, []byte(`"exp":1`), []byte(`"exp":9`), 1)) + "." + parts[2] + string(alphabet[rng.IntN(64)])
	case 12: // the signature plus the group's order, and other noise at its end
		sig, _ := base64.RawURLEncoding.DecodeString(parts[2])
		for i := 32; i < 64; i++ {
			sig[i] += byte(rng.IntN(3))
		}
		sig[32]++
		return parts[0] + "." + parts[1] + "." + b64(sig)
	}
	noise := make([]byte, rng.IntN(400))
	for i := range noise {
		noise[i] = byte(' ' + rng.IntN(95))
	}
	return string(noise)
}

// scanBody is a scan of a token in one of the ways there are.
func scanBody(rng *rand.Rand, token, gate string) (body map[string]any, dry bool) {
	a, b := rng.Uint64(), rng.Uint64()
	body = map[string]any{"token": token, "gate": gate, "direction": []string{"in", "out"}[rng.IntN(2)],
		"scan_id": fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffff_ffff_ffff)}
	if rng.IntN(8) == 0 {
		body["dry_run"], dry = true, true
	}
	return body, dry
}

// breakJSON makes of a request one that is no JSON, or none of the API's.
func breakJSON(rng *rand.Rand, text string) string {
	switch rng.IntN(8) {
	case 0:
		return text[:rng.IntN(len(text))]
	case 1:
		return text + text
	case 2:
		return strings.Replace(text, "{", `{"__proto__":{"role":"organizer"},`, 1)
	case 3:
		return strings.Replace(text, `":`, "\xff\":", 1)
	case 4:
		return strings.Repeat(`{"a":`, 500) + text
	case 5:
		return "[" + text + "]"
	case 6:
		return strings.Replace(text, "{", "{\x00", 1)
	}
	return strings.Replace(text, `"`, `'`, -1)
}

// scratch changes some bytes of a file.
func scratch(rng *rand.Rand, file []byte) []byte {
	b := bytes.Clone(file)
	for range 1 + rng.IntN(8) {
		switch i := rng.IntN(len(b)); rng.IntN(4) {
		case 0:
			b[i] = byte(rng.Uint32())
		case 1:
			b = append(b[:i:i], append([]byte{0, '"', 0xff, '\n'}[rng.IntN(4):], b[i:]...)...)
		case 2:
			b = append(b[:i:i], b[min(len(b), i+rng.IntN(40)):]...)
		case 3:
			b = append(b[:i:i], append(bytes.Repeat([]byte{byte(rng.Uint32())}, rng.IntN(3000)), b[i:]...)...)
		}
		if len(b) == 0 {
			b = []byte{0}
		}
	}
	return b
}
