package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// started is the whole program serving in this process.
type started struct {
	links demoLinks
	stop  func() int
}

// startDemo runs lanyard demo until stop or the end of the test.
func startDemo(t *testing.T, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var errOut safeBuffer
	code := make(chan int, 1)
	go func() {
		c := run(ctx, append([]string{"demo", "--json", "--addr", "127.0.0.1:0"}, args...), in, &errOut, noEnv)
		in.Close()
		code <- c
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		cancel()
		t.Fatalf("the demo ended with code %d: %s", <-code, errOut.String())
	}
	s := &started{stop: sync.OnceValue(func() int { cancel(); return <-code })}
	t.Cleanup(func() { s.stop() })
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s.links); err != nil {
		t.Fatalf("first line %q: %v", line, err)
	}
	return s
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func noEnv(string) string { return "" }

// lanyard runs a command and gives its exit code and what it printed.
func lanyard(t *testing.T, env map[string]string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e safeBuffer
	code = run(t.Context(), args, &o, &e, func(k string) string { return env[k] })
	return code, o.String(), e.String()
}

// call is one request with a key; it decodes the answer into a map.
func (s *started) call(t *testing.T, key, method, path string, body any) (int, map[string]any) {
	t.Helper()
	var b io.Reader
	if body != nil {
		text, _ := json.Marshal(body)
		b = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, s.links.BaseURL+path, b)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]any
	json.NewDecoder(resp.Body).Decode(&got)
	return resp.StatusCode, got
}

// someToken is the token of a delegate's badge.
func (s *started) someToken(t *testing.T, n int) string {
	t.Helper()
	_, got := s.call(t, s.links.DeskKey, "GET", "/api/v1/events/ciep21/attendees?status=active&category=delegate&limit=500", nil)
	return got["items"].([]any)[n].(map[string]any)["badge"].(map[string]any)["token"].(string)
}

func (s *started) scan(t *testing.T, token, gate string) map[string]any {
	t.Helper()
	code, got := s.call(t, s.links.GateKey, "POST", "/api/v1/events/ciep21/scans",
		map[string]any{"scan_id": uuid.NewString(), "token": token, "gate": gate})
	if code != http.StatusOK {
		t.Fatalf("scan: %d %v", code, got)
	}
	return got
}

const smallRoster = "ref,name,category\nA-1,李明,delegate\nA-2,Ming Li,expert\nA-3,Someone,delegate\n"

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// From the built-in spreadsheet to a green light, and the second try refused.
func TestDemoFromSpreadsheetToGreenLight(t *testing.T) {
	s := startDemo(t, "--data", filepath.Join(t.TempDir(), "made", "by", "itself"))
	token := s.someToken(t, 0)
	if got := s.scan(t, token, "north"); got["result"] != "admitted" {
		t.Fatalf("first scan: %v", got)
	}
	got := s.scan(t, token, "north")
	if got["result"] != "denied" || got["reason"] != "already_inside" || got["earlier"].(map[string]any)["gate"] != "north" {
		t.Errorf("second scan: %v", got)
	}
	_, occ := s.call(t, s.links.SecurityKey, "GET", "/api/v1/events/ciep21/occupancy", nil)
	if occ["inside_total"] != 1.0 {
		t.Errorf("occupancy: %v", occ)
	}
}

// A demo started again on the same data keeps what is there, and its keys.
func TestDemoKeepsWhatIsThere(t *testing.T) {
	dir, roster := t.TempDir(), writeFile(t, "r.csv", smallRoster)
	first := startDemo(t, "--data", dir, "--roster", roster)
	token := first.someToken(t, 0)
	if got := first.scan(t, token, "north"); got["result"] != "admitted" {
		t.Fatalf("got %v", got)
	}
	if code := first.stop(); code != exitDone {
		t.Fatalf("the first ended with %d", code)
	}
	again := startDemo(t, "--data", dir)
	if l, m := first.links, again.links; l.GateKey != m.GateKey || l.OrganizerKey != m.OrganizerKey || l.SecurityKey != m.SecurityKey ||
		strings.TrimPrefix(l.BadgePage, l.BaseURL) != strings.TrimPrefix(m.BadgePage, m.BaseURL) {
		t.Errorf("links changed from %+v to %+v", l, m)
	}
	if got := again.someToken(t, 0); got != token {
		t.Error("the token changed")
	}
	if got := again.scan(t, token, "north"); got["reason"] != "already_inside" {
		t.Errorf("after a restart: %v", got)
	}
	for _, key := range []string{again.links.OrganizerKey, again.links.DeskKey, again.links.GateKey, again.links.SupervisorKey, again.links.SecurityKey} {
		if code, me := again.call(t, key, "GET", "/api/v1/me", nil); code != http.StatusOK {
			t.Errorf("a key doesn't work: %d %v", code, me)
		}
	}
}

