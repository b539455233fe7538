package api_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"lanyard/api"
	"lanyard/checkin"
	"lanyard/web"
)

// document is the OpenAPI document with its schemas compiled.
type document struct {
	operations []*operation
	problem    *jsonschema.Schema
}

type operation struct {
	method  string
	path    *regexp.Regexp
	answers map[string]map[string]*jsonschema.Schema // by status and media type; nil for no schema
}

var described = sync.OnceValue(func() *document {
	o := api.Options{Desk: checkin.NewDesk(checkin.NewMemory(), checkin.DeskOptions{}), Site: theSite(), Log: slog.New(slog.DiscardHandler)}
	w := httptest.NewRecorder()
	must(api.New(o)).Handler().ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var parsed struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &parsed); err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("openapi.json", must(jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes())))); err != nil {
		panic(err)
	}
	d := &document{problem: must(c.Compile("openapi.json#/components/schemas/Problem"))}
	for path, methods := range parsed.Paths {
		pattern := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/.]+`)
		for method, op := range methods {
			o := &operation{strings.ToUpper(method), regexp.MustCompile("^" + pattern + "$"), map[string]map[string]*jsonschema.Schema{}}
			for status, answer := range op.Responses {
				o.answers[status] = map[string]*jsonschema.Schema{}
				for media, content := range answer.Content {
					o.answers[status][media] = nil
					if content.Schema.Ref != "" {
						o.answers[status][media] = must(c.Compile("openapi.json" + content.Schema.Ref))
					}
				}
			}
			d.operations = append(d.operations, o)
		}
	}
	return d
})

// literal paths win over ones with parameters.
func (d *document) find(method, path string) *operation {
	var found *operation
	for _, o := range d.operations {
		if o.method == method && o.path.MatchString(path) && (found == nil || strings.Count(o.path.String(), "[^/.]") < strings.Count(found.path.String(), "[^/.]")) {
			found = o
		}
	}
	return found
}

// checkAnswer holds an answer against what every answer promises and what the
// OpenAPI document says of it.
func (h *hall) checkAnswer(r *http.Request, res *http.Response, body []byte) {
	h.t.Helper()
	at := r.Method + " " + r.URL.Path
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Content-Security-Policy": web.CSP()} {
		if got := res.Header.Get(name); got != want {
			h.t.Errorf("%s: header %s is %q", at, name, got)
		}
	}
	if res.Header.Get("X-Request-Id") == "" || !strings.Contains(res.Header.Get("Permissions-Policy"), "camera=(self)") || res.Header.Get("Cache-Control") == "" {
		h.t.Errorf("%s: headers are missing in %v", at, res.Header)
	}
	media := res.Header.Get("Content-Type")
	if media == "application/problem+json" {
		h.checkJSON(at, described().problem, body)
		var p struct {
			Status    int
			RequestID string `json:"request_id"`
		}
		json.Unmarshal(body, &p)
		if p.Status != res.StatusCode || p.RequestID != res.Header.Get("X-Request-Id") {
			h.t.Errorf("%s: %d, but the problem is %s", at, res.StatusCode, body)
		}
		if res.StatusCode == 401 && !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer") {
			h.t.Errorf("%s: 401 without WWW-Authenticate", at)
		}
		if (res.StatusCode == 503 || res.StatusCode == 429) && res.Header.Get("Retry-After") == "" {
			h.t.Errorf("%s: %d without Retry-After", at, res.StatusCode)
		}
		return
	}
	if res.StatusCode >= 400 || r.Method == "HEAD" {
		return
	}
	op := described().find(r.Method, r.URL.Path)
	if op == nil {
		return // a page
	}
	answers, ok := op.answers[strconv.Itoa(res.StatusCode)]
	if !ok {
		h.t.Errorf("%s: %d isn't in the OpenAPI document", at, res.StatusCode)
		return
	}
	if len(body) == 0 {
		if len(answers) > 0 {
			h.t.Errorf("%s: %d without the body that the OpenAPI document promises", at, res.StatusCode)
		}
		return
	}
	schema, ok := answers[media]
	if !ok && (media == "application/jwk-set+json" || strings.HasPrefix(media, "text/plain")) {
		return
	}
	if !ok {
		h.t.Errorf("%s: %d with %s isn't in the OpenAPI document", at, res.StatusCode, media)
	}
	if schema != nil && res.Header.Get("Content-Encoding") == "" {
		h.checkJSON(at, schema, body)
	}
	if res.StatusCode == 201 && res.Header.Get("Location") == "" {
		h.t.Errorf("%s: 201 without Location", at)
	}
}

func (h *hall) checkJSON(at string, schema *jsonschema.Schema, body []byte) {
	h.t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		h.t.Errorf("%s: the answer isn't as described: %v\n%.800s", at, err, body)
	}
}
