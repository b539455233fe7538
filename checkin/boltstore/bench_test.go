package boltstore_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/boltstore"
)

// BenchmarkOpen starts with 100,000 people and a million scans in the journal:
// after a clean stop, after a kill at the worst moment, with a new snapshot due,
// and from the journal alone.
func BenchmarkOpen(b *testing.B) {
	const rows, crowd = 1_000_000, 100_000
	dir, killed := b.TempDir(), b.TempDir()
	s, err := boltstore.Open(dir, boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	e := newExpo(b, s, crowd)
	for from := 0; from < rows; from += 500 {
		e.scan(b, from, from+500)
		if from == 895_000 { // 99,999 rows are in no snapshot at the most
			waitForFold(b, dir)
			copyStore(b, dir, killed)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	copyFile(b, filepath.Join(dir, "lanyard.db"), filepath.Join(killed, "lanyard.db")) // with the early snapshot beside it
	file, err := os.Stat(filepath.Join(dir, "lanyard.db"))
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name, dir string
		prepare   func()
	}{
		{"stopped", dir, func() {}},
		{"killed", killed, func() {}},
		{"journal", dir, func() { os.RemoveAll(filepath.Join(dir, "folds")) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var cpu time.Duration
			for b.Loop() {
				b.StopTimer()
				bench.prepare()
				runtime.GC()
				before := processorTime()
				b.StartTimer()
				s, err := boltstore.Open(bench.dir, boltstore.Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				cpu += processorTime() - before
				if seq, err := s.Seq(background, "expo"); err != nil || seq < rows {
					b.Fatalf("%d rows, %v", seq, err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(file.Size())/rows, "file-B/scan")
		})
	}
}

// expo is an event of a size.
type expo struct {
	store  checkin.Store
	badges []string
}

var doors = []string{"north", "east", "south", "west"}

// newExpo makes an event with so many people, who have badges.
func newExpo(tb testing.TB, s checkin.Store, people int) *expo {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	start := time.Date(2026, 11, 7, 1, 0, 0, 0, time.UTC)
	records := []checkin.Record{
		checkin.NewRecord(badge.Event{ID: "expo", Name: badge.Text{"en": "Expo"}, TimeZone: "Asia/Shanghai", StartsAt: start, EndsAt: start.AddDate(0, 0, 2), Locale: "en"}),
		checkin.NewRecord(badge.Category{ID: "delegate", Name: badge.Text{"en": "Delegate"}, Code: "d"}),
		checkin.NewRecord(badge.Key{ID: "k1", Status: badge.KeyActive, Public: make([]byte, 32)}),
	}
	for _, d := range doors {
		records = append(records, checkin.NewRecord(checkin.Venue{ID: d + "-hall", Name: badge.Text{"en": d}, Reentry: checkin.Free}),
			checkin.NewRecord(checkin.Gate{ID: d, Venue: d + "-hall", Name: badge.Text{"en": d}, Direction: checkin.Both}))
	}
	by := checkin.Stamp{At: start, Operator: "ada"}
	_, err := s.Configure(background, "expo", checkin.Change{Stamp: by, Put: records})
	must(err)
	e := &expo{store: s}
	for from := 0; from < people; from += 1000 {
		var put []checkin.PutAttendee
		var issue []checkin.Issue
		for i := from; i < min(from+1000, people); i++ {
			id := fmt.Sprintf("p%010d", i)
			put = append(put, checkin.PutAttendee{Attendee: badge.Attendee{ID: id, Ref: fmt.Sprint("R-", i), Name: fmt.Sprintf("Person %d of many", i),
				Organization: fmt.Sprintf("Institute %d", i%997), Delegation: fmt.Sprintf("Province %d", i%31), Category: "delegate"}})
			v := badge.Badge{ID: badge.NewID(), Attendee: id, Category: "delegate", Code: "d", Link: badge.NewLink(), Key: "k1",
				Digest: badge.Digest(id), ValidFrom: &start, ValidUntil: start.AddDate(0, 0, 3), IssuedAt: start}
			issue, e.badges = append(issue, checkin.Issue{Badge: v}), append(e.badges, v.ID)
		}
		_, err := s.PutAttendees(background, "expo", by, put)
		must(err)
		_, err = s.Issue(background, "expo", by, issue)
		must(err)
	}
	return e
}

// reading is the n-th scan: everybody enters a hall, then everybody leaves it,
// and so on with the next.
func (e *expo) reading(n int) checkin.Scan {
	who, round := n%len(e.badges), n/len(e.badges)
	at := time.Date(2026, 11, 7, 1, 0, 0, 0, time.UTC).Add(time.Duration(n) * 50 * time.Millisecond)
	dir := checkin.In
	if round%2 == 1 {
		dir = checkin.Out
	}
	return checkin.Scan{ID: fmt.Sprintf("5f0c7a52-93a3-4a3c-8b53-%012x", n), Gate: doors[(who+round/2)%len(doors)], Direction: dir,
		Content: badge.Digest(e.badges[who]), Badge: e.badges[who], Key: "k1", Now: at, At: at, Operator: "op-" + doors[who%len(doors)]}
}

// scan asks for the readings from … to-1.
func (e *expo) scan(tb testing.TB, from, to int) {
	list := make([]checkin.Scan, 0, to-from)
	for n := from; n < to; n++ {
		list = append(list, e.reading(n))
	}
	out, err := e.store.Scan(background, "expo", list)
	if err != nil {
		tb.Fatal(err)
	}
	for _, o := range out {
		if o.Err != nil || o.Answer.Result == checkin.Denied {
			tb.Fatalf("%+v, %v", o.Answer, o.Err)
		}
	}
}

// waitForFold waits until the snapshot that is being written is there.
func waitForFold(tb testing.TB, dir string) {
	tb.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		_, err := os.Stat(filepath.Join(dir, "folds", "expo.fold"))
		if left, _ := filepath.Glob(filepath.Join(dir, "folds", "new-*")); err == nil && len(left) == 0 {
			return
		}
	}
	tb.Fatal("no snapshot was taken")
}

func copyStore(tb testing.TB, from, to string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Join(to, "folds"), 0o700); err != nil {
		tb.Fatal(err)
	}
	for _, name := range []string{"lanyard.db", "folds/expo.fold"} {
		copyFile(tb, filepath.Join(from, name), filepath.Join(to, name))
	}
}

func copyFile(tb testing.TB, from, to string) {
	tb.Helper()
	in, err := os.Open(from)
	if err != nil {
		tb.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		tb.Fatal(err)
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSnapshot is how long scans take at 16 gates while a snapshot is made
// of a million scans again and again, against the same without snapshots,
// in turn.
func BenchmarkSnapshot(b *testing.B) {
	const rows, crowd, gates, each, rounds = 1_000_000, 100_000, 16, 1500, 3
	dir := b.TempDir()
	s, err := boltstore.Open(dir, boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	e := newExpo(b, s, crowd)
	for from := 0; from < rows; from += 500 {
		e.scan(b, from, from+500)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		took := map[string][]time.Duration{}
		next := rows
		for range rounds {
			for how, every := range map[string]uint64{"with": 10_000, "without": 1 << 60} {
				s, err := boltstore.Open(dir, boltstore.Options{FoldEvery: every})
				if err != nil {
					b.Fatal(err)
				}
				e.store = s
				e.scan(b, next, next+500) // warm
				next += 500
				runtime.GC()
				took[how] = append(took[how], e.latencies(b, next, gates, each)...)
				next += gates * each
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		}
		for how, list := range took {
			slices.Sort(list)
			for name, at := range map[string]int{"p50": len(list) / 2, "p99": len(list) * 99 / 100, "p99.9": len(list) * 999 / 1000, "max": len(list) - 1} {
				b.ReportMetric(float64(list[at].Microseconds())/1000, how+"-"+name+"-ms")
			}
		}
	}
}

// latencies of so many scans at each of some gates.
func (e *expo) latencies(tb testing.TB, first, gates, each int) []time.Duration {
	took := make([]time.Duration, gates*each)
	var wg sync.WaitGroup
	for g := range gates {
		wg.Go(func() {
			for i := range each {
				n := g*each + i
				before := time.Now()
				out, err := e.store.Scan(background, "expo", []checkin.Scan{e.reading(first + n)})
				took[n] = time.Since(before)
				if err != nil || out[0].Err != nil {
					tb.Errorf("%+v, %v", out, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return took
}
