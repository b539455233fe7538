package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"runtime"
	"time"

	"lanyard/cmd/internal/rig"
)

// roster measures how long it takes until a whole roster is imported, issued and
// stored, against as many bare signatures on one core, and then the server's
// memory with that roster on record and gates scanning.
func (b *bench) roster(ctx context.Context) error {
	for _, store := range []string{"bolt", "redis"} {
		if err := b.rosterOn(ctx, store); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) rosterOn(ctx context.Context, store string) error {
	var ratios, imports, signings, memories, peaks, searched []float64
	for round := range min(b.rounds, 3) {
		signing, err := signBare(b.attendees)
		if err != nil {
			return err
		}
		imported, memory, typing, err := b.importOnce(ctx, store)
		if err != nil {
			return err
		}
		b.note("roster of %d on %s round %d: imported and issued in %.2f s, bare signatures %.2f s, memory %.0f MB (peak %.0f MB), search p50 %.1f ms, max %.1f ms",
			b.attendees, store, round+1, imported.Seconds(), signing.Seconds(), megabytes(memory.Now), megabytes(memory.Peak), typing.P50, typing.Max)
		searched = append(searched, typing.P50)
		ratios = append(ratios, imported.Seconds()/signing.Seconds())
		imports, signings = append(imports, imported.Seconds()), append(signings, signing.Seconds())
		memories, peaks = append(memories, megabytes(memory.Now)), append(peaks, megabytes(memory.Peak))
	}
	i, _ := Median(imports)
	s, _ := Median(signings)
	p, _ := Median(peaks)
	b.add(NewBenchRow("import and issue / bare Ed25519, "+store, 4, lower, ratios,
		fmt.Sprintf("%d attendees: %.2f s / %.2f s on one of %d cores", b.attendees, i, s, runtime.NumCPU())))
	b.add(NewBenchRow("server's memory in MB, "+store, 250, lower, memories,
		fmt.Sprintf("resident with %d attendees after the import and %s of scans; at its highest %.0f MB", b.attendees, b.span, p)))
	b.add(NewBenchRow("ms of a search while typing, "+store, 30, lower, searched,
		fmt.Sprintf("median over what is typed letter by letter, over HTTP, %d attendees", b.attendees)))
	return nil
}

// importOnce starts a server, makes one event of the whole roster, and lets
// gates scan in it before the memory is read.
func (b *bench) importOnce(ctx context.Context, store string) (time.Duration, rig.Memory, Latencies, error) {
	t, err := b.target(ctx, store)
	if err != nil {
		return 0, rig.Memory{}, Latencies{}, err
	}
	defer t.Stop()
	const tokens = 10_000 // listing the whole roster is no part of what is measured
	hall, err := MakeHall(ctx, t.Service, HallPlan{Gates: b.gates, Venues: min(4, b.gates), Attendees: b.attendees, Tokens: min(b.attendees, tokens)})
	if err != nil {
		return 0, rig.Memory{}, Latencies{}, err
	}
	Play(ctx, hall, Run{Mix: Mix{Fresh: 1}, Rate: 500, Duration: b.span, Seed: 1})
	memory, err := t.server.ReadMemory()
	if err != nil {
		return 0, memory, Latencies{}, err
	}
	times, err := hall.search(ctx)
	return hall.Imported, memory, NewLatencies(times), err
}

// signBare is the time for n signatures of the length of a badge's token, one
// after the other.
func signBare(n int) (time.Duration, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return 0, err
	}
	message := make([]byte, 110)
	rand.Read(message) // never fails, by contract of crypto/rand
	start := time.Now()
	for i := range n {
		message[0], message[1], message[2] = byte(i), byte(i>>8), byte(i>>16)
		ed25519.Sign(key, message)
	}
	return time.Since(start), nil
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
