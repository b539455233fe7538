package main

import (
	"context"
	"fmt"
	"time"
)

// Crash kills the server n times, evenly over a run of that length, and starts
// it again on the same data; on Redis, every second time it is Redis that
// dies. The gates meanwhile do what phones do: try again under the same id.
func (t *Target) Crash(ctx context.Context, n int, over time.Duration) error {
	for i := range n {
		select {
		case <-time.After(over / time.Duration(n+1)):
		case <-ctx.Done():
			return ctx.Err()
		}
		var err error
		if t.redis != nil && i%2 == 1 {
			err = t.redis.Restart(ctx, 0)
		} else {
			err = t.restart(ctx)
		}
		if err != nil {
			return fmt.Errorf("after it was killed for the %d. time: %w", i+1, err)
		}
	}
	return nil
}

// restart kills the server without warning.
func (t *Target) restart(ctx context.Context) error {
	t.server.Kill()
	return t.serve(ctx)
}
