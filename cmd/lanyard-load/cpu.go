package main

import (
	"fmt"
	"syscall"
	"time"
)

// spent is processor time by who used it. Unlike a rate it says where the time
// of a scan goes, and what else the machine does changes it little.
type spent struct{ generator, server, redis time.Duration }

// cpu that the load generator, the target's server and its Redis have used up
// to now.
func (t *Target) cpu() (s spent, err error) {
	var own syscall.Rusage
	if err = syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return s, err
	}
	s.generator = time.Duration(own.Utime.Nano() + own.Stime.Nano())
	if s.server, err = t.server.ReadCPU(); err != nil {
		return s, err
	}
	if t.redis != nil {
		for _, node := range t.redis.Nodes() {
			d, err := node.ReadCPU()
			if err != nil {
				return s, err
			}
			s.redis += d
		}
	}
	return s, nil
}

func (s spent) less(t spent) spent {
	return spent{s.generator - t.generator, s.server - t.server, s.redis - t.redis}
}

// each says what n requests cost, in microseconds of processor time.
func (s spent) each(n int) string {
	one := func(d time.Duration) float64 { return microseconds(d, n) }
	text := fmt.Sprintf("%.0f µs each: generator %.0f, server %.0f", one(s.generator+s.server+s.redis), one(s.generator), one(s.server))
	if s.redis > 0 {
		text += fmt.Sprintf(", Redis %.0f", one(s.redis))
	}
	return text
}

func microseconds(d time.Duration, n int) float64 {
	return float64(d.Microseconds()) / float64(max(n, 1))
}
