package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// Figures of the browser's test, as it prints them.
var (
	verdictFigure = regexp.MustCompile(`(?m)^\s*code in view to verdict, median of \d+\s+(\d+) ms\b`)
	scriptsFigure = regexp.MustCompile(`(?m)^\s*scripts before the first scan, gzip\s+([0-9.]+) KB\b`)
)

// browser measures the scanner's page in Chromium with a local server, by the
// browser test that also holds it to its bars.
func (b *bench) browser(ctx context.Context) error {
	var verdicts, scripts []float64
	for round := range min(b.rounds, 3) {
		test := exec.CommandContext(ctx, "npx", "playwright", "test", "--config", "e2e/playwright.config.ts",
			"e2e/scan-speed.spec.ts", "-g", "from a code in view")
		test.Dir = "web"
		out, err := test.CombinedOutput()
		if err != nil {
			return fmt.Errorf("the browser test, which needs a checkout, make build and Chromium: %w: %s", err, out)
		}
		verdict, err := readFigure(out, verdictFigure)
		if err != nil {
			return err
		}
		weight, err := readFigure(out, scriptsFigure)
		if err != nil {
			return err
		}
		b.note("browser round %d: %.0f ms from code to verdict, %.1f KB of scripts", round+1, verdict, weight)
		verdicts, scripts = append(verdicts, verdict), append(scripts, weight)
	}
	b.add(NewBenchRow("ms from a code in view to the verdict", 400, lower, verdicts, "median of 5 badges in Chromium with a fake camera and a local server"))
	b.add(NewBenchRow("KB of scripts before the scanner scans", 60, lower, scripts, "gzip, without wasm"))
	return nil
}

func readFigure(out []byte, figure *regexp.Regexp) (float64, error) {
	m := figure.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("the browser test printed no %q: %s", figure, out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
