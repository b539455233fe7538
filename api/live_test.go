package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"lanyard/api"
	"lanyard/checkin"
)

// message is one server-sent event.
type message struct{ id, event, data string }

// listener reads a live stream over a real connection.
type listener struct {
	t        *testing.T
	body     io.ReadCloser
	messages chan message // closed when the stream ends
}

func listen(t *testing.T, url, key string, header map[string]string) *listener {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), "GET", url, nil))
	r.Header.Set("Authorization", "Bearer "+key)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("%d, %v", res.StatusCode, res.Header)
	}
	l := &listener{t: t, body: res.Body, messages: make(chan message, 1000)}
	t.Cleanup(func() { res.Body.Close() })
	go func() {
		defer close(l.messages)
		var m message
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				m.id = value
			case "event":
				m.event = value
			case "data":
				m.data = value
			case "":
				if m.event != "" {
					l.messages <- m
				}
				m = message{}
			}
		}
	}()
	return l
}

// next is the next message of a kind.
func (l *listener) next(event string) message {
	l.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case m, open := <-l.messages:
			if !open {
				l.t.Fatalf("the stream ended before %s came", event)
			}
			if m.event == event {
				return m
			}
		case <-late:
			l.t.Fatalf("no %s came", event)
		}
	}
}

// ends waits for the stream's end.
func (l *listener) ends() {
	l.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case _, open := <-l.messages:
			if !open {
				return
			}
		case <-late:
			l.t.Fatal("the stream goes on")
		}
	}
}

func (h *hall) serve() (*httptest.Server, string) {
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = api.NewHTTPServer(h.server.Handler())
	srv.Config.RegisterOnShutdown(h.server.CloseStreams)
	// Little of a stream waits in the kernel, so that a stuck reader shows soon.
	srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		c.(*net.TCPConn).SetWriteBuffer(4096)
		return ctx
	}
	srv.Start()
	h.t.Cleanup(func() {
		h.server.CloseStreams()
		srv.Close()
	})
	return srv, srv.URL + "/api/v1" + ciep + "/live"
}

func TestLive(t *testing.T) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			h := newHall(t, store.start(t))
			srv, url := h.serve()
			board := listen(t, url, h.names["KEY:security"], nil)
			first := board.next("snapshot")
			var o checkin.Occupancy
			if err := json.Unmarshal([]byte(first.data), &o); err != nil || len(o.Venues) != 6 || o.InsideTotal != 0 {
				t.Fatalf("the snapshot is %s, %v", first.data, err)
			}
			h.run([]step{{do: scans, as: "gate", body: scan("UUID1", "{TOKEN:LI}", "north", ""), status: 200}})
			seen := board.next("scan")
			var row checkin.Row
			if err := json.Unmarshal([]byte(seen.data), &row); err != nil || row.Badge != h.names["BADGE:LI"] || row.Result != checkin.Admitted || strconv.FormatUint(row.Seq, 10) != seen.id {
				t.Errorf("the scan came as %+v, %v", seen, err)
			}
			for _, name := range nameless {
				if strings.Contains(seen.data, name) {
					t.Errorf("%s is in the feed", name)
				}
			}
			if err := json.Unmarshal([]byte(board.next("occupancy").data), &o); err != nil || o.InsideTotal != 1 {
				t.Errorf("the occupancy is %+v, %v", o, err)
			}

			// A board that was away gets what it has missed, once and in order.
			h.run([]step{
				{do: scans, as: "gate", body: scan("UUID2", "{TOKEN:WU}", "north", ""), status: 200},
				{do: scans, as: "gate", body: scan("UUID3", "nonsense", "north", ""), status: 200},
			})
			for _, header := range []map[string]string{{"Last-Event-ID": seen.id}, nil} {
				at := url
				if header == nil {
					at += "?last_event_id=" + seen.id
				}
				back := listen(t, at, h.names["KEY:supervisor"], header)
				back.next("snapshot")
				a, b := back.next("scan"), back.next("scan")
				if must(strconv.ParseUint(a.id, 10, 64)) != row.Seq+1 || must(strconv.ParseUint(b.id, 10, 64)) != row.Seq+2 ||
					!strings.Contains(a.data, h.fill("{UUID2}")) || !strings.Contains(b.data, "invalid_token") {
					t.Errorf("after %s came %+v and %+v", seen.id, a, b)
				}
			}

			// Stopping the server ends the streams and waits for nobody.
			stop, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if err := srv.Config.Shutdown(stop); err != nil {
				t.Errorf("shutting down: %v", err)
			}
			board.ends()
			h.run([]step{{do: "GET " + ciep + "/live", as: "security", status: 503}})
		})
	}
}

func TestLiveBounds(t *testing.T) {
	h := newHall(t, memory)
	h.server.HoldReaders(api.MaxReaders)
	h.run([]step{{do: "GET " + ciep + "/live", as: "security", status: 503, want: []string{`"too_many_readers"`}}})
	h.server.HoldReaders(-api.MaxReaders)
	h.run([]step{{do: "GET " + ciep + "/live", as: "security", header: map[string]string{"Last-Event-ID": "-1"}, status: 400, want: []string{`"field":"last_event_id"`}}})

	// A reader that left counts no more.
	srv, url := h.serve()
	ctx, cancel := context.WithCancel(t.Context())
	r := must(http.NewRequestWithContext(ctx, "GET", url, nil))
	r.Header.Set("Authorization", "Bearer "+h.names["KEY:security"])
	res := must(srv.Client().Do(r))
	if n := h.desk.Hub().Readers(); n != 1 {
		t.Errorf("%d readers, want 1", n)
	}
	cancel()
	if _, err := io.Copy(io.Discard, res.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("the stream ended with %v", err)
	}
	for late := time.Now().Add(20 * time.Second); h.desk.Hub().Readers() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the reader still counts")
		}
	}
}

func TestLiveEndsWithTheOperator(t *testing.T) {
	h := newHall(t, memory)
	h.server.HurryStreams(5*time.Millisecond, time.Minute)
	_, url := h.serve()
	board := listen(t, url, h.names["KEY:security"], nil)
	board.next("snapshot")
	h.run([]step{{do: "DELETE " + ciep + "/operators/security", as: "organizer", status: 204}})
	board.ends()
}

// A reader that has stopped reading is given up; nobody else waits for it.
func TestLiveStuckReader(t *testing.T) {
	h := newHall(t, memory)
	h.server.HurryStreams(time.Millisecond, 50*time.Millisecond)
	srv, url := h.serve()
	conn := must(net.Dial("tcp", srv.Listener.Addr().String()))
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(4096)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", strings.TrimPrefix(url, srv.URL), h.names["KEY:security"])
	if _, err := io.ReadFull(conn, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	board := listen(t, url, h.names["KEY:security"], nil)
	board.next("snapshot")
	for n := 0; h.desk.Hub().Readers() > 1; n++ {
		if n > 50_000 { // the kernel takes megabytes before it holds a writer up
			t.Fatal("the reader that reads nothing is still served")
		}
		h.run([]step{{do: scans, as: "gate", body: `{"scan_id":"` + uuid(n) + `","token":"x","gate":"north"}`, status: 200}})
		board.next("scan")
	}
}
