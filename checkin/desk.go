package checkin

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"lanyard/badge"
)

// DeskOptions say what a Desk works with. Nothing but the secret is needed.
type DeskOptions struct {
	// Secret opens the signing keys. Without it a Desk reads and scans, but makes
	// no key, token or checkpoint.
	Secret *badge.Secret
	Now    func() time.Time // time.Now
	Log    *slog.Logger     // discards
}

// Desk is the service between the API or a command and the store: it checks
// what comes in, verifies tokens, guards the configuration and turns requests
// into steps. It decides nothing itself that the step decides; what it
// remembers only saves work. All methods may be called concurrently.
type Desk struct {
	store  Store
	secret *badge.Secret
	now    func() time.Time
	log    *slog.Logger

	rings     rings
	operators access
	lent      sync.Map       // operators of this process alone, by key hash
	published shared[[]byte] // JWKS
	codes     *badge.Codes
	imports   chan struct{} // a place for each import under way
	hub       *Hub
	marks     checkpointer
	rolls     sync.Mutex // of the records of roll calls

	ctx    context.Context // of everything that outlives a call
	stop   context.CancelFunc
	work   sync.WaitGroup
	mu     sync.Mutex
	closed bool
}

// NewDesk makes the service over a store, which stays the caller's to close.
func NewDesk(s Store, o DeskOptions) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{store: s, secret: o.Secret, now: o.Now, log: o.Log,
		codes: badge.NewCodes(2048), imports: make(chan struct{}, maxImports)}
	d.ctx, d.stop = context.WithCancel(context.Background())
	d.rings.init(d)
	d.operators.init(d)
	d.published.pause = 100 * time.Millisecond
	d.marks.last = map[string]mark{}
	d.hub = newHub(d)
	return d
}

// Close ends what the Desk has begun by itself: imports in the background and
// the live feed. Run ends with its own context or with this.
func (d *Desk) Close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.hub.Close()
	d.stop()
	d.work.Wait()
}

// Now is the clock of all decisions: UTC, in whole milliseconds.
func (d *Desk) Now() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

// Ready tells whether the store answers.
func (d *Desk) Ready(ctx context.Context) error { return d.store.Ping(ctx) }

// Durability lists the ways in which the store could lose acknowledged scans.
func (d *Desk) Durability(ctx context.Context) ([]Finding, error) { return d.store.Durability(ctx) }

// Hub is the live feed.
func (d *Desk) Hub() *Hub { return d.hub }

// Invalid is a value that can't be taken. Field is its JSON name, as in
// "hours[0].from"; Message is a sentence.
type Invalid struct{ Field, Message string }

func (i *Invalid) Error() string {
	if i.Field == "" {
		return i.Message
	}
	return i.Field + ": " + i.Message
}

func invalid(field, message string) error { return &Invalid{field, message} }

// typed is one line that somebody typed, as it is kept: without the invisible
// characters that could disguise it. One with control characters, or with more
// than max characters left, can't be taken.
func typed(s string, max int) (kept string, ok bool) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", false
	}
	s = badge.CleanText(s)
	return s, utf8.RuneCountInString(s) <= max
}

// reason checks what somebody gave as the reason of a revocation or an override.
func reason(field, why string) (string, error) {
	why, ok := typed(why, 200)
	if !ok || why == "" {
		return "", invalid(field, "The reason must be plain text of 1 to 200 characters.")
	}
	return why, nil
}

// stamp fills in when something is done.
func (d *Desk) stamp(by Stamp) Stamp {
	if by.At.IsZero() {
		by.At = d.Now()
	}
	return by
}

// editTries is how often a change is decided anew when others change the same
// configuration at the same time.
const editTries = 12

// configure decides a change on the configuration as it is and applies it,
// again from the start whenever somebody else was faster. A change that leaves
// everything as it was is none. The Config that decide gets is shared: it must
// not be changed.
func (d *Desk) configure(ctx context.Context, event string, by Stamp, decide func(*Config) (put, drop []Record, err error)) (*Config, error) {
	for try := 1; ; try++ {
		c, err := d.store.Config(ctx, event)
		if err != nil {
			return nil, err
		}
		put, drop, err := decide(c)
		if err != nil {
			return nil, err
		}
		if put = news(c, put); len(put) == 0 && len(drop) == 0 {
			return c, nil
		}
		next, err := d.store.Configure(ctx, event, Change{Stamp: d.stamp(by), Rev: c.Rev, Put: put, Drop: drop})
		if err == nil {
			d.rings.learn(event, next)
			return next, nil
		}
		if !errors.Is(err, ErrStale) || try == editTries {
			return nil, err
		}
		wait := rand.N(time.Millisecond << min(try, 7))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// news are the records that say something else than the configuration does.
func news(c *Config, put []Record) []Record {
	known := map[string]string{}
	for _, r := range c.Records() {
		known[r.Subject()] = string(r.Data)
	}
	var out []Record
	for _, r := range put {
		if data, ok := known[r.Subject()]; !ok || data != string(r.Data) {
			out = append(out, r)
		}
	}
	return out
}
