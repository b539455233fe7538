package redisstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lanyard/checkin"
)

// code is how a script ended: the first element of each of its results.
type code int64

const (
	codeOK       code = iota
	codeReplayed      // as before: the scan or undo had been answered
	codeClock         // the caller's time zone or hours are not the event's
	codeSweep         // people have to be checked out first
	codeNoEvent
	codeNoVenue
	codeNoGate
	codeNoAttendee
	codeNoBadge
	codeNoScan
	codeNoTemp
	codeNoRow
	codeExists
	codeRefTaken
	codeStale
	codeInUse
	codeBadgeEnded
	codeScanReused
	codeDirectionNeeded
	codeWrongDirection
	codeGateRefused
	codeOperatorGone
	codeSuperseded
	codeUndoRefused
	codeUnverified
	codeBroken
)

// codes are their names in the scripts and what they mean to callers, in the
// order of the constants. Codes without a meaning to callers have no error.
var codes = [...]struct {
	name string
	err  error
}{
	{"OK", nil},
	{"REPLAYED", nil},
	{"CLOCK", nil},
	{"SWEEP", nil},
	{"NO_EVENT", checkin.ErrNoEvent},
	{"NO_VENUE", checkin.ErrNoVenue},
	{"NO_GATE", checkin.ErrNoGate},
	{"NO_ATTENDEE", checkin.ErrNoAttendee},
	{"NO_BADGE", checkin.ErrNoBadge},
	{"NO_SCAN", checkin.ErrNoScan},
	{"NO_TEMP", checkin.ErrNoTemp},
	{"NO_ROW", errNoRow},
	{"EXISTS", checkin.ErrExists},
	{"REF_TAKEN", checkin.ErrRefTaken},
	{"STALE", checkin.ErrStale},
	{"IN_USE", checkin.ErrInUse},
	{"BADGE_ENDED", checkin.ErrBadgeEnded},
	{"SCAN_REUSED", checkin.ErrScanReused},
	{"DIRECTION_NEEDED", checkin.ErrDirectionNeeded},
	{"WRONG_DIRECTION", checkin.ErrWrongDirection},
	{"GATE_REFUSED", checkin.ErrGateRefused},
	{"OPERATOR_GONE", checkin.ErrOperatorGone},
	{"SUPERSEDED", checkin.ErrSuperseded},
	{"UNDO_REFUSED", checkin.ErrUndoRefused},
	{"UNVERIFIED", checkin.ErrUnverified},
	{"BROKEN", errBroken},
}

// errNoRow: a master was replaced by a replica that lacks rows of it.
var errNoRow = fmt.Errorf("%w: the rows that were read are not those of the server that is asked now", checkin.ErrUnavailable)

// errBroken: the store's own records are damaged or contradict one another.
var errBroken = errors.New("redis: what is stored of this badge or scan is damaged")

// result reads one result of a script: its code and what comes with it. A code
// that means something to callers comes back as its error, an unknown one as an error
// of its own, never as a guess.
func result(v any) (code, []any, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return 0, nil, fmt.Errorf("redis: a script answered %T, not a list", v)
	}
	n, ok := list[0].(int64)
	if !ok || n < 0 || n >= int64(len(codes)) {
		return 0, nil, fmt.Errorf("redis: unknown result %v of a script", list[0])
	}
	return code(n), list[1:], codes[n].err
}

// codeNames declares the codes at the top of every script.
func codeNames() string {
	names, values := make([]string, len(codes)), make([]string, len(codes))
	for i, c := range codes {
		names[i], values[i] = c.name, strconv.Itoa(i)
	}
	return "local " + strings.Join(names, ", ") + " = " + strings.Join(values, ", ") + "\n"
}

// text is the i-th value of a result as a string, "" for none.
func text(values []any, i int) string {
	if i >= len(values) {
		return ""
	}
	s, _ := values[i].(string)
	return s
}
