package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"lanyard/checkin"
)

// The answer to a single scan is written by hand: encoding/json takes three
// times as long for it. TestAnswerIsItsJSON holds the two against each other.

// appendAnswer appends the JSON of an answer.
func appendAnswer(to []byte, a *checkin.Answer) []byte {
	to = appendText(append(to, `{"scan_id":`...), a.ScanID)
	to = appendText(append(to, `,"result":`...), string(a.Result))
	to = appendOptional(to, `,"reason":`, string(a.Reason))
	to = appendOptional(to, `,"note":`, a.Note)
	to = appendOptional(to, `,"conflict":`, string(a.Conflict))
	if a.Forced {
		to = append(to, `,"forced":true`...)
	}
	to = strconv.AppendBool(append(to, `,"replayed":`...), a.Replayed)
	if b := a.Badge; b == nil {
		to = append(to, `,"badge":null`...)
	} else {
		to = appendText(append(to, `,"badge":{"id":`...), b.ID)
		to = appendText(append(to, `,"category":`...), b.Category)
		to = append(to, '}')
	}
	if p := a.Attendee; p != nil {
		to = appendText(append(to, `,"attendee":{"name":`...), p.Name)
		to = appendText(append(to, `,"name_latin":`...), p.NameLatin)
		to = appendText(append(to, `,"organization":`...), p.Organization)
		to = appendText(append(to, `,"category":`...), p.Category)
		to = append(to, '}')
	}
	to = appendText(append(to, `,"venue":{"id":`...), a.Venue.ID)
	to = strconv.AppendInt(append(to, `,"inside":`...), int64(a.Venue.Inside), 10)
	to = strconv.AppendInt(append(to, `,"capacity":`...), int64(a.Venue.Capacity), 10)
	to = append(to, '}')
	if e := a.Earlier; e != nil {
		to = appendTime(append(to, `,"earlier":{"at":`...), e.At)
		to = appendText(append(to, `,"gate":`...), e.Gate)
		to = append(appendOptional(to, `,"scanner":`, e.Scanner), '}')
	}
	to = appendTime(append(to, `,"at":`...), a.At)
	if a.Seq != 0 {
		to = strconv.AppendUint(append(to, `,"seq":`...), a.Seq, 10)
	}
	return append(to, '}')
}

// appendOptional appends a member that is left out when it is empty.
func appendOptional(to []byte, name, s string) []byte {
	if s == "" {
		return to
	}
	return appendText(append(to, name...), s)
}

// appendTime appends a time as RFC 3339, in quotes.
func appendTime(to []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(to, '"'), time.RFC3339Nano), '"')
}

// appendText appends a string in quotes. What needs an escape is left to
// encoding/json.
func appendText(to []byte, s string) []byte {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\':
			return appendEscapes(to, s)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if !ascii {
		for _, r := range s {
			if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
				return appendEscapes(to, s)
			}
		}
	}
	return append(append(append(to, '"'), s...), '"')
}

func appendEscapes(to []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(fmt.Errorf("encode a string: %w", err))
	}
	return append(to, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// answer answers with the verdict on one scan.
func (c *call) answer(a *checkin.Answer) error {
	space := bodies.Get().(*[]byte)
	*space = append(appendAnswer((*space)[:0], a), '\n')
	c.x.writeBytes(200, jsonType, *space)
	bodies.Put(space)
	return nil
}
