package web

import (
	"bytes"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func get(h http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPolicyAllowsNothingUnsafe(t *testing.T) {
	csp := CSP()
	for _, never := range []string{"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "http", "*", "data:"} {
		if strings.Contains(csp, never) {
			t.Errorf("the policy has %s", never)
		}
	}
	for _, must := range []string{"default-src 'none'", "'wasm-unsafe-eval'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, must) {
			t.Errorf("the policy lacks %s", must)
		}
	}
}

// A clean clone has no built pages.
func TestUnbuiltPagesSayHowToBuild(t *testing.T) {
	s, err := newSite(fstest.MapFS{"dist/.keep": {}}, plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/scan", "/live", "/desk"} {
		res := get(s.Handler(), "GET", path)
		page := text(t, res)
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
		if strings.Count(page, "make build") != 2 || !strings.Contains(page, "尚未构建") {
			t.Errorf("%s does not say in both languages how to build it", path)
		}
	}
}

func TestBuiltPages(t *testing.T) {
	s, err := newSite(fstest.MapFS{
		"dist/.built":             {},
		"dist/scan.html":          {Data: []byte("<title>scan</title>")},
		"dist/assets/scan-A1b.js": {Data: bytes.Repeat([]byte("let scan;"), 400)},
		"dist/later.webmanifest":  {Data: []byte("{}")},
	}, plain)
	if err != nil {
		t.Fatal(err)
	}
	h := s.Handler()
	for _, c := range []struct {
		path, cache, kind string
		status            int
	}{
		{"/scan", "no-cache", "text/html; charset=utf-8", 200},
		{"/assets/scan-A1b.js", forever, "text/javascript; charset=utf-8", 200},
		{"/later.webmanifest", "no-cache", "application/manifest+json", 200},
		{"/.built", "no-store", "text/html; charset=utf-8", 404},
		{"/scan.html", "no-store", "text/html; charset=utf-8", 404},
		{"/assets/", "no-store", "text/html; charset=utf-8", 404},
	} {
		res := get(h, "GET", c.path)
		if res.StatusCode != c.status || res.Header.Get("Cache-Control") != c.cache || res.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d, %s, %s", c.path, res.StatusCode, res.Header.Get("Cache-Control"), res.Header.Get("Content-Type"))
		}
	}
	if res := get(h, "GET", "/scan/"); res.StatusCode != http.StatusPermanentRedirect || res.Header.Get("Location") != "/scan" {
		t.Errorf("/scan/: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}

	zipped := get(h, "GET", "/assets/scan-A1b.js", "Accept-Encoding", "br, gzip;q=0.5")
	if zipped.Header.Get("Content-Encoding") != "gzip" || len(text(t, zipped)) > 1000 {
		t.Error("a long script was not compressed")
	}
	for _, no := range []string{"", "br", "gzip;q=0"} {
		if res := get(h, "GET", "/assets/scan-A1b.js", "Accept-Encoding", no); res.Header.Get("Content-Encoding") != "" || len(text(t, res)) != 3600 {
			t.Errorf("Accept-Encoding %q was answered with gzip", no)
		}
	}
	tag := zipped.Header.Get("ETag")
	if res := get(h, "GET", "/assets/scan-A1b.js", "If-None-Match", tag); res.StatusCode != http.StatusNotModified || text(t, res) != "" {
		t.Errorf("a file that the browser has was sent again: %d", res.StatusCode)
	}
}

func TestHandlerAnswersEverything(t *testing.T) {
	h := site(t).Handler()
	for _, c := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/sw.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/manifest.webmanifest", 200, "application/manifest+json"},
		{"GET", "/scan.webmanifest", 200, "application/manifest+json"},
		{"GET", "/apple-touch-icon.png", 200, "image/png"},
		{"GET", "/robots.txt", 200, "text/plain; charset=utf-8"},
		{"GET", "/favicon.ico", 200, "image/png"},
		{"HEAD", "/nowhere", 404, "text/html; charset=utf-8"},
		{"GET", "/../../etc/passwd", 404, "text/html; charset=utf-8"},
		{"GET", "/assets/badge.000000000000.css", 404, "text/html; charset=utf-8"},
		{"POST", "/scan", 405, "text/plain; charset=utf-8"},
	} {
		res := get(h, c.method, c.path)
		if res.StatusCode != c.status || res.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s %s: %d %s", c.method, c.path, res.StatusCode, res.Header.Get("Content-Type"))
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": CSP(), "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		} {
			if res.Header.Get(name) != want {
				t.Errorf("%s %s: %s is %q", c.method, c.path, name, res.Header.Get(name))
			}
		}
	}
}

func TestNotFoundSpeaksTheReadersLanguageFirst(t *testing.T) {
	h := site(t).Handler()
	for lang, first := range map[string]string{"zh-CN,zh;q=0.9": "没有这个页面", "en-GB": "There is no such page"} {
		page := text(t, get(h, "GET", "/b2/SECRET-link", "Accept-Language", lang))
		if !strings.Contains(page, "<h1>"+first+"</h1>") || !strings.Contains(page, "<h2>") {
			t.Errorf("%s: not first in it, or not in both", lang)
		}
		if strings.Contains(page, "SECRET") {
			t.Error("the page repeats what it was asked for")
		}
	}
}

// Every file that a page names is there, under a name that holds its content.
func TestReferencesExist(t *testing.T) {
	s := site(t)
	h := s.Handler()
	pages := render(t, s, sample(t)) + text(t, get(h, "GET", "/sw.js")) + text(t, get(h, "GET", "/manifest.webmanifest")) + text(t, get(h, "GET", "/scan.webmanifest"))
	refs := regexp.MustCompile(`"(/(?:assets/|manifest)[^"]+)"`).FindAllStringSubmatch(pages, -1)
	if len(refs) < 8 {
		t.Fatalf("only %d references found", len(refs))
	}
	for _, ref := range refs {
		if res := get(h, "GET", ref[1]); res.StatusCode != 200 {
			t.Errorf("%s: %d", ref[1], res.StatusCode)
		}
	}
	if strings.Contains(pages, "{{") {
		t.Error("a name was not filled in")
	}
}

func TestIconsAreSquarePictures(t *testing.T) {
	for _, size := range []int{32, 180} {
		img, err := png.Decode(bytes.NewReader(drawIcon(size)))
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() != size || b.Dy() != size {
			t.Errorf("%v instead of %d", b, size)
		}
	}
}

func TestNoticeRefusesUnknownKinds(t *testing.T) {
	if err := site(t).Notice(io.Discard, NoticePage{Kind: "lost"}); err == nil {
		t.Error("an unknown notice was rendered")
	}
}

func TestStyleNamesOnlyTokens(t *testing.T) {
	css, err := plain.ReadFile("page/badge.css")
	if err != nil {
		t.Fatal(err)
	}
	body := remark.ReplaceAllString(string(css), "")
	if c := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(`).FindString(body); c != "" {
		t.Errorf("a colour outside the tokens: %s", c)
	}
	tokens, err := plain.ReadFile("style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(string(tokens), m[1]+":") {
			t.Errorf("%s is no token", m[1])
		}
	}
}
