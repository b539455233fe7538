// Package checkin decides who passes a gate and knows who is inside.
//
// A Scan goes in and an Answer comes out; the rules between them are pure
// (policy.go), and the decision, its journal row, the counters and the
// remembered answer are one atomic step of a Store (store.go says what every
// store promises). State with its Decide and Apply functions is the
// deterministic core: the embedded store is this core with a disk under it,
// and the Redis scripts are tested against it.
//
// Desk is the service that the API talks to: it verifies tokens, guards
// configuration and turns requests into steps. Hub carries the journal to
// whoever watches.
package checkin
