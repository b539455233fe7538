// Lanyard-load plays the gates of a conference against a running Lanyard and
// then holds the server to its word.
//
// It knows the server by its HTTP API alone and imports none of its packages:
// what it finds is what anybody could find from outside. A run makes an event
// of its own, imports a roster, pairs one operator to each gate and scans,
// either at a fixed rate (open loop: a scan is due when it is due, and waiting
// for a busy gate counts as latency) or as fast as the answers come (closed
// loop). Afterwards the audit reads the whole journal, recomputes its hash
// chain, folds it into the set of people inside and compares that with every answer that a gate
// was given, with the occupancy and with the list of who is inside. Any
// contradiction is named and the exit code is 1.
//
// The bench subcommand takes the same gates to measure throughput as ratios in one
// run on one machine, and the echo subcommand is the baseline that it compares with.
package main