// Every management command, through a running server and on the store itself.
func TestManagementCommands(t *testing.T) {
	dir := t.TempDir()
	s := startDemo(t, "--data", dir, "--roster", writeFile(t, "r.csv", smallRoster))
	token := s.someToken(t, 0)
	s.scan(t, token, "north")
	t.Run("through a server", func(t *testing.T) {
		manage(t, token, map[string]string{"LANYARD_KEY": s.links.OrganizerKey, "LANYARD_SERVER": s.links.BaseURL})
	})
	if code, _, _ := lanyard(t, nil, "keys", "list", "--event", "ciep21", "--data", dir); code != exitUnreachable {
		t.Errorf("a store that is open elsewhere: code %d", code)
	}
	s.stop()
	t.Run("on the store", func(t *testing.T) { manage(t, token, map[string]string{"LANYARD_DATA": dir}) })
	t.Run("backup and restore", func(t *testing.T) { backupAndRestore(t, dir, token) })
}

func manage(t *testing.T, token string, env map[string]string) {
	do := func(wantCode int, contains string, args ...string) string {
		t.Helper()
		code, out, errOut := lanyard(t, env, append(args, "--event", "ciep21")...)
		if code != wantCode || !strings.Contains(out, contains) {
			t.Errorf("%v: code %d, want %d; output %q lacks %q; errors %q", args, code, wantCode, out, contains, errOut)
		}
		return out
	}
	do(exitDone, "active", "keys", "list")
	do(exitDone, "New badges are signed with key", "keys", "rotate")
	added := do(exitDone, "lk_", "operator", "add", "--name", "Test gate", "--role", "gate", "--gate", "north")
	id := strings.TrimSuffix(strings.Fields(added)[1], ".")
	do(exitDone, "Test gate", "operator", "list")
	do(exitDone, "revoked", "operator", "revoke", id)
	do(exitUsage, "", "operator", "revoke", "nobody-there")
	do(exitUsage, "", "operator", "add", "--name", "x", "--role", "king")

	roster := writeFile(t, "more.csv", "ref,name,category\nB-1,Zhang San,delegate\nB-2,Li Si,nothing-known\n")
	do(exitNo, "Would import 1 of 2 rows", "import", roster, "--dry-run")
	do(exitNo, "1 refused", "import", roster, "--issue")
	do(exitNo, "1 as they were", "import", roster)
	do(exitUsage, "", "import", writeFile(t, "bad.csv", "\x00\x01\x02"))
	do(exitUsage, "", "import", filepath.Join(t.TempDir(), "missing.csv"))

	images := t.TempDir()
	do(exitDone, "4 badges written", "badges", "--out", images, "--format", "png,svg")
	if files, _ := filepath.Glob(filepath.Join(images, "*")); len(files) != 8 {
		t.Errorf("image files: %v", files)
	}
	do(exitUsage, "", "badges", "--out", images, "--format", "gif")

	do(exitDone, "checkpoints", "journal", "verify")
	if out := do(exitDone, "李明", "export", "roster"); !strings.HasPrefix(out, "\ufeffref,name") {
		t.Errorf("roster: %q", out)
	}
	do(exitDone, "main-forum", "export", "inside")
	do(exitDone, "main-forum", "export", "inside", "--format", "json")
	export := filepath.Join(t.TempDir(), "journal.ndjson")
	do(exitDone, "", "export", "journal", "--out", export)
	verifyExports(t, export)
}

