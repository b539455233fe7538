package badge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// KeySet is a JWK Set (RFC 7517): the public keys that anybody may verify
// badges with. A kid is unique in an event and, as far as its two characters
// go, in the set; a verifier tries every key of the name.
type KeySet struct {
	Keys []JWK `json:"keys"`
}

// JWK is an Ed25519 public key (RFC 8037).
type JWK struct {
	Type      string `json:"kty"` // OKP
	Curve     string `json:"crv"` // Ed25519
	X         string `json:"x"`   // the key, 32 bytes in base64url
	KeyID     string `json:"kid"`
	Use       string `json:"use"` // sig
	Algorithm string `json:"alg"` // EdDSA
}

// JWKS is the set to serve for these keys, of one event or of many: active
// ones, and retired ones until the last badge they have signed has expired.
// A retired key that has signed nothing and a withdrawn one are left out.
func JWKS(keys []Key, now time.Time) KeySet {
	set := KeySet{Keys: []JWK{}}
	for _, k := range keys {
		if k.Status == KeyActive || k.Status == KeyRetired && !now.After(k.LastExpiry) {
			set.Keys = append(set.Keys, JWK{
				Type: "OKP", Curve: "Ed25519", X: base64.RawURLEncoding.EncodeToString(k.Public),
				KeyID: k.ID, Use: "sig", Algorithm: "EdDSA",
			})
		}
	}
	return set
}

// MaxJWKS is the longest set, in bytes, that ParseJWKS reads.
const MaxJWKS = 1 << 20

// ParseJWKS reads the Ed25519 keys of a JWK Set by kid. As RFC 7517 section 5
// asks, it passes over keys of types and for uses that it doesn't know; an
// Ed25519 key that is ill-formed, or a set without any, is an error.
func ParseJWKS(data []byte) (map[string][]ed25519.PublicKey, error) {
	if len(data) > MaxJWKS {
		return nil, errors.New("JWKS: longer than 1 MiB")
	}
	var set KeySet
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, errors.New("JWKS: not a JSON object with a list of keys")
	}
	keys := make(map[string][]ed25519.PublicKey)
	for _, k := range set.Keys {
		if k.Type != "OKP" || k.Curve != "Ed25519" ||
			k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != "EdDSA" {
			continue
		}
		x, err := strictBase64.DecodeString(k.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, errors.New("JWKS: an Ed25519 key is not 32 bytes in base64url")
		}
		if !slices.ContainsFunc(keys[k.KeyID], func(other ed25519.PublicKey) bool { return bytes.Equal(other, x) }) {
			keys[k.KeyID] = append(keys[k.KeyID], x)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("JWKS: no Ed25519 key in it")
	}
	return keys, nil
}
