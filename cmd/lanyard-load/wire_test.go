package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// rawServer answers every request on a connection with the same bytes, and
// closes it afterwards when told so.
func rawServer(t *testing.T, answer string, closes bool) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				buffer := make([]byte, 4096)
				for {
					if _, err := conn.Read(buffer); err != nil {
						return
					}
					io.WriteString(conn, answer)
					if closes {
						return
					}
				}
			}()
		}
	}()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

func TestWireReadsAnswers(t *testing.T) {
	tests := []struct {
		name, answer string
		closes       bool
		status       int
		body         string
		fails        bool
	}{
		{"with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, 200, "hello", false},
		{"names in any case", "HTTP/1.1 503 Service Unavailable\r\ncontent-length:0\r\n\r\n", false, 503, "", false},
		{"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nhell\r\n1\r\no\r\n0\r\nTrailer: x\r\n\r\n", false, 200, "hello", false},
		{"without a body", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, "", false},
		{"then closed", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, 200, "ok", false},
		{"cut short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", true, 0, "", true},
		{"cut in a header", "HTTP/1.1 200 OK\r\nContent-Le", true, 0, "", true},
		{"no HTTP", "+PONG\r\n", false, 0, "", true},
		{"no status", "HTTP/1.1 abc OK\r\n\r\n", false, 0, "", true},
		{"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", false, 0, "", true},
		{"an endless length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", false, 0, "", true},
		{"a header without colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", false, 0, "", true},
		{"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false, 0, "", true},
		{"neither length nor chunks", "HTTP/1.1 200 OK\r\n\r\nhello", true, 0, "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWire(rawServer(t, test.answer, test.closes))
			defer w.Close()
			for range 2 { // the second on the same connection, or after dialing anew
				status, body, err := w.Post(RequestHead(w.target, "/x", "k"), []byte("{}"))
				if (err != nil) != test.fails || status != test.status || !test.fails && string(body) != test.body {
					t.Fatalf("got %d %q %v", status, body, err)
				}
			}
		})
	}
}

func TestWireSendsWhatNetHTTPUnderstands(t *testing.T) {
	var mu sync.Mutex
	connections := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		connections[r.RemoteAddr] = true
		mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s %s", r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body)
	}))
	defer server.Close()
	base, _ := url.Parse(server.URL)
	w := NewWire(base)
	defer w.Close()
	for i := range 3 {
		body := strings.Repeat("x", i*3000)
		status, answer, err := w.Post(RequestHead(base, "/a/b", "secret"), []byte(body))
		if want := "POST /a/b Bearer secret application/json " + body; err != nil || status != 200 || string(answer) != want {
			t.Fatalf("got %d %.60q %v", status, answer, err)
		}
	}
	if len(connections) != 1 {
		t.Errorf("%d connections for requests of one gate", len(connections))
	}
}

// BenchmarkClients says what a request costs in the client, of which the
// machine that it shares with the server should have as much as possible left.
func BenchmarkClients(b *testing.B) {
	const answer = `{"scan_id":"00000000-0000-4000-8000-000000000000","result":"admitted","replayed":false,"seq":1,"venue":{"id":"v","inside":1,"capacity":0}}`
	body := []byte(`{"scan_id":"00000000-0000-4000-8000-000000000000","token":"` + strings.Repeat("t", 195) + `","gate":"gate-1","direction":"in"}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, answer) }))
	defer server.Close()
	base, _ := url.Parse(server.URL)
	b.Run("wire", func(b *testing.B) {
		w := NewWire(base)
		defer w.Close()
		head := RequestHead(base, "/", "k")
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := w.Post(head, body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
		b.ReportAllocs()
		for b.Loop() {
			request, _ := http.NewRequest(http.MethodPost, server.URL, bytes.NewReader(body))
			request.Header.Set("Authorization", "Bearer k")
			request.Header.Set("Content-Type", "application/json")
			answer, err := client.Do(request)
			if err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	})
}
