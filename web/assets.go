package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

const (
	forever = "public, max-age=31536000, immutable" // the name changes with the content
	recheck = "no-cache"                            // may be kept, is asked for every time
)

// asset is one file as it is sent.
type asset struct {
	body    []byte
	zipped  []byte // gzip, nil where that saves nothing
	kind    string // Content-Type
	keep    string // Cache-Control
	version string // the content's hash, 12 characters
	status  int    // sent with it, 0 for 200
}

func newAsset(name string, body []byte, keep string) *asset {
	sum := sha256.Sum256(body)
	a := &asset{body: body, kind: contentType(name), keep: keep, version: hex.EncodeToString(sum[:6])}
	if compressible(a.kind) {
		if z := compress(body); len(z) < len(body)*9/10 {
			a.zipped = z
		}
	}
	return a
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", a.keep)
	tag := `"` + a.version + `"`
	h.Set("ETag", tag)
	if a.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	if a.status == 0 && strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if a.zipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	if r.Method != http.MethodHead {
		w.Write(body) // a reader who left is nobody's error
	}
}

// hashed puts the version into a file's name: badge.css, badge.0a1b2c3d4e5f.css.
func hashed(name, version string) string {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + version + ext
}

// contentType doesn't ask the machine's own tables, which differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".wasm":
		return "application/wasm"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") ||
		kind == "image/svg+xml" || kind == "application/wasm"
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(body)
	z.Close()
	return b.Bytes()
}

func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if c := strings.TrimSpace(coding); c == "gzip" || c == "*" {
			return !refused.MatchString(params)
		}
	}
	return false
}

var (
	refused = regexp.MustCompile(`^\s*q=0(\.0*)?\s*$`)
	remark  = regexp.MustCompile(`(?s)/\*.*?\*/`)
	comment = regexp.MustCompile(`(?m)^\s*//.*$`)
	indent  = regexp.MustCompile(`\n\s*`)
)

// packCSS and packJS take whole-line comments and indentation out of our own
// plain files: the attendee's page must be light on one bar of signal. A
// script packed so may not have a template literal of several lines.
func packCSS(css []byte) []byte { return flat(remark.ReplaceAll(css, nil)) }

func packJS(js []byte) []byte {
	return flat(comment.ReplaceAll(bytes.TrimSpace(js), nil))
}

func flat(text []byte) []byte {
	return bytes.TrimSpace(indent.ReplaceAll(text, []byte("\n")))
}
