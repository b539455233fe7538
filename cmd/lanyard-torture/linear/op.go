package linear

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Kind of an operation.
type Kind uint8

const (
	Scan     Kind = iota
	Undo          // takes a scan back
	Revoke        // ends a badge
	Capacity      // changes a venue's capacity
	Look          // reads how many are inside
)

// Request is what a client asks for.
type Request struct {
	Kind      Kind
	ScanID    string // of Scan and Undo
	Badge     string // "" for a token that is none of ours
	Venue     string
	Gate      string
	Direction string // in or out
	Override  bool
	// Offline facts: Shown is the phone's verdict, At its time in Unix milliseconds.
	Offline  bool
	Shown    string
	At       int64
	Capacity int
}

// content is what a scan id must not be used for twice in different ways.
func (r *Request) content() string { return r.Badge + "|" + r.Gate + "|" + r.Direction }

// Answer is what a client was told, or of an operation whose answer never
// came, what the journal says.
type Answer struct {
	Code                           string // of a refusal, "" for an answer
	Result, Reason, Note, Conflict string
	Forced, Replayed               bool
	Seq                            uint64
	At                             int64 // Unix milliseconds
	Inside, Capacity               int
	EarlierAt                      int64 // the entry that stands in the way, 0 for none named
	EarlierGate                    string
	// Settled answers come from the journal, which tells no counts.
	Settled bool
}

// Op is one operation of the history. Times are nanoseconds of one monotonic
// clock.
type Op struct {
	Client int
	Request
	Call, Return int64
	Answered     bool
	Answer       Answer
}

// never is the return of an operation whose answer nobody got.
const never = math.MaxInt64

func (r Request) String() string {
	switch r.Kind {
	case Undo:
		return fmt.Sprintf("undo %.8s of badge %s at %s", r.ScanID, r.Badge, r.Venue)
	case Revoke:
		return "revoke badge " + r.Badge
	case Capacity:
		return fmt.Sprintf("set the capacity of %s to %d", r.Venue, r.Capacity)
	case Look:
		return "look at " + r.Venue
	}
	var b strings.Builder
	fmt.Fprintf(&b, "scan %.8s badge %s %s at %s", r.ScanID, r.Badge, r.Direction, r.Gate)
	if r.Override {
		b.WriteString(" with override")
	}
	if r.Offline {
		fmt.Fprintf(&b, " offline, shown %s at %s", r.Shown, time.UnixMilli(r.At).UTC().Format("15:04:05.000"))
	}
	return b.String()
}

func (a Answer) String() string {
	if a.Code != "" {
		return a.Code
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s", a.Result)
	for _, word := range [...]string{a.Reason, a.Note} {
		if word != "" {
			b.WriteString(" " + word)
		}
	}
	if a.Conflict != "" {
		b.WriteString(" in conflict with " + a.Conflict)
	}
	if a.Forced {
		b.WriteString(" forced")
	}
	if a.Replayed {
		b.WriteString(" replayed")
	}
	fmt.Fprintf(&b, ", seq %d", a.Seq)
	if a.Settled {
		b.WriteString(" (by the journal)")
	} else {
		fmt.Fprintf(&b, ", inside %d of %d", a.Inside, a.Capacity)
	}
	return b.String()
}

func (o Op) String() string {
	until := "…"
	if o.Return != never {
		until = fmt.Sprintf("%.3f", float64(o.Return)/1e6)
	}
	return fmt.Sprintf("[%.3f, %s] ms client %d: %s -> %s", float64(o.Call)/1e6, until, o.Client, o.Request, o.Answer)
}