// verifyExports checks an export, and that a change of one byte is found and named.
func verifyExports(t *testing.T, export string) {
	if code, out, _ := lanyard(t, nil, "journal", "verify", export); code != exitDone {
		t.Errorf("a whole export: code %d, %s", code, out)
	}
	data, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	changed := writeFile(t, "changed.ndjson", strings.Replace(string(data), `"result":"admitted"`, `"result":"denied"`, 1))
	if code, out, _ := lanyard(t, nil, "journal", "verify", changed); code != exitNo || !strings.Contains(out, "journal row") {
		t.Errorf("a changed row: code %d, %s", code, out)
	}
	missing := writeFile(t, "missing.ndjson", strings.Join(append(append([]string{}, lines[:4]...), lines[5:]...), ""))
	if code, out, _ := lanyard(t, nil, "journal", "verify", missing); code != exitNo || !strings.Contains(out, "journal row 5") {
		t.Errorf("a missing row: code %d, %s", code, out)
	}
}

func backupAndRestore(t *testing.T, dir, token string) {
	file := filepath.Join(t.TempDir(), "all.backup")
	if code, out, e := lanyard(t, nil, "backup", "--data", dir, "--out", file); code != exitDone {
		t.Fatalf("backup: %d %s %s", code, out, e)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the backup is open to others: %v %v", info.Mode(), err)
	}
	secret, err := os.ReadFile(filepath.Join(dir, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	fresh, env := t.TempDir(), map[string]string{"LANYARD_SECRET": string(secret)}
	if code, out, e := lanyard(t, env, "restore", file, "--data", fresh); code != exitDone {
		t.Fatalf("restore: %d %s %s", code, out, e)
	}
	if code, _, _ := lanyard(t, env, "restore", file, "--data", fresh); code == exitDone {
		t.Error("restored over what is there")
	}
	if code, out, e := lanyard(t, env, "doctor", "--data", fresh); code != exitDone {
		t.Errorf("doctor on the restored store: %d %s %s", code, out, e)
	}
	if code, out, _ := lanyard(t, nil, "doctor", "--data", fresh); code != exitNo || !strings.Contains(out, "keys_sealed") {
		t.Errorf("doctor with another secret: %d %s", code, out)
	}
	cut := writeFile(t, "cut.backup", "")
	data, _ := os.ReadFile(file)
	os.WriteFile(cut, data[:len(data)/2], 0o600)
	if code, _, _ := lanyard(t, env, "restore", cut, "--data", t.TempDir()); code != exitUsage {
		t.Errorf("half a backup: code %d", code)
	}
}

// A badge checked offline: by token, by picture, with the wrong keys.
func TestVerifyOffline(t *testing.T) {
	s := startDemo(t, "--data", t.TempDir(), "--roster", writeFile(t, "r.csv", smallRoster))
	token := s.someToken(t, 0)
	jwks := s.links.BaseURL + "/.well-known/jwks.json"
	if code, out, e := lanyard(t, nil, "verify", token, "--jwks", jwks); code != exitDone || !strings.HasPrefix(out, "Valid: badge") {
		t.Errorf("a good badge: %d %q %q", code, out, e)
	}
	other := "A" // in the middle of the signature, where every letter can be any
	if token[len(token)-40] == 'A' {
		other = "B"
	}
	broken := token[:len(token)-40] + other + token[len(token)-39:]
	if code, out, _ := lanyard(t, nil, "verify", broken, "--jwks", jwks); code != exitNo || strings.Contains(out, token[:20]) {
		t.Errorf("a broken badge: %d %q", code, out)
	}
	images := t.TempDir()
	lanyard(t, map[string]string{"LANYARD_KEY": s.links.OrganizerKey}, "badges", "--server", s.links.BaseURL, "--event", "ciep21", "--out", images)
	if code, out, e := lanyard(t, nil, "verify", "--image", filepath.Join(images, "A-1.png"), "--jwks", jwks); code != exitDone {
		t.Errorf("a picture: %d %q %q", code, out, e)
	}
	for _, args := range [][]string{{"verify", token}, {"verify", "--jwks", jwks}, {"verify", token, "--jwks", "/nowhere"}, {"verify", "a", "b", "--jwks", jwks}} {
		if code, _, _ := lanyard(t, nil, args...); code != exitUsage {
			t.Errorf("verify with %d arguments: code %d", len(args)-1, code)
		}
	}
	if code, _, _ := lanyard(t, nil, "verify", token, "--jwks", "http://127.0.0.1:1/keys"); code != exitUnreachable {
		t.Error("unreachable keys")
	}
}

// A server on the embedded store tells its first key once.
func TestServeTellsTheFirstKeyOnce(t *testing.T) {
	dir := t.TempDir()
	for i, want := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, errOut safeBuffer
		code := make(chan int, 1)
		go func() {
			code <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--data", dir}, &out, &errOut, noEnv)
		}()
		waitFor(t, func() bool { return strings.Contains(errOut.String(), "msg=serving") })
		cancel()
		if c := <-code; c != exitDone {
			t.Fatalf("start %d ended with %d: %s", i, c, errOut.String())
		}
		if got := strings.Contains(out.String(), "lk_"); got != want {
			t.Errorf("start %d: key told %v, want %v", i, got, want)
		}
		if strings.Contains(errOut.String(), "lk_") {
			t.Error("a key in the log")
		}
	}
}

func waitFor(t *testing.T, ready func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ready(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited for too long")
		}
	}
}

