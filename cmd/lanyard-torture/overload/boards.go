package overload

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/crowd"
	"lanyard/cmd/lanyard-torture/part"
)

const (
	// boards are how many readers a server has, every second of which never reads.
	boards = 1000
	// busy is how many scans a second a large event has in its worst minutes.
	busy = 250
	// growth is what a server may need more for that many boards, stuck ones
	// included, in bytes.
	growth = boards * 512 << 10
)

// Boards compares scans at a server without readers and with many, half of
// them stuck: as many scans as a large event has, and as many as can be.
func Boards(ctx context.Context, p part.Plan) (t part.Tally, err error) {
	site, err := crowd.Open(ctx, p, rig.Serve{}, people, places)
	if err != nil {
		return t, err
	}
	defer site.Close()
	server, hall := site.Server, site.Hall
	calm, err := measure(ctx, site, busy, p.Duration/6)
	if err != nil {
		return t, err
	}
	calmFlatOut, err := measure(ctx, site, 0, p.Duration/6)
	if err != nil {
		return t, err
	}
	before, err := read(ctx, server)
	if err != nil {
		return t, err
	}

	audience, err := gather(ctx, site.Admin, hall.Event, boards)
	if err != nil {
		return t, err
	}
	defer audience.leave()
	t.Faults += boards / 2 // never read
	joined, err := read(ctx, server)
	if err != nil {
		return t, err
	}
	if joined.readers < boards {
		t.Convict(&t.WrongAnswers, "%d of %d boards are connected", joined.readers, boards)
	}
	most := watch(ctx, server)
	watched, err := measure(ctx, site, busy, p.Duration/3)
	if err != nil {
		return t, err
	}
	seen, err := audience.hear(hall.LastSeq())
	if err != nil {
		return t, err
	}
	watchedFlatOut, err := measure(ctx, site, 0, p.Duration/3)
	if err != nil {
		return t, err
	}
	end, err := audience.hear(hall.LastSeq())
	if err != nil {
		return t, err
	}
	highest := most()
	left, err := read(ctx, server)
	if err != nil {
		return t, err
	}
	audience.leave()
	after, err := settled(ctx, server, before.goroutines+spare, recovery)
	if err != nil {
		return t, err
	}
	hall.Count(&t)
	if err := hall.Audit(ctx, site.Admin, &t); err != nil {
		return t, err
	}
	switch {
	case end.Gaps > 0:
		t.Convict(&t.WrongAnswers, "boards saw %d rows twice, not in order or not at all", end.Gaps)
	case end.Behind > 0:
		t.Convict(&t.WrongAnswers, "%d of %d boards don't know the last row %s after it", end.Behind, end.Checked, recovery)
	}
	if after.goroutines > before.goroutines+spare {
		t.Convict(&t.WrongAnswers, "%d goroutines before and %d after the boards", before.goroutines, after.goroutines)
	}
	if grown := highest.memory - before.memory; grown > growth {
		t.Convict(&t.WrongAnswers, "with the boards the server has taken %d MiB more", mib(grown))
	}
	t.Note("%d boards, half of them stuck, at %d scans/s: a scan takes %s with them, %s without (p50 %.2f, p99 %.2f times)", boards, busy,
		watched, calm, ratio(watched.p50, calm.p50), ratio(watched.p99, calm.p99))
	t.Note("as many scans as can be: %s with them, %s without (p50 %.2f, p99 %.2f times)",
		watchedFlatOut, calmFlatOut, ratio(watchedFlatOut.p50, calmFlatOut.p50), ratio(watchedFlatOut.p99, calmFlatOut.p99))
	t.Note("reading boards were cut off %d times at %d scans/s, %d times in all; %d MB read, in %s of processor time of their own; %d of %d boards at the end",
		seen.Cut, busy, end.Cut, end.Bytes/1e6, end.CPU.Round(100*time.Millisecond), left.readers, boards)
	t.Note("memory %d MiB before, %d at most, %d after; goroutines %d, %d, %d", mib(before.memory), mib(highest.memory), mib(after.memory),
		before.goroutines, highest.goroutines, after.goroutines)
	return t, nil
}

// figures of scans over some time.
type figures struct {
	rate     float64 // a second
	p50, p99 time.Duration
	cpu      time.Duration // of the server, each
}

func (f figures) String() string {
	return fmt.Sprintf("p50 %s, p99 %s, %d µs of the server's processor time (%.0f/s)", f.p50.Round(100*time.Microsecond),
		f.p99.Round(100*time.Microsecond), f.cpu.Microseconds(), f.rate)
}

// measure scans for so long, so many a second or as many as can be.
func measure(ctx context.Context, site *crowd.Site, perSecond int, d time.Duration) (f figures, err error) {
	heard, began := site.Hall.Heard(), time.Now()
	used, err := site.Server.Process().ReadCPU()
	if err != nil {
		return f, err
	}
	part, end := context.WithTimeout(ctx, d)
	defer end()
	site.Hall.ScanAt(part, site.Admin, calmGates, perSecond, recovery)
	took, elapsed := site.Hall.Took(heard), time.Since(began)
	now, err := site.Server.Process().ReadCPU()
	if err != nil || len(took) == 0 {
		return f, err
	}
	slices.Sort(took)
	return figures{float64(len(took)) / elapsed.Seconds(), took[len(took)/2], p99(took), (now - used) / time.Duration(len(took))}, nil
}
