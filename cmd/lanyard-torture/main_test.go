package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"lanyard/cmd/lanyard-torture/part"
)

// parts of a test instead of the real ones.
func with(t *testing.T, run part.Func) {
	t.Helper()
	was := parts
	t.Cleanup(func() { parts = was })
	parts = parts[:0:0]
	for _, name := range []string{"group/one", "group/two", "alone"} {
		parts = append(parts, struct {
			name string
			run  part.Func
		}{name, run})
	}
}

func torture(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), append([]string{"--dir", t.TempDir()}, args...), &stdout, &stderr)
	return code, stdout.String() + stderr.String()
}

func TestExitCodes(t *testing.T) {
	tests := []struct {
		name string
		run  part.Func
		args []string
		code int
		says string
	}{
		{"nothing wrong", func(context.Context, part.Plan) (part.Tally, error) {
			return part.Tally{Operations: 4711, Planted: 2, Found: 2}, nil
		}, nil, exitDone, "4711"},
		{"a violation", func(context.Context, part.Plan) (t part.Tally, err error) {
			t.Convict(&t.Doubled, "twice")
			return t, nil
		}, []string{"--seed", "77", "--part", "alone"}, exitNo, "--part alone --seed 77"},
		{"a planted bug that nobody noticed", func(context.Context, part.Plan) (part.Tally, error) {
			return part.Tally{Planted: 2, Found: 1}, nil
		}, nil, exitNo, "1/2"},
		{"could not be carried out", func(context.Context, part.Plan) (t part.Tally, err error) {
			return t, errors.New("no such Redis")
		}, nil, exitUnreachable, "no such Redis"},
		{"an unknown part", nil, []string{"--part", "none"}, exitUsage, "no part is called"},
		{"no time", nil, []string{"--duration", "1ms"}, exitUsage, "at least a second"},
		{"too many words", nil, []string{"more"}, exitUsage, "unexpected"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			with(t, test.run)
			if code, out := torture(t, test.args...); code != test.code || !strings.Contains(out, test.says) {
				t.Errorf("exit code %d, want %d, saying %q: %s", code, test.code, test.says, out)
			}
		})
	}
}

// Each chosen part gets the plan and a folder of its own, which goes with it.
func TestPartsAreChosenAndGetTheirPlan(t *testing.T) {
	var plans []part.Plan
	with(t, func(_ context.Context, p part.Plan) (part.Tally, error) {
		if _, err := os.Stat(p.Dir); err != nil {
			t.Error(err)
		}
		plans = append(plans, p)
		return part.Tally{}, nil
	})
	json := t.TempDir() + "/table.json"
	if code, out := torture(t, "--part", "group", "--duration", "7s", "--seed", "9", "--json", json); code != exitDone {
		t.Fatalf("exit code %d: %s", code, out)
	}
	if len(plans) != 2 {
		t.Fatalf("%d parts ran", len(plans))
	}
	for _, p := range plans {
		if _, err := os.Stat(p.Dir); err == nil || p.Duration != 7*time.Second || p.Seed != 9 {
			t.Errorf("plan %+v, folder gone: %t", p, err != nil)
		}
	}
	if text, err := os.ReadFile(json); err != nil || !strings.Contains(string(text), `"part": "group/two"`) {
		t.Errorf("%s %v", text, err)
	}
}
