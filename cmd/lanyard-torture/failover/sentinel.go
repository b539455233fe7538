package failover

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// Sentinel fails over from a primary to its replica.
func Sentinel(ctx context.Context, p part.Plan) (part.Tally, error) {
	redis, err := rig.StartSentinels(ctx, p.Dir)
	if err != nil {
		return part.Tally{}, err
	}
	defer redis.Stop()
	s := &sentinels{redis}
	return play(ctx, p, redis.URL(), []fault{
		{"primary killed", s.kill},
		{"primary paused", s.pause},
		{"primary cut off from its replicas", s.partition},
		{"replica killed", s.killReplica},
	})
}

type sentinels struct{ *rig.Sentinels }

func (s *sentinels) kill(ctx context.Context, _ string) error {
	old, err := s.Primary()
	if err != nil {
		return err
	}
	s.Nodes()[old].Kill()
	next, err := s.other(ctx, old)
	if err != nil {
		return err
	}
	if err := s.Restart(ctx, old); err != nil {
		return err
	}
	return s.rejoin(ctx, old, next)
}

func (s *sentinels) pause(ctx context.Context, _ string) error {
	old, err := s.Primary()
	if err != nil {
		return err
	}
	if err := s.Nodes()[old].Pause(); err != nil {
		return err
	}
	next, err := s.other(ctx, old)
	if e := s.Nodes()[old].Resume(); err == nil {
		err = e // it still takes itself for the primary
	}
	if err != nil {
		return err
	}
	return s.rejoin(ctx, old, next)
}

// partition leaves the old primary reachable for the server: whatever is
// written there is never acknowledged.
func (s *sentinels) partition(ctx context.Context, _ string) error {
	old, err := s.Primary()
	if err != nil {
		return err
	}
	if err := s.Part(old, true); err != nil {
		return err
	}
	next, err := s.other(ctx, old)
	if err != nil {
		return err
	}
	if err := s.Part(old, false); err != nil {
		return err
	}
	return s.rejoin(ctx, old, next)
}

// killReplica takes away the one that has to acknowledge.
func (s *sentinels) killReplica(ctx context.Context, _ string) error {
	primary, err := s.Primary()
	if err != nil {
		return err
	}
	i := (primary + 1) % len(s.Nodes())
	s.Nodes()[i].Kill()
	if err := rest(ctx, 300*time.Millisecond); err != nil {
		return err
	}
	if err := s.Restart(ctx, i); err != nil {
		return err
	}
	return s.whole(ctx, primary)
}

// other waits until the sentinels name another primary.
func (s *sentinels) other(ctx context.Context, old int) (next int, err error) {
	err = until(ctx, "no sentinel has put a replica in the primary's place", func() bool {
		var e error
		next, e = s.Primary()
		return e == nil && next != old
	})
	return next, err
}

// rejoin makes the old primary follow the new one, and waits until it has all
// there is.
func (s *sentinels) rejoin(ctx context.Context, old, primary int) error {
	if err := s.Follow(old, primary); err != nil {
		return err
	}
	return s.whole(ctx, primary)
}

func (s *sentinels) whole(ctx context.Context, primary int) error {
	return until(ctx, "the replica doesn't follow", func() bool {
		text, err := s.Ask(primary, "INFO replication")
		return err == nil && strings.Contains(text, "role:master") && strings.Count(text, "state=online") == len(s.Nodes())-1
	})
}

// patience of the rig with a failover.
const patience = 40 * time.Second

// until waits for a state that has to come.
func until(ctx context.Context, otherwise string, reached func() bool) error {
	for end := time.Now().Add(patience); !reached(); {
		if time.Now().After(end) {
			return fmt.Errorf("after %s %s", patience, otherwise)
		}
		if err := rest(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
