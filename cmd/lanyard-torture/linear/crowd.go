package linear

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"sync"
	"time"
)

// crowd are the clients of one history. They share what has been sent, so that
// one resends, undoes and contradicts what another began.
type crowd struct {
	hall    *Hall
	rec     *Recorder
	seed    uint64
	bases   []string
	think   time.Duration // longest pause of a client between two acts
	mu      sync.Mutex
	sent    []Request // scans, latest last
	acts    int
	ended   map[int]bool // indexes of badges that are being revoked
	faults  int
	stopped chan struct{} // closed when no more acts are to begin
}

const (
	clients = 12
	// window is how many badges turn up in the same moments.
	window = 14
)

func newCrowd(hall *Hall, seed uint64, bases []string, think time.Duration) *crowd {
	return &crowd{hall: hall, rec: NewRecorder(), seed: seed, bases: bases, think: think, ended: map[int]bool{}, stopped: make(chan struct{})}
}

// run until stop is called; every request has come back when it returns.
func (c *crowd) run(ctx context.Context) {
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			p := &person{crowd: c, rng: rand.New(rand.NewPCG(c.seed, uint64(i))), client: newClient(i, c.hall, c.rec, c.bases)}
			defer p.client.http.CloseIdleConnections()
			act := p.act
			if i == 0 {
				act = p.manage
			}
			for ctx.Err() == nil {
				select {
				case <-c.stopped:
					return
				case <-time.After(time.Duration(p.rng.Int64N(int64(c.think)))):
				}
				act(ctx)
			}
		})
	}
	all.Wait()
}

func (c *crowd) stop() { close(c.stopped) }

func (c *crowd) remember(r Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, r)
}

// recent scan of anybody's, latest or some time ago.
func (c *crowd) recent(rng *rand.Rand) (Request, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sent) == 0 {
		return Request{}, false
	}
	among := [...]int{4, 4, 60, len(c.sent)}[rng.IntN(4)] // nothing may be forgotten, however old
	return c.sent[len(c.sent)-1-rng.IntN(min(among, len(c.sent)))], true
}

// fault counts one that the clients inject themselves: duplicates, and
// requests that overtake each other.
func (c *crowd) fault() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults++
}

// badge is one of those that turn up at the moment; the window moves on.
func (c *crowd) badge(rng *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acts++
	return c.hall.Badges[(c.acts/24+rng.IntN(window))%len(c.hall.Badges)].ID
}

// person is one client with its own dice.
type person struct {
	*crowd
	client *client
	rng    *rand.Rand
}

func (p *person) act(ctx context.Context) {
	switch n := p.rng.IntN(100); {
	case n < 44:
		p.patiently(ctx, p.scan("in"))
	case n < 66:
		p.patiently(ctx, p.scan("out"))
	case n < 72: // sent twice at once, perhaps through two servers
		p.twice(ctx, p.scan("in"))
	case n < 75: // leaves before the entry, sent earlier, arrives
		p.overtaken(ctx)
	case n < 82:
		p.resend(ctx)
	case n < 89:
		p.undo(ctx)
	case n < 93:
		r := p.scan("in")
		r.Override = true
		p.patiently(ctx, r)
	case n < 97:
		p.patiently(ctx, p.offline())
	case n < 98:
		p.clash(ctx)
	case n < 99:
		r := p.scan("in")
		r.Badge = ""
		p.patiently(ctx, r)
	default:
		p.client.do(ctx, p.rng.IntN(64), Request{Kind: Look, Venue: p.venue().ID})
	}
}

func (p *person) venue() Venue { return p.hall.Venues[p.rng.IntN(len(p.hall.Venues))] }

func (p *person) scan(direction string) Request {
	v := p.venue()
	return Request{Kind: Scan, ScanID: p.scanID(), Badge: p.badge(p.rng), Venue: v.ID, Gate: v.Gates[p.rng.IntN(len(v.Gates))], Direction: direction}
}

