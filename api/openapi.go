package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lanyard/checkin"
)

//go:embed schemas.json
var schemas []byte

// openAPI describes the routes (OpenAPI 3.1). The paths come from the route
// list and the schemas from schemas.json; a test holds every answer of the
// scenarios against them.
func openAPI(routes []*route, version string) ([]byte, error) {
	var known map[string]json.RawMessage
	if err := json.Unmarshal(schemas, &known); err != nil {
		return nil, fmt.Errorf("api: schemas.json: %w", err)
	}
	if version == "" {
		version = "dev"
	}
	paths := map[string]map[string]any{}
	for _, r := range routes {
		for _, name := range r.schemaNames() {
			if known[name] == nil {
				return nil, fmt.Errorf("api: %s %s has no schema %s", r.method, r.path, name)
			}
		}
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path][strings.ToLower(r.method)] = r.operation()
	}
	problem := map[string]any{"description": "A problem (RFC 9457).",
		"content": map[string]any{"application/problem+json": map[string]any{"schema": schemaRef("Problem")}}}
	return json.Marshal(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Lanyard", "version": version,
			"description": "QR badges and on-site check-in. A refused scan is an answer like any other, with status 200; " +
				"503 means that nothing was decided, and the same scan id may be sent again.",
			"license": map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers":  []any{map[string]any{"url": "/"}},
		"security": []any{map[string]any{"key": []string{}}, map[string]any{"session": []string{}}},
		"paths":    paths,
		"components": map[string]any{
			"schemas":   known,
			"responses": map[string]any{"Problem": problem},
			"securitySchemes": map[string]any{
				"key":     map[string]any{"type": "http", "scheme": "bearer", "description": "An operator's key."},
				"session": map[string]any{"type": "apiKey", "in": "cookie", "name": sessionCookie, "description": "From POST /api/v1/session."},
			},
		},
	})
}

func (r *route) schemaNames() []string {
	var names []string
	if r.body != "" {
		names = append(names, r.body)
	}
	for _, a := range r.answers {
		if a.schema != "" {
			names = append(names, a.schema)
		}
	}
	return names
}

func schemaRef(name string) map[string]any {
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// operation is the route as an Operation Object.
func (r *route) operation() map[string]any {
	op := map[string]any{"summary": r.about, "operationId": r.operationID(), "responses": r.responses()}
	params := []any{}
	for _, m := range pathParam.FindAllStringSubmatch(r.path, -1) {
		params = append(params, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	for _, q := range r.query {
		p := map[string]any{"name": q.name, "in": "query", "description": q.about, "schema": json.RawMessage(q.schema)}
		if q.needed {
			p["required"] = true
		}
		if q.many {
			p["schema"] = map[string]any{"type": "array", "items": json.RawMessage(q.schema)}
		}
		params = append(params, p)
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	switch {
	case r.files != nil:
		content := map[string]any{}
		for _, t := range r.files {
			content[t] = map[string]any{}
		}
		op["requestBody"] = map[string]any{"required": true, "content": content}
	case r.body != "":
		op["requestBody"] = map[string]any{"required": !r.anyBody,
			"content": map[string]any{jsonType: map[string]any{"schema": schemaRef(r.body)}}}
	}
	if r.open {
		op["security"] = []any{}
	}
	op["x-roles"] = r.roleNames()
	return op
}

// roleNames are the roles that may use the route: none where nobody needs one.
func (r *route) roleNames() []checkin.Role {
	switch {
	case r.open:
		return []checkin.Role{}
	case r.roles == nil:
		return checkin.Roles
	}
	return r.roles
}

func (r *route) operationID() string {
	words := strings.FieldsFunc(strings.TrimPrefix(r.path, root), func(c rune) bool { return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') })
	return strings.ToLower(r.method) + "-" + strings.Join(words, "-")
}

func (r *route) responses() map[string]any {
	responses := map[string]any{"default": map[string]any{"$ref": "#/components/responses/Problem"}}
	for _, a := range r.answers {
		status := strconv.Itoa(a.status)
		described, _ := responses[status].(map[string]any)
		if described == nil {
			described = map[string]any{"description": http.StatusText(a.status)}
			responses[status] = described
		}
		if len(a.types) == 0 {
			continue
		}
		content, _ := described["content"].(map[string]any)
		if content == nil {
			content = map[string]any{}
			described["content"] = content
		}
		for _, t := range a.types {
			media := map[string]any{}
			if a.schema != "" {
				media["schema"] = schemaRef(a.schema)
			}
			content[t] = media
		}
		if slices.Contains([]int{201, 202}, a.status) {
			described["headers"] = map[string]any{"Location": map[string]any{"schema": map[string]any{"type": "string"}}}
		}
	}
	return responses
}

func (s *Server) getOpenAPI(c *call) error {
	f := fnv.New64a()
	f.Write(s.openapi)
	tag := fmt.Sprintf(`"%x"`, f.Sum64())
	h := c.x.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if etagMatches(c.Request().Header.Get("If-None-Match"), tag) {
		c.x.WriteHeader(http.StatusNotModified)
		return nil
	}
	c.x.writeBytes(200, jsonType, s.openapi)
	return nil
}
