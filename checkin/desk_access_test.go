package checkin

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestKeysOpenUntilTheyEnd(t *testing.T) {
	h := newHall(t)
	o, err := h.Authenticate(h.ctx, h.key)
	h.must(err)
	if o.ID != h.gate.ID {
		t.Errorf("got operator %s, want %s", o.ID, h.gate.ID)
	}
	h.store.counted()
	for range 100 {
		_, err = h.Authenticate(h.ctx, h.key)
		h.must(err)
	}
	if n := h.store.counted()["OperatorByKey"]; n > 1 {
		t.Errorf("%d look-ups for one key in a moment", n)
	}
	for _, key := range []string{"", "lk_", h.key + "x", "xx_" + h.key[3:], "lk_" + randomText(32)} {
		if _, err := h.Authenticate(h.ctx, key); !errors.Is(err, ErrNoOperator) {
			t.Errorf("a key of nobody: %v", err)
		}
	}
	h.must(h.RevokeOperator(h.ctx, here, h.gate.ID, by))
	if _, err := h.Authenticate(h.ctx, h.key); !errors.Is(err, ErrOperatorGone) {
		t.Errorf("revoked: %v", err)
	}
	seq, _ := h.store.Seq(h.ctx, here)
	h.must(h.RevokeOperator(h.ctx, here, h.gate.ID, by))
	if again, _ := h.store.Seq(h.ctx, here); again != seq {
		t.Error("revoked twice")
	}
	if _, err := h.NewPairing(h.ctx, here, h.gate.ID); !errors.Is(err, ErrOperatorGone) {
		t.Errorf("pairing for a revoked operator: %v", err)
	}

	until := h.start.Add(time.Hour)
	_, key, _, err := h.AddOperator(h.ctx, here, by, Operator{Name: "Today", Role: HelpDesk, ExpiresAt: &until})
	h.must(err)
	_, err = h.Authenticate(h.ctx, key)
	h.must(err)
	h.advance(time.Hour)
	if _, err := h.Authenticate(h.ctx, key); !errors.Is(err, ErrOperatorGone) {
		t.Errorf("expired, and still remembered as usable: %v", err)
	}
}

// TestRevokedElsewhere revokes in one process what another remembers: the gate
// knows at once.
func TestRevokedElsewhere(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	h.want(h.scan(token, "north"), Admitted, "")
	h.must(h.desk().RevokeOperator(h.ctx, here, h.gate.ID, by))
	out, err := h.Scan(h.ctx, here, h.gate, []ScanRequest{{ScanID: "5f0c7a52-93a3-4a3c-8b53-0d2f6c0c9a11", Token: token, Gate: "south"}})
	h.must(err)
	if !errors.Is(out[0].Err, ErrOperatorGone) {
		t.Errorf("scan of a revoked operator: %+v", out[0])
	}
}

// TestDemotedElsewhere: what weighs most is decided on who an operator is now,
// whatever this process remembers.
func TestDemotedElsewhere(t *testing.T) {
	h := newHall(t)
	elsewhere := h.desk()
	_, token := h.person("1")
	chief, _, _, err := h.AddOperator(h.ctx, here, by, Operator{Name: "Chief", Role: Supervisor})
	h.must(err)
	_, rootKey, _, err := h.AddOperator(h.ctx, System, by, Operator{Name: "Root", Role: Organizer})
	h.must(err)
	root, err := h.Authenticate(h.ctx, rootKey)
	h.must(err)
	override := func(o Operator) error {
		out, err := h.Scan(h.ctx, here, o, []ScanRequest{{ScanID: uuid.NewString(), Token: token, Gate: "north", Override: "vouched for"}})
		h.must(err)
		return out[0].Err
	}
	scanned := ScanRequest{ScanID: uuid.NewString(), Token: token, Gate: "north"}
	h.answer(h.Desk, h.gate, scanned)
	for _, o := range []Operator{chief, root} {
		if err := override(o); err != nil {
			t.Errorf("%s may not override: %v", o.ID, err)
		}
	}
	_, err = elsewhere.EditOperator(h.ctx, here, chief.ID, by, func(o *Operator) error { o.Role = GateStaff; return nil })
	h.must(err)
	if err := override(chief); !errors.Is(err, ErrOverrideRefused) {
		t.Errorf("override by a demoted supervisor: %v", err)
	}
	if _, err := h.Undo(h.ctx, here, chief, scanned.ScanID); !errors.Is(err, ErrUndoRefused) {
		t.Errorf("undo by a demoted supervisor: %v", err)
	}
	_, err = elsewhere.EditOperator(h.ctx, here, h.gate.ID, by, func(o *Operator) error { o.Role = Security; return nil })
	h.must(err)
	if _, err := h.Undo(h.ctx, here, h.gate, scanned.ScanID); !errors.Is(err, ErrUndoRefused) {
		t.Errorf("undo by somebody who scans no more: %v", err)
	}
	for _, o := range []Operator{chief, root} {
		h.must(elsewhere.RevokeOperator(h.ctx, o.Event, o.ID, by))
		if err := override(o); !errors.Is(err, ErrOperatorGone) {
			t.Errorf("override by %s, revoked: %v", o.ID, err)
		}
		if _, err := h.Undo(h.ctx, here, o, scanned.ScanID); !errors.Is(err, ErrOperatorGone) {
			t.Errorf("undo by %s, revoked: %v", o.ID, err)
		}
	}
}

