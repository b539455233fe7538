package badge

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"slices"
	"time"
)

var (
	// ErrUnknownKey is a kid that the ring doesn't have.
	ErrUnknownKey = errors.New("no such key")
	// ErrCannotSign is a ring of public keys alone, made without the secret.
	ErrCannotSign = errors.New("this ring has no private keys")
	// ErrKeyActive is an active key where one is needed that signs nothing more.
	ErrKeyActive = errors.New("the key is active: rotate to a new one first")
	// ErrNoKeyLeft is returned by GenerateKey when every kid is taken.
	ErrNoKeyLeft = errors.New("every key id is taken")
)

// Ring holds the signing keys of one event. It never changes and is safe for
// concurrent use; a change of keys makes a new ring.
type Ring struct {
	event string
	keys  map[string]ringKey
	order []string
}

type ringKey struct {
	Key
	private ed25519.PrivateKey // nil without the secret
}

// NewRing makes the ring of an event from its stored keys, the order of which
// it keeps. With the secret it opens every private key and refuses one that
// doesn't open or doesn't belong to the public half beside it: who can write
// to a store but hasn't the secret can't have a key of their own believed.
// Without the secret (nil) the ring verifies but doesn't sign.
func NewRing(event string, keys []Key, secret *Secret) (*Ring, error) {
	if !ValidID(event) {
		return nil, errors.New("keyring: the event's id is ill-formed")
	}
	r := &Ring{event: event, keys: make(map[string]ringKey, len(keys))}
	active := 0
	for _, k := range keys {
		if !validKID(k.ID) || len(k.Public) != ed25519.PublicKeySize {
			return nil, errors.New("keyring: a key is ill-formed")
		}
		if _, twice := r.keys[k.ID]; twice {
			return nil, fmt.Errorf("keyring: two keys are called %s", k.ID)
		}
		switch k.Status {
		case KeyActive:
			active++
		case KeyRetired, KeyWithdrawn:
		default:
			return nil, fmt.Errorf("keyring: key %s has an unknown status", k.ID)
		}
		own := ringKey{Key: k}
		own.Public = slices.Clone(k.Public)
		if secret != nil {
			var err error
			if own.private, err = openKey(event, k, secret); err != nil {
				return nil, fmt.Errorf("keyring: key %s: %w", k.ID, err)
			}
		}
		own.Sealed = nil
		r.keys[k.ID] = own
		r.order = append(r.order, k.ID)
	}
	if active > 1 {
		return nil, errors.New("keyring: more than one key is active")
	}
	return r, nil
}

func openKey(event string, k Key, secret *Secret) (ed25519.PrivateKey, error) {
	seed, err := secret.Open(k.Sealed, sealedKey, event, k.ID)
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, ErrSealed
	}
	private := ed25519.NewKeyFromSeed(seed)
	if subtle.ConstantTimeCompare(private.Public().(ed25519.PublicKey), k.Public) != 1 {
		return nil, errors.New("the public half isn't that of the sealed key")
	}
	return private, nil
}

// sealedKey begins the context that a private key is sealed in; event and kid
// follow, so that a sealed key moved to another event or name doesn't open.
const sealedKey = "signing key"

// Event is the id of the event whose keys these are.
func (r *Ring) Event() string { return r.event }

// Active returns the key that signs new badges; false when there is none.
// Sealed is left out.
func (r *Ring) Active() (Key, bool) {
	for _, k := range r.keys {
		if k.Status == KeyActive {
			return k.public(), true
		}
	}
	return Key{}, false
}

// Public returns all keys, withdrawn ones too, without Sealed.
func (r *Ring) Public() []Key {
	keys := make([]Key, 0, len(r.order))
	for _, kid := range r.order {
		keys = append(keys, r.keys[kid].public())
	}
	return keys
}

func (k ringKey) public() Key {
	out := k.Key
	out.Public = slices.Clone(k.Public)
	return out
}

// Sign makes the token of a badge with the key that the badge names, active
// or not: a badge issued before a rotation keeps its token, byte by byte.
func (r *Ring) Sign(b Badge) (string, error) {
	k, ok := r.keys[b.Key]
	switch {
	case !ok:
		return "", ErrUnknownKey
	case k.private == nil:
		return "", ErrCannotSign
	}
	return sign(r.event, b, k.private)
}

