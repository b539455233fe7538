package storetest

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/checkin"
)

// testRandom does random things to the store and to the engine in memory: they
// must answer alike, word for word, and leave the same behind. Since both might
// err alike, every decision is also held against a second reading of the rules.
func testRandom(t *testing.T, s checkin.Store) {
	settings(t, 25)
	rapid.Check(t, likeMemory(s))
}

// likeMemory is that random steps have the same outcome on a store and in memory.
func likeMemory(s checkin.Store) func(*rapid.T) {
	return func(t *rapid.T) {
		memory := checkin.NewMemory()
		defer memory.Close()
		event := fmt.Sprintf("expo%d", halls.Add(1))
		w := &world{T: t, a: s, b: memory, event: event, read: newLedger()}
		defer s.DeleteEvent(background, event)
		w.begin()
		for range rapid.IntRange(20, 80).Draw(t, "steps") {
			w.step()
		}
		w.compare()
		audit(t, s, event)
		audit(t, memory, event)
	}
}

// Fuzz does to the store and to the engine in memory what the fuzzer's bytes say,
// with the promises of the random part of Run.
func Fuzz(f *testing.F, s checkin.Store) {
	// What follows the fuzzer's bytes is always the same, so that a few of them
	// make a whole run.
	rest := make([]byte, 64<<10)
	rand.NewChaCha8([32]byte{1}).Read(rest)
	for n := range byte(8) {
		f.Add(bytes.Repeat([]byte{n, ^n, 37 * n}, 100))
	}
	run := rapid.MakeFuzz(likeMemory(s))
	f.Fuzz(func(t *testing.T, steps []byte) {
		run(t, append(steps[:len(steps):len(steps)], rest...))
	})
}

// settings bounds what rapid does here.
func settings(t *testing.T, checks int) {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("LANYARD_CHECKS")); err == nil {
		checks = n
	}
	setting(t, "rapid.checks", strconv.Itoa(checks))
	setting(t, "rapid.shrinktime", "10s")
	setting(t, "rapid.nofailfile", "true") // the seed will do
}

// setting gives a flag of rapid's a value for this test unless the caller has
// given it one.
func setting(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	if old := f.Value.String(); old == f.DefValue {
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Value.Set(old) })
	}
}

// world is one event in two stores, and what has been done to it.
type world struct {
	*rapid.T
	a, b  checkin.Store // under test, and the model
	event string
	zone  string
	now   time.Time
	ids   int
	asked []checkin.Scan
	read  *ledger
	known int // rows that the ledger has read
	fresh int // badges issued
}

// The random world is small, so that things happen to the same few.
var (
	crew   = []string{"ann", "ben", "cat", "eve", "pia"}
	nights = map[string][]string{ // clocks change in most of them
		"Europe/Berlin":       {"2026-10-24T23:00:00+02:00", "2026-03-28T23:00:00+01:00"},
		"Australia/Lord_Howe": {"2026-10-03T23:00:00+10:30", "2026-04-05T00:30:00+11:00"},
		"America/Santiago":    {"2026-09-05T22:00:00-04:00"},
		"Asia/Shanghai":       {"2026-11-07T21:30:00+08:00"},
		"Asia/Kathmandu":      {"2026-11-07T21:30:00+05:45"},
	}
)

func pick[T any](w *world, what string, from ...T) T {
	return rapid.SampledFrom(from).Draw(w.T, what)
}

// chance is true once in n, and false when a failure is made smaller.
func (w *world) chance(n int, what string) bool {
	return rapid.IntRange(0, n-1).Draw(w.T, what) == n-1
}

func (w *world) stamp() checkin.Stamp { return checkin.Stamp{At: w.now, Operator: "ada"} }

// both does the same to both stores and demands the same answer of them.
func both[R any](w *world, what string, ask func(s checkin.Store) (R, error)) (R, error) {
	w.Helper()
	x, err1 := ask(w.a)
	y, err2 := ask(w.b)
	if kind(err1) != kind(err2) || text(w, x) != text(w, y) {
		w.Fatalf("%s at %v\nunder test: %s, %v\nmodel:      %s, %v", what, w.now, text(w, x), err1, text(w, y), err2)
	}
	return y, err2
}

