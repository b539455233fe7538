package checkin

import "time"

// Result of a scan.
type Result string

const (
	Admitted Result = "admitted"
	Exited   Result = "exited"
	Denied   Result = "denied"
)

// Reason for a refusal.
type Reason string

// The reasons in the order in which they are checked; the first that applies
// is given.
const (
	InvalidToken     Reason = "invalid_token"
	WrongEvent       Reason = "wrong_event"
	UnknownBadge     Reason = "unknown_badge"
	RevokedBadge     Reason = "revoked"
	NotYetValid      Reason = "not_yet_valid"
	Expired          Reason = "expired"
	WrongCategory    Reason = "wrong_category"
	VenueClosed      Reason = "venue_closed"
	AlreadyInside    Reason = "already_inside"
	AlreadyUsed      Reason = "already_used"
	AlreadyUsedToday Reason = "already_used_today"
	VenueFull        Reason = "venue_full"
)

// Reasons are all of them, in order.
var Reasons = []Reason{InvalidToken, WrongEvent, UnknownBadge, RevokedBadge, NotYetValid, Expired,
	WrongCategory, VenueClosed, AlreadyInside, AlreadyUsed, AlreadyUsedToday, VenueFull}

// Notes on rows and answers.
const (
	NoteNotInside  = "not_inside" // an exit of somebody who was not inside
	NoteClockSkew  = "clock_skew" // scanned_at was ahead of us: taken as now
	NoteLate       = "late"       // older than what is known: moved nobody; of an undo: back by such a one, nothing to take out of the count
	NoteNotMoved   = "not_moved"  // an undo after which nobody's place changed
	NoteUndone     = "undone"     // this scan has been taken back
	NoteShown      = "shown"      // the phone had shown another verdict than we gave
	NoteAutoExit   = "auto_exit"  // checked out at the venue's hour
	NoteExclusive  = "exclusive"  // left by entering another venue of the group
	NoteUnverified = "unverified" // a fact about no badge of ours
)

// Scan is one reading of a token at a gate, as a store gets it: the token has
// been verified, the clock has been read.
type Scan struct {
	ID        string    // UUID in lower case
	Gate      string    // gate id
	Direction Direction // "" where the gate has only one
	// Content is the digest of the presented token: the same ID with another
	// content, gate or direction is ErrScanReused.
	Content string
	// Badge is the id from a verified token of this event, "" when Refused.
	Badge string
	// Unverified: the token is well-formed and that is all that is known. It
	// counts as ours if Content is the digest of the very token that the badge
	// was issued with; otherwise the scan is ErrUnverified and has to come again
	// with the signature checked.
	Unverified bool
	// Key is the id of the key that signed the token; a withdrawn one opens
	// nothing but the way out.
	Key string
	// Refused is InvalidToken or WrongEvent where the token says so by itself.
	Refused Reason

	Now time.Time // the server's clock: recorded_at
	// At is the time of the scan: Now, or for an offline scan the phone's time.
	At      time.Time
	Skewed  bool // the phone's time was too far ahead and Now was taken
	Offline bool
	// Shown is the verdict that the phone gave offline.
	Shown Result
	// Override is why somebody entitled lets the badge in all the same.
	Override string
	DryRun   bool

	Operator string // who scanned
	// Guarded demands, in the same step, that Operator is on record in this
	// event, usable and allowed at the gate.
	Guarded bool
}

// MaxSkew is how far a phone's clock may be ahead of the server's.
const MaxSkew = 2 * time.Minute

// UndoWindow is how long an operator may undo their own scan.
const UndoWindow = 2 * time.Minute

// Answer is the verdict on a scan: a value, not an error.
type Answer struct {
	ScanID   string      `json:"scan_id"`
	Result   Result      `json:"result"`
	Reason   Reason      `json:"reason,omitempty"`
	Note     string      `json:"note,omitempty"`
	Conflict Reason      `json:"conflict,omitempty"`
	Forced   bool        `json:"forced,omitempty"`
	Replayed bool        `json:"replayed"`
	Badge    *BadgeCard  `json:"badge"`
	Attendee *PersonCard `json:"attendee,omitempty"`
	Venue    VenueCard   `json:"venue"`
	Earlier  *Earlier    `json:"earlier,omitempty"`
	At       time.Time   `json:"at"`
	Seq      uint64      `json:"seq,omitempty"` // none on a dry run
}

// BadgeCard is what an answer tells of a badge.
type BadgeCard struct {
	ID       string `json:"id"`
	Category string `json:"category"`
}

// PersonCard is what gate staff see of an attendee.
type PersonCard struct {
	Name         string `json:"name"`
	NameLatin    string `json:"name_latin"`
	Organization string `json:"organization"`
	Category     string `json:"category"`
}

// VenueCard is the venue's count right after the decision.
type VenueCard struct {
	ID       string `json:"id"`
	Inside   int    `json:"inside"`
	Capacity int    `json:"capacity"`
}

// Earlier is the entry that stands in the way of another one.
type Earlier struct {
	At      time.Time `json:"at"`
	Gate    string    `json:"gate"`
	Scanner string    `json:"scanner,omitempty"` // operator id
}

// Outcome of one scan of a batch: an answer or the reason why there is none.
type Outcome struct {
	Answer Answer
	Err    error
}

// Undo takes a scan back.
type Undo struct {
	ScanID   string
	Now      time.Time
	Operator string
	// Any lets the operator undo everybody's scans at any time; otherwise only
	// their own within UndoWindow.
	Any bool
}
