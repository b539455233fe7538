package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// Two servers on one Redis are one: boards of both show the same rows in the
// same order, whichever server's gates they come from, and a revocation at one
// holds for the next scan at the other.
func TestTwoServersOnOneRedis(t *testing.T) {
	redis, dir := redistest.Server(t, redistest.Durable), t.TempDir()
	one := startDemo(t, "--redis", redis, "--data", dir, "--roster", writeFile(t, "r.csv", smallRoster))
	two := startDemo(t, "--redis", redis, "--data", dir)
	if one.links.GateKey != two.links.GateKey {
		t.Fatal("the servers have different keys")
	}
	token := one.someToken(t, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	boards := []<-chan checkin.Row{one.board(ctx, t), two.board(ctx, t)}
	if got := one.scan(t, token, "north"); got["result"] != "admitted" {
		t.Fatalf("at one: %v", got)
	}
	got := two.scan(t, token, "north")
	if got["reason"] != "already_inside" {
		t.Fatalf("at two: %v", got)
	}
	badge := got["badge"].(map[string]any)["id"].(string)
	if code, p := one.call(t, one.links.DeskKey, "POST", "/api/v1/events/ciep21/badges/"+badge+"/revoke", map[string]string{"reason": "lost"}); code != http.StatusOK {
		t.Fatalf("revoke: %d %v", code, p)
	}
	if got := two.scan(t, token, "north"); got["reason"] != "revoked" {
		t.Fatalf("after the revocation at one, at two: %v", got)
	}
	for i, board := range boards {
		var last uint64
		for _, want := range []checkin.Reason{"", checkin.AlreadyInside, checkin.RevokedBadge} {
			row, ok := <-board
			if !ok || row.Reason != want || row.Badge != badge || row.Seq <= last {
				t.Errorf("board %d: row %+v, want reason %q", i+1, row, want)
			}
			last = row.Seq
		}
	}
}

// board reads the scans of a server's live feed.
func (s *started) board(ctx context.Context, t *testing.T) <-chan checkin.Row {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", s.links.BaseURL+"/api/v1/events/ciep21/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.links.SecurityKey)
	resp, err := http.DefaultClient.Do(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("live: %v %v", resp, err)
	}
	rows, ready := make(chan checkin.Row, 64), make(chan struct{})
	go func() {
		defer close(rows)
		defer resp.Body.Close()
		event := ""
		for in := bufio.NewScanner(resp.Body); in.Scan(); {
			line := in.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				event = name
			}
			data, ok := strings.CutPrefix(line, "data: ")
			switch {
			case ok && event == "snapshot":
				close(ready)
			case ok && event == "scan":
				var row checkin.Row
				if json.Unmarshal([]byte(data), &row) == nil {
					rows <- row
				}
			}
		}
	}()
	select {
	case <-ready:
	case <-ctx.Done():
		t.Fatal("no snapshot")
	}
	return rows
}
