package badge

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxToken is the length, in bytes, above which a token isn't looked at. What
// Lanyard signs itself is 200 to 270 bytes long.
const MaxToken = 1024

// MaxExpiry bounds exp and nbf to the last second that RFC 3339 can write,
// 9999-12-31T23:59:59Z.
const MaxExpiry = 253402300799

var (
	// ErrInvalidToken is every refusal of Verify and VerifyWithKeys: this is
	// not a token of ours. It wraps the cause, which never quotes the token.
	ErrInvalidToken = errors.New("invalid token")
	// ErrMalformed is every refusal of Parse: this can't be a token of ours,
	// whatever the keys are.
	ErrMalformed = errors.New("malformed token")

	errOtherEvent = errors.New("meant for another event")
	errSignature  = errors.New("the signature doesn't match")
	errTwoReaders = errors.New("two readers disagree about the claims")
)

// Claims are what a token says. They are a hint until Verify has returned
// them.
type Claims struct {
	ID        string    // jti, the badge's id
	Event     string    // aud
	Category  string    // cat, the category's code
	NotBefore time.Time // nbf, zero when absent
	Expires   time.Time // exp
	Key       string    // kid of the header
}

// Digest names a token without giving it away: the first 16 bytes of its
// SHA-256 in base64url, 22 characters.
func Digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// ValidCode tells whether s can stand for a category in a token: one to three
// of a-z 0-9.
func ValidCode(s string) bool {
	if len(s) < 1 || len(s) > 3 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// payload is the claims set (RFC 7519) in the order of its bytes. The library
// has a type of its own that writes aud as a string or as an array, as a
// variable of the whole program says; this one always writes a string.
type payload struct {
	Audience  string `json:"aud"`
	Category  string `json:"cat"`
	Expires   int64  `json:"exp"`
	ID        string `json:"jti"`
	NotBefore int64  `json:"nbf,omitempty"`
}

func (p payload) claims(kid string) Claims {
	c := Claims{ID: p.ID, Event: p.Audience, Category: p.Category, Expires: time.Unix(p.Expires, 0).UTC(), Key: kid}
	if p.NotBefore != 0 {
		c.NotBefore = time.Unix(p.NotBefore, 0).UTC()
	}
	return c
}

func (p payload) GetAudience() (jwt.ClaimStrings, error) { return jwt.ClaimStrings{p.Audience}, nil }
func (p payload) GetIssuer() (string, error)             { return "", nil }
func (p payload) GetSubject() (string, error)            { return "", nil }
func (p payload) GetIssuedAt() (*jwt.NumericDate, error) { return nil, nil }

func (p payload) GetExpirationTime() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(p.Expires, 0)), nil
}

func (p payload) GetNotBefore() (*jwt.NumericDate, error) {
	if p.NotBefore == 0 {
		return nil, nil
	}
	return jwt.NewNumericDate(time.Unix(p.NotBefore, 0)), nil
}

// sign makes the one token of a badge. The same badge gives the same bytes:
// names are written in a fixed order and Ed25519 is deterministic. Times are
// rounded down to whole seconds.
func sign(event string, b Badge, key ed25519.PrivateKey) (string, error) {
	p := payload{Audience: event, Category: b.Code, Expires: b.ValidUntil.Unix(), ID: b.ID}
	if b.ValidFrom != nil {
		p.NotBefore = b.ValidFrom.Unix()
	}
	switch {
	case !validJTI(b.ID):
		return "", errors.New("sign a badge: its id is not 8 bytes in base64url")
	case !ValidCode(b.Code):
		return "", errors.New("sign a badge: its category code is not one to three of a-z 0-9")
	case p.Expires < 1 || p.Expires > MaxExpiry:
		return "", errors.New("sign a badge: it needs an expiry between 1970 and 9999")
	case b.ValidFrom != nil && (p.NotBefore < 1 || p.NotBefore > MaxExpiry):
		return "", errors.New("sign a badge: its validity must begin between 1970 and 9999")
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, p)
	t.Header = map[string]any{"alg": jwt.SigningMethodEdDSA.Alg(), "kid": b.Key} // without the library's typ
	token, err := t.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign a badge: %w", err)
	}
	return token, nil
}

var library = jwt.NewParser(
	jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
	jwt.WithStrictDecoding(),
	// Validity in time is a rule of the gate: an exit of an expired badge is
	// still a genuine one.
	jwt.WithoutClaimsValidation(),
)

// checkSignature has the library read the token for itself, verify it with
// any of the keys, and agree with the claims that Parse has read.
func checkSignature(token string, c Claims, keys ...ed25519.PublicKey) error {
	var p payload
	_, err := library.ParseWithClaims(token, &p, func(*jwt.Token) (any, error) {
		if len(keys) == 1 {
			return keys[0], nil
		}
		set := jwt.VerificationKeySet{}
		for _, k := range keys {
			set.Keys = append(set.Keys, k)
		}
		return set, nil
	})
	if err != nil {
		return errSignature
	}
	if p.claims(c.Key) != c {
		return errTwoReaders
	}
	return nil
}

// VerifyWithKeys verifies a token with public keys by kid, as ParseJWKS
// returns them. Keys of different events may share a kid: each is tried.
// Like Ring.Verify it doesn't look at the clock. Its errors are
// ErrInvalidToken.
func VerifyWithKeys(token string, keys map[string][]ed25519.PublicKey) (Claims, error) {
	c, err := Parse(token)
	if err != nil {
		return Claims{}, invalid(err)
	}
	candidates := keys[c.Key]
	if len(candidates) == 0 {
		return Claims{}, invalid(ErrUnknownKey)
	}
	if err := checkSignature(token, c, candidates...); err != nil {
		return Claims{}, invalid(err)
	}
	return c, nil
}

func invalid(cause error) error { return fmt.Errorf("%w: %w", ErrInvalidToken, cause) }
