package checkin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lanyard/badge"
)

func TestScanRequestsAreChecked(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	at := func(d time.Duration) *time.Time { t := h.start.Add(d); return &t }
	early := time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)
	far := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		what string
		want string // field or error
		edit func(*ScanRequest)
	}{
		{"plain", "ok", func(r *ScanRequest) {}},
		{"upper case id", "ok", func(r *ScanRequest) { r.ScanID = strings.ToUpper(r.ScanID) }},
		{"no id", "scan_id", func(r *ScanRequest) { r.ScanID = "" }},
		{"id without hyphens", "scan_id", func(r *ScanRequest) { r.ScanID = strings.ReplaceAll(r.ScanID, "-", "") }},
		{"id with others", "scan_id", func(r *ScanRequest) { r.ScanID = "g" + r.ScanID[1:] }},
		{"id with misplaced hyphens", "scan_id", func(r *ScanRequest) { r.ScanID = "-" + r.ScanID[:35] }},
		{"no token", "token", func(r *ScanRequest) { r.Token = "" }},
		{"no gate", "gate", func(r *ScanRequest) { r.Gate = "" }},
		{"unknown gate", ErrNoGate.Error(), func(r *ScanRequest) { r.Gate = "nowhere" }},
		{"ill-formed gate", ErrNoGate.Error(), func(r *ScanRequest) { r.Gate = strings.Repeat("x", 1000) }},
		{"direction", "direction", func(r *ScanRequest) { r.Direction = Both }},
		{"other direction", ErrWrongDirection.Error(), func(r *ScanRequest) { r.Direction = Out }},
		{"needed direction", ErrDirectionNeeded.Error(), func(r *ScanRequest) { r.Gate = "east" }},
		{"verdict online", "verdict", func(r *ScanRequest) { r.Verdict = Admitted }},
		{"time online", "ok", func(r *ScanRequest) { r.ScannedAt = at(-time.Hour) }},
		{"time too early", "scanned_at", func(r *ScanRequest) { r.ScannedAt = &early }},
		{"offline, years ago", "ok", func(r *ScanRequest) { r.Offline, r.ScannedAt, r.Verdict = true, at(-9000*24*time.Hour), Admitted }},
		{"time too late", "scanned_at", func(r *ScanRequest) { r.ScannedAt = &far }},
		{"offline", "ok", func(r *ScanRequest) { r.Offline, r.ScannedAt, r.Verdict = true, at(0), Admitted }},
		{"offline, denied", "ok", func(r *ScanRequest) { r.Offline, r.ScannedAt, r.Verdict = true, at(0), Denied }},
		{"offline without time", "scanned_at", func(r *ScanRequest) { r.Offline, r.Verdict = true, Admitted }},
		{"offline without verdict", "verdict", func(r *ScanRequest) { r.Offline, r.ScannedAt = true, at(0) }},
		{"offline, no such verdict", "verdict", func(r *ScanRequest) { r.Offline, r.ScannedAt, r.Verdict = true, at(0), "maybe" }},
		{"offline, out through an in", "verdict", func(r *ScanRequest) {
			r.Offline, r.ScannedAt, r.Verdict, r.Direction = true, at(0), Exited, In
		}},
		{"offline, direction from the verdict", ErrWrongDirection.Error(), func(r *ScanRequest) {
			r.Offline, r.ScannedAt, r.Verdict = true, at(0), Exited
		}},
		{"offline, both ways, direction from the verdict", "ok", func(r *ScanRequest) {
			r.Gate, r.Offline, r.ScannedAt, r.Verdict = "east", true, at(0), Exited
		}},
		{"override", ErrOverrideRefused.Error(), func(r *ScanRequest) { r.Override = "vouched for" }},
	} {
		r := ScanRequest{ScanID: uuid.NewString(), Token: token, Gate: "north", DryRun: true}
		c.edit(&r)
		out, err := h.Scan(h.ctx, here, h.gate, []ScanRequest{r})
		if err != nil || field(out[0].Err) != c.want {
			t.Errorf("%s: got %v %v, want %s", c.what, out, err, c.want)
		}
	}
	for reason, want := range map[string]string{"vouched for": "ok", " \t ": "override.reason", strings.Repeat("长", 200): "ok",
		strings.Repeat("x", 201): "override.reason", "a\nb": "override.reason"} {
		out, err := h.Scan(h.ctx, here, h.org, []ScanRequest{{ScanID: uuid.NewString(), Token: token, Gate: "north", DryRun: true, Override: reason}})
		if err != nil || field(out[0].Err) != want {
			t.Errorf("override %q: got %v %v, want %s", reason, out, err, want)
		}
	}
	if _, err := h.Scan(h.ctx, here, Operator{ID: "x", Event: "elsewhere", Role: Organizer}, nil); !errors.Is(err, ErrGateRefused) {
		t.Errorf("an operator of another event: %v", err)
	}
	if _, err := h.Scan(h.ctx, "nowhere", Operator{ID: "x", Event: System, Role: Organizer}, nil); !errors.Is(err, ErrNoEvent) {
		t.Errorf("no event: %v", err)
	}
}

