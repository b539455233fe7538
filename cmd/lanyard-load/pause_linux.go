package main

import (
	"syscall"
	"time"
)

// pause sleeps in the kernel, which wakes within some 60 µs: Go's own timers
// may be a millisecond late when the program is otherwise idle, as much as a scan takes.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil) // an interrupted sleep is short, and the caller looks at the clock
}
