// Package part says what a part of the torture is: what it is given, and what
// it brings back for the table.
package part

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Plan is what a part is given.
type Plan struct {
	Binary   string // the built lanyard
	Dir      string // an empty folder on a disk, the part's own
	Duration time.Duration
	Seed     uint64
	// Log tells what goes on, one line a call.
	Log func(format string, args ...any)
}

// Func runs a part. An error means that it could not be carried out; what
// Lanyard did wrong is in the tally.
type Func func(context.Context, Plan) (Tally, error)

// ErrNotHere is why a part can't be carried out on a machine that doesn't let
// it: it takes root, or a system that has the means.
var ErrNotHere = errors.New("not on this machine")

// Tally is what a part counted: a row of the table.
type Tally struct {
	Faults       int `json:"faults"`     // injected
	Operations   int `json:"operations"` // begun by clients
	Acknowledged int `json:"acknowledged"`

	// Violations, all zero where they belong.
	Lost         int `json:"lost"`          // acknowledged, and not on record
	Doubled      int `json:"doubled"`       // on record, or admitted, twice
	OverCapacity int `json:"over_capacity"` // admissions by the rules into a full venue
	WrongAnswers int `json:"wrong_answers"` // everything else that a right server doesn't say

	// Bugs planted into a deliberately wrong server, and those of them convicted.
	Planted int `json:"planted"`
	Found   int `json:"planted_found"`

	// Notes are figures worth a line, such as the longest time without an answer.
	Notes []string `json:"notes,omitempty"`
	// Evidence of violations, smallest first; no tokens, no names.
	Evidence []string `json:"evidence,omitempty"`
}

// Violated tells whether anything is not as it must be.
func (t *Tally) Violated() bool {
	return t.Lost+t.Doubled+t.OverCapacity+t.WrongAnswers > 0 || t.Found < t.Planted || len(t.Evidence) > 0
}

// Note adds a line.
func (t *Tally) Note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// maxEvidence is how many lines of evidence a part keeps: the first tell what
// happened, a thousand don't tell more.
const maxEvidence = 20

// Convict counts a violation in one of the tally's columns and keeps the
// evidence for it.
func (t *Tally) Convict(column *int, format string, args ...any) {
	*column++
	if len(t.Evidence) < maxEvidence {
		t.Evidence = append(t.Evidence, fmt.Sprintf(format, args...))
	}
}

// Add another tally to this one.
func (t *Tally) Add(o Tally) {
	t.Faults, t.Operations, t.Acknowledged = t.Faults+o.Faults, t.Operations+o.Operations, t.Acknowledged+o.Acknowledged
	t.Lost, t.Doubled, t.OverCapacity, t.WrongAnswers = t.Lost+o.Lost, t.Doubled+o.Doubled, t.OverCapacity+o.OverCapacity, t.WrongAnswers+o.WrongAnswers
	t.Planted, t.Found = t.Planted+o.Planted, t.Found+o.Found
	t.Notes = append(t.Notes, o.Notes...)
	t.Evidence = append(t.Evidence, o.Evidence[:min(len(o.Evidence), max(0, maxEvidence-len(t.Evidence)))]...)
}