// TestBatchKeepsOrder mixes what is answered, refused and ill-formed.
func TestBatchKeepsOrder(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	id := func() string { return uuid.NewString() }
	out, err := h.Scan(h.ctx, here, h.gate, []ScanRequest{
		{ScanID: "x", Token: token, Gate: "north"},
		{ScanID: id(), Token: token, Gate: "north"},
		{ScanID: id(), Token: "rubbish", Gate: "north"},
		{ScanID: id(), Token: token, Gate: "nowhere"},
		{ScanID: id(), Token: token, Gate: "north"},
		{ScanID: id(), Token: token, Gate: "south"},
	})
	h.must(err)
	got := ""
	for _, o := range out {
		got += field(o.Err) + " " + string(o.Answer.Result) + " " + string(o.Answer.Reason) + "; "
	}
	if want := "scan_id  ; ok admitted ; ok denied invalid_token; no such gate  ; ok denied already_inside; ok exited ; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestScanIsOneStep: after the first, a scan asks the store once, whatever token it brings.
func TestScanIsOneStep(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	h.scan(token, "north")
	h.store.counted()
	h.scan(token, "south")
	h.scan("rubbish", "north")
	h.scan(strings.Repeat("x", 60_000), "north")
	calls := h.store.counted()
	if calls["Scan"] != 3 || len(calls) != 1 {
		t.Errorf("3 scans asked the store %v", calls)
	}
}

func TestTokensAreJudged(t *testing.T) {
	h := newHall(t)
	b, token := h.person("1")
	other := h.desk() // has its own memory of keys

	_, err := h.CreateEvent(h.ctx, by, h.event("other"))
	h.must(err)
	_, err = h.AddCategory(h.ctx, "other", by, badge.Category{ID: "delegate", Name: name("D")})
	h.must(err)
	a, err := h.AddAttendee(h.ctx, "other", by, badge.Attendee{Ref: "1", Name: "A", Category: "delegate"})
	h.must(err)
	ob, _, err := h.IssueBadge(h.ctx, "other", by, a.ID)
	h.must(err)
	foreign, err := h.Token(h.ctx, "other", ob)
	h.must(err)

	parts := strings.Split(token, ".")
	fparts := strings.Split(foreign, ".")
	gone := b
	gone.ID = badge.NewID()
	for _, d := range []*Desk{h.Desk, other} {
		for _, c := range []struct {
			what, token string
			reason      Reason
		}{
			{"rubbish", "rubbish", InvalidToken},
			{"over-long", strings.Repeat("a", 50_000), InvalidToken},
			{"another event's", foreign, WrongEvent},
			{"another event's claims under our signature", fparts[0] + "." + fparts[1] + "." + parts[2], InvalidToken},
			{"our claims under another event's signature", parts[0] + "." + parts[1] + "." + fparts[2], InvalidToken},
			{"padded", token + "=", InvalidToken},
			{"signed by us, but not on record", h.token(gone), UnknownBadge},
		} {
			for _, gate := range []string{"north", "south"} {
				got := h.answer(d, h.gate, ScanRequest{ScanID: uuid.NewString(), Token: c.token, Gate: gate})
				if got.Result != Denied || got.Reason != c.reason {
					t.Errorf("%s: got %s %s at %s, want %s", c.what, got.Result, got.Reason, gate, c.reason)
				}
			}
		}
	}
	h.must(h.DeleteEvent(h.ctx, "other", by))
	h.want(h.scan(foreign, "north"), Denied, InvalidToken)
	h.want(h.scan(token, "north"), Admitted, "")
}

// TestKeysChangeElsewhere: what one process does to the keys holds at the
// gates of another.
func TestKeysChangeElsewhere(t *testing.T) {
	h := newHall(t)
	gate := h.desk()
	scan := func(token, at string) Answer {
		t.Helper()
		return h.answer(gate, h.gate, ScanRequest{ScanID: uuid.NewString(), Token: token, Gate: at})
	}
	_, first := h.person("1")
	h.want(scan(first, "north"), Admitted, "")

	_, err := h.RotateKey(h.ctx, here, by)
	h.must(err)
	second, secondToken := h.person("2")
	h.want(scan(secondToken, "north"), Admitted, "")
	h.want(scan(first, "south"), Exited, "")
	h.want(scan(first, "north"), Admitted, "")

	active, err := h.WithdrawKey(h.ctx, here, second.Key, by)
	h.must(err)
	if active.ID == second.Key || active.Sealed != nil {
		t.Errorf("active after the withdrawal: %+v", active)
	}
	h.want(scan(secondToken, "south"), Exited, "")
	h.want(scan(secondToken, "north"), Denied, InvalidToken)
	h.want(scan(first, "south"), Exited, "")
	if _, err := h.WithdrawKey(h.ctx, here, "zz", by); !errors.Is(err, ErrNoKey) {
		t.Errorf("no key: %v", err)
	}

	// The same event made anew has other keys, of which one may have an old name.
	h.must(h.DeleteEvent(h.ctx, here, by))
	_, err = h.CreateEvent(h.ctx, by, h.event(here))
	h.must(err)
	_, err = h.AddVenue(h.ctx, here, by, Venue{ID: "main", Name: name("Main")})
	h.must(err)
	_, err = h.AddCategory(h.ctx, here, by, badge.Category{ID: "delegate", Name: name("D")})
	h.must(err)
	_, err = h.AddGate(h.ctx, here, by, Gate{ID: "north", Venue: "main", Name: name("N"), Direction: In})
	h.must(err)
	h.gate, _, _, err = h.AddOperator(h.ctx, here, by, Operator{Name: "G", Role: GateStaff})
	h.must(err)
	_, again := h.person("1")
	h.want(scan(again, "north"), Admitted, "")
	h.want(scan(first, "north"), Denied, InvalidToken)
}

func TestScanTimes(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	for _, c := range []struct {
		ahead   time.Duration
		offline bool
		at      time.Duration
		note    string
	}{
		{0, false, 0, ""},
		{-time.Hour, false, 0, ""},
		{MaxSkew, false, 0, ""},
		{MaxSkew + time.Millisecond, false, 0, NoteClockSkew},
		{-time.Minute, true, -time.Minute, ""},
		{MaxSkew, true, MaxSkew, ""},
		{MaxSkew + time.Millisecond, true, 0, NoteClockSkew},
	} {
		at := h.start.Add(c.ahead)
		r := ScanRequest{ScanID: uuid.NewString(), Token: token, Gate: "north", ScannedAt: &at, Offline: c.offline, DryRun: true}
		if c.offline {
			r.Verdict = Admitted
		}
		if a := h.answer(h.Desk, h.gate, r); !a.At.Equal(h.start.Add(c.at)) || a.Note != c.note {
			t.Errorf("%v ahead, offline %v: at %v, note %q", c.ahead, c.offline, a.At.Sub(h.start), a.Note)
		}
	}
}

// TestResetClock: the queue of a phone that has forgotten the date is recorded
// like any other, as the oldest that is known.
func TestResetClock(t *testing.T) {
	h := newHall(t)
	_, lost := h.person("1")
	_, seen := h.person("2")
	h.scan(seen, "north")
	for _, at := range []time.Time{time.Unix(0, 0), time.Unix(90, 0), h.start.AddDate(-2, 0, 0)} {
		fact := ScanRequest{ScanID: uuid.NewString(), Gate: "north", Offline: true, Verdict: Admitted, ScannedAt: &at}
		fact.Token = lost
		if a := h.answer(h.Desk, h.gate, fact); a.Result != Admitted || a.Note != "" || a.Venue.Inside != 2 || a.At.Sub(at) > time.Millisecond {
			t.Errorf("a fact of %v: %+v", at, a)
		}
		fact.ScanID, fact.Token, fact.Verdict, fact.Gate = uuid.NewString(), seen, Exited, "south"
		if a := h.answer(h.Desk, h.gate, fact); a.Note != NoteLate || a.Venue.Inside != 2 {
			t.Errorf("a fact of %v about somebody who came since: %+v", at, a)
		}
	}
}

func TestOverrideAndUndo(t *testing.T) {
	h := newHall(t)
	b, token := h.person("1")
	_, err := h.RevokeBadge(h.ctx, here, by, b.ID, "lost")
	h.must(err)
	h.want(h.scan(token, "north"), Denied, RevokedBadge)
	id := uuid.NewString()
	a := h.answer(h.Desk, h.org, ScanRequest{ScanID: id, Token: token, Gate: "north", Override: "vouched for"})
	if h.want(a, Admitted, RevokedBadge); !a.Forced {
		t.Error("not forced")
	}
	if _, err := h.Undo(h.ctx, here, h.gate, id); !errors.Is(err, ErrUndoRefused) {
		t.Errorf("somebody else's scan was undone: %v", err)
	}
	if _, err := h.Undo(h.ctx, here, Operator{ID: h.gate.ID, Event: "elsewhere", Role: Organizer}, id); !errors.Is(err, ErrUndoRefused) {
		t.Errorf("another event's operator has undone a scan: %v", err)
	}
	for _, none := range []string{"", "x", uuid.NewString()} {
		if _, err := h.Undo(h.ctx, here, h.org, none); !errors.Is(err, ErrNoScan) {
			t.Errorf("undo of %q: %v", none, err)
		}
	}
	u, err := h.Undo(h.ctx, here, h.org, strings.ToUpper(id))
	h.must(err)
	if u.Venue.Inside != 0 || u.Note != NoteUndone {
		t.Errorf("undone: %+v", u)
	}
}

// TestStoreAway: no verdict is made up while the store is away.
func TestStoreAway(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	h.scan(token, "north")
	h.store.failing(func(string) error { return ErrUnavailable })
	for _, token := range []string{token, "rubbish"} {
		out, err := h.Scan(h.ctx, here, h.gate, []ScanRequest{{ScanID: uuid.NewString(), Token: token, Gate: "south"}})
		if !errors.Is(err, ErrUnavailable) || out != nil {
			t.Errorf("got %v, %v", out, err)
		}
	}
	if err := h.Ready(h.ctx); !errors.Is(err, ErrUnavailable) {
		t.Errorf("ready: %v", err)
	}
}
