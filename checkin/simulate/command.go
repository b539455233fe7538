package simulate

import (
	"context"
	"time"

	"lanyard/checkin"
)

// Command is one operation on the store with everything that it needs, so that
// a list of them can be run again.
type Command struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`

	Scans  []checkin.Scan `json:"scans,omitempty"`
	Orders [][]int        `json:"orders,omitempty"` // in which a sync tries its scans
	Undo   *checkin.Undo  `json:"undo,omitempty"`

	Put    []checkin.Record      `json:"put,omitempty"`
	People []checkin.PutAttendee `json:"people,omitempty"`
	Issues []checkin.Issue       `json:"issues,omitempty"`
	ID     string                `json:"id,omitempty"` // of the badge or person that ends
}

// Kinds of Command.
const (
	scanCommand      = "scan"
	syncCommand      = "sync" // the same facts in every order
	undoCommand      = "undo"
	sweepCommand     = "sweep"
	configureCommand = "configure"
	peopleCommand    = "people"
	issueCommand     = "issue"
	revokeCommand    = "revoke"
	eraseCommand     = "erase"
)

// result is what the store answered to a Command.
type result struct {
	Outcomes []checkin.Outcome
	Answer   checkin.Answer
	Swept    int
	Issued   []checkin.IssueResult
	People   []checkin.PutResult
	Err      error
}

// do asks the store. cfg is the configuration as it is.
func (c *Command) do(ctx context.Context, s checkin.Store, event string, cfg *checkin.Config) (r result) {
	by := checkin.Stamp{At: c.At, Operator: "ada"}
	switch c.Kind {
	case scanCommand:
		r.Outcomes, r.Err = s.Scan(ctx, event, append([]checkin.Scan(nil), c.Scans...))
	case undoCommand:
		r.Answer, r.Err = s.Undo(ctx, event, *c.Undo)
	case sweepCommand:
		r.Swept, r.Err = s.Sweep(ctx, event, c.At)
	case configureCommand:
		change := checkin.Change{Stamp: by, Put: c.Put}
		if cfg != nil {
			change.Rev = cfg.Rev
		}
		_, r.Err = s.Configure(ctx, event, change)
	case peopleCommand:
		r.People, r.Err = s.PutAttendees(ctx, event, by, c.People)
	case issueCommand:
		r.Issued, r.Err = s.Issue(ctx, event, by, c.Issues)
	case revokeCommand:
		_, r.Err = s.Revoke(ctx, event, by, c.ID, "lost")
	case eraseCommand:
		r.Err = s.Erase(ctx, event, by, c.ID)
	}
	return r
}