func TestSessions(t *testing.T) {
	h := newHall(t)
	if at, err := h.SignedIn(h.ctx, h.gate); err != nil || !at.IsZero() {
		t.Errorf("signed in before anybody did: %v, %v", at, err)
	}
	token, until, err := h.OpenSession(h.ctx, h.gate)
	h.must(err)
	if !until.Equal(h.start.Add(SessionLife)) {
		t.Errorf("until %v", until)
	}
	another := h.gate
	another.KeyHash = HashKey("another of the same name")
	for _, d := range []*Desk{h.Desk, h.desk()} {
		if at, err := d.SignedIn(h.ctx, h.gate); err != nil || !at.Equal(h.start) {
			t.Errorf("signed in at %v, %v", at, err)
		}
		if at, err := d.SignedIn(h.ctx, another); err != nil || !at.IsZero() {
			t.Errorf("another one signed in at %v, %v", at, err)
		}
		if o, err := d.SessionOperator(h.ctx, token); err != nil || o.ID != h.gate.ID {
			t.Errorf("session of %s: %v", o.ID, err)
		}
	}
	for _, wrong := range []string{"", "short", randomText(32)} {
		if _, err := h.SessionOperator(h.ctx, wrong); !errors.Is(err, ErrNoTemp) {
			t.Errorf("no session: %v", err)
		}
	}
	second, _, err := h.OpenSession(h.ctx, h.gate)
	h.must(err)
	_, err = h.SessionOperator(h.ctx, second)
	h.must(err)
	h.must(h.CloseSession(h.ctx, token))
	if _, err := h.SessionOperator(h.ctx, token); !errors.Is(err, ErrNoTemp) {
		t.Errorf("closed: %v", err)
	}
	h.must(h.RevokeOperator(h.ctx, here, h.gate.ID, by))
	if _, err := h.SessionOperator(h.ctx, second); !errors.Is(err, ErrOperatorGone) {
		t.Errorf("session of a revoked operator: %v", err)
	}
	third, _, err := h.OpenSession(h.ctx, h.org)
	h.must(err)
	_, err = h.SessionOperator(h.ctx, third)
	h.must(err)
	h.advance(SessionLife)
	if _, err := h.SessionOperator(h.ctx, third); !errors.Is(err, ErrNoTemp) {
		t.Errorf("over: %v", err)
	}
}

// TestPairOnce has fifty phones open the same link, at two processes.
func TestPairOnce(t *testing.T) {
	h := newHall(t)
	code, err := h.NewPairing(h.ctx, here, h.gate.ID)
	h.must(err)
	desks := []*Desk{h.Desk, h.desk()}
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			switch o, _, _, err := desks[i%2].RedeemPairing(h.ctx, code); {
			case err == nil && o.ID == h.gate.ID:
				won.Add(1)
			case !errors.Is(err, ErrNoTemp):
				t.Errorf("got %v, %v", o.ID, err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d phones were paired", won.Load())
	}
	late, err := h.NewPairing(h.ctx, here, h.gate.ID)
	h.must(err)
	h.advance(PairingLife)
	for _, code := range []string{late, "", randomText(16)} {
		if _, _, _, err := h.RedeemPairing(h.ctx, code); !errors.Is(err, ErrNoTemp) {
			t.Errorf("paired with %q: %v", code, err)
		}
	}
	if _, err := h.NewPairing(h.ctx, here, "nobody"); !errors.Is(err, ErrNoOperator) {
		t.Errorf("pairing for nobody: %v", err)
	}
}

// TestPairingSurvivesAHiccup: a link is used up only by who was signed in.
func TestPairingSurvivesAHiccup(t *testing.T) {
	for _, at := range []string{"OperatorByKey", "PutTemp"} {
		h := newHall(t)
		code, err := h.NewPairing(h.ctx, here, h.gate.ID)
		h.must(err)
		failures := 1
		h.store.failing(func(method string) error {
			if method == at && failures > 0 {
				failures--
				return ErrUnavailable
			}
			return nil
		})
		if _, _, _, err := h.RedeemPairing(h.ctx, code); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s fails: %v", at, err)
		}
		o, token, until, err := h.RedeemPairing(h.ctx, code)
		if err != nil || o.ID != h.gate.ID || !until.Equal(h.start.Add(SessionLife)) {
			t.Errorf("after %s failed: %s until %v, %v", at, o.ID, until, err)
		}
		if o, err := h.SessionOperator(h.ctx, token); err != nil || o.ID != h.gate.ID {
			t.Errorf("the session is %s's, %v", o.ID, err)
		}
		if _, _, _, err := h.RedeemPairing(h.ctx, code); !errors.Is(err, ErrNoTemp) {
			t.Errorf("paired twice: %v", err)
		}
	}
}

// TestKeyOutlivesItsPairing: a key that is told once isn't lost with a code
// that can be made again.
func TestKeyOutlivesItsPairing(t *testing.T) {
	h := newHall(t)
	h.store.failing(func(method string) error {
		if method == "PutTemp" {
			return ErrUnavailable
		}
		return nil
	})
	o, key, pairing, err := h.AddOperator(h.ctx, here, by, Operator{Name: "Phone", Role: GateStaff})
	if err != nil || pairing != "" {
		t.Fatalf("pairing %q, %v", pairing, err)
	}
	if known, err := h.Authenticate(h.ctx, key); err != nil || known.ID != o.ID {
		t.Errorf("the key is %s's, %v", known.ID, err)
	}
}
