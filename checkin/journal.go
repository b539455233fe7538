package checkin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// Kind of a journal row.
type Kind string

const (
	KindScan   Kind = "scan"   // a scan was answered, or a phone's own verdict recorded
	KindUndo   Kind = "undo"   // a scan was taken back; result and direction are the ones undone
	KindExit   Kind = "exit"   // the system checked somebody out
	KindBadge  Kind = "badge"  // a badge was issued, replaced, revoked or erased
	KindRoster Kind = "roster" // attendees came, changed or went
	KindConfig Kind = "config" // the event, a venue, gate, category, operator or key changed
)

// Row is one entry of an event's journal: ids, no names. Seq counts 1, 2, 3 …
// without gap. Hash is the lower-case hex SHA-256 over the row in the
// canonical JSON of RFC 8785 with prev and without hash; the first prev is
// GenesisHash. Times are in milliseconds.
type Row struct {
	Seq        uint64    `json:"seq"`
	Kind       Kind      `json:"kind"`
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recorded_at"`
	ScanID     string    `json:"scan_id,omitempty"`
	Badge      string    `json:"badge,omitempty"`
	Venue      string    `json:"venue,omitempty"`
	Gate       string    `json:"gate,omitempty"`
	Direction  Direction `json:"direction,omitempty"`
	Result     Result    `json:"result,omitempty"`
	Reason     Reason    `json:"reason,omitempty"`
	Note       string    `json:"note,omitempty"`
	Conflict   Reason    `json:"conflict,omitempty"`
	Forced     bool      `json:"forced,omitempty"`
	Offline    bool      `json:"offline,omitempty"`
	Operator   string    `json:"operator,omitempty"`
	// Subject is what a roster or config row is about: "venue/main-forum".
	Subject string `json:"subject,omitempty"`
	// Why is the reason that a person gave for an override or a revocation.
	Why  string `json:"why,omitempty"`
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

// GenesisHash is the prev of the first row of a journal.
const GenesisHash = "0000000000000000000000000000000000000000000000000000000000000000"

// TimeLayout is how the journal writes a time: RFC 3339 in UTC with
// milliseconds, so that equal times have equal bytes.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the row's canonical form with its hash last.
func (r Row) MarshalJSON() ([]byte, error) {
	b := r.canonical(make([]byte, 0, 512), r.Prev)
	b = append(b[:len(b)-1], `,"hash":`...)
	b = appendString(b, r.Hash)
	return append(b, '}'), nil
}

// Chain is the hash of the row after prev.
func (r Row) Chain(prev string) string {
	sum := sha256.Sum256(r.canonical(make([]byte, 0, 512), prev))
	return hex.EncodeToString(sum[:])
}

// canonical appends the row without hash by RFC 8785: members sorted by name,
// no white space. Every string is valid UTF-8 and every number below 2^53.
func (r Row) canonical(b []byte, prev string) []byte {
	b = append(b, `{"at":"`...)
	b = r.At.UTC().AppendFormat(b, TimeLayout)
	b = append(b, '"')
	b = appendMember(b, "badge", r.Badge)
	b = appendMember(b, "conflict", string(r.Conflict))
	b = appendMember(b, "direction", string(r.Direction))
	if r.Forced {
		b = append(b, `,"forced":true`...)
	}
	b = appendMember(b, "gate", r.Gate)
	b = appendMember(b, "kind", string(r.Kind))
	b = appendMember(b, "note", r.Note)
	if r.Offline {
		b = append(b, `,"offline":true`...)
	}
	b = appendMember(b, "operator", r.Operator)
	b = appendMember(b, "prev", prev)
	b = appendMember(b, "reason", string(r.Reason))
	b = append(b, `,"recorded_at":"`...)
	b = r.RecordedAt.UTC().AppendFormat(b, TimeLayout)
	b = append(b, '"')
	b = appendMember(b, "result", string(r.Result))
	b = appendMember(b, "scan_id", r.ScanID)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, r.Seq, 10)
	b = appendMember(b, "subject", r.Subject)
	b = appendMember(b, "venue", r.Venue)
	b = appendMember(b, "why", r.Why)
	return append(b, '}')
}

func appendMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return appendString(b, value)
}

// appendString writes a JSON string with the escapes of RFC 8785 and no others.
func appendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// Checkpoint is a signed statement of the program that a journal had Count
// rows and the last one this hash.
type Checkpoint struct {
	Event string    `json:"event"`
	Count uint64    `json:"count"`
	Hash  string    `json:"hash"`
	At    time.Time `json:"at"`
	Key   string    `json:"kid"`
	// Signature is Ed25519 by the event's signing key over Signed.
	Signature []byte `json:"signature"`
}

// Signed is what a checkpoint's signature covers. The first line keeps it
// apart from everything else that the key signs: no JWT has a line break.
func (c Checkpoint) Signed() []byte {
	return []byte("lanyard journal checkpoint 1\n" + c.Event + "\n" + strconv.FormatUint(c.Count, 10) + "\n" +
		c.Hash + "\n" + c.At.UTC().Format(TimeLayout) + "\n" + c.Key + "\n")
}

// Entry is a row with what else the step leaves behind: what a replay answers,
// what an undo puts back, and the places that changed.
type Entry struct {
	Row      Row      `json:"row"`
	Content  string   `json:"content,omitempty"`  // digest of the token
	Category string   `json:"category,omitempty"` // of the badge, for the answer
	Earlier  *Earlier `json:"earlier,omitempty"`
	Inside   int      `json:"inside,omitempty"` // the venue's count after the step
	Capacity int      `json:"capacity,omitempty"`
	// Before has the scan's own place as it was, and then those that it left:
	// by the first one's LastSeq the scans of a badge at a venue form a list.
	Before []Presence `json:"before,omitempty"`
	After  []Presence `json:"after,omitempty"` // places as they are
	// Day is the local day of an entry that was not the latest, see EntryDay.
	Day int `json:"day,omitempty"`
	// Silent rows leave the counters of entries, exits and denials alone: an
	// exit of somebody not inside, and its undo.
	Silent bool `json:"silent,omitempty"`
}

// Presence is what is known of one badge at one venue.
type Presence struct {
	Badge  string `json:"b"`
	Venue  string `json:"v"`
	Inside bool   `json:"in,omitempty"`
	// MovedAt (Unix milliseconds) and MovedBy (scan id, "" for the system) name
	// the latest entry or exit: an offline fact older than that moves nobody.
	MovedAt int64  `json:"t,omitempty"`
	MovedBy string `json:"by,omitempty"`
	// The latest entry.
	EntryAt   int64  `json:"et,omitempty"` // Unix milliseconds, 0 for never
	EntryID   string `json:"ei,omitempty"` // scan id
	EntryGate string `json:"eg,omitempty"`
	EntryBy   string `json:"eo,omitempty"` // operator
	EntryDay  int    `json:"ed,omitempty"` // local day, in days since 1970-01-01
	// LastSeq is the journal row of the last scan of this badge here.
	LastSeq uint64 `json:"s,omitempty"`
}

// VerifyChain checks rows that follow one another against prev, the hash
// before the first of them and the seq expected there. It gives the hash to go on with, or names
// the first row that doesn't fit.
func VerifyChain(rows []Row, prev string, seq uint64) (string, error) {
	for _, r := range rows {
		if r.Seq != seq {
			return prev, &BrokenRow{Seq: seq, Problem: "missing or out of order: found row " + strconv.FormatUint(r.Seq, 10)}
		}
		if r.Prev != prev {
			return prev, &BrokenRow{Seq: seq, Problem: "prev is not the hash of the row before"}
		}
		if prev = r.Chain(prev); r.Hash != prev {
			return prev, &BrokenRow{Seq: seq, Problem: "hash is not that of its content"}
		}
		seq++
	}
	return prev, nil
}

// BrokenRow names the first row of a journal that doesn't fit.
type BrokenRow struct {
	Seq     uint64
	Problem string
}

func (b *BrokenRow) Error() string {
	return "journal row " + strconv.FormatUint(b.Seq, 10) + ": " + b.Problem
}

var _ json.Marshaler = Row{}
