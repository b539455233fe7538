package rig

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
)

// A server comes back where it was with what it knew, and a second one shares
// its Redis.
func TestServersOfOurOwn(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "lanyard")
	if out, err := exec.Command("go", "build", "-o", binary, "lanyard/cmd/lanyard").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	ctx := context.Background()
	redis, err := StartRedis(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer redis.Stop()
	var servers []*Server
	for range 2 {
		s, err := StartServer(ctx, Serve{Binary: binary, Dir: t.TempDir(), Redis: redis.URL(), Secret: "a secret of this test, long enough"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		servers = append(servers, s)
	}
	if servers[0].Key == "" || servers[1].Key != "" {
		t.Fatalf("keys shown: %t and %t", servers[0].Key != "", servers[1].Key != "")
	}
	one, err := NewService(servers[0].Base, servers[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := MakeEvent(ctx, one, "rig"); err != nil {
		t.Fatal(err)
	}
	servers[1].Kill()
	if err := redis.Restart(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if err := servers[1].Start(ctx); err != nil {
		t.Fatal(err)
	}
	two, err := NewService(servers[1].Base, servers[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := two.Get(ctx, "/api/v1/events/rig", nil); err != nil {
		t.Error(err)
	}
	if err := redis.FlushScripts(0); err != nil {
		t.Error(err)
	}
}
