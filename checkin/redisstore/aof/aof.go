// Package aof mends the append-only file of a Redis that was ended in the middle
// of a write, as the README has it done before each start.
package aof

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Mend takes a step that was left half written off the append-only file in a
// server's folder, with redis-check-aof; the server must not be running. Without
// such a file there is nothing to do. Redis' own way (aof-load-truncated) leaves
// the head of a torn MULTI in place, and what is appended behind that is read
// wrongly at the next start but one: seen with 7.0.15, mended in Valkey by
// valkey-io/valkey#4342.
func Mend(ctx context.Context, dir string) error {
	manifest := filepath.Join(dir, "appendonlydir", "appendonly.aof.manifest")
	if _, err := os.Stat(manifest); err != nil {
		return nil // nothing was written yet
	}
	c := exec.CommandContext(ctx, "redis-check-aof", "--fix", manifest)
	c.Stdin = strings.NewReader(strings.Repeat("y\n", 8))
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("redis-check-aof: %w: %s", err, out)
	}
	return nil
}
