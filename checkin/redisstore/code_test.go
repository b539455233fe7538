package redisstore

import (
	"errors"
	"strings"
	"testing"

	"lanyard/checkin"
)

func TestResults(t *testing.T) {
	for n, c := range codes {
		got, values, err := result([]any{int64(n), "x"})
		if got != code(n) || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) || len(values) != 1 {
			t.Errorf("%s: %d, %v, %v", c.name, got, values, err)
		}
	}
	if _, _, err := result([]any{int64(codeSuperseded)}); !errors.Is(err, checkin.ErrSuperseded) {
		t.Errorf("the names and the constants are out of step: %v", err)
	}
	if codes[codeBroken].err != errBroken || len(codes) != int(codeBroken)+1 {
		t.Error("the names and the constants are out of step")
	}
}

// What isn't known is never taken for a verdict, nor for the store being away.
func TestUnknownResultsAreErrors(t *testing.T) {
	for _, v := range []any{nil, "OK", int64(0), []any{}, []any{"0"}, []any{int64(-1)}, []any{int64(len(codes))}, []any{int64(1 << 40)}} {
		if _, _, err := result(v); err == nil || errors.Is(err, checkin.ErrUnavailable) {
			t.Errorf("%#v: %v", v, err)
		}
	}
}

// A code that a script uses but nobody has declared would be nil in Lua.
func TestScriptsUseDeclaredCodes(t *testing.T) {
	declared := map[string]bool{}
	for _, c := range codes {
		declared[c.name] = true
	}
	files, err := scriptFiles.ReadDir("scripts")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := scriptFiles.ReadFile("scripts/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "-- ") || !strings.Contains(string(text), "KEYS") {
			t.Errorf("%s doesn't say what it is for and what its keys are", f.Name())
		}
		for line := range strings.SplitSeq(string(text), "\n") {
			if line, _, _ = strings.Cut(line, "--"); !strings.Contains(line, "return {") {
				continue
			}
			name, _, _ := strings.Cut(line[strings.Index(line, "return {")+len("return {"):], "}")
			name, _, _ = strings.Cut(name, ",")
			if name == strings.ToUpper(name) && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" && name != "" && !declared[name] {
				t.Errorf("%s: %s is no code", f.Name(), name)
			}
		}
	}
}
