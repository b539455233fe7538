package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	tests := []struct {
		args string
		ok   bool
	}{
		{"--start bin/lanyard", true},
		{"--server http://127.0.0.1:1 --key k", true},
		{"--server http://127.0.0.1:1 --key k --closed --attendees 1", true},
		{"", false},
		{"--start a --server b --key k", false},
		{"--server http://127.0.0.1:1", false},
		{"--start a --store files", false},
		{"--start a --gates 0", false},
		{"--start a --gates 2 --venues 3", false},
		{"--start a --rate 0", false},
		{"--start a --rate 1000 --duration 10s --attendees 10", false},
		{"--start a --fresh -1", false},
		{"--start a --fresh 0 --repeat 0 --leave 0 --foreign 0 --retry 0", false},
		{"--start a --duration 2h", false},
		{"--start a b", false},
		{"--start a --nonsense", false},
	}
	t.Setenv("LANYARD_KEY", "")
	for _, test := range tests {
		_, err := parseOptions(strings.Fields(test.args), new(bytes.Buffer))
		if (err == nil) != test.ok {
			t.Errorf("%q: %v", test.args, err)
		}
		if !test.ok && run(context.Background(), strings.Fields(test.args), new(bytes.Buffer), new(bytes.Buffer)) != exitUsage {
			t.Errorf("%q doesn't end as wrong usage", test.args)
		}
	}
}

func TestNoServerIsUnreachable(t *testing.T) {
	for _, args := range []string{"--server http://127.0.0.1:1 --key k", "--start /nonexistent/lanyard --dir " + t.TempDir()} {
		if code := run(context.Background(), strings.Fields(args), new(bytes.Buffer), new(bytes.Buffer)); code != exitUnreachable {
			t.Errorf("%q ends with %d", args, code)
		}
	}
}

func TestReportNamesWhatFailed(t *testing.T) {
	var out bytes.Buffer
	found := make([]Contradiction, 30)
	for i := range found {
		found[i] = Contradiction{DoubleEntry, "row"}
	}
	answers := []Answered{{Settled: true, Result: "denied", Reason: "already_inside"}, {}}
	NewReport("bolt", smallPlan, smallRun, Outcome{Answers: answers, Elapsed: time.Second}, 9, found).Print(&out)
	for _, want := range []string{"1 denied already_inside", "1 scans never answered", "FAILED: 30 double-entry"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report doesn't say %q:\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), "double-entry: row"); n != shownContradictions {
		t.Errorf("%d contradictions of one kind are printed", n)
	}
}

func TestScanIDs(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[[36]byte]bool{}
	for range 1000 {
		id := newScanID()
		if !shape.Match(id[:]) {
			t.Fatalf("%s is not a UUID of version 4", id)
		}
		seen[id] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d of 1000 ids are different", len(seen))
	}
}

func TestForgeChangesTheSignatureAlone(t *testing.T) {
	for _, token := range []string{"a.b.ABCDEFGHIJKLMNOP", "a.b.0123456789012345"} {
		forged := forge(token)
		if forged == token || len(forged) != len(token) || forged[:4] != token[:4] {
			t.Errorf("%s became %s", token, forged)
		}
	}
}