// kind of a failure: the sentinel that it wraps.
func kind(err error) error {
	for _, sentinel := range []error{checkin.ErrUnavailable, checkin.ErrNoEvent, checkin.ErrNoVenue, checkin.ErrNoGate, checkin.ErrNoCategory,
		checkin.ErrNoOperator, checkin.ErrNoKey, checkin.ErrNoAttendee, checkin.ErrNoBadge, checkin.ErrNoScan, checkin.ErrNoTemp,
		checkin.ErrExists, checkin.ErrRefTaken, checkin.ErrStale, checkin.ErrInUse, checkin.ErrBadgeEnded, checkin.ErrScanReused, checkin.ErrUnverified,
		checkin.ErrDirectionNeeded, checkin.ErrWrongDirection, checkin.ErrGateRefused, checkin.ErrOperatorGone, checkin.ErrSuperseded,
		checkin.ErrUndoRefused} {
		if is(err, sentinel) {
			return sentinel
		}
	}
	return err
}

func (w *world) begin() {
	zones := make([]string, 0, len(nights))
	for z := range nights {
		zones = append(zones, z)
	}
	slices.Sort(zones)
	w.zone = pick(w, "zone", zones...)
	w.read.zone = w.zone
	w.now = instant(w, pick(w, "night", nights[w.zone]...))
	records := fixture(w.event, w.zone)
	if _, err := both(w, "create", func(s checkin.Store) (*checkin.Config, error) {
		return s.Configure(background, w.event, checkin.Change{Stamp: w.stamp(), Put: records})
	}); err != nil {
		w.Fatalf("creating the event: %v", err)
	}
	var puts []checkin.PutAttendee
	var issues []checkin.Issue
	for i, name := range crew {
		puts = append(puts, checkin.PutAttendee{Attendee: person(name, []string{"delegate", "press", "vip"}[i%3])})
		b := newBadge(w.event, badgeID(name), "p-"+name)
		from := w.now.Add(-48 * time.Hour)
		b.ValidFrom, b.ValidUntil = &from, w.now.Add(time.Duration(30+10*i)*time.Hour)
		issues = append(issues, checkin.Issue{Badge: b})
	}
	both(w, "people", func(s checkin.Store) ([]checkin.PutResult, error) {
		return s.PutAttendees(background, w.event, w.stamp(), puts)
	})
	both(w, "badges", func(s checkin.Store) ([]checkin.IssueResult, error) {
		return s.Issue(background, w.event, w.stamp(), issues)
	})
	w.catchUp()
}

// catchUp lets the ledger read the rows that are new, and gives them.
func (w *world) catchUp() []checkin.Row {
	w.Helper()
	rows, err := w.b.Journal(background, w.event, uint64(w.known), 100_000)
	if err != nil {
		w.Fatalf("Journal: %v", err)
	}
	w.known += len(rows)
	w.read.read(rows...)
	w.complaints()
	return rows
}

func (w *world) complaints() {
	w.Helper()
	if len(w.read.problems) > 0 {
		w.Fatalf("by the ledger, %s", w.read.problems[0])
	}
}

func (w *world) step() {
	switch n := rapid.IntRange(0, 99).Draw(w.T, "what"); {
	case n < 45:
		w.scan()
	case n < 60:
		w.again()
	case n < 64:
		w.batch()
	case n < 72:
		w.undo()
	case n < 76:
		w.sweep()
	case n < 86:
		w.pass()
	case n < 93:
		w.configure()
	case n < 98:
		w.roster()
	default:
		w.compare()
	}
}

// pass lets time pass, rarely the wrong way.
func (w *world) pass() {
	w.now = w.now.Add(pick(w, "pass", time.Millisecond, time.Second, 59*time.Second, time.Minute, 10*time.Minute, time.Hour, 3*time.Hour,
		23*time.Hour, -time.Second, -3*time.Minute))
}

// draw makes a scan of whatever kind.
func (w *world) draw() checkin.Scan {
	w.ids++
	name := pick(w, "who", append(crew, "stranger")...)
	c := checkin.Scan{ID: scanUUID(w.ids * 7919 % 65_521), Content: "token-of-" + name, Badge: badgeID(name), Key: activeKey, Now: w.now, At: w.now,
		Gate:      pick(w, "gate", "west", "east", "north", "small", "small-2", "once", "daily", "bar", "cellar", "strict", "night", "free-in", "free-out", "nowhere"),
		Direction: pick(w, "direction", checkin.In, checkin.In, checkin.In, checkin.Out, checkin.Out, ""), Operator: pick(w, "operator", "gus", "sue")}
	if w.fresh > 0 && w.chance(3, "newer badge") {
		c.Badge = freshBadge(rapid.IntRange(1, w.fresh).Draw(w.T, "which"))
		c.Content = "token-of-" + c.Badge
	}
	if w.chance(12, "signed by another key") {
		c.Key = pick(w, "key", retiredKey, withdrawnKey, "no")
	}
	if w.chance(15, "refused") {
		c.Refused, c.Badge = pick(w, "as", checkin.InvalidToken, checkin.WrongEvent), ""
	}
	if c.Refused == "" && w.chance(6, "unverified") {
		c.Unverified = true
		if !w.chance(4, "of other content") {
			c.Content = "digest-of-" + c.Badge
		}
	}
	if w.chance(6, "override") {
		c.Override = "let in"
	}
	if w.chance(8, "guarded") {
		c.Guarded, c.Operator = true, pick(w, "guard", "gil", "gus", "expired", "nobody", "lim")
	}
	if w.chance(12, "dry run") {
		c.DryRun = true
	}
	if w.chance(3, "offline") {
		w.offline(&c)
	}
	return c
}

