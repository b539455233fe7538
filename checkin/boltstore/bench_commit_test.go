package boltstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

// BenchmarkScan is a scan on disk before it is answered, for one gate and for
// many that scan at once, against a loop on the same disk in the same moments
// that does nothing but write a page and sync it.
func BenchmarkScan(b *testing.B) {
	for _, gates := range []int{1, 16, 64, 128} {
		b.Run(fmt.Sprintf("gates=%d", gates), func(b *testing.B) {
			dir := b.TempDir()
			s, err := boltstore.Open(dir, boltstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			storetest.NewEvent(b, s, "expo")
			bare := newSyncLoop(b, dir)
			var n atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			var scanning, cpu time.Duration
			for left := b.N; left > 0; {
				some := min(left, 50*gates)
				left -= some
				began, used := time.Now(), processorTime()
				var wg sync.WaitGroup
				for g := range gates {
					wg.Go(func() {
						for range some/gates + min(1, max(0, some%gates-g)) {
							out, err := s.Scan(background, "expo", []checkin.Scan{storetest.Reading(int(n.Add(1)))})
							if err != nil || out[0].Err != nil {
								b.Errorf("%+v, %v", out, err)
							}
						}
					})
				}
				wg.Wait()
				scanning, cpu = scanning+time.Since(began), cpu+processorTime()-used
				b.StopTimer()
				bare.run(b, 50)
				b.StartTimer()
			}
			b.StopTimer()
			perSync := bare.took / time.Duration(bare.syncs)
			b.ReportMetric(float64(b.N)/scanning.Seconds(), "scans/s")
			b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/scan")
			b.ReportMetric(float64(time.Second)/float64(perSync), "syncs/s")
			b.ReportMetric(float64(b.N)/scanning.Seconds()*perSync.Seconds(), "scans/sync")
		})
	}
}

// syncLoop writes the same pages again and again, each synced.
type syncLoop struct {
	file  *os.File
	page  [4096]byte
	took  time.Duration
	syncs int
}

func newSyncLoop(b *testing.B, dir string) *syncLoop {
	f, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	l := &syncLoop{file: f}
	l.run(b, 64) // the pages are there
	l.took, l.syncs = 0, 0
	return l
}

func (l *syncLoop) run(b *testing.B, n int) {
	began := time.Now()
	for range n {
		l.page[0]++
		if _, err := l.file.WriteAt(l.page[:], int64(l.syncs%64)*int64(len(l.page))); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(l.file.Fd())); err != nil {
			b.Fatal(err)
		}
		l.syncs++
	}
	l.took += time.Since(began)
}