// scanID is a UUID, RFC 9562 version 4, from the seed.
func (p *person) scanID() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(p.rng.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// patiently sends a scan until it is answered, as a phone does, or gives up.
func (p *person) patiently(ctx context.Context, r Request) {
	p.remember(r)
	for range 4 {
		if _, ok := p.client.do(ctx, p.rng.IntN(64), r); ok || ctx.Err() != nil {
			return
		}
		time.Sleep(time.Duration(10+p.rng.IntN(60)) * time.Millisecond)
		if p.rng.IntN(5) == 0 {
			return
		}
	}
}

// twice sends one scan on two connections at once.
func (p *person) twice(ctx context.Context, r Request) {
	p.fault()
	p.remember(r)
	var both sync.WaitGroup
	for range 2 {
		server := p.rng.IntN(64)
		both.Go(func() { p.client.do(ctx, server, r) })
	}
	both.Wait()
}

// overtaken sends somebody's exit first and then the entry before it.
func (p *person) overtaken(ctx context.Context) {
	p.fault()
	in := p.scan("in")
	out := in
	out.ScanID, out.Direction = p.scanID(), "out"
	p.patiently(ctx, out)
	p.patiently(ctx, in)
}

// resend somebody's scan, which may have been answered long ago.
func (p *person) resend(ctx context.Context) {
	if r, ok := p.recent(p.rng); ok {
		p.fault()
		p.client.do(ctx, p.rng.IntN(64), r)
	}
}

// undo somebody's scan.
func (p *person) undo(ctx context.Context) {
	if r, ok := p.recent(p.rng); ok {
		r.Kind = Undo
		p.client.do(ctx, p.rng.IntN(64), r)
	}
}

// clash uses one scan id for two badges at once.
func (p *person) clash(ctx context.Context) {
	p.fault()
	a := p.scan("in")
	b := a
	if b.Badge = p.badge(p.rng); a.Badge == b.Badge {
		return
	}
	var both sync.WaitGroup
	for _, r := range [...]Request{a, b} {
		server := p.rng.IntN(64)
		both.Go(func() { p.client.do(ctx, server, r) })
	}
	both.Wait()
}

// offline is a fact of some seconds ago. Where venues exclude each other, what
// an older fact does to the other venue is open, so there are none there.
func (p *person) offline() Request {
	r := p.scan("in")
	for p.exclusive(r.Venue) {
		r = p.scan("in")
	}
	r.Offline = true
	r.At = time.Now().UnixMilli() - p.rng.Int64N(4000)
	switch p.rng.IntN(3) {
	case 0:
		r.Shown = "denied"
	case 1:
		r.Shown = "admitted"
	default:
		r.Shown, r.Direction = "exited", "out"
	}
	return r
}

func (p *person) exclusive(venue string) bool {
	for _, v := range p.hall.Venues {
		if v.ID == venue {
			return v.Exclusive != ""
		}
	}
	return false
}

// manage is what the help desk does: it revokes badges, and lowers and raises
// capacities.
func (p *person) manage(ctx context.Context) {
	time.Sleep(time.Duration(40+p.rng.IntN(120)) * time.Millisecond)
	if p.rng.IntN(2) == 0 {
		p.revoke(ctx)
		return
	}
	var limited []Venue
	for _, v := range p.hall.Venues {
		if v.Capacity > 0 {
			limited = append(limited, v)
		}
	}
	v := limited[p.rng.IntN(len(limited))]
	p.client.do(ctx, p.rng.IntN(64), Request{Kind: Capacity, Venue: v.ID, Capacity: 1 + p.rng.IntN(2*v.Capacity)})
}

// revoke a badge that turns up at the moment, or will soon, until it is
// answered that it is revoked.
func (p *person) revoke(ctx context.Context) {
	p.mu.Lock()
	i := (p.acts/24 + p.rng.IntN(2*window)) % len(p.hall.Badges)
	known := p.ended[i]
	p.ended[i] = true
	p.mu.Unlock()
	if known {
		return
	}
	for ctx.Err() == nil {
		if _, ok := p.client.do(ctx, p.rng.IntN(64), Request{Kind: Revoke, Badge: p.hall.Badges[i].ID}); ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
