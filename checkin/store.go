package checkin

import (
	"context"
	"encoding/json"
	"time"

	"lanyard/badge"
)

// Store keeps events, rosters, badges, places and journals. It is one
// interface because revoking a badge and admitting it are decided against the
// same state in one step.
//
// Every implementation promises, and storetest checks:
//
//   - Atomicity. Scan, Undo, Sweep, Configure, PutAttendees, Erase, Issue and
//     Revoke are each one step per item: the decision, its journal rows, the
//     counters and the remembered answer all happen or none does, and nobody
//     sees half of it. A scan is decided on the configuration, badge, key and
//     operator that the store holds at that moment, not on a cached copy.
//   - Durability. A step that has returned without error survives the death of
//     the process, and of the machine where the store is set up for it
//     (Durability tells). A step that returned ErrUnavailable may or may not
//     have happened; the same scan id asked again settles it.
//   - Order. Rows get seq 1, 2, 3 … per event without gap or repeat in the
//     order of the steps. A read begun after a step returned sees it.
//   - Idempotency. A scan id answered before gives the remembered verdict with
//     Replayed set, whatever has changed since. It is never forgotten while
//     the event exists.
//   - Refusals change nothing: a method that returns an error other than
//     ErrUnavailable, and a dry run, leave no trace.
//
// All methods may be called concurrently. A store that can't be reached
// answers ErrUnavailable (wrapped) and keeps trying by itself. Unknown events
// are ErrNoEvent everywhere.
type Store interface {
	// Events lists all events by id, System apart.
	Events(ctx context.Context) ([]badge.Event, error)

	// Config is the event's configuration now. System always has one.
	Config(ctx context.Context, event string) (*Config, error)

	// Configure applies the change if the event is still at c.Rev and returns the
	// new configuration: ErrStale otherwise. Rev 0 with an EventThing
	// creates the event: ErrExists when there is one. Dropping a venue with
	// somebody inside is ErrInUse. Every record gives a row of KindConfig with
	// Note "put" or "drop". System has no journal.
	Configure(ctx context.Context, event string, c Change) (*Config, error)

	// DeleteEvent removes everything about the event.
	DeleteEvent(ctx context.Context, event string) error

	// OperatorByKey finds the operator with that KeyHash in all events and
	// System, revoked and expired ones included: ErrNoOperator.
	OperatorByKey(ctx context.Context, keyHash string) (Operator, error)

	// PutAttendees creates or updates attendees, each by itself, results in
	// order. A changed category is carried to the attendee's active badge. A
	// single one gives a row of KindRoster with Subject "attendee/ID" and Note
	// "created" or "updated"; several in one call share one row with Note "put" whose
	// Subject is "attendees/N", N being how many changed. Unchanged ones leave no trace.
	PutAttendees(ctx context.Context, event string, by Stamp, puts []PutAttendee) ([]PutResult, error)

	// Erase removes a person: the record goes, the active badge is revoked (row of KindBadge, Note
	// "revoked"), badges lose their Attendee, counts and journal stay. One row of KindRoster with
	// Note "erased". ErrNoAttendee.
	Erase(ctx context.Context, event string, by Stamp, id string) error

	// Attendee by id: ErrNoAttendee.
	Attendee(ctx context.Context, event, id string) (badge.Attendee, error)

	// Attendees is one page of a search and the cursor of the next, "" at the end.
	Attendees(ctx context.Context, event string, q badge.Query) ([]badge.Attendee, string, error)

	// CountAttendees is how many the search finds on all its pages together.
	CountAttendees(ctx context.Context, event string, q badge.Query) (int, error)

	// Issue gives badges to attendees, each by itself, results in order. An
	// attendee keeps an active badge and gets it back with New false, unless
	// Replace: then it becomes badge.Replaced. Rows of KindBadge with Note "issued" and "replaced".
	Issue(ctx context.Context, event string, by Stamp, issues []Issue) ([]IssueResult, error)

	// Revoke ends an active badge: ErrNoBadge, ErrBadgeEnded. Row of KindBadge, Note "revoked", Why.
	Revoke(ctx context.Context, event string, by Stamp, id, why string) (badge.Badge, error)

	// Badge by id: ErrNoBadge.
	Badge(ctx context.Context, event, id string) (badge.Badge, error)

	// Badges by id, in order; a missing one is a zero Badge.
	Badges(ctx context.Context, event string, ids []string) ([]badge.Badge, error)

	// BadgeByLink finds a badge of any status by its page: ErrNoBadge.
	BadgeByLink(ctx context.Context, link string) (event string, b badge.Badge, err error)

	// Scan decides scans in order, each by itself. The error is the store's own
	// and then no outcome counts; refusals to decide are in the outcomes.
	Scan(ctx context.Context, event string, scans []Scan) ([]Outcome, error)

	// Undo takes a scan back: ErrNoScan, ErrUndoRefused, ErrSuperseded. Undone
	// twice, it answers the first undo with Replayed set. The answer carries
	// the scan's own verdict with Note NoteUndone and the venue's new count.
	Undo(ctx context.Context, event string, u Undo) (Answer, error)

	// Sweep checks out everyone whose venue's automatic exit has passed and
	// tells how many there were.
	Sweep(ctx context.Context, event string, now time.Time) (int, error)

	// Counts are the figures now, with minutes since now-RateWindow.
	Counts(ctx context.Context, event string, now time.Time) (*Counts, error)

	// History are a venue's minutes in [from, to) and the last one before, ascending.
	History(ctx context.Context, event, venue string, from, to time.Time) ([]Bucket, error)

	// Inside lists who is inside a venue, or with "" anywhere, by venue and then since when.
	Inside(ctx context.Context, event, venue string) ([]Inside, error)

	// Places are a badge's presences at the venues it was ever scanned at.
	Places(ctx context.Context, event, badge string) ([]Presence, error)

	// Journal is at most limit rows after a seq, hashes included.
	Journal(ctx context.Context, event string, after uint64, limit int) ([]Row, error)

	// Follow calls fn with the rows after a seq, and then with new ones as they
	// are committed, in order and without gap, until ctx ends or fn fails. Rows
	// may come without Prev and Hash.
	Follow(ctx context.Context, event string, after uint64, fn func([]Row) error) error

	// Seq is the seq of the last row, 0 when there is none.
	Seq(ctx context.Context, event string) (uint64, error)

	// AddCheckpoint keeps a signed checkpoint of rows that Journal gave; Checkpoints
	// lists them by count. Rows that a failover has taken back are ErrUnavailable.
	AddCheckpoint(ctx context.Context, c Checkpoint) error
	Checkpoints(ctx context.Context, event string) ([]Checkpoint, error)

	// PutTemp keeps a short-lived record (session, pairing, import report)
	// until its time is over; Temp reads it; TakeTemp reads and removes it, and of many
	// callers one gets it. ErrNoTemp. DropTemp removes it if it is there.
	PutTemp(ctx context.Context, kind, id string, data []byte, until time.Time) error
	Temp(ctx context.Context, kind, id string) ([]byte, error)
	TakeTemp(ctx context.Context, kind, id string) ([]byte, error)
	DropTemp(ctx context.Context, kind, id string) error

	// Backup writes an event as items that Restore of any store takes.
	// Restore creates the event: ErrExists when it is there.
	Backup(ctx context.Context, event string, emit func(Item) error) error
	Restore(ctx context.Context, event string, next func() (Item, error)) error

	// Durability lists the ways in which the store could lose a scan that it
	// has acknowledged; none is good.
	Durability(ctx context.Context) ([]Finding, error)

	// Ping tells whether the store answers.
	Ping(ctx context.Context) error
	Close() error
}

// PutMode of an attendee.
type PutMode int

const (
	Create PutMode = iota // a new one: ErrRefTaken
	Update                // by id: ErrNoAttendee, ErrRefTaken
	Upsert                // by ref: create or update
)

// PutAttendee asks for one attendee to be stored. ID is the caller's; Upsert
// ignores it where the ref is known.
type PutAttendee struct {
	Attendee badge.Attendee
	Mode     PutMode
}

// PutResult is what became of it.
type PutResult struct {
	Attendee badge.Attendee // as stored
	Created  bool
	Changed  bool // false where it already was so
	Err      error
}

// Issue asks for a badge. Badge comes with everything but Category and Status.
type Issue struct {
	Badge   badge.Badge
	Replace bool
}

// IssueResult is what became of it.
type IssueResult struct {
	Badge    badge.Badge
	New      bool
	Replaced string // id of the badge that it replaced
	Err      error  // ErrNoAttendee
}

// Finding is one way in which acknowledged scans could be lost.
type Finding struct {
	Code   string `json:"code"`   // stable, for example appendfsync_not_always
	Detail string `json:"detail"` // a sentence that says what to do
}

// Item is one line of a backup.
type Item struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}
