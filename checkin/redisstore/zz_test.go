package redisstore

import (
	"context"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/checkin"
)

func BenchmarkZZBatch(b *testing.B) {
	const badges = 500
	k, _ := strconv.Atoi(os.Getenv("ZZ"))
	s := open(b, benchmarkURL(b), Options{})
	b.Cleanup(func() { _ = s.Close() })
	id := benchmarkEvent(b, s, badges)
	var n atomic.Int64
	time.Sleep(time.Second)
	s.client.ConfigResetStat(context.Background())
	b.ResetTimer()
	for i := 0; i < b.N; i += k {
		var scans []checkin.Scan
		for range k {
			c := benchmarkScan(n.Add(1), badges)
			c.DryRun = os.Getenv("DRY") != ""
			scans = append(scans, c)
		}
		out, err := s.Scan(context.Background(), id, scans)
		if err != nil || out[0].Err != nil || out[0].Answer.Result == checkin.Denied {
			b.Fatalf("%+v, %v", out, err)
		}
	}
	b.StopTimer()
}
