package checkin

import (
	"context"
	"sync"
	"testing"
)

// streaming is a store whose journal goes on by itself.
type streaming struct {
	Store
	rows chan []Row
}

func (s streaming) Follow(ctx context.Context, _ string, _ uint64, fn func([]Row) error) error {
	for {
		select {
		case rows := <-s.rows:
			if err := fn(rows); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// BenchmarkFanOut carries a row to each of a thousand boards.
func BenchmarkFanOut(b *testing.B) {
	const boards, together = 1000, 64
	h := newHall(b)
	s := streaming{h.store, make(chan []Row)}
	d := NewDesk(s, DeskOptions{})
	defer d.Close()
	d.Hub().round = 0 // as fast as boards read
	var coming, reading, behind sync.WaitGroup
	feeds := make([]*screen, boards)
	for i := range feeds {
		coming.Go(func() { // together they share a snapshot
			f, err := watching(d.Hub().Subscribe(h.ctx, here, nil))
			if err != nil {
				b.Error(err)
				return
			}
			feeds[i] = f
		})
	}
	if coming.Wait(); b.Failed() {
		b.FailNow()
	}
	first := next(b, feeds[0]).ID
	for _, f := range feeds {
		reading.Go(func() {
			for fr, ok := f.frame(); ok; fr, ok = f.frame() {
				if fr.Event == FrameScan {
					behind.Done()
				}
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; {
		rows := make([]Row, min(together, b.N-n))
		for i := range rows {
			n++
			rows[i] = Row{Seq: first + uint64(n), Kind: KindScan, Venue: "main", Gate: "north", Direction: In, Result: Admitted, At: h.start, RecordedAt: h.start}
		}
		behind.Add(len(rows) * boards)
		s.rows <- rows
		behind.Wait()
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)*boards/b.Elapsed().Seconds(), "frames/s")
	for _, f := range feeds {
		f.Close()
	}
	reading.Wait()
}
