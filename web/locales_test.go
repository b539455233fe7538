package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	blank = regexp.MustCompile(`\{[a-z_]+\}`)
	// Keys stand in the code as whole strings, "scan.title", or as a beginning
	// with the rest computed: `scan.reason.${r}`, "notice." + kind + ".title".
	wholeKey = regexp.MustCompile("[\"'`]([a-z]+(?:\\.[a-z_0-9]+)+)[\"'`]")
	keyStart = regexp.MustCompile("[\"'`]((?:[a-z]+\\.)+[a-z_]*)(?:\\$\\{|\" \\+)")
)

func TestLocalesHaveTheSameKeys(t *testing.T) {
	all, err := loadPhrases(plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages {
		for key, text := range all[lang] {
			there, ok := all[other(lang)][key]
			if !ok {
				t.Errorf("%s is in %s only", key, lang)
				continue
			}
			a, b := blank.FindAllString(text, -1), blank.FindAllString(there, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: the blanks %v are %v in %s", key, a, b, other(lang))
			}
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s is empty in %s", key, lang)
			}
		}
	}
}

func TestEveryPhraseIsUsedAndEveryUsedOneIsThere(t *testing.T) {
	all, err := loadPhrases(plain)
	if err != nil {
		t.Fatal(err)
	}
	known := all[languages[0]]
	groups := map[string]bool{}
	for key := range known {
		group, _, _ := strings.Cut(key, ".")
		groups[group] = true
	}
	used, starts := map[string]bool{}, map[string]bool{}
	for _, root := range []string{".", "page", "src"} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name != root && (root == "." || d.Name() == "node_modules") {
					return fs.SkipDir
				}
				return nil
			}
			if !slices.Contains([]string{".go", ".html", ".ts", ".tsx"}, filepath.Ext(name)) || strings.Contains(name, "_test.") || strings.Contains(name, ".test.") {
				return nil
			}
			body, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range wholeKey.FindAllStringSubmatch(string(body), -1) {
				group, _, _ := strings.Cut(m[1], ".")
				if known[m[1]] != "" {
					used[m[1]] = true
				} else if groups[group] && !fileName.MatchString(m[1]) {
					t.Errorf("%s: no phrase %s", name, m[1])
				}
			}
			for _, m := range keyStart.FindAllStringSubmatch(string(body), -1) {
				starts[m[1]] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for key := range known {
		computed := false
		for start := range starts {
			computed = computed || strings.HasPrefix(key, start)
		}
		if !used[key] && !computed {
			t.Errorf("nothing says %s", key)
		}
	}
}

var fileName = regexp.MustCompile(`\.(css|js|html|svg|png|webmanifest|json|ts|tsx)$`)
