package linear

import (
	"fmt"
	"testing"

	"lanyard/cmd/lanyard-torture/linear/planted"
)

// A right server passes, and every bug planted into it is convicted, by
// clients that run at the same time.
func TestCheckerIsProved(t *testing.T) {
	for _, bug := range append([]planted.Bug{planted.None}, planted.Bugs...) {
		t.Run(fmt.Sprintf("server that %s", bug), func(t *testing.T) {
			histories := proofTries
			if bug == planted.None {
				histories = rightHistories
			}
			tally, err := judge(t.Context(), bug, 1, histories, bug != planted.None)
			if err != nil {
				t.Fatal(err)
			}
			if tally.Operations < 100 {
				t.Errorf("only %d operations", tally.Operations)
			}
			if tally.Violated() != (bug != planted.None) {
				t.Errorf("violated %t in %d operations: %q", tally.Violated(), tally.Operations, tally.Evidence)
			}
		})
	}
}
