package badge

import (
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// FuzzVerify holds Parse and Verify to three promises: whatever is accepted is
// written by Lanyard in exactly the same bytes, it means the same to the
// library alone, and a refusal is one of the two that are documented.
func FuzzVerify(f *testing.F) {
	r := testRing(f, "ciep21", "k1", "k2")
	_, private := testKey(f, "ciep21", "k1")
	token := mustSign(f, r, testBadge("k1"))
	f.Add(token)
	f.Fuzz(func(t *testing.T, token string) {
		c, err := Parse(token)
		verified, _, verr := r.Verify(token)
		if err != nil {
			if !errors.Is(err, ErrMalformed) || c != (Claims{}) {
				t.Fatalf("Parse: %+v, %v", c, err)
			}
			if !errors.Is(verr, ErrInvalidToken) || !errors.Is(verr, err) {
				t.Fatalf("Parse says %v, Verify %v", err, verr)
			}
			return
		}
		b := Badge{ID: c.ID, Code: c.Category, Key: c.Key, ValidUntil: c.Expires}
		if !c.NotBefore.IsZero() {
			b.ValidFrom = &c.NotBefore
		}
		again, err := sign(c.Event, b, private)
		if err != nil {
			t.Fatalf("what was read as %+v can't be written: %v", c, err)
		}
		const signature = 86
		if len(again) != len(token) || again[:len(again)-signature] != token[:len(token)-signature] {
			t.Fatalf("two spellings:\n%s\n%s", token, again)
		}
		var said payload
		lib, _, err := library.ParseUnverified(token, &said)
		if err != nil || lib.Method != jwt.SigningMethodEdDSA || said.claims(c.Key) != c || len(lib.Signature) != ed25519.SignatureSize {
			t.Fatalf("the library reads %+v, %v; Parse %+v", said, err, c)
		}
		if verr != nil {
			if !errors.Is(verr, ErrInvalidToken) || verified != (Claims{}) {
				t.Fatalf("Verify: %+v, %v", verified, verr)
			}
			return
		}
		if signed, err := r.Sign(b); verified != c || err != nil || signed != token {
			t.Fatalf("verified %s, signed %s (%v)", token, signed, err)
		}
	})
}