func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		want int
		says string
	}{
		{args: []string{"nonsense"}, want: exitUsage},
		{args: []string{"keys", "nonsense"}, want: exitUsage},
		{args: []string{"journal", "verify", "a", "b"}, want: exitUsage},
		{args: []string{"serve", "--redis", "nonsense://"}, want: exitUsage},
		{args: []string{"serve", "extra"}, want: exitUsage},
		{args: []string{"serve", "--nonsense"}, want: exitUsage},
		{args: []string{"serve", "--tls-cert", "x"}, want: exitUsage, says: "go together"},
		{args: []string{"serve", "--tls-self", "--acme", "example.org"}, want: exitUsage, says: "choose one"},
		{args: []string{"serve", "--redis-replicas", "1"}, want: exitUsage, says: "needs --redis"},
		{args: []string{"serve", "--trusted-proxies", "everyone"}, want: exitUsage, says: "not a network"},
		{args: []string{"serve", "--log-level", "loud"}, want: exitUsage, says: "debug, info"},
		{args: []string{"serve"}, env: map[string]string{"LANYARD_REDIS_REPLICAS": "many"}, want: exitUsage, says: "LANYARD_REDIS_REPLICAS"},
		{args: []string{"serve"}, env: map[string]string{"LANYARD_SECRET": "short"}, want: exitUsage, says: "at least 32"},
		{args: []string{"serve", "--redis", "redis://127.0.0.1:1/0"}, want: exitUnreachable},
		{args: []string{"import", "x.csv"}, want: exitUsage},
		{args: []string{"keys", "list"}, want: exitUsage, says: "which event"},
		{args: []string{"keys", "list", "--event", "e", "--server", "http://127.0.0.1:1"}, want: exitUsage, says: "LANYARD_KEY"},
		{args: []string{"keys", "list", "--event", "e", "--server", "http://127.0.0.1:1", "--key", "k"}, want: exitUnreachable},
		{args: []string{"keys", "list", "--event", "nothing"}, want: exitUsage},
		{args: []string{"doctor", "--ready", "http://127.0.0.1:1"}, want: exitUnreachable},
	} {
		args := c.args
		if c.args[0] == "serve" || len(c.args) == 4 && c.args[0] == "keys" {
			args = append(args, "--data", t.TempDir())
		}
		if c.args[0] == "serve" {
			args = append(args, "--addr", "127.0.0.1:0")
		}
		code, out, errOut := lanyard(t, c.env, args...)
		if code != c.want || !strings.Contains(errOut, c.says) {
			t.Errorf("%v: code %d, want %d; says %q %q", c.args, code, c.want, out, errOut)
		}
	}
}
