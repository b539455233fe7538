package overload

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/crowd"
	"lanyard/cmd/lanyard-torture/part"
)

// boards are how many readers a server has, every second of which never reads.
const boards = 1000

// Boards compares scans at a server without readers and with many, half of
// them stuck.
func Boards(ctx context.Context, p part.Plan) (t part.Tally, err error) {
	server, err := rig.StartServer(ctx, rig.Serve{Binary: p.Binary, Dir: filepath.Join(p.Dir, "data")})
	if err != nil {
		return t, err
	}
	defer server.Stop()
	s, err := rig.NewService(server.Base, server.Key)
	if err != nil {
		return t, err
	}
	hall, err := crowd.Build(ctx, s, people, places, p.Seed)
	if err != nil {
		return t, err
	}
	during := func(d time.Duration) {
		part, end := context.WithTimeout(ctx, d)
		defer end()
		hall.Scan(part, s, calmGates, recovery)
	}
	during(p.Duration / 3)
	calm, calmHeard := p99(hall.Took(0)), hall.Heard()
	before, err := read(ctx, server)
	if err != nil {
		return t, err
	}

	audience, leave := context.WithCancel(ctx)
	defer leave()
	var reading sync.WaitGroup
	for i := range boards {
		conn, err := board(audience, s, hall.Event)
		if err != nil {
			return t, fmt.Errorf("board %d: %w", i+1, err)
		}
		defer conn.Close()
		if i%2 == 0 {
			t.Faults++ // never read
			continue
		}
		reading.Go(func() { io.Copy(io.Discard, conn) })
	}
	joined, err := read(ctx, server)
	if err != nil {
		return t, err
	}
	if joined.readers < boards {
		t.Convict(&t.WrongAnswers, "%d of %d boards are connected", joined.readers, boards)
	}
	most := watch(ctx, server)
	during(p.Duration * 2 / 3)
	highest := most()
	busy := p99(hall.Took(calmHeard))
	end, err := read(ctx, server)
	if err != nil {
		return t, err
	}
	leave() // closes all connections
	reading.Wait()
	after, err := settled(ctx, server, before.goroutines+spare, recovery)
	if err != nil {
		return t, err
	}
	hall.Count(&t)
	if err := hall.Audit(ctx, s, &t); err != nil {
		return t, err
	}
	if after.goroutines > before.goroutines+spare {
		t.Convict(&t.WrongAnswers, "%d goroutines before and %d after the boards", before.goroutines, after.goroutines)
	}
	t.Note("p99 of a scan: %s with %d boards, half of them stuck, %s without (%.2f times); %d boards at the end", busy.Round(100*time.Microsecond), boards,
		calm.Round(100*time.Microsecond), ratio(busy, calm), end.readers)
	t.Note("memory %d MiB before, %d at most, %d after; goroutines %d, %d, %d", mib(before.memory), mib(highest.memory), mib(after.memory),
		before.goroutines, highest.goroutines, after.goroutines)
	return t, nil
}

// board opens a feed and waits for the answer to begin. What follows is for
// the caller to read, or not.
func board(ctx context.Context, s *rig.Service, event string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: recovery}).DialContext(ctx, "tcp", s.Base.Host)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	conn.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := fmt.Fprintf(conn, "GET /api/v1/events/%s/live HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n", event, s.Base.Host, s.Key); err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetReadDeadline(time.Now().Add(recovery))
	line, err := bufio.NewReaderSize(conn, 64).ReadString('\n')
	conn.SetReadDeadline(time.Time{})
	if err == nil && !strings.Contains(line, " 200 ") {
		err = fmt.Errorf("the feed is answered %q", strings.TrimSpace(line))
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
