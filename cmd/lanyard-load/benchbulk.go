package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	qrcode "github.com/skip2/go-qrcode"
	"golang.org/x/sync/errgroup"

	"lanyard/cmd/internal/rig"
)

// imagesDrawn is how many badges of an event have their images written. A tenth
// as many tell whether memory grows with them.
const imagesDrawn = 2_000

// bulkBars are our own: how much longer than the bare work, and how much more
// memory than before or than for a tenth as much.
const (
	imagesBar = 1.5
	exportBar = 1
	flatBar   = 1.35
)

// bulk measures what an organizer does to everybody at once, by the program's own
// commands through a running server: all images against the bare encoder on all
// cores, and the exports against the import of the same roster.
func (b *bench) bulk(ctx context.Context) error {
	for _, store := range []string{"bolt", "redis"} {
		m := bulkRatios{}
		for round := range min(b.rounds, 2) {
			if err := b.bulkOnce(ctx, store, round, m); err != nil {
				return err
			}
		}
		for _, name := range bulkRows {
			row := NewBenchRow(name.row+", "+store, name.bar, lower, m[name.row].ratios, m[name.row].detail)
			row.Own = true
			b.add(row)
		}
	}
	return nil
}

var bulkRows = []struct {
	row string
	bar float64
}{
	{"images of all badges / bare encoder", imagesBar},
	{"memory drawing all badges / a tenth", flatBar},
	{"export of the roster / its import", exportBar},
	{"export of the journal / the import", exportBar},
	{"server's memory in bulk work / after a first", flatBar},
}

// bulkRatios are the ratios of each row, and what is told of its last round.
type bulkRatios map[string]*bulkRatio

type bulkRatio struct {
	ratios []float64
	detail string
}

func (m bulkRatios) add(row string, ratio float64, detail string, args ...any) {
	if m[row] == nil {
		m[row] = &bulkRatio{}
	}
	m[row].ratios, m[row].detail = append(m[row].ratios, ratio), fmt.Sprintf(detail, args...)
}

func (b *bench) bulkOnce(ctx context.Context, store string, round int, m bulkRatios) error {
	t, err := b.target(ctx, store)
	if err != nil {
		return err
	}
	defer t.Stop()
	drawn := min(imagesDrawn, b.attendees)
	events := []struct {
		id        string
		attendees int
	}{{"some", max(1, drawn/10)}, {"many", drawn}, {"whole", b.attendees}}
	var imported time.Duration
	for _, e := range events {
		if err := rig.MakeEvent(ctx, t.Service, e.id); err != nil {
			return err
		}
		begun := time.Now()
		if err := rig.ImportRoster(ctx, t.Service, e.id, e.attendees); err != nil {
			return err
		}
		imported = time.Since(begun)
	}
	badges, err := rig.BadgesOf(ctx, t.Service, "many", drawn)
	if err != nil {
		return err
	}
	roster, err := b.manage(ctx, t, "export", "roster", "--event", "whole", "--out", filepath.Join(t.dir, "roster.csv"))
	if err != nil {
		return err
	}
	// From here on the server has read the roster and collected garbage: it should need no more.
	before, err := t.server.ReadMemory()
	if err != nil {
		return err
	}
	watch := watchMemory(t.server)
	defer watch.stop()

	some, err := b.manage(ctx, t, "badges", "--event", "some", "--out", filepath.Join(t.dir, "images"))
	if err != nil {
		return err
	}
	bare, err := encodeBare(badges)
	if err != nil {
		return err
	}
	many, err := b.manage(ctx, t, "badges", "--event", "many", "--out", filepath.Join(t.dir, "images"))
	if err != nil {
		return err
	}
	journal, err := b.manage(ctx, t, "export", "journal", "--event", "whole", "--out", filepath.Join(t.dir, "journal.ndjson"))
	if err != nil {
		return err
	}
	for _, file := range []string{"roster.csv", "journal.ndjson"} {
		if n, err := linesOf(filepath.Join(t.dir, file)); err != nil || n < b.attendees {
			return fmt.Errorf("%s has %d lines for %d attendees (%v)", file, n, b.attendees, err)
		}
	}
	peak := watch.stop()

	m.add(bulkRows[0].row, many.Wall.Seconds()/bare.Seconds(), "%d PNG files: %.2f s / %.2f s on %d cores; %.1f ms of processor time each", drawn, many.Wall.Seconds(), bare.Seconds(), runtime.GOMAXPROCS(0), many.CPU.Seconds()*1000/float64(drawn))
	m.add(bulkRows[1].row, megabytes(many.Peak)/megabytes(some.Peak), "lanyard badges at its highest: %.0f MB for %d / %.0f MB for %d", megabytes(many.Peak), drawn, megabytes(some.Peak), events[0].attendees)
	m.add(bulkRows[2].row, roster.Wall.Seconds()/imported.Seconds(), "%d attendees as CSV: %.2f s / %.2f s; lanyard export at its highest: %.0f MB", b.attendees, roster.Wall.Seconds(), imported.Seconds(), megabytes(roster.Peak))
	m.add(bulkRows[3].row, journal.Wall.Seconds()/imported.Seconds(), "all rows as NDJSON: %.2f s / %.2f s; lanyard export at its highest: %.0f MB", journal.Wall.Seconds(), imported.Seconds(), megabytes(journal.Peak))
	m.add(bulkRows[4].row, megabytes(peak)/megabytes(before.Now), "resident at its highest while images and the journal were written: %.0f MB / %.0f MB once the roster of %d was exported", megabytes(peak), megabytes(before.Now), b.attendees)
	b.note("bulk on %s round %d: %d images %.2f s, bare %.2f s; import of %d %.2f s, roster %.2f s, journal %.2f s; server %.0f MB before, %.0f MB at most",
		store, round+1, drawn, many.Wall.Seconds(), bare.Seconds(), b.attendees, imported.Seconds(), roster.Wall.Seconds(), journal.Wall.Seconds(), megabytes(before.Now), megabytes(peak))
	return ctx.Err()
}

// manage runs a management command through the server.
func (b *bench) manage(ctx context.Context, t *Target, args ...string) (rig.Used, error) {
	return rig.RunMeasured(ctx, []string{"LANYARD_KEY=" + t.Key}, t.command[0], append(args, "--server", t.Base.String())...)
}

// encodeBare is the time that the encoder takes for all tokens on all cores, when
// nothing is done with what it gives.
func encodeBare(badges []rig.Badge) (time.Duration, error) {
	begun := time.Now()
	var next atomic.Int64
	var g errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(badges) {
					return nil
				}
				code, err := qrcode.New(badges[i].Token, qrcode.Medium)
				if err != nil {
					return err
				}
				code.Bitmap()
			}
		})
	}
	err := g.Wait()
	return time.Since(begun), err
}

func linesOf(file string) (int, error) {
	text, err := os.ReadFile(file)
	return strings.Count(string(text), "\n"), err
}

// memoryWatch looks at a process' resident memory several times a second.
type memoryWatch struct {
	quit, ended chan struct{}
	once        sync.Once
	peak        int64
}

func watchMemory(p *rig.Process) *memoryWatch {
	w := &memoryWatch{quit: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			if m, err := p.ReadMemory(); err == nil {
				w.peak = max(w.peak, m.Now)
			}
			select {
			case <-tick.C:
			case <-w.quit:
				return
			}
		}
	}()
	return w
}

// stop gives the most that there was, in bytes.
func (w *memoryWatch) stop() int64 {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
	return w.peak
}
