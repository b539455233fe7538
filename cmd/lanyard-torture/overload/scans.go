package overload

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/crowd"
	"lanyard/cmd/lanyard-torture/part"
)

const (
	people = 2000
	places = 300
	// calmGates are few enough for every scan to be decided, busyGates far more
	// than are decided at once; a gate that is refused asks again soon.
	calmGates, busyGates = 32, 3000
	// storePause is how long the store stops each time: a slow one makes an
	// overload out of what a small machine can send.
	storePause = 400 * time.Millisecond
	// atOnce is how many scans a server decides at once, as it documents.
	atOnce = 256
	// watchEvery is how often figures are read under load: seldom, for to tell them
	// is work too.
	watchEvery = 500 * time.Millisecond
	// recovery is how long things may take to be as before.
	recovery = 30 * time.Second
	// spare goroutines come and go with connections to the store.
	spare = 100
)

// Scans sends a server ten times what it can decide. A third of the time is
// calm, to compare with.
func Scans(ctx context.Context, p part.Plan) (t part.Tally, err error) {
	redis, err := rig.StartRedis(ctx, p.Dir)
	if err != nil {
		return t, err
	}
	defer redis.Stop()
	site, err := crowd.Open(ctx, p, rig.Serve{Redis: redis.URL()}, people, places)
	if err != nil {
		return t, err
	}
	defer site.Close()
	server, s, hall := site.Server, site.Admin, site.Hall
	slow, stop := context.WithCancel(ctx)
	var pauses sync.WaitGroup
	pauses.Go(func() {
		for slow.Err() == nil {
			redis.Ask(0, fmt.Sprintf("CLIENT PAUSE %d ALL", storePause.Milliseconds()))
			t.Faults++
			redis.Ask(0, "PING") // answers when the pause is over
			time.Sleep(5 * time.Millisecond)
		}
	})
	during := func(gates int, d time.Duration) {
		part, end := context.WithTimeout(ctx, d)
		defer end()
		hall.Scan(part, s, gates, recovery)
	}
	during(calmGates, p.Duration/3)
	calm, calmHeard := p99(hall.Took(0)), hall.Heard()
	before, err := settled(ctx, server, 0, time.Second)
	if err != nil {
		stop()
		pauses.Wait()
		return t, err
	}

	most := watch(ctx, server)
	began := time.Now()
	during(busyGates, p.Duration*2/3)
	took := time.Since(began)
	highest := most()
	stop()
	pauses.Wait()

	probe, asked := hall.NewProbe(s), time.Now()
	for {
		if _, status := probe.Ask(ctx); status == 200 {
			break
		} else if time.Since(asked) > recovery {
			t.Convict(&t.WrongAnswers, "a scan is answered %d %s after the overload", status, recovery)
			break
		}
	}
	recovered := time.Since(asked)
	after, err := settled(ctx, server, before.goroutines+spare, recovery)
	if err != nil {
		return t, err
	}
	busy := p99(hall.Took(calmHeard))
	served, refused := hall.Heard()-calmHeard, hall.Refused(503)
	hall.Count(&t)
	if err := hall.Audit(ctx, s, &t); err != nil {
		return t, err
	}
	if highest.underWay > atOnce {
		t.Convict(&t.WrongAnswers, "%d scans were decided at once, more than %d", highest.underWay, atOnce)
	}
	if after.goroutines > before.goroutines+spare {
		t.Convict(&t.WrongAnswers, "%d goroutines before and %d after the overload", before.goroutines, after.goroutines)
	}
	t.Note("%d gates: %.0f scans/s served of %.0f/s asked (%.1f times), %d refused with 503", busyGates,
		float64(served)/took.Seconds(), float64(served+refused)/took.Seconds(), float64(served+refused)/float64(max(served, 1)), refused)
	t.Note("p99 of what was served: %s, calm %s (%.2f times); again a verdict after %s", busy.Round(time.Millisecond), calm.Round(time.Millisecond), ratio(busy, calm), recovered.Round(time.Millisecond))
	t.Note("memory %d MiB before, %d at most, %d after; goroutines %d, %d, %d; at most %d scans under way", mib(before.memory), mib(highest.memory), mib(after.memory),
		before.goroutines, highest.goroutines, after.goroutines, highest.underWay)
	return t, nil
}

// watch reads a server's figures until it is called, and gives the highest.
func watch(ctx context.Context, s *rig.Server) (highest func() gauges) {
	ctx, stop := context.WithCancel(ctx)
	var most gauges
	var over sync.WaitGroup
	over.Go(func() {
		for ctx.Err() == nil {
			if g, err := read(ctx, s); err == nil {
				most = gauges{max(most.goroutines, g.goroutines), max(most.readers, g.readers), max(most.underWay, g.underWay),
					max(most.refused, g.refused), max(most.memory, g.memory)}
			}
			select {
			case <-time.After(watchEvery):
			case <-ctx.Done():
			}
		}
	})
	return func() gauges {
		stop()
		over.Wait()
		return most
	}
}
