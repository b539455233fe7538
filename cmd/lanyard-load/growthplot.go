package main

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"strings"
)

// growthTable is the measurements in Markdown with the plot above them.
func growthTable(all []Growth, b *bench) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# How latency and memory grow\n\nWritten by `make bench-growth`: %d scans a second in all for %d times %v (the median of these) on %s with %d cores, which servers, Redis and gates share. "+
		"Each server has %d gates connected; a cluster has three masters. Processor time is told apart, as what else the machine does changes it little. Load averages at the end, of this and of all else that the machine did: %s.\n\n![p99 by badges on record](growth.svg)\n\n", scaleRate, min(b.rounds, growthRounds), b.span, processorName(), runtime.NumCPU(), b.gates, loadAverages())
	out.WriteString("| store | badges | servers | gates | p50 ms | p99 ms | µs a scan, servers | µs a scan, Redis | MB a server | MB Redis |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, g := range all {
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %.1f | %.1f | %.0f | %.0f | %.0f | %.0f |\n", g.Store, g.Badges, g.Servers, g.Servers*b.gates, g.P50, g.P99, g.ServerCPU, g.RedisCPU, g.PerServer, g.Redis)
	}
	return out.Bytes()
}

// growthPlot draws p99 over badges, one line for each store and number of
// servers, both axes logarithmic.
func growthPlot(all []Growth) []byte {
	const left, top, width, height = 60.0, 20.0, 420.0, 240.0
	low, high, fewest, most := math.Inf(1), 1.0, math.Inf(1), 1.0
	for _, g := range all {
		low, high = min(low, max(g.P99, 0.1)), max(high, g.P99)
		fewest, most = min(fewest, float64(g.Badges)), max(most, float64(g.Badges))
	}
	bottom, ceiling := math.Floor(math.Log10(min(low, high))), math.Ceil(math.Log10(high)+1e-9)
	if ceiling == bottom {
		ceiling++
	}
	x := func(badges int) float64 {
		if most == fewest {
			return left + width/2
		}
		return left + width*math.Log10(float64(badges)/fewest)/math.Log10(most/fewest)
	}
	y := func(ms float64) float64 {
		return top + height*(ceiling-math.Log10(max(ms, 0.1)))/(ceiling-bottom)
	}
	var out bytes.Buffer
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 310" font-family="sans-serif" font-size="12">` + "\n" +
		`<rect width="660" height="310" fill="#fff"/>` + "\n")
	for e := bottom; e <= ceiling; e++ {
		at := y(math.Pow(10, e))
		fmt.Fprintf(&out, `<line x1="%.0f" x2="%.0f" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%.0f" y="%.1f" text-anchor="end">%g ms</text>`+"\n", left, left+width, at, at, left-6, at+4, math.Pow(10, e))
	}
	for badges := fewest; badges <= most; badges *= 10 {
		fmt.Fprintf(&out, `<text x="%.1f" y="%.0f" text-anchor="middle">%.0f</text>`+"\n", x(int(badges)), top+height+18, badges)
	}
	fmt.Fprintf(&out, `<text x="%.0f" y="%.0f" text-anchor="middle">badges on record; p99 of a scan</text>`+"\n", left+width/2, top+height+38)
	colours := map[int]string{1: "#1b6e3c", 4: "#1f5fa8", 16: "#a8321f"}
	row := 0
	for _, store := range []string{"redis", "redis-cluster"} {
		for _, servers := range growthServers {
			var points string
			for _, g := range all {
				if g.Store == store && g.Servers == servers {
					points += fmt.Sprintf("%.1f,%.1f ", x(g.Badges), y(g.P99))
				}
			}
			dashes := ""
			if store == "redis-cluster" {
				dashes = ` stroke-dasharray="6 4"`
			}
			fmt.Fprintf(&out, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"%s/>`+"\n", points, colours[servers], dashes)
			at := top + 10 + 20*float64(row)
			fmt.Fprintf(&out, `<line x1="500" x2="524" y1="%.0f" y2="%.0f" stroke="%s" stroke-width="2"%s/><text x="530" y="%.0f">%s, %d</text>`+"\n", at, at, colours[servers], dashes, at+4, store, servers)
			row++
		}
	}
	fmt.Fprintf(&out, `<text x="500" y="%.0f" fill="#555">store, servers</text>`+"\n</svg>\n", top+20+20*float64(row))
	return out.Bytes()
}

// loadAverages of one, five and fifteen minutes.
func loadAverages() string {
	fields := strings.Fields(firstLine("/proc/loadavg"))
	if len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], ", ")
}
