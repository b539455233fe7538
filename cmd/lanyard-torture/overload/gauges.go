package overload

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/cmd/internal/rig"
)

// gauges are what a server says of itself.
type gauges struct {
	goroutines, readers, underWay, refused int
	memory                                 int64 // bytes, resident
}

// read the figures of a server that answers.
func read(ctx context.Context, s *rig.Server) (g gauges, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/metrics", nil)
	if err != nil {
		return g, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return g, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	if err != nil {
		return g, err
	}
	wanted := map[string]*int{"go_goroutines": &g.goroutines, "lanyard_feed_readers": &g.readers,
		`lanyard_under_way{kind="scan"}`: &g.underWay, `lanyard_refused_total{kind="scan"}`: &g.refused}
	found := 0
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if into := wanted[name]; into != nil {
			f, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return g, fmt.Errorf("%s: %w", name, err)
			}
			*into = int(f)
			found++
		}
	}
	if found != len(wanted) {
		return g, fmt.Errorf("/metrics tells %d of %d figures", found, len(wanted))
	}
	m, err := s.Process().ReadMemory()
	g.memory = m.Now
	return g, err
}

// settled reads the figures until there are at most so many goroutines, for no
// longer than patience, and gives the last.
func settled(ctx context.Context, s *rig.Server, goroutines int, patience time.Duration) (g gauges, err error) {
	for until := time.Now().Add(patience); ; {
		if g, err = read(ctx, s); err != nil || g.goroutines <= goroutines || time.Now().After(until) {
			return g, err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return g, ctx.Err()
		}
	}
}

// p99 of what took so long, 0 of nothing.
func p99(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)*99/100]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

func mib(bytes int64) int64 { return bytes >> 20 }
