package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"lanyard/badge"
	"lanyard/checkin"
)

// The failures of this package itself.
var (
	errBadJSON         = errors.New("bad JSON")
	errUnknownField    = errors.New("unknown field")
	errDuplicateField  = errors.New("duplicate field")
	errMissingField    = errors.New("missing field")
	errInvalidValue    = errors.New("invalid value")
	errBadQuery        = errors.New("bad query")
	errInvalidLimit    = errors.New("invalid limit")
	errInvalidCursor   = errors.New("invalid cursor")
	errUnauthorized    = errors.New("unauthorized")
	errForbidden       = errors.New("forbidden")
	errCrossOrigin     = errors.New("cross-origin request")
	errNotFound        = errors.New("not found")
	errNoImport        = errors.New("no such import")
	errMethod          = errors.New("method not allowed")
	errNoToken         = errors.New("no token any more")
	errTooLarge        = errors.New("too large")
	errMediaType       = errors.New("unsupported media type")
	errTooManyAttempts = errors.New("too many attempts")
	errTooManyReaders  = errors.New("too many readers")
	errInternal        = errors.New("internal")
)

// failures is the only table from a failure to what a client sees of it. What
// isn't in it, or in failureOf, is a 500 without a word of its text. The code
// is stable; the detail is a sentence for the person in front of the client.
var failures = []struct {
	err         error
	status      int
	code, title string
	detail      string
}{
	{errBadJSON, 400, "bad_json", "Not valid JSON", "The body must be one JSON value in UTF-8."},
	{errUnknownField, 400, "unknown_field", "Unknown field", "The request has a field that isn't known here."},
	{errDuplicateField, 400, "duplicate_field", "Duplicate field", "The request has the same field twice."},
	{errMissingField, 400, "missing_field", "Missing field", "The request lacks a field that is needed."},
	{errInvalidValue, 400, "invalid_value", "Invalid value", "The request has a value that can't be taken."},
	{errBadQuery, 400, "bad_query", "Bad query", "The query has a parameter that can't be taken."},
	{errInvalidLimit, 400, "invalid_limit", "Invalid limit", "The limit must be a whole number in range."},
	{errInvalidCursor, 400, "invalid_cursor", "Invalid cursor", "The cursor is not one that this list has given."},
	{checkin.ErrDirectionNeeded, 400, "direction_needed", "Direction needed", "This gate goes both ways: send direction in or out."},
	{checkin.ErrWrongDirection, 400, "wrong_direction", "Wrong direction", "This gate doesn't go that way."},

	{errUnauthorized, 401, "unauthorized", "Not signed in", "Sign in, or send a valid operator key."},
	{checkin.ErrNoOperator, 404, "no_such_operator", "No such operator", "There is no such operator in this event."},
	{checkin.ErrOperatorGone, 401, "unauthorized", "Not signed in", "This operator has been revoked or has expired."},

	{errForbidden, 403, "forbidden", "Not allowed", "This operator's role doesn't allow it."},
	{checkin.ErrOverrideRefused, 403, "override_refused", "Override refused", "Only a supervisor, the help desk or an organizer may override."},
	{errCrossOrigin, 403, "cross_origin", "Cross-origin request", "The request came from a page of another site."},
	{checkin.ErrGateRefused, 403, "gate_refused", "Not this operator's gate", "This operator may not scan at this gate."},
	{checkin.ErrUndoRefused, 403, "undo_refused", "Undo refused", "Two minutes after a scan only a supervisor, the help desk or an organizer can undo it, as can anybody else's scan."},

	{errNotFound, 404, "not_found", "Not found", "There is nothing at this address."},
	{errNoImport, 404, "no_such_import", "No such import", "There is no such import, or its report is older than a day."},
	{checkin.ErrNoEvent, 404, "no_such_event", "No such event", "There is no such event."},
	{checkin.ErrNoVenue, 404, "no_such_venue", "No such venue", "There is no such venue in this event."},
	{checkin.ErrNoGate, 404, "no_such_gate", "No such gate", "There is no such gate in this event."},
	{checkin.ErrNoCategory, 404, "no_such_category", "No such category", "There is no such category in this event."},
	{checkin.ErrNoKey, 404, "no_such_key", "No such key", "There is no such signing key in this event."},
	{badge.ErrUnknownKey, 404, "no_such_key", "No such key", "There is no such signing key in this event."},
	{checkin.ErrNoAttendee, 404, "no_such_attendee", "No such attendee", "There is no such attendee in this event."},
	{checkin.ErrNoBadge, 404, "no_such_badge", "No such badge", "There is no such badge in this event."},
	{checkin.ErrNoScan, 404, "no_such_scan", "No such scan", "There is no such scan on record."},
	{checkin.ErrNoTemp, 404, "not_found", "Not found", "It doesn't exist or has expired."},
	{errMethod, 405, "method_not_allowed", "Method not allowed", "This address doesn't take that method."},

	{checkin.ErrExists, 409, "exists", "Already there", "The id is taken."},
	{checkin.ErrRefTaken, 409, "ref_taken", "Ref taken", "Another attendee has this ref."},
	{checkin.ErrStale, 409, "stale", "Changed meanwhile", "The configuration was changed by others at the same time: look again and repeat."},
	{checkin.ErrInUse, 409, "in_use", "Still in use", "It is still in use and can't be removed."},
	{checkin.ErrBadgeEnded, 409, "badge_ended", "Badge not active", "The badge has been revoked or replaced."},
	{checkin.ErrScanReused, 409, "scan_id_reused", "Scan id reused", "This scan id was used for another token, gate or direction."},
	{checkin.ErrSuperseded, 409, "superseded", "Superseded", "The badge was scanned at this venue since."},
	{badge.ErrKeyActive, 409, "key_active", "Key in use", "This key signs new badges: rotate to a new one first."},
	{badge.ErrNoKeyLeft, 409, "no_key_left", "No key left", "Every key id is taken."},

	{errNoToken, 410, "badge_ended", "Badge not active", "The badge has been revoked or replaced, or its key has been withdrawn, and it has no code any more."},
	{errTooLarge, 413, "too_large", "Too large", "The body is larger than this address takes."},
	{badge.ErrTooLarge, 413, "too_large", "Too large", "The file is larger than 32 MiB or unpacks to more than is read."},
	{errMediaType, 415, "unsupported_media_type", "Unsupported media type", "This address doesn't take that content type."},
	{errTooManyAttempts, 429, "too_many_attempts", "Too many attempts", "Too many wrong keys or badge numbers came from this address: wait a little."},

	{checkin.ErrUnavailable, 503, "store_unavailable", "Store unavailable", "The store can't be reached: try again in a moment."},
	{errOverloaded, 503, "overloaded", "Too busy", "More requests came than can be served at once: try again in a moment."},
	{errTooManyReaders, 503, "too_many_readers", "Too many readers", "As many live streams are open as this server serves: try again later."},
	{checkin.ErrClosing, 503, "stopping", "Stopping", "The server is stopping: try again in a moment."},

	// Defects of the program or its set-up: nobody can help themselves.
	{errInternal, 500, "internal", "Internal error", internalDetail},
	{badge.ErrCannotSign, 500, "internal", "Internal error", internalDetail},
	{badge.ErrInvalidToken, 500, "internal", "Internal error", internalDetail},
	{badge.ErrMalformed, 500, "internal", "Internal error", internalDetail},
	{badge.ErrSealed, 500, "internal", "Internal error", internalDetail},
	{badge.ErrWeakSecret, 500, "internal", "Internal error", internalDetail},
	{checkin.ErrBadBackup, 500, "internal", "Internal error", internalDetail},
	{checkin.ErrUnverified, 500, "internal", "Internal error", internalDetail},
	{checkin.ErrSlow, 500, "internal", "Internal error", internalDetail},
}

