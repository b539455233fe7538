package main

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// smallHeap is how far the heap grows without being asked to save, in bytes.
	smallHeap = 156 << 20
	// headroom is how far beyond what lives a larger heap may grow between
	// collections. Go's own is 2; a roster is most of the heap and stays.
	headroom = 1.45
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
// would run all the time. So it would if the limit left out what Go has in memory
// beside the heap, which counts towards it.
func boundMemory(ctx context.Context, getenv func(string) string) {
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	if getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(growth))
	}
	m := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	defer debug.SetMemoryLimit(math.MaxInt64)
	for {
		collected := make(chan struct{})
		runtime.AddCleanup(new([64]byte), func(done chan struct{}) { close(done) }, collected)
		metrics.Read(m)
		live, beside := m[0].Value.Uint64(), m[1].Value.Uint64()
		for _, heap := range m[2:] {
			beside -= heap.Value.Uint64()
		}
		debug.SetMemoryLimit(int64(beside) + max(smallHeap, int64(headroom*float64(live))))
		select {
		case <-collected:
		case <-ctx.Done():
			return
		}
	}
}
