package main

import (
	"context"
	"fmt"
	"time"
)

const (
	fewBadges = 10_000
	scaleRate = 500 // scans a second
)

// scale measures what a million badges on record do to a scan, beside ten
// thousand.
func (b *bench) scale(ctx context.Context) error {
	for _, store := range []string{"bolt", "redis"} {
		if err := b.scaleOn(ctx, store); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) scaleOn(ctx context.Context, store string) error {
	var halls [2]*Hall
	var targets [2]*Target
	var used [2]time.Duration // processor time of server and Redis
	var scans [2]int
	tokens := min(int(scaleRate*b.span.Seconds())*(b.rounds+1)/min(4, b.gates)*2, fewBadges)
	for i, badges := range [2]int{fewBadges, b.many} {
		t, err := b.target(ctx, store)
		if err != nil {
			return err
		}
		defer t.Stop()
		targets[i] = t
		if halls[i], err = MakeHall(ctx, t.Service, HallPlan{Gates: b.gates, Venues: min(4, b.gates), Attendees: badges, Tokens: tokens}); err != nil {
			return err
		}
		b.note("scale on %s: %d badges on record after %.1f s", store, badges, halls[i].Imported.Seconds())
	}
	var ratios []float64
	var p99s [2][]float64
	for round := -1; round < b.rounds; round++ { // round -1 warms up
		var p99 [2]float64
		for i, hall := range halls {
			before, err := targets[i].cpu()
			if err != nil {
				return err
			}
			o := Play(ctx, hall, Run{Mix: Mix{Fresh: 1}, Rate: scaleRate, Poisson: true, Duration: b.span, Seed: uint64(round + 2)})
			if o.Spent {
				return fmt.Errorf("%d badges are too few: use a shorter --span", tokens)
			}
			p99[i] = NewLatencies(o.Times).P99
			after, err := targets[i].cpu()
			if err != nil {
				return err
			}
			if round >= 0 {
				more := after.less(before)
				used[i], scans[i] = used[i]+more.server+more.redis, scans[i]+len(o.Times)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if round < 0 {
			continue
		}
		b.note("scale on %s round %d: p99 %.2f ms with %d badges, %.2f ms with %d", store, round+1, p99[0], fewBadges, p99[1], b.many)
		ratios = append(ratios, p99[1]/p99[0])
		for i := range p99 {
			p99s[i] = append(p99s[i], p99[i])
		}
	}
	few, _ := Median(p99s[0])
	many, _ := Median(p99s[1])
	b.add(NewBenchRow(fmt.Sprintf("p99 with %d badges / %d, %s", b.many, fewBadges, store), 1.3, lower, ratios,
		fmt.Sprintf("%.2f ms / %.2f ms at %d scans/s; processor time of server and Redis for a scan %.0f µs / %.0f µs",
			many, few, scaleRate, microseconds(used[1], scans[1]), microseconds(used[0], scans[0]))))
	return nil
}
