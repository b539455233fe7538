package api

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestClientIP(t *testing.T) {
	s := &Server{options: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	tests := []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"203.0.113.9:1", nil, "203.0.113.9"},
		{"203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.9"}, // not trusted: believed by nobody
		{"10.0.0.1:1", nil, "10.0.0.1"},
		{"10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:1", []string{"1.2.3.4, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"10.0.0.1:1", []string{"1.2.3.4", "198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:1", []string{"198.51.100.1, nonsense"}, "10.0.0.1"},
		{"[fd00::1]:1", []string{"2001:db8::7"}, "2001:db8::7"},
		{"[::ffff:10.0.0.1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := s.clientIP(r); got.String() != tt.want {
			t.Errorf("peer %s, forwarded %q: got %s, want %s", tt.peer, tt.forwarded, got, tt.want)
		}
	}
}

func TestHTTPS(t *testing.T) {
	s := &Server{options: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	request := func(peer, proto string) *http.Request {
		r := httptest.NewRequest("GET", "http://badges.example.org/", nil)
		r.RemoteAddr = peer
		if proto != "" {
			r.Header.Set("X-Forwarded-Proto", proto)
		}
		return r
	}
	direct := request("203.0.113.9:1", "")
	direct.TLS = &tls.ConnectionState{}
	for _, tt := range []struct {
		r    *http.Request
		want string
	}{
		{request("203.0.113.9:1", ""), "http://badges.example.org"},
		{request("203.0.113.9:1", "https"), "http://badges.example.org"},
		{request("10.0.0.1:1", "https"), "https://badges.example.org"},
		{direct, "https://badges.example.org"},
	} {
		if got := s.baseURL(tt.r); got != tt.want {
			t.Errorf("from %s: got %s, want %s", tt.r.RemoteAddr, got, tt.want)
		}
	}
}

func TestRequestIDsOfTrustedProxies(t *testing.T) {
	s := &Server{options: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, tt := range []struct {
		peer, sent string
		taken      bool
	}{
		{"10.0.0.1:1", "proxy-id-1", true},
		{"10.0.0.1:1", "short", false},
		{"10.0.0.1:1", "with a space", false},
		{"203.0.113.9:1", "proxy-id-1", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		r.Header.Set("X-Request-Id", tt.sent)
		if got := s.requestID(r); (got == tt.sent) != tt.taken || len(got) < 8 {
			t.Errorf("%q from %s became %q", tt.sent, tt.peer, got)
		}
	}
}

func TestAttempts(t *testing.T) {
	now := time.Now()
	a := newAttempts(func() time.Time { return now })
	phone, other := netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("198.51.100.2")
	for i := range attemptBurst {
		if a.failed(phone) {
			t.Fatalf("attempt %d was one too many", i+1)
		}
	}
	if !a.failed(phone) {
		t.Error("one attempt more than the burst was let through")
	}
	if a.failed(other) {
		t.Error("another client pays for it")
	}
	now = now.Add(time.Second)
	if a.failed(phone) || !a.failed(phone) {
		t.Error("a second later there should be one attempt again, and one alone")
	}
	neighbours := [...]netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")}
	for i := range attemptBurst {
		a.failed(neighbours[i%2])
	}
	if !a.failed(neighbours[0]) {
		t.Error("addresses of one IPv6 network count as many clients")
	}
	for i := range attemptClients + 10 {
		a.failed(netip.MustParseAddr(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)))
	}
	if a.used.Len() != attemptClients || len(a.clients) != attemptClients {
		t.Errorf("%d clients are remembered, want %d", len(a.clients), attemptClients)
	}
}
