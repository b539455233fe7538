package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Imports go one way: badge, checkin, the stores; api knows no store; web
// knows the standard library only; and each core library has its places.
// Tests may look further.
func TestImportsGoOneWay(t *testing.T) {
	ours := map[string][]string{
		"badge":                              {},
		"checkin":                            {"lanyard/badge"},
		"checkin/boltstore":                  {"lanyard/badge", "lanyard/checkin"},
		"checkin/redisstore":                 {"lanyard/badge", "lanyard/checkin"},
		"checkin/redisstore/aof":             {},
		"checkin/redisstore/redistest":       {"lanyard/checkin/redisstore/aof"},
		"checkin/storetest":                  {"lanyard/badge", "lanyard/checkin"},
		"checkin/simulate":                   {"lanyard/badge", "lanyard/checkin"},
		"api":                                {"lanyard/badge", "lanyard/checkin", "lanyard/web"},
		"web":                                {},
		"cmd/lanyard":                        {"lanyard/api", "lanyard/badge", "lanyard/checkin", "lanyard/checkin/boltstore", "lanyard/checkin/redisstore", "lanyard/web"},
		"cmd/internal/rig":                   {"lanyard/checkin/redisstore/aof"},
		"cmd/lanyard-load":                   {"lanyard/cmd/internal/rig"},
		"cmd/lanyard-torture":                {"lanyard/cmd/lanyard-torture/attack", "lanyard/cmd/lanyard-torture/failover", "lanyard/cmd/lanyard-torture/linear", "lanyard/cmd/lanyard-torture/overload", "lanyard/cmd/lanyard-torture/part", "lanyard/cmd/lanyard-torture/powercut", "lanyard/cmd/lanyard-torture/simulation"},
		"cmd/lanyard-torture/attack":         {"lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/crowd":          {"lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/failover":       {"lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/crowd", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/powercut":       {"lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/crowd", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/overload":       {"lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/crowd", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/simulation":     {"lanyard/checkin", "lanyard/checkin/boltstore", "lanyard/checkin/redisstore", "lanyard/checkin/simulate", "lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/linear":         {"lanyard/cmd/internal/rig", "lanyard/cmd/lanyard-torture/linear/planted", "lanyard/cmd/lanyard-torture/part"},
		"cmd/lanyard-torture/linear/planted": {"lanyard/cmd/internal/rig"},
		"cmd/lanyard-torture/part":           {},
	}
	places := map[string][]string{
		"github.com/labstack/echo/":    {"api", "cmd/lanyard", "cmd/lanyard-load"},
		"github.com/redis/go-redis/":   {"checkin/redisstore", "checkin/redisstore/redistest", "cmd/lanyard", "cmd/lanyard-load"},
		"go.etcd.io/bbolt":             {"checkin/boltstore"},
		"github.com/golang-jwt/jwt/":   {"badge"},
		"github.com/skip2/go-qrcode":   {"badge", "cmd/lanyard-load"},
		"github.com/xuri/excelize/":    {"badge"},
		"github.com/prometheus/":       {"api", "cmd/lanyard"},
		"github.com/spf13/":            {"cmd/lanyard"},
		"github.com/jedib0t/go-pretty": {"cmd/lanyard"},
	}
	seen := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, filepath.Dir(path))
		pkg := filepath.ToSlash(rel)
		allowed, known := ours[pkg]
		if !known {
			t.Errorf("%s: a package that this test doesn't know", pkg)
		}
		seen[pkg] = true
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if strings.HasPrefix(name, "lanyard/") && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s", path, name)
			}
			if pkg == "web" && strings.Contains(strings.Split(name, "/")[0], ".") {
				t.Errorf("%s imports %s: web knows the standard library only", path, name)
			}
			for prefix, where := range places {
				if strings.HasPrefix(name, prefix) && !slices.Contains(where, pkg) {
					t.Errorf("%s imports %s, which belongs in %v", path, name, where)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range ours {
		if !seen[pkg] {
			t.Errorf("%s has no Go files", pkg)
		}
	}
}
