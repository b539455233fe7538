package badge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestGeneratedKeySignsAndVerifies(t *testing.T) {
	secret := testSecret(t)
	now := at.Add(123456 * time.Nanosecond).In(time.FixedZone("", 8*3600))
	key, err := GenerateKey("ciep21", secret, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key.Status != KeyActive || !key.CreatedAt.Equal(at) || key.CreatedAt.Location() != time.UTC || !key.LastExpiry.IsZero() {
		t.Errorf("new key %+v", key)
	}
	r, err := NewRing("ciep21", []Key{key}, secret)
	if err != nil {
		t.Fatal(err)
	}
	token := mustSign(t, r, testBadge(key.ID))
	public, err := NewRing("ciep21", []Key{key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, status, err := public.Verify(token); err != nil || status != KeyActive {
		t.Errorf("a ring of public keys: %q, %v", status, err)
	}
	if _, err := public.Sign(testBadge(key.ID)); !errors.Is(err, ErrCannotSign) {
		t.Errorf("a ring of public keys signs: %v", err)
	}
}

func TestKeyIDs(t *testing.T) {
	secret := testSecret(t)
	asked := map[string]bool{}
	key, err := GenerateKey("ciep21", secret, at, func(kid string) bool { asked[kid] = true; return kid != "Q7" })
	if err != nil || key.ID != "Q7" {
		t.Errorf("the only free kid: %q, %v", key.ID, err)
	}
	clear(asked)
	if _, err := GenerateKey("ciep21", secret, at, func(kid string) bool { asked[kid] = true; return true }); !errors.Is(err, ErrNoKeyLeft) {
		t.Errorf("no kid free: %v", err)
	}
	if len(asked) != 62*62 {
		t.Errorf("asked for %d kids", len(asked))
	}
	for kid := range asked {
		if !validKID(kid) || strings.ContainsAny(kid, "-_") {
			t.Fatalf("kid %q", kid)
		}
	}
	if _, err := GenerateKey("no such id!", secret, at, nil); err == nil {
		t.Error("a key for an ill-formed event")
	}
	if _, err := GenerateKey("ciep21", nil, at, nil); err == nil {
		t.Error("a key without a secret")
	}
}

func TestRotateAndWithdraw(t *testing.T) {
	secret := testSecret(t)
	one, _ := testKey(t, "ciep21", "k1")
	two, _ := testKey(t, "ciep21", "k2")
	first := Rotate(nil, one, at)
	keys := Rotate(first, two, at.Add(time.Hour))
	if first[0].Status != KeyActive || first[0].EndedAt != nil {
		t.Error("Rotate changed what it was given")
	}
	if keys[0].Status != KeyRetired || !keys[0].EndedAt.Equal(at.Add(time.Hour)) || keys[1].Status != KeyActive || keys[1].EndedAt != nil {
		t.Errorf("rotated: %+v", keys)
	}

	before, err := NewRing("ciep21", first, secret)
	if err != nil {
		t.Fatal(err)
	}
	old := mustSign(t, before, testBadge("k1"))
	after, err := NewRing("ciep21", keys, secret)
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := after.Active(); !ok || k.ID != "k2" || k.Sealed != nil {
		t.Errorf("active: %+v, %v", k, ok)
	}
	if again := mustSign(t, after, testBadge("k1")); again != old {
		t.Error("a badge's token changed when its key was retired")
	}
	if _, status, err := after.Verify(old); err != nil || status != KeyRetired {
		t.Errorf("retired key: %q, %v", status, err)
	}

	if _, err := Withdraw(keys, "k2", at); !errors.Is(err, ErrKeyActive) {
		t.Errorf("withdraw the active key: %v", err)
	}
	if _, err := Withdraw(keys, "k9", at); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("withdraw a key that isn't there: %v", err)
	}
	withdrawn, err := Withdraw(keys, "k1", at.Add(2*time.Hour))
	if err != nil || withdrawn[0].Status != KeyWithdrawn || !withdrawn[0].EndedAt.Equal(at.Add(2*time.Hour)) {
		t.Fatalf("withdrawn: %+v, %v", withdrawn, err)
	}
	if keys[0].Status != KeyRetired || !keys[0].EndedAt.Equal(at.Add(time.Hour)) {
		t.Error("Withdraw changed what it was given")
	}
	twice, err := Withdraw(withdrawn, "k1", at.Add(3*time.Hour))
	if err != nil || !twice[0].EndedAt.Equal(at.Add(2*time.Hour)) {
		t.Errorf("withdrawn twice: %+v, %v", twice, err)
	}
	last, err := NewRing("ciep21", withdrawn, secret)
	if err != nil {
		t.Fatal(err)
	}
	// Its holders must still be able to leave.
	if c, status, err := last.Verify(old); err != nil || status != KeyWithdrawn || c.ID != "AQIDBAUGBwg" {
		t.Errorf("withdrawn key: %+v, %q, %v", c, status, err)
	}
	if public := last.Public(); len(public) != 2 || public[0].ID != "k1" || public[0].Sealed != nil || public[1].ID != "k2" {
		t.Errorf("public keys: %+v", public)
	}
}

func TestRingRefusesIllFormedKeys(t *testing.T) {
	secret := testSecret(t)
	good, _ := testKey(t, "ciep21", "k1")
	change := func(f func(*Key)) []Key { k := good; f(&k); return []Key{k} }
	second, _ := testKey(t, "ciep21", "k2")
	for name, keys := range map[string][]Key{
		"two of a name":      {good, good},
		"two active":         {good, second},
		"kid too long":       change(func(k *Key) { k.ID = "k11" }),
		"unknown status":     change(func(k *Key) { k.Status = "lost" }),
		"public half short":  change(func(k *Key) { k.Public = k.Public[:31] }),
		"public half absent": change(func(k *Key) { k.Public = nil }),
	} {
		for _, s := range []*Secret{secret, nil} {
			if _, err := NewRing("ciep21", keys, s); err == nil {
				t.Errorf("%s: accepted (with secret: %v)", name, s != nil)
			}
		}
	}
	if _, err := NewRing("Ciep21", []Key{good}, nil); err == nil {
		t.Error("an ill-formed event")
	}
	empty, err := NewRing("ciep21", nil, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := empty.Active(); ok {
		t.Error("an empty ring has an active key")
	}
}

// Whoever has the store, to read and to write, but not the secret, neither
// signs a badge nor has one of their own believed.
func TestStolenStoreSignsNoBadge(t *testing.T) {
	secret := testSecret(t)
	key, private := testKey(t, "ciep21", "k1")
	stored, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(stored, private.Seed()) || bytes.Contains(key.Sealed, private.Seed()) {
		t.Fatal("the private key is stored in the clear")
	}
	theirs, err := NewSecret("the thief's own secret, long enough to be one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewRing("ciep21", []Key{key}, theirs); !errors.Is(err, ErrSealed) {
		t.Errorf("opened with another secret: %v", err)
	}
	r, err := NewRing("ciep21", []Key{key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Sign(testBadge("k1")); !errors.Is(err, ErrCannotSign) {
		t.Errorf("signed without a secret: %v", err)
	}

	planted, err := GenerateKey("ciep21", theirs, at, func(kid string) bool { return kid != "k1" })
	if err != nil {
		t.Fatal(err)
	}
	swapped := key
	swapped.Public = planted.Public
	moved := key
	moved.ID = "k2"
	cut := key
	cut.Sealed = key.Sealed[:20]
	absent := key
	absent.Sealed = nil
	foreign, _ := testKey(t, "seminar", "k1")
	for name, k := range map[string]Key{
		"their own key":                planted,
		"their public half beside it":  swapped,
		"a sealed key by another name": moved,
		"a sealed key cut short":       cut,
		"no sealed key":                absent,
		"another event's key":          foreign,
	} {
		if _, err := NewRing("ciep21", []Key{k}, secret); err == nil {
			t.Errorf("%s: believed", name)
		}
	}
	for i := range key.Sealed {
		k := key
		k.Sealed = bytes.Clone(key.Sealed)
		k.Sealed[i] ^= 1
		if _, err := NewRing("ciep21", []Key{k}, secret); !errors.Is(err, ErrSealed) {
			t.Errorf("byte %d altered: %v", i, err)
		}
	}
}

func TestRingKeepsItsKeysToItself(t *testing.T) {
	key, _ := testKey(t, "ciep21", "k1")
	keys := []Key{key}
	r, err := NewRing("ciep21", keys, testSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	token := mustSign(t, r, testBadge("k1"))
	clear(key.Public) // the slice that NewRing was given
	active, _ := r.Active()
	clear(active.Public)
	clear(r.Public()[0].Public)
	if _, _, err := r.Verify(token); err != nil {
		t.Errorf("a caller changed the ring: %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, r); got != "[keyring of ciep21]" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if b, _ := json.Marshal([]any{r}); string(b) != "[{}]" {
		t.Errorf("JSON: %s", b)
	}
}

func TestVerifyIsSafeForConcurrentUse(t *testing.T) {
	r := testRing(t, "ciep21", "k1", "k2")
	done := make(chan error)
	for i := range 8 {
		go func() {
			b := testBadge([]string{"k1", "k2"}[i%2])
			token, err := r.Sign(b)
			if err == nil {
				_, _, err = r.Verify(token)
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	r := testRing(b, "ciep21", "k1")
	badge := testBadge("k1")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Sign(badge); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	r := testRing(b, "ciep21", "k1")
	token := mustSign(b, r, testBadge("k1"))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := r.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

// What of Verify is neither Lanyard's nor the library's.
func BenchmarkBareEd25519Verify(b *testing.B) {
	_, private := testKey(b, "ciep21", "k1")
	text := []byte(strings.Repeat("x", 120))
	sig := ed25519.Sign(private, text)
	public := private.Public().(ed25519.PublicKey)
	for b.Loop() {
		if !ed25519.Verify(public, text, sig) {
			b.Fatal("not verified")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	token := mustSign(b, testRing(b, "ciep21", "k1"), testBadge("k1"))
	for name, text := range map[string]string{
		"token":  token,
		"5MiB":   strings.Repeat("A", 5<<20),
		"1000.":  strings.Repeat(".", 1000),
		"random": strings.Repeat("A", 1000),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(text)
			}
		})
	}
}
