package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"lanyard/cmd/lanyard-torture/part"
)

// Row of the table: one part.
type Row struct {
	Part    string  `json:"part"`
	Seconds float64 `json:"seconds"`
	part.Tally
	Failed   string `json:"failed,omitempty"`   // why it could not be carried out
	Forgiven bool   `json:"forgiven,omitempty"` // for a reason that lies in the machine
}

// Table is the outcome of a run.
type Table struct {
	Seed     uint64 `json:"seed"`
	Duration string `json:"duration"`
	Rows     []Row  `json:"rows"`
}

// Print the table, then what there is to say beside the numbers.
func (t *Table) Print(w io.Writer) {
	fmt.Fprintf(w, "\nlanyard-torture --duration %s --seed %d\n\n", t.Duration, t.Seed)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "part\tfaults\toperations\tacknowledged\tlost\tdoubled\tover capacity\twrong answers\tplanted bugs found\t")
	for _, r := range t.Rows {
		planted := "-"
		if r.Planted > 0 {
			planted = fmt.Sprintf("%d/%d", r.Found, r.Planted)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t\n", r.Part, r.Faults, r.Operations, r.Acknowledged,
			r.Lost, r.Doubled, r.OverCapacity, r.WrongAnswers, planted)
	}
	table.Flush()
	fmt.Fprintln(w)
	for _, r := range t.Rows {
		for _, note := range r.Notes {
			fmt.Fprintf(w, "%s: %s\n", r.Part, note)
		}
	}
	for _, r := range t.Rows {
		if r.Failed != "" {
			fmt.Fprintf(w, "\n%s COULD NOT BE CARRIED OUT: %s\n", r.Part, r.Failed)
		}
		if !r.Violated() {
			continue
		}
		fmt.Fprintf(w, "\n%s VIOLATED; again with: --part %s --seed %d --duration %s\n", r.Part, r.Part, t.Seed, t.Duration)
		for _, line := range r.Evidence {
			fmt.Fprintln(w, "  "+line)
		}
	}
}

// ExitCode of the program; stopped is why the run ended early, if it did.
func (t *Table) ExitCode(stopped error) int {
	code := exitDone
	for _, r := range t.Rows {
		if r.Violated() {
			return exitNo
		}
		if r.Failed != "" && !r.Forgiven {
			code = exitUnreachable
		}
	}
	if len(t.Rows) == 0 || stopped != nil {
		return exitUnreachable
	}
	return code
}
