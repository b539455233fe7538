package badge

import "crypto/ed25519"

// SignBytes signs a statement of the program's own with a key of the ring
// (Ed25519, RFC 8032), active or not. No statement may read as a token: it must
// hold a byte that no JWT has, such as a line break. ErrUnknownKey,
// ErrCannotSign.
func (r *Ring) SignBytes(kid string, statement []byte) ([]byte, error) {
	k, ok := r.keys[kid]
	switch {
	case !ok:
		return nil, ErrUnknownKey
	case k.private == nil:
		return nil, ErrCannotSign
	}
	return ed25519.Sign(k.private, statement), nil
}
