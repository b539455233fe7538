package api

import (
	"container/list"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// clientIP is the address that a request comes from. Proxies append the peer
// that they saw to X-Forwarded-For, so it is read from the right, past the
// proxies that are trusted; what stands left of that anybody could have written.
func (s *Server) clientIP(r *http.Request) netip.Addr {
	ip := peer(r)
	if !s.trusted(ip) {
		return ip
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if ip = a.Unmap().WithZone(""); !s.trusted(ip) {
			break
		}
	}
	return ip
}

func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // a Unix socket or a test: one client for all
	}
	return ap.Addr().Unmap().WithZone("")
}

func (s *Server) trusted(ip netip.Addr) bool {
	for _, p := range s.options.TrustedProxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// isHTTPS tells whether the client speaks HTTPS, to us or to a trusted proxy.
func (s *Server) isHTTPS(r *http.Request) bool {
	if r.TLS != nil || s.options.TLS {
		return true
	}
	proto := r.Header.Get("X-Forwarded-Proto")
	return proto != "" && strings.EqualFold(proto, "https") && s.trusted(peer(r))
}

// baseURL begins the links that an answer gives.
func (s *Server) baseURL(r *http.Request) string {
	switch {
	case s.base != "":
		return s.base
	case s.isHTTPS(r):
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// How many wrong keys a client may send: a hall's phones may share an address,
// so a few dozen at once are no attack.
const (
	attemptBurst   = 50
	attemptRate    = rate.Limit(1) // a second
	attemptClients = 10_000        // remembered

	// Of the clients that have had too many, all together may try so many keys
	// that nobody has seen before.
	spareBurst = 10
	spareRate  = rate.Limit(5) // a second
)

// attempts counts failed sign-ins by client. Keys have 256 random bits, so what
// is limited is not the chance of a guess but the work that guessing makes:
// whose bucket is empty costs the store nothing. A key that is known to be good
// passes all the same, and one that isn't known yet is tried at a slow rate, so
// that a new phone behind the address of an attacker gets in soon.
type attempts struct {
	now     func() time.Time
	spare   *rate.Limiter
	mu      sync.Mutex
	clients map[netip.Prefix]*list.Element
	used    *list.List // of *client, the latest in front
}

type client struct {
	prefix  netip.Prefix
	limiter *rate.Limiter
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, spare: rate.NewLimiter(spareRate, spareBurst), clients: map[netip.Prefix]*list.Element{}, used: list.New()}
}

func clientPrefix(ip netip.Addr) netip.Prefix {
	bits := 32
	if ip.Is6() {
		bits = 64 // what one customer has
	}
	prefix, _ := ip.Prefix(bits) // the zero prefix for an unknown address
	return prefix
}

// may tells whether the client may have a key looked up that nobody knows.
func (a *attempts) may(ip netip.Addr) bool {
	now := a.now()
	a.mu.Lock()
	e, ok := a.clients[clientPrefix(ip)]
	spent := ok && e.Value.(*client).limiter.TokensAt(now) < 1
	a.mu.Unlock()
	return !spent || a.spare.AllowN(now, 1)
}

// failed counts a failure and tells whether the client has had too many.
func (a *attempts) failed(ip netip.Addr) (tooMany bool) {
	prefix := clientPrefix(ip)
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.clients[prefix]
	if ok {
		a.used.MoveToFront(e)
	} else {
		e = a.used.PushFront(&client{prefix, rate.NewLimiter(attemptRate, attemptBurst)})
		a.clients[prefix] = e
		if a.used.Len() > attemptClients {
			oldest := a.used.Remove(a.used.Back()).(*client)
			delete(a.clients, oldest.prefix)
		}
	}
	return !e.Value.(*client).limiter.AllowN(a.now(), 1)
}
