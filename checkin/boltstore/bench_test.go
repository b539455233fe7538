package boltstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

// BenchmarkScan is a scan on disk before it is answered, for one gate and for a
// hundred that scan at once.
func BenchmarkScan(b *testing.B) {
	for _, gates := range []int{1, 100} {
		b.Run(fmt.Sprintf("gates=%d", gates), func(b *testing.B) {
			s, err := boltstore.Open(b.TempDir(), boltstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			storetest.NewEvent(b, s, "expo")
			var n atomic.Int64
			scan := func() {
				out, err := s.Scan(background, "expo", []checkin.Scan{storetest.Reading(int(n.Add(1)))})
				if err != nil || out[0].Err != nil {
					b.Errorf("%+v, %v", out, err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			if gates == 1 {
				for range b.N {
					scan()
				}
			} else {
				b.SetParallelism((gates + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						scan()
					}
				})
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scans/s")
		})
	}
}

// BenchmarkOpen starts with a million scans in the journal, from the snapshot and
// from the journal alone.
func BenchmarkOpen(b *testing.B) {
	const rows = 1_000_000
	dir := b.TempDir()
	s, err := boltstore.Open(dir, boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	storetest.NewEvent(b, s, "expo")
	for from := 0; from < rows; from += 500 {
		scans(b, s, "expo", from, from+500)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(dir, "lanyard.db"))
	if err != nil {
		b.Fatal(err)
	}
	start := func(b *testing.B) {
		for b.Loop() {
			s, err := boltstore.Open(dir, boltstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		b.ReportMetric(float64(file.Size())/rows, "file-B/scan")
	}
	b.Run("snapshot", start)
	b.Run("journal", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			if err := os.RemoveAll(filepath.Join(dir, "folds")); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			s, err := boltstore.Open(dir, boltstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
}
