package powercut

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"lanyard/cmd/lanyard-torture/crowd"
	"lanyard/cmd/lanyard-torture/part"
)

// round is a fault being done to a system at which gates scan.
type round struct {
	*system
	hall  *crowd.Hall
	rng   *rand.Rand
	tally *part.Tally
	quiet func() // lets the gates finish
}

// fault leaves disk and store whole, if the store is what it has to be.
type fault struct {
	name string
	do   func(context.Context, *round) error
}

// faults are all of them; a deck of them is dealt before one comes again.
var faults = []fault{
	{"power cut", powerCut},
	{"failing fsync", failingSync},
	{"full disk", fullDisk},
	{"read-only disk", readOnlyDisk},
	{"torn pages", tornPages},
}

// powerCut ends the processes and the disk at once.
func powerCut(ctx context.Context, r *round) error {
	r.writer().Kill()
	if err := r.disk.cut(); err != nil {
		return err
	}
	if err := r.disk.again(ctx); err != nil {
		return err
	}
	return r.start(ctx)
}

// failingSync cuts the disk off under running processes: every write and every
// fsync fails from then on.
func failingSync(ctx context.Context, r *round) error {
	if err := r.betweenCalls(ctx, r.disk.cut); err != nil {
		return err
	}
	return r.withoutDisk(ctx)
}

// readOnlyDisk is what ext4 does with errors=remount-ro when its device fails.
func readOnlyDisk(ctx context.Context, r *round) error {
	if err := r.betweenCalls(ctx, r.disk.readOnly); err != nil {
		return err
	}
	return r.withoutDisk(ctx)
}

// betweenCalls breaks the disk while no write and no fsync is under way: ext4 may
// tell an fsync which is overtaken by its shutdown, or by its turning read-only,
// that all is well (seen on Linux 6.18), and no store can know better than its
// kernel.
func (r *round) betweenCalls(ctx context.Context, breakDisk func() error) error {
	writer := r.writer()
	if err := writer.Pause(); err != nil {
		return err
	}
	err := writer.Paused(ctx)
	if err == nil {
		err = breakDisk()
	}
	return errors.Join(err, writer.Resume())
}

// noDisk is how long a disk stays away under running processes.
const noDisk = 1500 * time.Millisecond

// withoutDisk wants no verdict while nothing can be written, and mounts the
// disk again under the processes that ran on.
func (r *round) withoutDisk(ctx context.Context) error {
	unavailable := 0
	for end := time.Now().Add(noDisk); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		told, status := r.hall.NewProbe(r.admin).Ask(ctx)
		switch status {
		case http.StatusOK:
			r.tally.Convict(&r.tally.WrongAnswers, "scan %s was answered %s as row %d by a store without a disk", told.Scan, told.Result, told.Seq)
		case http.StatusServiceUnavailable:
			unavailable++
		}
	}
	if unavailable == 0 {
		r.tally.Convict(&r.tally.WrongAnswers, "no scan was answered 503 while the store had no disk")
	}
	if r.redis != nil {
		r.redis.Nodes()[0].Kill()
	}
	if err := r.disk.again(ctx); err != nil {
		return err
	}
	return r.recover(ctx)
}

// fullDisk leaves not a block free. A store may go on as long as it has room
// in its own file.
func fullDisk(ctx context.Context, r *round) error {
	if err := r.disk.fill(); err != nil {
		return err
	}
	time.Sleep(noDisk)
	if err := r.disk.release(); err != nil {
		return err
	}
	return r.recover(ctx)
}

// tornPages leaves of the last step that the store wrote only a part on the
// disk, of which nobody was told. Everything before it has to be there.
func tornPages(ctx context.Context, r *round) error {
	r.quiet()
	tear := tearEmbedded
	if r.redis != nil {
		tear = tearRedis
	}
	probe, err := tear(ctx, r)
	if err != nil {
		return err
	}
	first, status := probe.Ask(ctx)
	again, _ := probe.Ask(ctx)
	if status != http.StatusOK || first.Result != again.Result || first.Seq != again.Seq {
		return fmt.Errorf("after a torn write a scan is answered %d %s (row %d), then %s (row %d)", status, first.Result, first.Seq, again.Result, again.Seq)
	}
	return nil
}
