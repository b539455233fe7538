package api

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/badge"
	"lanyard/checkin"
)

// exportedErrors are the error variables that a package's source exports.
func exportedErrors(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if _, inside := n.(*ast.FuncDecl); inside {
				return false
			}
			if v, ok := n.(*ast.ValueSpec); ok {
				for _, name := range v.Names {
					if strings.HasPrefix(name.Name, "Err") && name.IsExported() {
						names = append(names, name.Name)
					}
				}
			}
			return true
		})
	}
	return names
}

func TestEveryErrorHasARow(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	ast.Inspect(source, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if ok && v.Names[0].Name == "failures" {
			for _, row := range v.Values[0].(*ast.CompositeLit).Elts {
				switch e := row.(*ast.CompositeLit).Elts[0].(type) {
				case *ast.SelectorExpr:
					rows[e.X.(*ast.Ident).Name+"."+e.Sel.Name] = true
				case *ast.Ident:
					rows[e.Name] = true
				}
			}
		}
		return true
	})
	for _, name := range []string{"badge", "checkin"} {
		all := exportedErrors(t, "../"+name)
		if len(all) == 0 {
			t.Errorf("no errors found in %s", name)
		}
		for _, e := range all {
			if !rows[name+"."+e] {
				t.Errorf("%s.%s has no row in the table of failures", name, e)
			}
		}
	}
}

func TestProblems(t *testing.T) {
	codes := map[string]string{}
	for _, f := range failures {
		p := problemOf(fmt.Errorf("deep down: %w", f.err), "rid")
		if p.Status != f.status || p.Code != f.code || p.Title != f.title || p.Detail == "" || p.RequestID != "rid" {
			t.Errorf("%v became %+v", f.err, p)
		}
		if title, ok := codes[f.code]; ok && title != f.title {
			t.Errorf("code %s has two titles", f.code)
		}
		codes[f.code] = f.title
	}
	tests := []struct {
		err          error
		status       int
		code, field  string
		says, hushed string
	}{
		{errors.New("dial tcp 10.0.0.1: secret"), 500, "internal", "", "request id", "secret"},
		{&checkin.Invalid{Field: "hours[0].from", Message: "The time is wrong."}, 400, "invalid_value", "hours[0].from", "The time is wrong.", ""},
		{&badge.FileError{Code: badge.CodeNoNameColumn, Message: "No names."}, 400, "no_name_column", "", "No names.", ""},
		{badge.ErrTooLarge, 413, "too_large", "", "", ""},
		{&http.MaxBytesError{Limit: 1}, 413, "too_large", "", "", ""},
		{because(errInternal, "field", "secret"), 500, "internal", "field", "request id", "secret"},
		{because(checkin.ErrUnavailable, "", ""), 503, "store_unavailable", "", "again", ""},
	}
	for _, tt := range tests {
		p := problemOf(tt.err, "rid")
		if p.Status != tt.status || p.Code != tt.code || p.Field != tt.field || !strings.Contains(p.Detail, tt.says) ||
			tt.hushed != "" && strings.Contains(p.Detail, tt.hushed) {
			t.Errorf("%v became %+v", tt.err, p)
		}
	}
}

// Half an answer that nobody waits for any more isn't taken for a whole one, nor
// none for an empty one that says yes, by whoever reads it all the same: a
// command in the same process, or a client whose connection only looked closed.
func TestAbandonedAnswerIsCutOff(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for _, status := range []int{0, 200} {
		x := &exchange{ResponseWriter: httptest.NewRecorder(), request: httptest.NewRequestWithContext(ctx, "GET", "/", nil), status: status}
		got := func() (p any) {
			defer func() { p = recover() }()
			(&Server{}).fail(checkin.ErrUnavailable, x)
			return nil
		}()
		if got != http.ErrAbortHandler || !x.gone || x.status != status {
			t.Errorf("after status %d: panic %v, status %d", status, got, x.status)
		}
	}
}
