package rig

import (
	"io"
	"net"
	"sync"
	"time"
)

// Proxy is a TCP proxy on 127.0.0.1 that forwards to one address and
// misbehaves when it is told to.
type Proxy struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	fault Fault
	delay time.Duration
	links map[*link]struct{}
}

// Fault is what the proxy does to bytes that pass.
type Fault int

const (
	// Honest passes everything.
	Honest Fault = iota
	// BlackHole takes everything and passes nothing; connections stay open, and
	// those that it took something from stay dead for good.
	BlackHole
	// LoseAnswers passes what clients send. The first bytes that come back end
	// the connection instead: done, and the client doesn't know.
	LoseAnswers
	// Refuse closes new connections at once.
	Refuse
)

// link is one client's connection and its counterpart to the target.
type link struct{ client, server net.Conn }

func (l *link) close() {
	l.client.Close()
	l.server.Close()
}

// NewProxy in front of target, host and port.
func NewProxy(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, target: target, links: map[*link]struct{}{}}
	go p.accept()
	return p, nil
}

// Addr that clients connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Set what happens from now on, to open connections too.
func (p *Proxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// Delay every piece of data by that much, each way.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Cut all open connections, and tell how many those were.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.close()
	}
	return len(p.links)
}

// Close stops the proxy and cuts everything.
func (p *Proxy) Close() {
	p.listener.Close()
	p.Cut()
}

func (p *Proxy) state() (Fault, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault, p.delay
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if f, _ := p.state(); f == Refuse {
			client.Close()
			continue
		}
		go p.serve(client)
	}
}

func (p *Proxy) serve(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		client.Close()
		return
	}
	l := &link{client, server}
	p.mu.Lock()
	p.links[l] = struct{}{}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(l, server, client, false) })
	both.Go(func() { p.pass(l, client, server, true) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// pass copies one way until either end is closed, and then closes both.
func (p *Proxy) pass(l *link, to io.Writer, from io.Reader, back bool) {
	defer l.close()
	chunk := make([]byte, 32<<10)
	for {
		n, err := from.Read(chunk)
		if err != nil {
			return
		}
		fault, delay := p.state()
		if delay > 0 {
			time.Sleep(delay)
			fault, _ = p.state()
		}
		switch {
		case fault == BlackHole:
			io.Copy(io.Discard, from)
			return
		case fault == LoseAnswers && back:
			return
		}
		if _, err := to.Write(chunk[:n]); err != nil {
			return
		}
	}
}
