package main

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// smallHeap is how much memory the program takes without being asked to
	// save: below it garbage is collected as Go sees fit.
	smallHeap = 176 << 20
	// headroom is how far beyond what lives a larger heap may grow between
	// collections. Go's own is 2; a roster is most of the heap and stays.
	headroom = 1.35
	// growth is by how many percent a small heap may grow between collections:
	// Go's own 100 collects three times as often, which takes a twentieth off the
	// scans that a processor serves.
	growth = 300
)

// boundMemory keeps the heap close to what lives in it until ctx ends: a
// soft limit that grows with the rosters, so that an import's garbage
// doesn't stay. GOMEMLIMIT and GOGC, where they are set, stand instead.
//
// The limit is set anew after each collection. Set any later it would hold a
// roster that is being read to what there was of it before, and the collector
// would run all the time.
func boundMemory(ctx context.Context, getenv func(string) string) {
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	if getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(growth))
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	defer debug.SetMemoryLimit(math.MaxInt64)
	for {
		collected := make(chan struct{})
		runtime.AddCleanup(new([64]byte), func(done chan struct{}) { close(done) }, collected)
		metrics.Read(live)
		debug.SetMemoryLimit(max(smallHeap, int64(headroom*float64(live[0].Value.Uint64()))))
		select {
		case <-collected:
		case <-ctx.Done():
			return
		}
	}
}
