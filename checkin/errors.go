package checkin

import "errors"

// The failures of this package. A refused scan is none of them: it is an
// Answer.
var (
	// ErrUnavailable: the store can't be reached or can't promise durability;
	// nothing may be shown as admitted, and the caller may try again.
	ErrUnavailable = errors.New("store unavailable")

	ErrNoEvent    = errors.New("no such event")
	ErrNoVenue    = errors.New("no such venue")
	ErrNoGate     = errors.New("no such gate")
	ErrNoCategory = errors.New("no such category")
	ErrNoOperator = errors.New("no such operator")
	ErrNoKey      = errors.New("no such key")
	ErrNoAttendee = errors.New("no such attendee")
	ErrNoBadge    = errors.New("no such badge")
	ErrNoScan     = errors.New("no such scan")
	ErrNoTemp     = errors.New("no such short-lived record, or it has expired")

	ErrExists     = errors.New("the id is taken")
	ErrRefTaken   = errors.New("the ref is taken by another attendee")
	ErrStale      = errors.New("the configuration has changed in between")
	ErrInUse      = errors.New("still in use")
	ErrBadgeEnded = errors.New("the badge is not active")

	// ErrScanReused: the scan id was answered for another token, gate or direction.
	ErrScanReused = errors.New("scan id reused with other content")
	// ErrUnverified: the token isn't the one that was issued, letter by letter;
	// its signature has to be checked before the scan can be decided.
	ErrUnverified = errors.New("token not verified")
	// ErrDirectionNeeded: the gate goes both ways and the scan doesn't say which.
	ErrDirectionNeeded = errors.New("direction needed")
	// ErrWrongDirection: the gate doesn't go that way.
	ErrWrongDirection = errors.New("the gate doesn't go that way")
	// ErrGateRefused: the operator may not scan at this gate.
	ErrGateRefused = errors.New("operator not allowed at this gate")
	// ErrOperatorGone: the operator has been revoked or has expired.
	ErrOperatorGone = errors.New("operator revoked or expired")
	// ErrSuperseded: the badge was scanned at that venue since.
	ErrSuperseded = errors.New("the badge was scanned at this venue since")
	// ErrUndoRefused: somebody else's scan, or too long ago.
	ErrUndoRefused = errors.New("only the same operator, and soon, may undo this scan")

	// ErrOverrideRefused: the operator's role doesn't let anybody in against the rules.
	ErrOverrideRefused = errors.New("override not allowed to this operator")

	// ErrSlow: a reader of the live feed took too long and was cut off; it may
	// come back and resume.
	ErrSlow = errors.New("reader too slow")
	// ErrClosing: the program is shutting down.
	ErrClosing = errors.New("shutting down")
)
