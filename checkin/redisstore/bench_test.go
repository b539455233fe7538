package redisstore

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// The benchmarks start a server that syncs every write, unless
// LANYARD_TEST_REDIS=host:port names one that may be emptied.
func benchmarkURL(b *testing.B) string {
	if addr := os.Getenv("LANYARD_TEST_REDIS"); addr != "" {
		return "redis://" + addr
	}
	return redistest.Server(b, redistest.Durable)
}

// gates is how many scan at once in the benchmarks.
const gates = 64

// benchmarkEvent makes an event of one venue with so many badges.
func benchmarkEvent(b *testing.B, s *Store, badges int) string {
	b.Helper()
	ctx := context.Background()
	id := "bench-" + strconv.FormatInt(time.Now().UnixNano()%1e9, 10)
	now := time.Now().UTC().Truncate(time.Millisecond)
	by := checkin.Stamp{At: now, Operator: "bench"}
	_, err := s.Configure(ctx, id, checkin.Change{Stamp: by, Put: []checkin.Record{
		checkin.NewRecord(badge.Event{ID: id, TimeZone: "Asia/Shanghai"}),
		checkin.NewRecord(badge.Key{ID: "k1", Status: badge.KeyActive}),
		checkin.NewRecord(checkin.Venue{ID: "hall", Reentry: checkin.Free, Capacity: 1_000_000, AutoExitAt: "23:30",
			Categories: []string{"delegate"}, Hours: []checkin.Window{{From: "00:00", To: "24:00"}}}),
		checkin.NewRecord(checkin.Gate{ID: "north", Venue: "hall", Direction: checkin.Both}),
		checkin.NewRecord(checkin.Operator{ID: "gus", Role: checkin.GateStaff, Gates: []string{"north"}, KeyHash: id}),
	}})
	if err != nil {
		b.Fatal(err)
	}
	puts, issues := make([]checkin.PutAttendee, badges), make([]checkin.Issue, badges)
	for i := range puts {
		person := fmt.Sprintf("p%07d", i)
		puts[i] = checkin.PutAttendee{Attendee: badge.Attendee{ID: person, Ref: person, Name: "Delegate " + person,
			Organization: "An organization of ordinary length", Category: "delegate", Email: person + "@example.org"}}
		issues[i] = checkin.Issue{Badge: badge.Badge{ID: fmt.Sprintf("b%010d", i), Attendee: person, Code: "d", Link: badge.NewLink(), Key: "k1",
			ValidUntil: now.AddDate(0, 0, 30).Truncate(time.Second), IssuedAt: now, Digest: badge.NewLink()}}
	}
	start := time.Now()
	if _, err := s.PutAttendees(ctx, id, by, puts); err != nil {
		b.Fatal(err)
	}
	if _, err := s.Issue(ctx, id, by, issues); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d attendees and badges stored in %v", badges, time.Since(start).Round(time.Millisecond))
	b.Cleanup(func() {
		if err := s.DeleteEvent(ctx, id); err != nil {
			b.Error(err)
		}
	})
	return id
}

// benchmarkScan is a fresh scan: each badge goes in and out in turn.
func benchmarkScan(n int64, badges int) checkin.Scan {
	now := time.Now().UTC().Truncate(time.Millisecond)
	dir := checkin.In
	if n/int64(badges)%2 == 1 {
		dir = checkin.Out
	}
	return checkin.Scan{ID: uuid.NewString(), Gate: "north", Direction: dir, Content: "AAAAAAAAAAAAAAAAAAAAAA",
		Badge: fmt.Sprintf("b%010d", n%int64(badges)), Key: "k1", Now: now, At: now, Operator: "gus", Guarded: true}
}

func BenchmarkScan(b *testing.B) {
	const badges = 10_000
	s := open(b, benchmarkURL(b), Options{})
	b.Cleanup(func() { _ = s.Close() })
	id := benchmarkEvent(b, s, badges)
	var n atomic.Int64
	b.SetParallelism(gates / 2)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			out, err := s.Scan(context.Background(), id, []checkin.Scan{benchmarkScan(n.Add(1), badges)})
			if err != nil || out[0].Err != nil || out[0].Answer.Result == checkin.Denied {
				b.Errorf("%+v, %v", out, err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scans/s")
}

// BenchmarkScriptRaw is the rate of the same script, one scan at a time, by a
// bare client with as many callers: what BenchmarkScan is measured against.
func BenchmarkScriptRaw(b *testing.B) {
	const badges = 10_000
	url := benchmarkURL(b)
	s := open(b, url, Options{})
	b.Cleanup(func() { _ = s.Close() })
	id := benchmarkEvent(b, s, badges)
	k := newEventKeys(id)
	warm := benchmarkScan(0, badges)
	warm.DryRun = true
	if _, err := s.Scan(context.Background(), id, []checkin.Scan{warm}); err != nil {
		b.Fatal(err)
	}
	clock := s.event(id).clock("north")
	o, err := redis.ParseURL(url)
	if err != nil {
		b.Fatal(err)
	}
	o.PoolSize = gates
	c := redis.NewClient(o)
	defer c.Close()
	var n atomic.Int64
	b.SetParallelism(gates / 2)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			scan := benchmarkScan(n.Add(1), badges)
			v, err := scanScript.EvalSha(context.Background(), c, k.gateScript, scanArgs([]any{k.prefix, ""}, &scan, clock)...).Slice()
			if err != nil || len(v) != 1 || v[0].([]any)[0] != int64(codeOK) {
				b.Errorf("%v, %v", v, err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scans/s")
}

// BenchmarkStoreRoster stores attendees and gives each a badge.
func BenchmarkStoreRoster(b *testing.B) {
	s := open(b, benchmarkURL(b), Options{})
	b.Cleanup(func() { _ = s.Close() })
	b.ResetTimer()
	benchmarkEvent(b, s, b.N)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "badges/s")
}