const internalDetail = "Something went wrong on our side. The request id helps to find out what."

// Problem is the body of every answer that is an error (RFC 9457).
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id"`
}

// cause is a failure of the table with the field and the sentence of this one
// occurrence.
type cause struct {
	err           error
	field, detail string
}

func (c *cause) Error() string { return c.err.Error() + ": " + c.field + " " + c.detail }
func (c *cause) Unwrap() error { return c.err }

// because says of a failure which field it lies in and why, in a sentence.
func because(err error, field, detail string) error { return &cause{err, field, detail} }

// problemOf is what a client gets to see of a failure.
func problemOf(err error, requestID string) Problem {
	p := Problem{RequestID: requestID}
	var (
		invalid *checkin.Invalid
		file    *badge.FileError
		why     *cause
		tooBig  *http.MaxBytesError
		routing *echo.HTTPError
	)
	switch {
	case errors.As(err, &why):
		p.Field, p.Detail = why.field, why.detail
	case errors.As(err, &invalid):
		p.Field, p.Detail = invalid.Field, invalid.Message
		err = errInvalidValue
	case errors.Is(err, badge.ErrTooLarge), errors.As(err, &tooBig):
		err = errTooLarge
	case errors.As(err, &file):
		p.Status, p.Code, p.Title, p.Detail = 400, file.Code, "The file can't be read", file.Message
	case errors.As(err, &routing) && routing.Code == http.StatusMethodNotAllowed:
		err = errMethod
	case errors.As(err, &routing) && routing.Code == http.StatusNotFound:
		err = errNotFound
	case errors.Is(err, context.DeadlineExceeded):
		err = checkin.ErrUnavailable
	case errors.Is(err, checkin.ErrRefTaken):
		p.Field = "ref"
	}
	if p.Status == 0 {
		p.Status, p.Code, p.Title = 500, "internal", "Internal error"
		detail := internalDetail
		for _, f := range failures {
			if errors.Is(err, f.err) {
				p.Status, p.Code, p.Title, detail = f.status, f.code, f.title, f.detail
				break
			}
		}
		if p.Detail == "" || p.Status == 500 {
			p.Detail = detail
		}
	}
	p.Type = "urn:lanyard:problem:" + p.Code
	return p
}

// fail answers a request with what became of it. What has begun to be answered
// can only be cut off.
func (s *Server) fail(err error, x *exchange) {
	if errors.Is(x.request.Context().Err(), context.Canceled) {
		x.gone = true // nobody is there to read an answer
		// Nor may anybody take what there is for the whole, or nothing for a yes.
		panic(http.ErrAbortHandler)
	}
	p := problemOf(err, x.id)
	if x.shed = errors.Is(err, errOverloaded); p.Status >= 500 && !x.shed {
		x.err = err
	}
	if x.status != 0 {
		panic(http.ErrAbortHandler)
	}
	h := x.Header()
	switch {
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Lanyard"`)
	case p.Status == http.StatusServiceUnavailable, p.Status == http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(1))
	}
	for _, name := range [...]string{"Content-Disposition", "ETag", "Location"} {
		h.Del(name) // of the answer that didn't come to be
	}
	h.Set("Cache-Control", "no-store")
	x.writeJSON(p.Status, "application/problem+json", p)
}