// Verify tells whether the token was signed for this event by one of its keys.
// It doesn't look at the clock: nbf and exp are rules of the gate. A withdrawn
// key verifies too, and its status says so: its badges are let in nowhere, but
// an exit is never refused to a badge of the event, since people must always
// be able to leave. The caller knows the direction and decides.
// Its errors are ErrInvalidToken and give no status.
func (r *Ring) Verify(token string) (Claims, KeyStatus, error) {
	c, err := Parse(token)
	if err != nil {
		return Claims{}, "", invalid(err)
	}
	if c.Event != r.event {
		return Claims{}, "", invalid(errOtherEvent)
	}
	k, ok := r.keys[c.Key]
	if !ok {
		return Claims{}, "", invalid(ErrUnknownKey)
	}
	if err := checkSignature(token, c, ed25519.PublicKey(k.Public)); err != nil {
		return Claims{}, "", invalid(err)
	}
	return c, k.Status, nil
}

// Format shows nothing of the private keys, whatever the verb.
func (r *Ring) Format(w fmt.State, _ rune) { io.WriteString(w, "[keyring of "+r.event+"]") }

// LogValue shows nothing of the private keys.
func (r *Ring) LogValue() slog.Value { return slog.StringValue("[keyring of " + r.event + "]") }

// GenerateKey makes an active key for an event, sealed under the secret. Its
// kid, two letters or digits at random, is one that taken doesn't refuse: all
// events share one JWKS, so a store should refuse every kid it has anywhere.
// ErrNoKeyLeft means that all 3,844 are refused; refusing only those of the
// event then still works, as verifiers try every key of a name.
func GenerateKey(event string, secret *Secret, now time.Time, taken func(kid string) bool) (Key, error) {
	if !ValidID(event) {
		return Key{}, errors.New("make a key: the event's id is ill-formed")
	}
	if secret == nil {
		return Key{}, errors.New("make a key: there is no secret to seal it under")
	}
	kid, err := freeKID(taken)
	if err != nil {
		return Key{}, err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, err
	}
	return Key{
		ID:        kid,
		Status:    KeyActive,
		Public:    public,
		Sealed:    secret.Seal(private.Seed(), sealedKey, event, kid),
		CreatedAt: stored(now),
	}, nil
}

// freeKID starts at a random place and goes round, so that it ends and finds a
// free one if there is any. Letters and digits only: a kid that begins with a
// hyphen would be taken for a flag on a command line.
func freeKID(taken func(string) bool) (string, error) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	const all = len(letters) * len(letters)
	start, err := rand.Int(rand.Reader, big.NewInt(int64(all)))
	if err != nil {
		return "", err
	}
	for i := range all {
		n := (int(start.Int64()) + i) % all
		kid := string([]byte{letters[n/len(letters)], letters[n%len(letters)]})
		if taken == nil || !taken(kid) {
			return kid, nil
		}
	}
	return "", ErrNoKeyLeft
}

// Rotate returns the keys with next active and the one that was active
// retired. What it is given stays as it is.
func Rotate(keys []Key, next Key, now time.Time) []Key {
	out := slices.Clone(keys)
	at := stored(now)
	for i := range out {
		if out[i].Status == KeyActive {
			out[i].Status, out[i].EndedAt = KeyRetired, &at
		}
	}
	next.Status, next.EndedAt = KeyActive, nil
	return append(out, next)
}

// Withdraw returns the keys with one withdrawn; one withdrawn before stays as
// it is. What it is given stays as it is. ErrUnknownKey when there is no such
// key, ErrKeyActive when it is the active one: Rotate comes first, so that an
// event is never without a key to sign with.
func Withdraw(keys []Key, kid string, now time.Time) ([]Key, error) {
	out := slices.Clone(keys)
	i := slices.IndexFunc(out, func(k Key) bool { return k.ID == kid })
	if i < 0 {
		return nil, ErrUnknownKey
	}
	switch out[i].Status {
	case KeyActive:
		return nil, ErrKeyActive
	case KeyWithdrawn:
		return out, nil
	}
	at := stored(now)
	out[i].Status, out[i].EndedAt = KeyWithdrawn, &at
	return out, nil
}

// stored is a time as stores keep it.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
