package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every threat in ARCHITECTURE.md names tests that exist, or parts of torture.
func TestThreatsAreTested(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Threats\n")
	if !ok {
		t.Fatal("ARCHITECTURE.md has no section Threats")
	}
	section, _, _ = strings.Cut(section, "\nWhat nothing here stops")

	exists := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	part := regexp.MustCompile(`(?m)^\t\{"(\w+)(?:/\w+)?",`)
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "node_modules" || name == ".git" || name == ".cache" || name == "bin"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".test.ts"):
			exists[name] = true
		case strings.HasSuffix(name, "_test.go"), name == "parts.go":
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			of := function
			if name == "parts.go" {
				of = part
			}
			for _, m := range of.FindAllSubmatch(source, -1) {
				exists[string(m[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	threats := 0
	quoted := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| who | ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 {
			t.Errorf("%d cells: %.60s", len(cells), line)
			continue
		}
		threats++
		shown := quoted.FindAllStringSubmatch(cells[3], -1)
		if len(shown) == 0 {
			t.Errorf("nothing shows what stops %s", cells[0])
		}
		for _, m := range shown {
			if !exists[m[1]] {
				t.Errorf("there is no %s, which shows what stops %s", m[1], cells[0])
			}
		}
	}
	if threats < 10 {
		t.Errorf("%d threats", threats)
	}
}
