package main

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

func TestGrowthTableAndPlot(t *testing.T) {
	var all []Growth
	for _, store := range []string{"redis", "redis-cluster"} {
		for _, badges := range []int{10_000, 100_000, 1_000_000} {
			for _, servers := range growthServers {
				all = append(all, Growth{Store: store, Badges: badges, Servers: servers, P50: 1, P99: float64(servers) * 2.5, ServerCPU: 75, RedisCPU: 90, PerServer: 60, Redis: 70})
			}
		}
	}
	table := string(growthTable(all, &bench{gates: 64, rounds: 3, span: time.Second}))
	if !strings.Contains(table, "| redis-cluster | 1000000 | 16 | 1024 | 1.0 | 40.0 | 75 | 90 | 60 | 70 |\n") {
		t.Errorf("no row of the last measurement:\n%s", table)
	}
	var plot struct {
		Lines []struct {
			Points string `xml:"points,attr"`
		} `xml:"polyline"`
	}
	if err := xml.Unmarshal(growthPlot(all), &plot); err != nil {
		t.Fatal(err)
	}
	if len(plot.Lines) != 6 {
		t.Errorf("%d lines", len(plot.Lines))
	}
	for _, l := range plot.Lines {
		if n := len(strings.Fields(l.Points)); n != 3 {
			t.Errorf("%d points in %q", n, l.Points)
		}
	}
	if one := growthPlot(all[:1]); strings.Contains(string(one), "NaN") || strings.Contains(string(one), "Inf") {
		t.Error("a single measurement can't be drawn")
	}
}

func TestReadFigure(t *testing.T) {
	out := []byte("  measured in the browser                    bar\n  code in view to verdict, median of 5  18 ms    under 400 ms\n  scripts before the first scan, gzip  39.9 KB  at most 60 KB\n")
	if ms, err := readFigure(out, verdictFigure); err != nil || ms != 18 {
		t.Errorf("got %g, %v", ms, err)
	}
	if kb, err := readFigure(out, scriptsFigure); err != nil || kb != 39.9 {
		t.Errorf("got %g, %v", kb, err)
	}
	if _, err := readFigure([]byte("1 passed"), scriptsFigure); err == nil {
		t.Error("a figure that was not printed is read")
	}
}
