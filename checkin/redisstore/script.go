package redisstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

//go:embed scripts/*.lua
var scriptFiles embed.FS

// Scripts, each one embedded file behind the codes and what it shares.
var (
	scanScript      = newScript("gate", "back", "scan")
	undoScript      = newScript("gate", "back", "undo")
	sweepScript     = newScript("gate", "sweep")
	configureScript = newScript("configure")
	deleteScript    = newScript("delete")
	putScript       = newScript("roster", "put")
	eraseScript     = newScript("roster", "erase")
	issueScript     = newScript("roster", "issue")
	revokeScript    = newScript("roster", "revoke")
	countsScript    = newScript("counts")
	chainScript     = newScript("chain")
	markScript      = newScript("mark")
	tempScript      = newScript("temp")
	snapshotScript  = newScript("snapshot")
	restoreScript   = newScript("restore")
)

func newScript(files ...string) *redis.Script {
	var b strings.Builder
	b.WriteString(codeNames())
	for _, f := range files {
		text, err := scriptFiles.ReadFile("scripts/" + f + ".lua")
		if err != nil {
			panic(err) // embedded
		}
		b.Write(text)
	}
	return redis.NewScript(b.String())
}

// node is the server that has a key: on a cluster its master, for WAIT has no
// key that the client could route it by, and a script must not be retried
// behind our back.
func (s *Store) node(ctx context.Context, key string) (*redis.Client, error) {
	switch c := s.client.(type) {
	case *redis.Client:
		return c, nil
	case *redis.ClusterClient:
		n, err := c.MasterForKey(ctx, key)
		return n, unavailable(err)
	}
	return nil, fmt.Errorf("redis: no support for a %T", s.client)
}

// run runs a script that writes nothing anybody has to be able to rely on.
func (s *Store) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (code, []any, error) {
	v, err := s.eval(ctx, script, 0, keys, args)
	if err != nil {
		return 0, nil, err
	}
	return result(v)
}

// step runs a script that writes, and returns once as many replicas as
// demanded have what it wrote. It is never sent twice after it may have run.
func (s *Store) step(ctx context.Context, script *redis.Script, keys []string, args ...any) (code, []any, error) {
	v, err := s.eval(ctx, script, s.replicas, keys, args)
	if err != nil {
		return 0, nil, err
	}
	return result(v)
}

// moves bounds how often a script follows its keys to another node.
const moves = 5

// eval runs a script on the node of its first key, followed by WAIT where
// replicas are demanded: an answer that too few of them have comes with an
// error. What the server refuses before it runs anything is
// tried again: a script that it doesn't know (any more), a slot that has moved.
func (s *Store) eval(ctx context.Context, script *redis.Script, replicas int, keys []string, args []any) (any, error) {
	send := sender(script.EvalSha)
	for try := 1; ; try++ {
		n, err := s.node(ctx, keys[0])
		if err != nil {
			return nil, err
		}
		v, err := s.evalAt(ctx, n, send, replicas, keys, args)
		switch {
		case err == nil:
			return v, nil
		case redis.HasErrorPrefix(err, "NOSCRIPT"):
			send = script.Eval
		case try == moves || v != nil:
			return v, unavailable(err)
		case redis.HasErrorPrefix(err, "MOVED"), redis.HasErrorPrefix(err, "ASK"), redis.HasErrorPrefix(err, "TRYAGAIN"):
			c, ok := s.client.(*redis.ClusterClient)
			if !ok {
				return nil, fmt.Errorf("%w: the server is part of a cluster: use a redis+cluster:// URL", checkin.ErrUnavailable)
			}
			c.ReloadState(ctx)
			select {
			case <-time.After(time.Duration(try) * 20 * time.Millisecond):
			case <-ctx.Done():
				return nil, unavailable(ctx.Err())
			}
		default:
			return nil, unavailable(err)
		}
	}
}

// sender is EvalSha or Eval of a script.
type sender func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd

func (s *Store) evalAt(ctx context.Context, n *redis.Client, send sender, replicas int, keys []string, args []any) (any, error) {
	if replicas == 0 {
		return send(ctx, n, keys, args...).Result()
	}
	p := n.Pipeline()
	ran := send(ctx, p, keys, args...)
	wait := p.Do(ctx, "WAIT", replicas, s.wait.Milliseconds())
	if _, err := p.Exec(ctx); err != nil && ran.Err() == nil {
		return nil, err
	}
	if err := ran.Err(); err != nil {
		return nil, err
	}
	if got, err := wait.Int64(); err != nil || got < int64(replicas) {
		return ran.Val(), fmt.Errorf("%w: written, but %d of %d replicas confirmed it in time", checkin.ErrUnavailable, got, replicas)
	}
	return ran.Val(), nil
}

// unavailable wraps a failure of the client or the server. None of them is a
// decision. All say that the store can't do it now, apart from those that name
// a fault in a script or in what is stored.
func unavailable(err error) error {
	switch {
	case err == nil || errors.Is(err, checkin.ErrUnavailable):
		return err
	case redis.HasErrorPrefix(err, "max number of clients"):
	case redis.HasErrorPrefix(err, "WRONGTYPE"), isPlain(err):
		return fmt.Errorf("redis: %w", err)
	}
	return fmt.Errorf("%w: %w", checkin.ErrUnavailable, err)
}

// isPlain tells whether the server gave no code of its own for an error, as
// OOM, READONLY or CLUSTERDOWN are.
func isPlain(err error) bool {
	var e redis.Error
	return errors.As(err, &e) && strings.HasPrefix(e.Error(), "ERR ")
}
