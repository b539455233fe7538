package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
)

const (
	maxBody  = 64 << 10
	maxBatch = 1 << 20
)

// read takes the request's body as the JSON of v: application/json, at most
// the route's size, one value, and nothing that v doesn't have.
func (c *call) read(v any) error {
	body, done, err := c.body()
	defer done()
	if err != nil {
		return err
	}
	return decodeJSON(body, v)
}

// readOptional is read for a body that may be left out; v then stays as it is.
func (c *call) readOptional(v any) error {
	if c.hasNoBody() {
		return nil
	}
	return c.read(v)
}

// readNothing takes no body, or an empty JSON object.
func (c *call) readNothing() error { return c.readOptional(&struct{}{}) }

func (c *call) hasNoBody() bool {
	r := c.Request()
	return r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody
}

var bodies = sync.Pool{New: func() any { return new([]byte) }}

// body reads the request's body into memory that is good until done.
func (c *call) body() (b []byte, done func(), err error) {
	done = func() {}
	r := c.Request()
	if err := checkMediaType(r, "application/json"); err != nil {
		return nil, done, err
	}
	limit := c.route.maxBody
	if limit == 0 {
		limit = maxBody
	}
	if r.ContentLength > int64(limit) {
		return nil, done, errTooLarge
	}
	space := bodies.Get().(*[]byte)
	done = func() {
		if cap(*space) <= maxBody+1 {
			bodies.Put(space)
		}
	}
	b = (*space)[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(512, cap(b)))...)[:len(b)]
		}
		n, err := r.Body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		*space = b
		switch {
		case len(b) > limit:
			return nil, done, errTooLarge
		case err == io.EOF:
			return b, done, nil
		case err != nil:
			return nil, done, unread(r, err)
		}
	}
}

// unread is a body that could not be read to its end: the client's doing.
func unread(r *http.Request, err error) error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) || r.Context().Err() != nil {
		return errors.Join(err, r.Context().Err())
	}
	return because(errBadJSON, "", "The body ended too early.")
}

// checkMediaType wants one of the media types, in UTF-8 where it says, and no
// compression.
func checkMediaType(r *http.Request, types ...string) error {
	given := r.Header.Get("Content-Type")
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return because(errMediaType, "", "The body must not be compressed.")
	}
	media, params := given, map[string]string(nil)
	if given != types[0] {
		var err error
		if media, params, err = mime.ParseMediaType(given); err != nil {
			media = ""
		}
	}
	for _, t := range types {
		if media != t {
			continue
		}
		if set, ok := params["charset"]; ok && t == "application/json" && !strings.EqualFold(set, "utf-8") {
			return because(errMediaType, "", "The body must be in UTF-8.")
		}
		return nil
	}
	return because(errMediaType, "", "The content type must be "+strings.Join(types, " or ")+".")
}
