// Package simulate puts a store through the days of a conference in seconds:
// attendees, gates with phones, a help desk and an organizer, all driven by one
// seeded scheduler in virtual time. Phones are offline for hours, have clocks
// that are wrong, send batches again, out of order or cut in the middle, die
// between showing a verdict and keeping it, and lose the server's answers.
//
// After every step the journal is read by a fold that shares no code with the
// stores, and what the store says of itself is held against it. One seed
// gives one run, operation by operation; a violation comes with its seed, its step and
// the shortest list of operations found that still shows it.
//
// The checker is proved by planted bugs (planted.go): each of them has to be
// convicted.
//
// It knows checkin and badge alone: tests and programs hand it other stores.
package simulate
