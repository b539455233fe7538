package main

import (
	"bufio"
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"lanyard/cmd/internal/rig"
)

func TestBenchRow(t *testing.T) {
	up := NewBenchRow("a", 0.25, higher, []float64{0.3, 0.2, 0.24}, "")
	down := NewBenchRow("b", 4, lower, []float64{3, 5}, "")
	if up.Ratio != 0.24 || up.Reached() || up.Spread != 0.1 || up.Rounds != 3 {
		t.Errorf("got %+v", up)
	}
	if down.Ratio != 4 || !down.Reached() {
		t.Errorf("got %+v", down)
	}
}

func TestParseBenchRate(t *testing.T) {
	const out = "goos: linux\nBenchmarkScriptRawOther-2  10  1 ns/op\nBenchmarkScriptRaw-2   \t   30000\t     50000 ns/op\t12 B/op\nPASS\n"
	if rate, err := parseBenchRate(out, "BenchmarkScriptRaw"); err != nil || rate != 20_000 {
		t.Errorf("got %g, %v", rate, err)
	}
	if _, err := parseBenchRate("PASS\n", "BenchmarkScriptRaw"); err == nil {
		t.Error("no benchmark is taken for one")
	}
}

func TestBenchUsage(t *testing.T) {
	for _, args := range []string{"--rows nonsense", "--rounds 0", "--span 1h", "--nonsense"} {
		if code := run(context.Background(), append([]string{"bench"}, strings.Fields(args)...), new(bytes.Buffer), new(bytes.Buffer)); code != exitUsage {
			t.Errorf("%q ends with %d", args, code)
		}
	}
}

func TestBoardReadsTheFeed(t *testing.T) {
	feed := "event: snapshot\nid: 4\ndata: " + strings.Repeat("x", 100_000) + "\n\n" +
		": heartbeat\n\n" +
		"id: 6\nevent: scan\ndata: {}\n\n" +
		"event: occupancy\r\nid: 7\r\ndata: {}\r\n\r\n" +
		"event: occupancy\nid: 9\ndata: {}\n\n"
	var b Board
	snapshots := 0
	b.read(bufio.NewReaderSize(strings.NewReader(feed), 4096), func() { snapshots++ })
	if snapshots != 1 || len(b.seqs) != 2 || b.seqs[0] != 7 || b.seqs[1] != 9 {
		t.Errorf("%d snapshots, occupancy at %v", snapshots, b.seqs)
	}
	if err := b.read(bufio.NewReader(strings.NewReader("event: occupancy\n\n")), func() {}); b.seqs[len(b.seqs)-1] != 9 || err == nil {
		t.Errorf("an event without a position is taken: %v", err)
	}
}

// A scan is on a board with the first number at or after its row.
func TestBoardDelays(t *testing.T) {
	start := time.Now()
	after := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	b := Board{seqs: []uint64{5, 8, 8, 12}, at: []time.Time{after(10), after(30), after(40), after(90)}}
	answers := []Answered{
		{Result: "admitted", Seq: 5, Sent: after(1)},
		{Result: "admitted", Seq: 6, Sent: after(5)},
		{Result: "denied", Seq: 7, Sent: after(6)},
		{Result: "admitted", Seq: 8, Sent: after(8)},
		{Result: "admitted", Seq: 8, Sent: after(9), Replayed: true},
		{Result: "admitted", Seq: 13, Sent: after(50)},
	}
	delays, missing := b.Delays(answers)
	if missing != 1 || len(delays) != 3 || delays[0] != 9*time.Millisecond || delays[1] != 25*time.Millisecond || delays[2] != 22*time.Millisecond {
		t.Errorf("delays %v, %d missing", delays, missing)
	}
}

func TestEchoBaseline(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	read, write := newLinePipe()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"echo"}, write, new(bytes.Buffer)) }()
	line := <-read
	base := line[strings.Index(line, "http://"):strings.LastIndex(line, `"`)]
	service, err := rig.NewService(base, "none")
	if err != nil {
		t.Fatal(err)
	}
	w := NewWire(service.Base)
	defer w.Close()
	status, body, err := w.Post(RequestHead(service.Base, "/api/v1/events/x/scans", "k"), []byte(`{"scan_id":"x"}`))
	if err != nil || status != 200 || strings.TrimSpace(string(body)) != `{"ok":true}` {
		t.Errorf("got %d %q %v", status, body, err)
	}
	cancel()
	if code := <-ended; code != exitDone {
		t.Errorf("echo ends with %d", code)
	}
}

// linePipe hands on each write as a string.
type linePipe chan string

func newLinePipe() (linePipe, linePipe) { p := make(linePipe, 8); return p, p }

func (p linePipe) Write(b []byte) (int, error) { p <- string(b); return len(b), nil }