// offline makes a scan a fact that the phone has decided, by a clock that is
// behind, ahead or much too far ahead.
func (w *world) offline(c *checkin.Scan) {
	c.Offline = true
	if c.Direction == checkin.Out || c.Gate == "free-out" {
		c.Shown, c.Direction = checkin.Exited, checkin.Out // a verdict that let somebody pass says which way
	} else {
		c.Shown, c.Direction = checkin.Admitted, checkin.In
	}
	if w.chance(4, "shown as denied") {
		c.Shown = checkin.Denied
	}
	if w.chance(10, "skewed") {
		c.Skewed, c.At = true, c.Now
		return
	}
	c.At = c.Now.Add(pick(w, "made", 0, -time.Millisecond, -time.Second, -time.Minute, -20*time.Minute, -2*time.Hour, -25*time.Hour, time.Minute))
}

func (w *world) scan() { w.ask(w.draw()) }

// again asks for a scan that was asked before: the same, or as the phone saw
// it, or something else under its id.
func (w *world) again() {
	if len(w.asked) == 0 {
		return
	}
	c := w.asked[len(w.asked)-1-rapid.IntRange(0, min(len(w.asked), 12)-1).Draw(w.T, "which of the last")]
	c.Now = w.now
	switch pick(w, "how", "same", "offline", "offline", "other content", "other gate", "other direction", "other badge") {
	case "offline":
		w.offline(&c)
	case "other content":
		c.Content = "forged"
	case "other gate":
		c.Gate = pick(w, "gate", "west", "small-2", "free-in")
	case "other direction":
		c.Direction = pick(w, "direction", checkin.In, checkin.Out, "")
		if c.Offline {
			w.offline(&c)
		}
	case "other badge":
		c.Refused, c.Badge = checkin.InvalidToken, ""
	}
	w.ask(c)
}

func (w *world) batch() {
	var scans []checkin.Scan
	for range rapid.IntRange(2, 5).Draw(w.T, "scans") {
		scans = append(scans, w.draw())
	}
	scans = append(scans, scans[0])
	w.asked = append(w.asked, scans...)
	both(w, "batch", func(s checkin.Store) ([]outcome, error) { return outcomes(s.Scan(background, w.event, scans)) })
	w.catchUp()
}

// outcome is one that can be written down.
type outcome struct {
	Answer checkin.Answer
	Err    string
}

func outcomes(list []checkin.Outcome, err error) ([]outcome, error) {
	out := make([]outcome, len(list))
	for i, o := range list {
		out[i].Answer = o.Answer
		if o.Err != nil {
			out[i].Answer, out[i].Err = checkin.Answer{}, kind(o.Err).Error()
		}
	}
	return out, err
}

