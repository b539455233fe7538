// Package storetest is the contract of checkin.Store as tests: what a scan
// means, in every order of the rules; replays; races; random operations
// against the in-memory engine and against a naive reading of the journal; and
// an audit of every event that a test has touched.
//
// A store's own test is a few lines:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) checkin.Store { return open(t) })
//	}
//
// The random part makes LANYARD_CHECKS runs, 25 unless set; it obeys rapid's
// own flags too, which it names with the seed of a failure.
package storetest
