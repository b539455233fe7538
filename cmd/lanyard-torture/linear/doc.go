// Package linear holds Lanyard to the rules of its gates as one event after
// the other, whatever happened meanwhile to servers, stores and connections.
//
// A crowd of clients scans over HTTP and records what it asked, what it was told and when. A
// nemesis kills, pauses and cuts. Afterwards porcupine looks for an order of
// the operations that fits both the clock and the rules in model.go, which are
// written from the description of the rules and share nothing with the program.
// The seq that every answer carries leaves few orders to try.
//
// An operation whose answer never came is settled by the journal: with a row
// it happened at some time after it was sent, without one it never did. The journal
// itself is checked too: no gap, an unbroken chain, every acknowledged answer in
// it exactly once, and its fold is who is inside.
//
// The checker is proved by package planted: a small gate server with bugs
// planted into it, each of which must be convicted.
package linear
