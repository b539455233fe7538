package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Sentinel starts one that watches a master under the name "main", by itself
// and impatiently, and gives the redis+sentinel:// URL.
func Sentinel(t testing.TB, master *Node) string {
	t.Helper()
	n := &Node{t: t, dir: t.TempDir()}
	n.config = filepath.Join(n.dir, "sentinel.conf")
	conf := fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n", master.port)
	if err := os.WriteFile(n.config, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	n.launch()
	return "redis+sentinel://" + n.Addr() + "/main"
}
