package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lanyard/api"
)

// dialHall opens a bare connection to a server.
func dialHall(t *testing.T, srv *httptest.Server) net.Conn {
	t.Helper()
	conn := must(net.Dial("tcp", srv.Listener.Addr().String()))
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Connections that send slowly, or never to the end, are closed by the server;
// meanwhile gates are answered, and nothing of theirs is done.
func TestSlowConnections(t *testing.T) {
	bounds := api.NewHTTPServer(nil)
	if bounds.ReadHeaderTimeout <= 0 || bounds.ReadHeaderTimeout > 10*time.Second || bounds.ReadTimeout <= 0 || bounds.WriteTimeout <= 0 ||
		bounds.IdleTimeout <= 0 || bounds.MaxHeaderBytes <= 0 || bounds.MaxHeaderBytes > 64<<10 {
		t.Fatalf("a server without every bound: %+v", bounds)
	}
	h := newHall(t, memory)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = api.NewHTTPServer(h.server.Handler())
	// The same bounds, sooner.
	srv.Config.ReadHeaderTimeout, srv.Config.ReadTimeout, srv.Config.IdleTimeout = 300*time.Millisecond, 600*time.Millisecond, 300*time.Millisecond
	srv.Start()
	t.Cleanup(srv.Close)

	post := "POST /api/v1" + ciep + "/attendees HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + h.names["KEY:desk"] + "\r\n"
	const body = `{"name":"Slow","category":"vip"`
	before := h.digest()
	var slow []net.Conn
	for i := range 150 {
		conn := dialHall(t, srv)
		begin := []string{"", "G", post, post + "Content-Length: 32\r\n\r\n" + body, post + "Transfer-Encoding: chunked\r\n\r\n1f\r\n" + body + "\r\n"}[i%5]
		if _, err := io.WriteString(conn, begin); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
		go func() { // a byte now and then keeps no connection open
			for range 100 {
				time.Sleep(50 * time.Millisecond)
				if _, err := io.WriteString(conn, " "[:min(1, len(begin))]); err != nil {
					return
				}
			}
		}()
	}
	r := must(http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/api/v1"+ciep+"/gates", nil))
	r.Header.Set("Authorization", "Bearer "+h.names["KEY:gate"])
	res := must(srv.Client().Do(r))
	if res.Body.Close(); res.StatusCode != 200 {
		t.Errorf("a gate beside slow connections is answered %d", res.StatusCode)
	}
	for i, conn := range slow {
		answer, err := io.ReadAll(conn)
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			t.Errorf("connection %d is still open", i)
		}
		if strings.HasPrefix(string(answer), "HTTP/1.1 2") || strings.Contains(string(answer), "Slow") {
			t.Errorf("connection %d was answered %.200s", i, answer)
		}
	}
	if h.digest() != before {
		t.Error("half a request changed the store")
	}
}

// Requests that two servers could read differently, or that are no requests,
// are refused, and what is smuggled behind them isn't done.
func TestHostileFraming(t *testing.T) {
	h := newHall(t, memory)
	srv, _ := h.serve()
	auth := "Authorization: Bearer " + h.names["KEY:organizer"] + "\r\n"
	smuggled := "DELETE /api/v1" + ciep + "/gates/north HTTP/1.1\r\nHost: x\r\n" + auth + "\r\n"
	get := "GET /api/v1" + ciep + "/gates HTTP/1.1\r\nHost: x\r\n"
	post := "POST /api/v1" + ciep + "/gates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + auth
	for _, c := range []struct {
		name, request string
		status        int // 0: any refusal, or none but the end of the connection
	}{
		{"two lengths", post + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + smuggled, 400},
		{"a length that is none", post + "Content-Length: +2\r\n\r\n{}" + smuggled, 400},
		{"a negative length", post + "Content-Length: -1\r\n\r\n" + smuggled, 400},
		{"an encoding that is none", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, 501},
		{"two encodings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled, 501},
		{"a chunk of no size", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + smuggled, 400},
		{"no host", "GET /api/v1" + ciep + "/gates HTTP/1.1\r\n" + auth + "\r\n", 400},
		{"two hosts", get + "Host: y\r\n" + auth + "\r\n", 400},
		{"a line that goes on", get + auth + " " + h.names["KEY:organizer"] + "\r\n\r\n", 0},
		{"a NUL in a header", get + "X-A: a\x00b\r\n" + auth + "\r\n", 400},
		{"white space before the colon", get + "Content-Length : 9\r\n" + auth + "\r\n", 400},
		{"a bare return", get + "X-A: b\rHost: y\r\n" + auth + "\r\n", 400},
		{"headers of 40 KB", get + "X-A: " + strings.Repeat("a", 40<<10) + "\r\n" + auth + "\r\n", 431},
		{"ten thousand headers", get + strings.Repeat("X-A: b\r\n", 10_000) + auth + "\r\n", 431},
		{"a path of 40 KB", "GET /" + strings.Repeat("a", 40<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
		{"no version", "GET /api/v1" + ciep + "/gates\r\n\r\n", 400},
		{"a version of its own", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", 505},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
		{"noise", strings.Repeat("\xff\xfe", 100) + "\r\n\r\n", 400},
	} {
		before := h.digest()
		conn := dialHall(t, srv)
		io.WriteString(conn, c.request)
		conn.(*net.TCPConn).CloseWrite()
		answers := bufio.NewReader(conn)
		for n := 0; ; n++ {
			res, err := http.ReadResponse(answers, nil)
			if err != nil {
				if n == 0 && c.status != 0 && c.status != 400 {
					t.Errorf("%s: no answer: %v", c.name, err)
				}
				break
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode < 400 || c.status != 0 && res.StatusCode != c.status {
				t.Errorf("%s: answer %d is %d, want %d", c.name, n+1, res.StatusCode, c.status)
			}
			if n > 0 {
				t.Errorf("%s: what stood behind was taken for a request", c.name)
			}
		}
		if h.digest() != before {
			t.Errorf("%s changed the store", c.name)
		}
	}
}

// A flood of readers takes no more streams than there are, holds up no gate, and
// when it ebbs boards are let in again.
func TestFloodOfReaders(t *testing.T) {
	h := newHall(t, memory)
	srv, url := h.serve()
	const room = 20
	h.server.HoldReaders(api.MaxReaders - room)
	ctx, ebb := context.WithCancel(t.Context())
	defer ebb()
	open, refused := 0, 0
	for range 3 * room {
		r := must(http.NewRequestWithContext(ctx, "GET", url, nil))
		r.Header.Set("Authorization", "Bearer "+h.names["KEY:security"])
		res := must(srv.Client().Do(r))
		t.Cleanup(func() { res.Body.Close() }) // and nobody reads what comes
		switch res.StatusCode {
		case 200:
			open++
		case 503:
			body := must(io.ReadAll(res.Body))
			if !strings.Contains(string(body), `"code":"too_many_readers"`) || res.Header.Get("Retry-After") == "" {
				t.Errorf("refused with %v, %s", res.Header, body)
			}
			refused++
		default:
			t.Errorf("a reader is answered %d", res.StatusCode)
		}
	}
	if open != room || refused != 2*room {
		t.Errorf("%d readers are served and %d refused, want %d and %d", open, refused, room, 2*room)
	}
	for i := range 50 {
		h.run([]step{{do: scans, as: "gate", body: scan(fmt.Sprint("UUID", i+1), "{TOKEN:LI}", "main-forum-gate", `,"direction":"`+[]string{"in", "out"}[i%2]+`"`), status: 200,
			want: []string{[]string{`"admitted"`, `"exited"`}[i%2]}}})
	}
	ebb()
	for late := time.Now().Add(20 * time.Second); h.desk.Hub().Readers() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("readers that left still count")
		}
	}
	listen(t, url, h.names["KEY:security"], nil).next("snapshot")
}

// Who writes addresses into X-Forwarded-For is counted by the one that he has,
// whatever he writes and whichever header he takes.
func TestForgedForwardedFor(t *testing.T) {
	h := newHall(t, memory, func(o *api.Options) { o.TrustedProxies = nil })
	wrong := func(i int) step {
		return step{do: "GET /me", status: 401, header: map[string]string{
			"Authorization": "Bearer lk_wrong", "X-Forwarded-For": fmt.Sprintf("198.51.%d.%d", i/250, i%250), "X-Real-IP": fmt.Sprint("10.0.0.", i%250),
			"Forwarded": fmt.Sprintf("for=203.0.113.%d", i%250), "True-Client-IP": fmt.Sprint("10.1.0.", i%250), "CF-Connecting-IP": fmt.Sprint("10.2.0.", i%250)}}
	}
	for i := range 50 {
		h.run([]step{wrong(i)})
	}
	for i := range 40 {
		late := wrong(50 + i)
		late.status, late.want = 429, []string{`"code":"too_many_attempts"`}
		h.run([]step{late})
	}

	// Behind a trusted proxy it is the address that the proxy saw, which stands
	// last: what was written before it is somebody's word.
	h = newHall(t, memory)
	behind := func(i int) step {
		s := wrong(i)
		s.header = map[string]string{"Authorization": "Bearer lk_wrong", "X-Forwarded-For": fmt.Sprintf("198.51.%d.%d, 203.0.113.9", i/250, i%250)}
		return s
	}
	for i := range 50 {
		h.run([]step{behind(i)})
	}
	late := behind(51)
	late.status, late.want = 429, []string{`"code":"too_many_attempts"`}
	other := wrong(0)
	other.header = map[string]string{"Authorization": "Bearer lk_wrong", "X-Forwarded-For": "203.0.113.9, 203.0.113.10"}
	h.run([]step{late, other})
}
