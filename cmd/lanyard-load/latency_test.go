package main

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	times := func(n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(i+1)*time.Millisecond)
		}
		return all
	}
	tests := []struct {
		n    int
		p    float64
		want time.Duration
	}{
		{0, 99, 0}, {1, 50, 1}, {1, 99, 1}, {2, 50, 1}, {2, 51, 2}, {4, 50, 2}, {5, 50, 3},
		{100, 50, 50}, {100, 95, 95}, {100, 99, 99}, {100, 100, 100}, {100, 0, 1}, {101, 99, 100}, {1000, 99, 990}, {10, 99, 10},
	}
	for _, test := range tests {
		if got := Percentile(times(test.n), test.p); got != test.want*time.Millisecond {
			t.Errorf("percentile %g of 1 to %d ms is %s, not %d ms", test.p, test.n, got, test.want)
		}
	}
}

func TestNewLatencies(t *testing.T) {
	var times []time.Duration
	for i := 200; i > 0; i-- {
		times = append(times, time.Duration(i)*time.Millisecond)
	}
	if got, want := NewLatencies(times), (Latencies{100, 190, 198, 200}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMedian(t *testing.T) {
	tests := []struct {
		values         []float64
		median, spread float64
	}{
		{nil, 0, 0}, {[]float64{3}, 3, 0}, {[]float64{3, 1}, 2, 2}, {[]float64{5, 1, 2}, 2, 4}, {[]float64{4, 1, 3, 2}, 2.5, 3},
	}
	for _, test := range tests {
		if m, s := Median(test.values); m != test.median || s != test.spread {
			t.Errorf("median and spread of %v are %g and %g, not %g and %g", test.values, m, s, test.median, test.spread)
		}
	}
}
