package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"lanyard/cmd/internal/rig"
)

// Board is one screen that follows the live feed: when it had which number.
type Board struct {
	seqs  []uint64 // journal positions of occupancy events, ascending
	at    []time.Time
	broke error
}

// Follow the feed until ctx ends. ready is called once the snapshot is there.
func (b *Board) Follow(ctx context.Context, s *rig.Service, path string, ready func()) {
	defer ready()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base.String()+path, nil)
	if err != nil {
		b.broke = err
		return
	}
	request.Header.Set("Authorization", "Bearer "+s.Key)
	request.Header.Set("Accept", "text/event-stream")
	answer, err := (&http.Client{Transport: &http.Transport{DisableCompression: true}}).Do(request)
	if err != nil {
		b.broke = err
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.broke = fmt.Errorf("GET %s: %s", path, answer.Status)
		return
	}
	if err := b.read(bufio.NewReaderSize(answer.Body, 16<<10), ready); ctx.Err() == nil {
		b.broke = fmt.Errorf("the feed ended: %w", err)
	}
}

// read server-sent events, of which only name and id matter here: the numbers
// behind them are what the audit checks.
func (b *Board) read(in *bufio.Reader, ready func()) error {
	var event, id []byte
	for {
		line, err := in.ReadSlice('\n')
		for err == bufio.ErrBufferFull { // a long data line
			_, err = in.ReadSlice('\n')
			line = nil
		}
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if value, ok := bytes.CutPrefix(line, []byte("event:")); ok {
			event = append(event[:0], bytes.TrimSpace(value)...)
		} else if value, ok := bytes.CutPrefix(line, []byte("id:")); ok {
			id = append(id[:0], bytes.TrimSpace(value)...)
		} else if len(line) == 0 {
			switch string(event) {
			case "snapshot":
				ready()
			case "occupancy":
				seq, err := strconv.ParseUint(string(id), 10, 64)
				if err != nil {
					return fmt.Errorf("an occupancy event has id %q", id)
				}
				b.seqs, b.at = append(b.seqs, seq), append(b.at, time.Now())
			}
			event = event[:0]
		}
	}
}

// Delays are the times from when each admitted scan was sent, which is before
// it was committed, until the board had a number that includes it. A scan that
// never got there is missing.
func (b *Board) Delays(answers []Answered) (delays []time.Duration, missing int) {
	for i := range answers {
		a := &answers[i]
		if a.Result != "admitted" || a.Replayed {
			continue
		}
		at, _ := slices.BinarySearch(b.seqs, a.Seq)
		if at == len(b.seqs) {
			missing++
			continue
		}
		delays = append(delays, b.at[at].Sub(a.Sent))
	}
	return delays, missing
}

// audience is how many boards watch how many scans a second.
type audience struct{ boards, rate int }

var (
	// fewBoards are those of a conference; the contract has a bar for them.
	fewBoards = audience{200, 500}
	// manyBoards are those of an expo in its worst minutes; nobody has promised
	// anything for them.
	manyBoards = audience{1000, 250}
)

// boards measures how long a scan takes to the numbers of every connected
// board.
func (b *bench) boards(ctx context.Context) error {
	for _, store := range []string{"bolt", "redis"} {
		t, err := b.target(ctx, store)
		if err != nil {
			return err
		}
		err = b.boardsOn(ctx, t, fewBoards, func(p99s []float64, detail string) {
			b.add(NewBenchRow("p99 in ms from scan to board, "+t.Store, 150, lower, p99s, detail))
		})
		if err == nil {
			err = b.boardsOn(ctx, t, manyBoards, func(p99s []float64, detail string) {
				p99, spread := Median(p99s)
				b.beyond = append(b.beyond, fmt.Sprintf("p99 from scan to board, %s: %.1f ms (spread %.1f over %d rounds); %s", t.Store, p99, spread, len(p99s), detail))
			})
		}
		t.Stop()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) boardsOn(ctx context.Context, t *Target, a audience, result func(p99s []float64, detail string)) error {
	scans := int(float64(a.rate) * b.span.Seconds() * float64(b.rounds+1))
	hall, err := MakeHall(ctx, t.Service, HallPlan{Gates: b.gates, Venues: min(4, b.gates), Attendees: scans/2 + 100})
	if err != nil {
		return err
	}
	var p99s, p50s []float64
	for round := range b.rounds {
		before, err := t.cpu()
		if err != nil {
			return err
		}
		delays, scans, err := a.watch(ctx, hall, b.span)
		if err != nil {
			return err
		}
		after, err := t.cpu()
		if err != nil {
			return err
		}
		l := NewLatencies(delays)
		b.note("%d boards on %s round %d: p50 %.1f ms, p99 %.1f ms, max %.1f ms", a.boards, t.Store, round+1, l.P50, l.P99, l.Max)
		b.note("  processor time, boards included: %s", after.less(before).each(scans))
		p50s, p99s = append(p50s, l.P50), append(p99s, l.P99)
	}
	p50, _ := Median(p50s)
	result(p99s, fmt.Sprintf("%d boards, %d scans/s, from when a scan is sent to the number that includes it; p50 %.1f ms", a.boards, a.rate, p50))
	return nil
}

// watch is one round of scans with every board connected. It gives the delays
// of each scan to each board, and how many scans there were.
func (a audience) watch(ctx context.Context, hall *Hall, span time.Duration) (all []time.Duration, scans int, err error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	boards := make([]Board, a.boards)
	var connected, done sync.WaitGroup
	for i := range boards {
		connected.Add(1)
		done.Go(func() { boards[i].Follow(watching, hall.Service, hall.path("/live"), sync.OnceFunc(connected.Done)) })
	}
	connected.Wait()
	o := Play(ctx, hall, Run{Mix: Mix{Fresh: 1}, Rate: float64(a.rate), Duration: span, Seed: 1})
	select { // the last numbers are on their way
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	stop()
	done.Wait()
	for i := range boards {
		if boards[i].broke != nil {
			return nil, 0, fmt.Errorf("board %d: %w", i+1, boards[i].broke)
		}
		delays, missing := boards[i].Delays(o.Answers)
		if missing > 0 || len(delays) == 0 {
			return nil, 0, fmt.Errorf("board %d never showed %d scans of %d", i+1, missing, len(o.Answers))
		}
		all = append(all, delays...)
	}
	return all, len(o.Answers), ctx.Err()
}
