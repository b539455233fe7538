// Package overload asks more of a server than it can serve: scans of far more
// gates than are decided at once, on a store that keeps pausing, and boards of
// which half never read. What is answered must be right; the rest must be told
// to come again, and afterwards everything must be as before.
//
// How fast things go is measured and printed, and decides nothing: machines
// differ. What decides is whether answers, rows and frames are right and nothing
// grows without bound.
package overload
