// Lanyard-torture proves from outside that Lanyard is correct under faults.
//
// It runs parts one after the other, each for the same time and from the same
// seed, and ends with a table: what was injected, what was asked and
// acknowledged, and what was lost, doubled, over capacity or wrong, which must
// all be zero. Parts that check with a checker of their own first prove the
// checker: bugs planted into a deliberately wrong server must all be convicted.
// Any violation makes the exit code 1 and is shown with the seed.
//
// A new part is a function of type part.Func in a package below this one and
// a line in parts.go.
package main
