package redisstore

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
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
	warm := benchmarkScan(0, badges)
	warm.DryRun = true
	if _, err := s.Scan(context.Background(), id, []checkin.Scan{warm}); err != nil {
		b.Fatal(err)
	}
	e := s.event(id)
	p := e.plan.Load()
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
			v, err := scanScript.EvalSha(context.Background(), c, e.keys.scanScript, s.scanArgs(e, p, []checkin.Scan{scan})...).Slice()
			if err != nil || len(v) != 1 || v[0].([]any)[0] != int64(codeOK) {
				b.Errorf("%v, %v", v, err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scans/s")
}

// BenchmarkScript is what a scan costs Redis, in microseconds of its processor
// time, when so many come in one script: each at another one of 64 gates, four
// to a venue, as when a hall is busy.
func BenchmarkScript(b *testing.B) {
	const badges = 100_000
	url := benchmarkURL(b)
	s := open(b, url, Options{})
	b.Cleanup(func() { _ = s.Close() })
	id := benchmarkEvent(b, s, badges)
	ctx := context.Background()
	e := s.event(id)
	cfg, _, err := s.config(ctx, e)
	if err != nil {
		b.Fatal(err)
	}
	change := checkin.Change{Rev: cfg.Rev, Stamp: checkin.Stamp{At: time.Now().UTC(), Operator: "bench"}}
	for i := range gates {
		venue, gate := fmt.Sprintf("hall-%02d", i/4), fmt.Sprintf("gate-%02d", i)
		change.Put = append(change.Put, checkin.NewRecord(checkin.Venue{ID: venue, Reentry: checkin.Free}),
			checkin.NewRecord(checkin.Gate{ID: gate, Venue: venue, Direction: checkin.Both}),
			checkin.NewRecord(checkin.Operator{ID: gate, Role: checkin.GateStaff, Gates: []string{gate}, KeyHash: id + gate}))
	}
	if _, err := s.Configure(ctx, id, change); err != nil {
		b.Fatal(err)
	}
	n := int64(0)
	next := func() checkin.Scan {
		c := benchmarkScan(n, badges)
		c.Gate = fmt.Sprintf("gate-%02d", n%gates)
		c.Operator = c.Gate
		n++
		return c
	}
	for _, size := range []int{1, 8, 32, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			scans := make([]checkin.Scan, size)
			before := redisTime(b, s)
			for b.Loop() {
				for i := range scans {
					scans[i] = next()
				}
				for rest := scans; len(rest) > 0; {
					out, again, err := s.decide(ctx, e, rest)
					if err != nil || len(out) > 0 && out[0].Err != nil {
						b.Fatal(out, err)
					}
					if rest = rest[len(out):]; again != nil && again() != nil {
						b.Fatal("a gate's clock could not be learned")
					}
				}
			}
			reportTime(b, size, redisTime(b, s)-before)
		})
	}
}

// BenchmarkScriptFloor is what the writes alone cost that no scan can do without,
// in a script that decides nothing: a row, the remembered answer, the place and
// the set of those inside, as many in one script and as durable as in BenchmarkScript.
func BenchmarkScriptFloor(b *testing.B) {
	s := open(b, benchmarkURL(b), Options{})
	b.Cleanup(func() { _ = s.Close() })
	ctx := context.Background()
	script := redis.NewScript(`
		local rows, scans, places, n = {}, {}, {}, tonumber(ARGV[1])
		for i = 2, #ARGV, 3 do
			local seq = string.format('%d', n + i)
			redis.call('XADD', KEYS[1], seq .. '-0', 'r', ARGV[i])
			scans[#scans + 1], scans[#scans + 2] = ARGV[i + 1], seq
			places[#places + 1], places[#places + 2] = ARGV[i + 2], ARGV[1]
		end
		redis.call('HSET', KEYS[2], unpack(scans))
		redis.call('HSET', KEYS[3], unpack(places))
		for i = 2, #places, 2 do places[i - 1], places[i] = places[i], places[i - 1] end
		for i = 1, #places, 8 do redis.call('ZADD', KEYS[4] .. i, unpack(places, i, math.min(i + 7, #places))) end
		redis.call('HSET', KEYS[5], 'seq', ARGV[1])
		return rows`)
	row := strings.Repeat("r", 400)
	n := 0
	for _, size := range []int{1, 8, 32, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			before := redisTime(b, s)
			for b.Loop() {
				args := make([]any, 1, 1+3*size)
				for range size {
					args = append(args, row, uuid.NewString(), fmt.Sprintf("b%010d", n))
					n++
				}
				args[0] = n * 10
				if err := script.Run(ctx, s.client, []string{"floor:a", "floor:b", "floor:c", "floor:d", "floor:e"}, args...).Err(); err != nil {
					b.Fatal(err)
				}
			}
			reportTime(b, size, redisTime(b, s)-before)
		})
	}
}

// reportTime says what a scan cost of those that a benchmark sent so many at once.
func reportTime(b *testing.B, size int, took time.Duration) {
	b.ReportMetric(float64(took.Microseconds())/float64(b.N*size), "redis-µs/scan")
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*size), "µs/scan")
	b.ReportMetric(0, "ns/op")
}

// redisTime is the processor time that the server has used so far.
func redisTime(b *testing.B, s *Store) time.Duration {
	b.Helper()
	info, err := s.client.Info(context.Background(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	var total time.Duration
	for _, name := range []string{"used_cpu_sys:", "used_cpu_user:"} {
		_, text, _ := strings.Cut(info, name)
		text, _, _ = strings.Cut(text, "\r")
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil {
			b.Fatal(err)
		}
		total += time.Duration(seconds * 1e9)
	}
	return total
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
