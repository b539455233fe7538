package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lanyard/api"
)

type openAPI struct {
	OpenAPI    string
	Paths      map[string]map[string]openAPIOperation
	Components struct {
		Schemas map[string]openAPISchema
	}
}

type openAPIOperation struct {
	OperationID string `json:"operationId"`
	Parameters  []struct{ Name, In string }
	RequestBody *struct {
		Content map[string]struct {
			Schema struct {
				Ref string `json:"$ref"`
			}
		}
	}
	Responses map[string]json.RawMessage
	Roles     []string `json:"x-roles"`
	Security  []any
}

type openAPISchema struct {
	Properties map[string]json.RawMessage
	Required   []string
}

func TestOpenAPI(t *testing.T) {
	h := newHall(t, memory)
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc openAPI
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatalf("%v, version %q", err, doc.OpenAPI)
	}

	described := map[string]bool{}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			described[strings.ToUpper(method)+" "+path] = true
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s %s has the id %q, which is none of its own", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
			for name := range strings.SplitSeq(path, "{") {
				if name, _, ok := strings.Cut(name, "}"); ok && !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name && p.In == "path" }) {
					t.Errorf("%s %s doesn't describe {%s}", method, path, name)
				}
			}
		}
	}
	for _, r := range h.server.Routes() {
		at := r.Method + " " + r.Path
		if !described[at] {
			t.Errorf("%s isn't described", at)
			continue
		}
		delete(described, at)
		op := doc.Paths[r.Path][strings.ToLower(r.Method)]
		if r.Open != (op.Security != nil) || len(op.Roles) != len(r.Roles) {
			t.Errorf("%s: open is %v and roles are %v, which isn't what is described", at, r.Open, r.Roles)
		}
		if len(r.Answers) == 0 || op.Responses["default"] == nil {
			t.Errorf("%s has no answers", at)
		}
	}
	for at := range described {
		t.Errorf("%s is described and doesn't exist", at)
	}

	// What a request may have is what is read of it.
	for name, v := range api.RequestTypes {
		schema, ok := doc.Components.Schemas[name]
		if !ok {
			t.Errorf("no schema %s", name)
			continue
		}
		read := map[string]bool{}
		for i := range reflect.TypeOf(v).NumField() {
			read[reflect.TypeOf(v).Field(i).Tag.Get("json")] = true
		}
		for p := range schema.Properties {
			if !read[p] {
				t.Errorf("%s describes %s, which isn't read", name, p)
			}
			delete(read, p)
		}
		for p := range read {
			t.Errorf("%s doesn't describe %s, which is read", name, p)
		}
		for _, p := range schema.Required {
			if schema.Properties[p] == nil {
				t.Errorf("%s requires %s, which it doesn't have", name, p)
			}
		}
	}
	for _, methods := range doc.Paths {
		for _, op := range methods {
			if op.RequestBody == nil {
				continue
			}
			for _, c := range op.RequestBody.Content {
				if name := strings.TrimPrefix(c.Schema.Ref, "#/components/schemas/"); name != "" && doc.Components.Schemas[name].Properties == nil {
					t.Errorf("request schema %s has no properties", name)
				}
			}
		}
	}
}
