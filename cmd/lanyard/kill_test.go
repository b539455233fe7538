package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// TestMain removes what was built.
func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(programDir)
	os.Exit(code)
}

var programDir string

// built is the program as people run it, built once: a process of its own is
// what kill -9 is about, and without the race detector it starts in no time.
var built = sync.OnceValues(func() (string, error) {
	var err error
	if programDir, err = os.MkdirTemp("", "lanyard-test-*"); err != nil {
		return "", err
	}
	path := filepath.Join(programDir, "lanyard")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return path, nil
})

const kills = 20

// Killed 20 times under load, the server on the embedded store has lost no
// scan that it acknowledged and doubled none.
func TestKillServerOnEmbeddedStore(t *testing.T) {
	h := startKillHall(t)
	h.run(func() {
		h.program.kill()
		h.start()
	})
}

// The same for the server on Redis, where the next process finds everything.
func TestKillServerOnRedis(t *testing.T) {
	h := startKillHall(t, "--redis", redistest.Server(t, redistest.Durable))
	h.run(func() {
		h.program.kill()
		h.start()
	})
}

// Redis itself is killed under load; the server stays, refuses to answer what
// it can't promise, and goes on.
func TestKillRedisUnderAlways(t *testing.T) {
	node := redistest.Start(t, redistest.Durable)
	h := startKillHall(t, "--redis", node.URL(), "--require-durable")
	h.run(func() {
		node.Kill()
		time.Sleep(20 * time.Millisecond)
		node.Restart()
	})
}

// killHall is a server that is killed, gates that scan all the while, and what
// they were told.
type killHall struct {
	t       *testing.T
	args    []string
	links   demoLinks
	program *process

	tokens chan string
	stop   chan struct{}
	gates  sync.WaitGroup
	mu     sync.Mutex
	told   map[string]checkin.Answer // by scan id
}

type process struct {
	cmd *exec.Cmd
	out io.ReadCloser
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.out.Close()
}

func startKillHall(t *testing.T, args ...string) *killHall {
	t.Helper()
	var roster strings.Builder
	roster.WriteString("ref,name,category\n")
	for i := range 4000 {
		fmt.Fprintf(&roster, "K-%d,Person %d,delegate\n", i, i)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	h := &killHall{t: t, stop: make(chan struct{}), told: map[string]checkin.Answer{}, tokens: make(chan string, 4000)}
	h.args = append([]string{"demo", "--json", "--addr", addr, "--data", t.TempDir()}, args...)
	h.start("--roster", writeFile(t, "roster.csv", roster.String()))
	t.Cleanup(func() { h.program.kill() })
	h.fetchTokens()
	return h
}

// start runs the program until it serves.
func (h *killHall) start(more ...string) {
	h.t.Helper()
	path, err := built()
	if err != nil {
		h.t.Fatal(err)
	}
	for try := 0; ; try++ {
		cmd := exec.Command(path, append(h.args, more...)...)
		var errOut safeBuffer
		cmd.Stderr = &errOut
		out, err := cmd.StdoutPipe()
		if err != nil {
			h.t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			h.t.Fatal(err)
		}
		h.program = &process{cmd, out}
		line, err := bufio.NewReader(out).ReadBytes('\n')
		if err == nil {
			var links demoLinks
			if err := json.Unmarshal(line, &links); err != nil {
				h.t.Fatalf("first line %q: %v", line, err)
			}
			if h.links.BaseURL == "" { // the same ever after; the gates read them
				h.links = links
			}
			return
		}
		h.program.kill()
		if try == 20 { // the port or the lock of a killed process may linger
			h.t.Fatalf("the program doesn't start: %s", errOut.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (h *killHall) fetchTokens() {
	h.t.Helper()
	c := &connection{base: h.links.BaseURL, key: h.links.DeskKey, client: http.DefaultClient}
	err := each(h.t.Context(), c, eventPath(demoEvent, "attendees"), nil, func(a attendee) error {
		h.tokens <- a.Badge.Token
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	close(h.tokens)
}

// run scans with 16 gates while something is killed again and again, then asks
// the journal.
func (h *killHall) run(kill func()) {
	for range 16 {
		h.gates.Add(1)
		go h.gate()
	}
	for range kills {
		time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
		kill()
	}
	close(h.stop)
	h.gates.Wait()
	h.audit()
}

// gate scans one fresh badge after the other, each until it has an answer,
// under one scan id, and every few a second time.
func (h *killHall) gate() {
	defer h.gates.Done()
	client := &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	for token := range h.tokens {
		for range 1 + rand.IntN(2) {
			id := uuid.NewString()
			body, _ := json.Marshal(map[string]any{"scan_id": id, "token": token, "gate": "hall-east", "direction": "in"})
			for !h.post(client, id, body) {
				time.Sleep(10 * time.Millisecond)
			}
		}
		select {
		case <-h.stop:
			return
		default:
		}
	}
}

// post tells whether the scan was answered.
func (h *killHall) post(client *http.Client, id string, body []byte) bool {
	r, err := http.NewRequest("POST", h.links.BaseURL+"/api/v1/events/ciep21/scans", bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+h.links.GateKey)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusServiceUnavailable {
		return false
	}
	var a checkin.Answer
	if resp.StatusCode != http.StatusOK || json.Unmarshal(text, &a) != nil {
		h.t.Errorf("scan answered %d: %s", resp.StatusCode, text)
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told[id] = a
	return true
}

// audit holds what the gates were told against the journal and the occupancy.
func (h *killHall) audit() {
	t := h.t
	c := &connection{base: h.links.BaseURL, key: h.links.OrganizerKey, client: http.DefaultClient}
	resp, err := c.do(t.Context(), "GET", eventPath(demoEvent, "journal")+"?after=0&format=ndjson", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var rows []checkin.Row
	for dec := json.NewDecoder(resp.Body); ; {
		var r checkin.Row
		if err := dec.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if _, err := checkin.VerifyChain(rows, checkin.GenesisHash, 1); err != nil {
		t.Error(err)
	}
	seen, inside := map[string]checkin.Row{}, map[string]bool{}
	for _, r := range rows {
		if r.Kind != checkin.KindScan {
			continue
		}
		if _, twice := seen[r.ScanID]; twice {
			t.Errorf("scan %s is in the journal twice", r.ScanID)
		}
		seen[r.ScanID] = r
		if r.Result == checkin.Admitted {
			if inside[r.Badge] {
				t.Errorf("badge %s was admitted twice", r.Badge)
			}
			inside[r.Badge] = true
		}
	}
	lost := 0
	for id, a := range h.told {
		if r, ok := seen[id]; !ok || r.Result != a.Result || r.Seq != a.Seq {
			lost++
		}
	}
	var occ checkin.Occupancy
	if err := c.get(t.Context(), eventPath(demoEvent, "occupancy"), &occ); err != nil {
		t.Fatal(err)
	}
	if lost > 0 || occ.InsideTotal != len(inside) {
		t.Errorf("%d acknowledged scans lost; %d inside, the journal says %d", lost, occ.InsideTotal, len(inside))
	}
	if len(h.told) < kills {
		t.Errorf("only %d scans were answered", len(h.told))
	}
	t.Logf("%d kills, %d scans acknowledged, %d rows, %d lost, %d inside", kills, len(h.told), len(seen), lost, occ.InsideTotal)
}
