package storetest

import (
	"testing"
	_ "time/tzdata" // local days must not depend on the machine

	"lanyard/checkin"
)

// part is one chapter of the contract. Each gets a store of its own, and each
// hall in it an event of its own.
type part struct {
	name string
	run  func(t *testing.T, s checkin.Store)
}

// Run checks every promise of checkin.Store. Open gives an empty store, which
// Run closes; it is called once for each part.
func Run(t *testing.T, open func(t *testing.T) checkin.Store) {
	for _, p := range []part{
		{"reasons", testReasons},
		{"ways", testWays},
		{"replay", testReplay},
		{"unverified", testUnverified},
		{"undo", testUndo},
		{"exclusive", testExclusive},
		{"what remains", testRemains},
		{"offline", testOffline},
		{"clock", testClock},
		{"figures", testFigures},
		{"config", testConfig},
		{"roster", testRoster},
		{"temps", testTemps},
		{"journal", testJournal},
		{"portable", testPortable},
		{"races", testRaces},
		{"any order", testAnyOrder},
		{"random", testRandom},
	} {
		t.Run(p.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			p.run(t, s)
		})
	}
}
