package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lanyard/api"
	"lanyard/checkin"
	"lanyard/web"
)

// target says what a management command works on: a running server, or the
// store itself, which it then opens behind the same API in its own process.
type target struct {
	storeSettings
	server string
	key    string
	event  string
}

func (t *target) flags(f *pflag.FlagSet, withEvent bool) {
	f.StringVar(&t.server, "server", "", "URL of a running server to work through")
	f.StringVar(&t.key, "key", "", "organizer key for --server (better: LANYARD_KEY, which no process list shows)")
	if withEvent {
		f.StringVar(&t.event, "event", "", "event id, for example ciep21")
	}
	t.storeSettings.flags(f)
}

// connection speaks the HTTP API, over the network or in this process.
type connection struct {
	base   string
	key    string
	client *http.Client
	close  func()
}

// connect is the start of every management command.
func (p *program) connect(c *cobra.Command, t *target) (*connection, error) {
	if err := p.fromEnvironment(c); err != nil {
		return nil, err
	}
	if c.Flags().Lookup("event") != nil && t.event == "" {
		return nil, usagef("which event? Give --event ID")
	}
	if t.server != "" {
		u, err := url.Parse(t.server)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, usagef("--server: want a URL such as https://badges.example.org")
		}
		if t.key == "" {
			return nil, usagef("--server needs the organizer's key in LANYARD_KEY or --key")
		}
		return &connection{base: strings.TrimSuffix(t.server, "/"), key: t.key, client: &http.Client{}, close: func() {}}, nil
	}
	return p.connectLocally(c.Context(), t)
}

// connectLocally opens the store behind an API of this process's own, with a
// credential that nobody else ever has.
func (p *program) connectLocally(ctx context.Context, t *target) (*connection, error) {
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	store, secret, err := t.storeSettings.open(ctx, p, log)
	if err != nil {
		return nil, err
	}
	desk := checkin.NewDesk(store, checkin.DeskOptions{Secret: secret, Log: log})
	site, err := web.New()
	if err != nil {
		return nil, err
	}
	server, err := api.New(api.Options{Desk: desk, Site: site, Log: log, Registry: prometheus.NewRegistry(), Version: versionText()})
	if err != nil {
		return nil, err
	}
	server.SetReady(true)
	key := desk.Lend(checkin.Operator{ID: "command-line", Event: checkin.System, Name: "command line", Role: checkin.Organizer})
	return &connection{base: "http://lanyard.invalid", key: key, client: &http.Client{Transport: inProcess{server.Handler()}},
		close: func() {
			desk.Close()
			store.Close()
		}}, nil
}

// inProcess is a transport that ends in a handler.
type inProcess struct{ handler http.Handler }

func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: writer, ready: make(chan *http.Response, 1), reader: reader, request: r}
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.URL.Host
	in.RemoteAddr = "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	go func() {
		defer func() {
			if recover() != nil { // http.ErrAbortHandler: an answer that can't be finished
				w.WriteHeader(http.StatusInternalServerError)
				writer.CloseWithError(io.ErrUnexpectedEOF)
			}
		}()
		t.handler.ServeHTTP(w, in)
		w.WriteHeader(http.StatusOK)
		writer.CloseWithError(r.Context().Err()) // nil is the end
	}()
	select {
	case resp := <-w.ready:
		return resp, nil
	case <-r.Context().Done():
		reader.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
}

type pipeWriter struct {
	header  http.Header
	body    *io.PipeWriter
	reader  *io.PipeReader
	request *http.Request
	ready   chan *http.Response
	wrote   bool
}

func (w *pipeWriter) Header() http.Header { return w.header }
func (w *pipeWriter) Flush()              {}

func (w *pipeWriter) WriteHeader(status int) {
	if w.wrote {
		return
	}
	w.wrote = true
	w.ready <- &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header.Clone(), Body: w.reader, ContentLength: -1, Request: w.request}
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// problem is an answer of the API that is none of 2xx.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Field  string `json:"field"`
}

func (p *problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	return fmt.Sprintf("%s (%s)", text, p.Code)
}

// do sends one request and gives the open answer, or what went wrong.
func (c *connection) do(ctx context.Context, method, path, contentType string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, usageError{err}
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := c.client.Do(r)
	if err != nil {
		var u *url.Error // its text names the URL, which may hold ids
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, errUnreachable{fmt.Errorf("the server can't be reached: %w", err)}
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	pr := &problem{Status: resp.StatusCode, Code: "http_" + fmt.Sprint(resp.StatusCode), Title: http.StatusText(resp.StatusCode)}
	json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(pr)
	if resp.StatusCode >= 500 {
		return nil, errUnreachable{pr}
	}
	return nil, pr
}

// get decodes the JSON answer of a GET.
func (c *connection) get(ctx context.Context, path string, into any) error {
	return c.call(ctx, http.MethodGet, path, nil, into)
}

// call sends JSON, or nothing where in is nil, and decodes the answer, or
// drops it where into is nil.
func (c *connection) call(ctx context.Context, method, path string, in, into any) error {
	var body io.Reader
	contentType := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body, contentType = bytes.NewReader(b), "application/json"
	}
	resp, err := c.do(ctx, method, path, contentType, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if into == nil {
		return nil
	}
	return decodeBody(resp, into)
}

// each pages through a list and hands over its items.
func each[T any](ctx context.Context, c *connection, path string, query url.Values, f func(T) error) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", "500")
	for {
		var page struct {
			Items []T    `json:"items"`
			Next  string `json:"next_cursor"`
		}
		if err := c.get(ctx, path+"?"+query.Encode(), &page); err != nil {
			return err
		}
		for _, it := range page.Items {
			if err := f(it); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("cursor", page.Next)
	}
}

func eventPath(event string, rest ...string) string {
	p := "/api/v1/events/" + url.PathEscape(event)
	for _, r := range rest {
		p += "/" + r
	}
	return p
}

// pollEvery is how often a command asks how far long work has come.
const pollEvery = 300 * time.Millisecond
