package powercut

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// Stores whose disk is taken away.
const (
	Embedded = "embedded"
	Redis    = "redis"
)

// system is a server whose store lies on the disk.
type system struct {
	disk   *disk
	server *rig.Server
	redis  *rig.Redis // nil for the embedded store
	admin  *rig.Service
}

func startSystem(ctx context.Context, store string, d *disk, p part.Plan) (*system, error) {
	s := &system{disk: d}
	serve := rig.Serve{Binary: p.Binary, Dir: filepath.Join(d.dir, "data"), Secret: rig.RandomHex(32)}
	if store == Redis {
		var err error
		if s.redis, err = rig.StartRedis(ctx, d.dir); err != nil {
			return nil, err
		}
		serve.Dir, serve.Redis = filepath.Join(p.Dir, "data"), s.redis.URL()
	}
	var err error
	if s.server, err = rig.StartServer(ctx, serve); err != nil {
		s.stop()
		return nil, err
	}
	s.admin, err = rig.NewService(s.server.Base, s.server.Key)
	return s, err
}

func (s *system) stop() {
	if s.server != nil && s.server.Process() != nil {
		s.server.Kill() // its disk may be gone, and a last snapshot with it
	}
	if s.redis != nil {
		s.redis.Nodes()[0].Kill()
	}
}

// writer is the process that writes to the disk.
func (s *system) writer() *rig.Process {
	if s.redis != nil {
		return s.redis.Nodes()[0]
	}
	return s.server.Process()
}

// start the writer again.
func (s *system) start(ctx context.Context) error {
	if s.redis != nil {
		return s.redis.Restart(ctx, 0)
	}
	return s.server.Start(ctx)
}

// recover brings back what doesn't come back by itself: Redis ends when it
// can't write its file, as its documentation says, and whoever supervises it
// starts it again. The embedded store has to mend itself.
func (s *system) recover(ctx context.Context) error {
	if s.redis == nil {
		select {
		case <-s.server.Process().Exited():
			return fmt.Errorf("the server ended: %s", s.server.Process().LastWords())
		default:
			return nil
		}
	}
	select {
	case <-s.redis.Nodes()[0].Exited():
	case <-time.After(2 * time.Second):
	}
	return s.redis.Restart(ctx, 0)
}
