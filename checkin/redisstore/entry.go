package redisstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lanyard/checkin"
)

// An entry record is what the journal's stream holds of a row and of what else
// its step leaves behind: fields joined by "|", which scripts build and take
// apart with little work. Seq is the entry's id in the stream.
//
//	0 kind         6 gate        12 flags     18 earlier   flags: f forced
//	1 at           7 direction   13 operator  19 inside           o offline
//	2 recorded at  8 result      14 subject   20 capacity         s silent
//	3 scan id      9 reason      15 why       21 before
//	4 badge       10 note        16 content   22 after
//	5 venue       11 conflict    17 category  23 day of a late entry
//
// Records of older builds have no field 23. Earlier is "at,gate,scanner"; before and after are places of the row's badge
// joined by ";". A place is "venue,inside,moved at,moved by,entry at,entry
// id,entry gate,entry by,entry day,last seq"; entry at or id is "=" where it
// is that of the move. Times are Unix milliseconds, nothing stands for zero.
const entryFields = 24

// escape makes a text fit between the separators of a record; "%" is written
// as "%25" and so on.
func escape(s string) string {
	if !strings.ContainsAny(s, "%|;,") {
		return s
	}
	return escaper.Replace(s)
}

func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	return unescaper.Replace(s)
}

var (
	escaper   = strings.NewReplacer("%", "%25", "|", "%7C", ";", "%3B", ",", "%2C")
	unescaper = strings.NewReplacer("%25", "%", "%7C", "|", "%3B", ";", "%2C", ",")
)

// formatTime writes milliseconds, "" for the zero time.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// formatInt writes a number, "" for zero.
func formatInt(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// reader takes records apart and remembers the first thing that was wrong.
type reader struct{ err error }

func (r *reader) fail(what, s string) {
	if r.err == nil {
		r.err = fmt.Errorf("redis: not a %s: %.40q", what, s)
	}
}

func (r *reader) int(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		r.fail("number", s)
	}
	return n
}

func (r *reader) time(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	return time.UnixMilli(r.int(s)).UTC()
}

// cut splits a record into exactly as many fields as dst has.
func (r *reader) cut(s, sep, what string, dst []string) {
	n := 0
	for rest, more := s, true; more; n++ {
		var f string
		f, rest, more = strings.Cut(rest, sep)
		if n < len(dst) {
			dst[n] = f
		}
	}
	if n != len(dst) {
		r.fail(what, s)
	}
}

// entry reads an entry record.
func (r *reader) entry(seq uint64, record string) checkin.Entry {
	e, before, after := r.verdict(seq, record)
	e.Before, e.After = r.places(e.Row.Badge, before), r.places(e.Row.Badge, after)
	return e
}

// verdict reads an entry record but for its places.
func (r *reader) verdict(seq uint64, record string) (e checkin.Entry, before, after string) {
	var f [entryFields]string
	fields := f[:]
	if strings.Count(record, "|") == entryFields-2 {
		fields = f[:entryFields-1]
	}
	r.cut(record, "|", "journal entry", fields)
	e = checkin.Entry{
		Row: checkin.Row{
			Seq: seq, Kind: checkin.Kind(f[0]), At: r.time(f[1]), RecordedAt: r.time(f[2]), ScanID: unescape(f[3]),
			Badge: unescape(f[4]), Venue: unescape(f[5]), Gate: unescape(f[6]), Direction: checkin.Direction(f[7]),
			Result: checkin.Result(f[8]), Reason: checkin.Reason(f[9]), Note: unescape(f[10]), Conflict: checkin.Reason(f[11]),
			Forced: strings.Contains(f[12], "f"), Offline: strings.Contains(f[12], "o"), Operator: unescape(f[13]),
			Subject: unescape(f[14]), Why: unescape(f[15]),
		},
		Silent: strings.Contains(f[12], "s"), Content: unescape(f[16]), Category: unescape(f[17]),
		Inside: int(r.int(f[19])), Capacity: int(r.int(f[20])), Day: int(r.int(f[23])),
	}
	if f[18] != "" {
		var g [3]string
		r.cut(f[18], ",", "earlier entry", g[:])
		e.Earlier = &checkin.Earlier{At: time.UnixMilli(r.int(g[0])).UTC(), Gate: unescape(g[1]), Scanner: unescape(g[2])}
	}
	return e, f[21], f[22]
}

// places reads places of a badge joined by ";".
func (r *reader) places(badge, s string) []checkin.Presence {
	if s == "" {
		return nil
	}
	out := make([]checkin.Presence, 0, strings.Count(s, ";")+1)
	for one := range strings.SplitSeq(s, ";") {
		var f [10]string
		r.cut(one, ",", "place", f[:])
		if f[4] == "=" {
			f[4] = f[2]
		}
		if f[5] == "=" {
			f[5] = f[3]
		}
		out = append(out, checkin.Presence{Badge: badge, Venue: unescape(f[0]), Inside: f[1] == "1",
			MovedAt: r.int(f[2]), MovedBy: unescape(f[3]), EntryAt: r.int(f[4]), EntryID: unescape(f[5]),
			EntryGate: unescape(f[6]), EntryBy: unescape(f[7]), EntryDay: int(r.int(f[8])), LastSeq: uint64(r.int(f[9]))})
	}
	return out
}

// formatPlaces is what places reads.
func formatPlaces(places []checkin.Presence) string {
	texts := make([]string, len(places))
	for i, p := range places {
		inside, entryAt, entryID := "", formatInt(p.EntryAt), escape(p.EntryID)
		if p.Inside {
			inside = "1"
		}
		if p.EntryAt != 0 && p.EntryAt == p.MovedAt {
			entryAt = "="
		}
		if p.EntryID != "" && p.EntryID == p.MovedBy {
			entryID = "="
		}
		texts[i] = strings.Join([]string{escape(p.Venue), inside, formatInt(p.MovedAt), escape(p.MovedBy), entryAt, entryID,
			escape(p.EntryGate), escape(p.EntryBy), formatInt(int64(p.EntryDay)), formatInt(int64(p.LastSeq))}, ",")
	}
	return strings.Join(texts, ";")
}

// formatEntry is what entry reads.
func formatEntry(e checkin.Entry) string {
	r, flags, earlier := &e.Row, "", ""
	if r.Offline {
		flags += "o"
	}
	if r.Forced {
		flags += "f"
	}
	if e.Silent {
		flags += "s"
	}
	if e.Earlier != nil {
		earlier = strconv.FormatInt(e.Earlier.At.UnixMilli(), 10) + "," + escape(e.Earlier.Gate) + "," + escape(e.Earlier.Scanner)
	}
	return strings.Join([]string{string(r.Kind), formatTime(r.At), formatTime(r.RecordedAt), escape(r.ScanID), escape(r.Badge),
		escape(r.Venue), escape(r.Gate), string(r.Direction), string(r.Result), string(r.Reason), escape(r.Note), string(r.Conflict),
		flags, escape(r.Operator), escape(r.Subject), escape(r.Why), escape(e.Content), escape(e.Category), earlier,
		formatInt(int64(e.Inside)), formatInt(int64(e.Capacity)), formatPlaces(e.Before), formatPlaces(e.After), formatInt(int64(e.Day))}, "|")
}