// ask asks both and holds the decision against the second reading.
func (w *world) ask(c checkin.Scan) {
	w.Helper()
	w.asked = append(w.asked, c)
	w.catchUp()
	cfg, err := w.b.Config(background, w.event)
	if err != nil {
		w.Fatalf("Config: %v", err)
	}
	told := w.read.told[c.ID]
	b, badgeErr := w.b.Badge(background, w.event, c.Badge)
	got, _ := both(w, fmt.Sprintf("scan %+v", c), func(s checkin.Store) ([]outcome, error) {
		return outcomes(s.Scan(background, w.event, []checkin.Scan{c}))
	})
	rows, err := w.b.Journal(background, w.event, uint64(w.known), 1000)
	if err != nil {
		w.Fatalf("Journal: %v", err)
	}
	if len(rows) > 0 && (c.DryRun || got[0].Err != "" || got[0].Answer.Replayed) {
		w.Fatalf("scan %+v answered %+v and left %+v", c, got[0], rows)
	}
	for len(rows) > 0 && rows[0].Note == checkin.NoteAutoExit { // the sweep comes first
		w.read.read(rows[0])
		w.known++
		rows = rows[1:]
	}
	if len(rows) == 0 || told != nil || rows[0].Kind != checkin.KindScan {
		w.catchUp()
		return
	}
	r := rows[0]
	venue, ok := cfg.Venue(r.Venue)
	if !ok || r.ScanID != c.ID {
		w.Fatalf("scan %+v left %+v", c, r)
	}
	if venue.AutoExitAt != "" {
		w.overdue(venue, r)
	}
	known := &b
	if badgeErr != nil {
		known = nil
	}
	if r.Direction == checkin.In {
		if err := judge(cfg, w.read, c, venue, known).agrees(r, c); err != nil {
			w.Fatalf("scan %+v: %v", c, err)
		}
	} else if r.Result == checkin.Denied && !c.Offline && known != nil && c.Refused == "" {
		w.Fatalf("an exit was refused: %+v", r)
	}
	w.catchUp()
	if r.Result == checkin.Admitted && r.Note != checkin.NoteLate && r.Badge != "" {
		for _, v := range cfg.Venues {
			if v.ID != venue.ID && v.Exclusive != "" && v.Exclusive == venue.Exclusive && w.read.inside[spot{r.Badge, v.ID}] {
				w.Fatalf("inside %s after entering %s: %+v", v.ID, venue.ID, r)
			}
		}
	}
}

// overdue demands that a scan found nobody inside from before the last strike.
func (w *world) overdue(v checkin.Venue, r checkin.Row) {
	w.Helper()
	cfg, err := w.b.Config(background, w.event)
	if err != nil {
		w.Fatalf("Config: %v", err)
	}
	struck := lastStrike(cfg.Event.TimeZone, v.AutoExitAt, r.RecordedAt)
	list, err := w.a.Inside(background, w.event, v.ID)
	if err != nil {
		w.Fatalf("Inside: %v", err)
	}
	for _, in := range list {
		places, err := w.a.Places(background, w.event, in.Badge)
		if err != nil {
			w.Fatalf("Places: %v", err)
		}
		for _, p := range places {
			if p.Venue == v.ID && p.MovedAt < struck.UnixMilli() && p.MovedBy != r.ScanID {
				w.Fatalf("%s struck at %v, and %+v is inside after row %+v", v.AutoExitAt, struck, p, r)
			}
		}
	}
}

func (w *world) undo() {
	if len(w.asked) == 0 {
		return
	}
	u := checkin.Undo{Now: w.now, Operator: pick(w, "operator", "gus", "sue"), Any: w.chance(2, "any")}
	u.ScanID = w.asked[len(w.asked)-1-rapid.IntRange(0, min(len(w.asked), 8)-1).Draw(w.T, "which of the last")].ID
	before := w.known
	a, err := both(w, fmt.Sprintf("undo %+v", u), func(s checkin.Store) (checkin.Answer, error) {
		a, err := s.Undo(background, w.event, u)
		if err != nil {
			a = checkin.Answer{}
		}
		return a, err
	})
	if rows := w.catchUp(); (err != nil || a.Replayed) && len(rows) > 0 {
		w.Fatalf("undo %+v: %v after row %d, and left %+v", u, err, before, rows)
	}
}

func (w *world) sweep() {
	n, _ := both(w, "sweep", func(s checkin.Store) (int, error) { return s.Sweep(background, w.event, w.now) })
	if rows := w.catchUp(); len(rows) != n {
		w.Fatalf("swept %d and left %+v", n, rows)
	}
	cfg, err := w.b.Config(background, w.event)
	if err != nil {
		w.Fatalf("Config: %v", err)
	}
	for _, v := range cfg.Venues {
		if v.AutoExitAt != "" {
			w.overdue(v, checkin.Row{RecordedAt: w.now})
		}
	}
}

// compare demands that both stores read alike and hold the same.
func (w *world) compare() {
	w.Helper()
	sameAnswers(w, w.a, w.b, w.event, w.now)
	if a, b := record(w, w.a, w.event), record(w, w.b, w.event); a != b {
		w.Fatalf("under test + and model -\n%s", firstDifference(b, a))
	}
	for _, name := range append(crew, "stranger") {
		both(w, "places of "+name, func(s checkin.Store) ([]checkin.Presence, error) {
			list, err := s.Places(background, w.event, badgeID(name))
			return append([]checkin.Presence{}, list...), err
		})
	}
}
