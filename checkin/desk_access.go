package checkin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"
)

const (
	// SessionLife is how long a browser stays signed in.
	SessionLife = 12 * time.Hour
	// PairingLife is how long a pairing code waits for its phone.
	PairingLife = 15 * time.Minute

	// pairingReturn is how long it is tried to put a code back.
	pairingReturn = 2 * time.Second

	keyPrefix = "lk_"

	tempSession  = "session"
	tempPairing  = "pairing"
	tempSignedIn = "signed-in" // of whom: event/operator
)

// HashKey is how an operator's key, a session token or a pairing code is kept:
// the base64url SHA-256 of 256 or 128 random bits.
func HashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func randomText(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails, by contract of crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// access remembers operators for a moment, by the hash of what they showed, so
// that a scan costs the store no look-up. A revocation by another process
// takes effect within accessLife at the latest, and at a gate at once, since
// the step looks at the operator's record.
type access struct {
	desk  *Desk
	mu    sync.Mutex
	known map[string]*granted
	epoch int // grows when some are forgotten: what was asked before is then not kept
}

type granted struct {
	operator Operator
	until    time.Time // of the session; zero for a key
	asked    time.Time // when the store was asked; monotonic
	renewing bool
}

const (
	accessLife  = 2 * time.Second
	accessRenew = time.Second
	maxAccess   = 20_000
)

func (a *access) init(d *Desk) { a.desk, a.known = d, map[string]*granted{} }

type loadOperator func(context.Context) (Operator, time.Time, error)

// get answers from memory what the store said less than accessLife ago.
// Before that is over one caller has it renewed behind the others' backs.
func (a *access) get(ctx context.Context, id string, load loadOperator) (Operator, error) {
	a.mu.Lock()
	g := a.known[id]
	if g != nil && time.Since(g.asked) < accessLife {
		o, until := g.operator, g.until
		if time.Since(g.asked) > accessRenew && !g.renewing {
			g.renewing = true
			go func() {
				ctx, cancel := context.WithTimeout(a.desk.ctx, accessLife-accessRenew)
				defer cancel()
				a.ask(ctx, id, load)
			}()
		}
		a.mu.Unlock()
		return a.usable(o, until)
	}
	a.mu.Unlock()
	o, until, err := a.ask(ctx, id, load)
	if err != nil {
		return Operator{}, err
	}
	return a.usable(o, until)
}

// fresh is get for what needs no renewal yet.
func (a *access) fresh(id string) (Operator, bool) {
	a.mu.Lock()
	g := a.known[id]
	a.mu.Unlock()
	if g == nil || time.Since(g.asked) >= accessRenew {
		return Operator{}, false
	}
	o, err := a.usable(g.operator, g.until)
	return o, err == nil
}

func (a *access) ask(ctx context.Context, id string, load loadOperator) (Operator, time.Time, error) {
	asked := time.Now()
	a.mu.Lock()
	epoch := a.epoch
	a.mu.Unlock()
	o, until, err := load(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err == nil && epoch != a.epoch:
	case err == nil:
		if len(a.known) >= maxAccess {
			clear(a.known)
		}
		a.known[id] = &granted{operator: o, until: until, asked: asked}
	case errors.Is(err, ErrNoOperator), errors.Is(err, ErrNoTemp):
		delete(a.known, id)
	case a.known[id] != nil:
		a.known[id].renewing = false
	}
	return o, until, err
}

func (a *access) knows(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.known[id] != nil
}

func (a *access) usable(o Operator, until time.Time) (Operator, error) {
	now := a.desk.Now()
	if !until.IsZero() && !now.Before(until) {
		return Operator{}, ErrNoTemp
	}
	if !o.Usable(now) {
		return Operator{}, ErrOperatorGone
	}
	return o, nil
}

// forget makes the next request of some operators, or of one session, ask the
// store.
func (a *access) forget(which func(id string, o Operator) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.epoch++
	for id, g := range a.known {
		if which(id, g.operator) {
			delete(a.known, id)
		}
	}
}

// Authenticate finds the operator with a key: ErrNoOperator, or ErrOperatorGone
// for one that has been revoked or has expired.
func (d *Desk) Authenticate(ctx context.Context, key string) (Operator, error) {
	if len(key) != len(keyPrefix)+43 || !strings.HasPrefix(key, keyPrefix) {
		return Operator{}, ErrNoOperator
	}
	hash := HashKey(key)
	if o, ok := d.lent.Load(hash); ok {
		return d.operators.usable(o.(Operator), time.Time{})
	}
	return d.operators.get(ctx, "key "+hash, func(ctx context.Context) (Operator, time.Time, error) {
		o, err := d.store.OperatorByKey(ctx, hash)
		return o, time.Time{}, err
	})
}

// Recognize is Authenticate where that would ask nobody: for a usable operator
// whom the store has just been asked about.
func (d *Desk) Recognize(key string) (Operator, bool) {
	return d.operators.fresh("key " + HashKey(key))
}

// current is an operator as the store has them now: for what is rare and weighs
// more than a look-up. ErrOperatorGone.
func (d *Desk) current(ctx context.Context, o Operator) (Operator, error) {
	if _, lent := d.lent.Load(o.KeyHash); lent {
		return o, nil
	}
	now, err := d.store.OperatorByKey(ctx, o.KeyHash)
	if errors.Is(err, ErrNoOperator) || err == nil && (now.Event != o.Event || now.ID != o.ID) {
		return Operator{}, ErrOperatorGone
	}
	if err != nil {
		return Operator{}, err
	}
	return d.operators.usable(now, time.Time{})
}

// KnowsKey tells whether the key was good when it was last looked up by this
// process. It asks nobody.
func (d *Desk) KnowsKey(key string) bool {
	hash := HashKey(key)
	_, lent := d.lent.Load(hash)
	return lent || d.operators.knows("key "+hash)
}

// KnowsSession is KnowsKey for the token of a session.
func (d *Desk) KnowsSession(token string) bool { return d.operators.knows("session " + HashKey(token)) }

// pass is what is kept of a session or a pairing code.
type pass struct {
	KeyHash string    `json:"key_hash"` // of the operator
	Until   time.Time `json:"until"`
}

// OpenSession signs an operator in for SessionLife. The session ends before
// that when the operator does.
func (d *Desk) OpenSession(ctx context.Context, o Operator) (token string, until time.Time, err error) {
	if !o.Usable(d.Now()) {
		return "", time.Time{}, ErrOperatorGone
	}
	now := d.Now()
	token, until = randomText(32), now.Add(SessionLife)
	if err := d.putPass(ctx, tempSession, token, pass{o.KeyHash, until}); err != nil {
		return token, until, err
	}
	if err := d.putTemp(ctx, tempSignedIn, o.Event+"/"+o.ID, signedIn{o.KeyHash, now}, until); err != nil {
		d.log.Warn("it is not kept that an operator signed in", "event", o.Event, "operator", o.ID, "error", err)
	}
	return token, until, nil
}

// signedIn is kept of an operator's latest sign-in, for whoever hands out phones.
type signedIn struct {
	KeyHash string    `json:"key_hash"`
	At      time.Time `json:"at"`
}

// SignedIn is when a browser last signed in as the operator, by key or pairing
// code: zero when none has within SessionLife.
func (d *Desk) SignedIn(ctx context.Context, o Operator) (time.Time, error) {
	data, err := d.store.Temp(ctx, tempSignedIn, o.Event+"/"+o.ID)
	if errors.Is(err, ErrNoTemp) {
		return time.Time{}, nil
	}
	var s signedIn
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil || s.KeyHash != o.KeyHash { // an earlier one of the same name
		return time.Time{}, err
	}
	return s.At, nil
}

// SessionOperator is who a session belongs to: ErrNoTemp when it has ended,
// ErrOperatorGone or ErrNoOperator when the operator has.
func (d *Desk) SessionOperator(ctx context.Context, token string) (Operator, error) {
	if len(token) != 43 {
		return Operator{}, ErrNoTemp
	}
	hash := HashKey(token)
	return d.operators.get(ctx, "session "+hash, func(ctx context.Context) (Operator, time.Time, error) {
		data, err := d.store.Temp(ctx, tempSession, hash)
		if err != nil {
			return Operator{}, time.Time{}, err
		}
		return d.passHolder(ctx, data)
	})
}

// CloseSession signs out. Other processes may know the session for
// accessLife longer.
func (d *Desk) CloseSession(ctx context.Context, token string) error {
	hash := HashKey(token)
	err := d.store.DropTemp(ctx, tempSession, hash)
	d.operators.forget(func(id string, _ Operator) bool { return id == "session "+hash })
	return err
}

// NewPairing makes a code with which one phone, once and within PairingLife,
// becomes the operator: ErrNoOperator, ErrOperatorGone.
func (d *Desk) NewPairing(ctx context.Context, event, id string) (code string, err error) {
	c, err := d.store.Config(ctx, event)
	if err != nil {
		return "", err
	}
	o, ok := c.Operator(id)
	if !ok {
		return "", ErrNoOperator
	}
	return d.newPairing(ctx, o)
}

func (d *Desk) newPairing(ctx context.Context, o Operator) (code string, err error) {
	if !o.Usable(d.Now()) {
		return "", ErrOperatorGone
	}
	code = randomText(16)
	return code, d.putPass(ctx, tempPairing, code, pass{o.KeyHash, d.Now().Add(PairingLife)})
}

// RedeemPairing signs one caller in with a pairing code, as OpenSession does:
// ErrNoTemp for all others and when it is too late, ErrOperatorGone. Where the
// store fails on the way the code is put back, so that the link can be opened
// again.
func (d *Desk) RedeemPairing(ctx context.Context, code string) (o Operator, token string, until time.Time, err error) {
	if len(code) != 22 {
		return Operator{}, "", time.Time{}, ErrNoTemp
	}
	data, err := d.store.TakeTemp(ctx, tempPairing, HashKey(code))
	if err != nil {
		return Operator{}, "", time.Time{}, err
	}
	var over time.Time
	if o, over, err = d.passHolder(ctx, data); err == nil {
		if o, err = d.operators.usable(o, over); err == nil {
			token, until, err = d.OpenSession(ctx, o)
		}
	}
	switch {
	case err == nil:
		return o, token, until, nil
	case !errors.Is(err, ErrNoTemp) && !errors.Is(err, ErrNoOperator) && !errors.Is(err, ErrOperatorGone):
		d.returnPairing(ctx, code, data)
	}
	return Operator{}, "", time.Time{}, err
}

// returnPairing puts back a code that was taken in vain.
func (d *Desk) returnPairing(ctx context.Context, code string, data []byte) {
	var p pass
	if err := json.Unmarshal(data, &p); err != nil {
		return
	}
	// Whoever opened the link may have given up already.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pairingReturn)
	defer cancel()
	if err := persist(ctx, func() error { return d.store.PutTemp(ctx, tempPairing, HashKey(code), data, p.Until) }); err != nil {
		d.log.Warn("a pairing code could not be put back", "error", err)
	}
}

func (d *Desk) putPass(ctx context.Context, kind, code string, p pass) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return d.store.PutTemp(ctx, kind, HashKey(code), data, p.Until)
}

func (d *Desk) passHolder(ctx context.Context, data []byte) (Operator, time.Time, error) {
	var p pass
	if err := json.Unmarshal(data, &p); err != nil {
		return Operator{}, time.Time{}, err
	}
	o, err := d.store.OperatorByKey(ctx, p.KeyHash)
	return o, p.Until, err
}
