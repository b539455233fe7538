package main

import (
	"slices"
	"time"
)

// Latencies are the times of some answers.
type Latencies struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// NewLatencies sorts the times in place.
func NewLatencies(times []time.Duration) Latencies {
	slices.Sort(times)
	return Latencies{
		P50: millis(Percentile(times, 50)),
		P95: millis(Percentile(times, 95)),
		P99: millis(Percentile(times, 99)),
		Max: millis(Percentile(times, 100)),
	}
}

// Percentile of ascending times by nearest rank: the least of them that at
// least p percent do not exceed. It is always one that was measured; none gives 0.
func Percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	exact := p / 100 * float64(len(sorted))
	rank := int(exact)
	if float64(rank) < exact {
		rank++
	}
	return sorted[min(max(rank, 1), len(sorted))-1]
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Median of values, and the distance from the least to the greatest of them.
func Median(values []float64) (median, spread float64) {
	if len(values) == 0 {
		return 0, 0
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	median = v[n/2]
	if n%2 == 0 {
		median = (v[n/2-1] + v[n/2]) / 2
	}
	return median, v[n-1] - v[0]
}
