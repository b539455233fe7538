// Package planted is a small gate server that can be given one bug at a time.
// It speaks as much of Lanyard's HTTP API as the checker needs, keeps everything in
// memory, and without a bug it is right. With one it is wrong in the way in which
// such servers usually are, under concurrency that is real.
package planted

// Bug that a server has.
type Bug string

// The bugs.
const (
	None             Bug = ""
	CheckBeforeLock  Bug = "checks before it locks"
	ReplayAfterRules Bug = "looks a replay up after the rules"
	Counter          Bug = "counts instead of keeping a set"
	LostUndo         Bug = "acknowledges an undo and loses it"
	OffByOne         Bug = "lets one more in than the capacity"
	Forgetful        Bug = "forgets a scan id after a while"
	CachedRevocation Bug = "looks at a cached revocation"
	LostWrite        Bug = "loses a write after it was acknowledged"
	CachedCapacity   Bug = "looks at a cached capacity"
	BothSides        Bug = "forgets that venues exclude each other"
	Twins            Bug = "runs the same scan twice when it comes twice at once"
	RashUndo         Bug = "undoes what was superseded"
	ReusedID         Bug = "takes a scan id for another badge"
)

// Bugs are all of them.
var Bugs = []Bug{CheckBeforeLock, ReplayAfterRules, Counter, LostUndo, OffByOne, Forgetful, CachedRevocation, LostWrite,
	CachedCapacity, BothSides, Twins, RashUndo, ReusedID}
