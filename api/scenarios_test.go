package api_test

import (
	"testing"
)

// scenario is what a reader wants to know of the API, in requests.
type scenario struct {
	name  string
	steps []step
}

// runScenarios runs each on a hall of its own, on every store.
func runScenarios(t *testing.T, scenarios []scenario) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			open := store.start(t)
			for _, s := range scenarios {
				t.Run(s.name, func(t *testing.T) {
					newHall(t, open).run(s.steps)
				})
			}
		})
	}
}

// scan is the body of a scan request.
func scan(id, token, gate, rest string) string {
	return `{"scan_id":"{` + id + `}","token":"` + token + `","gate":"` + gate + `"` + rest + `}`
}
