package api

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"lanyard/checkin"
)

// streams are the bounds of live streams; a test has its own.
type streams struct {
	// heartbeat keeps proxies from closing a quiet stream and tells a page that
	// its numbers are fresh.
	heartbeat time.Duration
	// stuck is how long one write may take before the reader is given up.
	stuck time.Duration
}

const (
	heartbeat = 15 * time.Second
	stuck     = 10 * time.Second

	// maxReaders is how many live streams one server carries.
	maxReaders = 2000
	// waitsInKernel is how much of a stream may wait in the kernel for a reader, in
	// bytes: some seconds of a busy event, and not the megabytes that the kernel would
	// keep for each of a thousand that are stuck.
	waitsInKernel = 128 << 10
)

// getLive streams an event's feed by Server-Sent Events until the reader
// leaves, is too slow, may no longer read or the server stops.
func (s *Server) getLive(c *call) error {
	after, err := c.lastEvent()
	if err != nil {
		return err
	}
	if s.readers.Add(1) > maxReaders {
		s.readers.Add(-1)
		return errTooManyReaders
	}
	defer s.readers.Add(-1)
	select {
	case <-s.closing:
		return checkin.ErrClosing
	default:
	}
	ctx := c.Request().Context()
	feed, err := s.desk.Hub().Subscribe(ctx, c.event, after)
	if err != nil {
		return err
	}
	defer feed.Close()

	rc := http.NewResponseController(c.x)
	rc.SetReadDeadline(time.Time{}) // else it would end the request
	boundKernel(ctx)
	h := c.x.Header()
	h.Set("Content-Type", sseType)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx passes each event on
	wire := feedWriter{zip: takesGzip(c.Request())}
	if wire.zip {
		h.Set("Content-Encoding", "gzip")
	}
	c.x.WriteHeader(http.StatusOK)

	send := func(data []byte) bool {
		rc.SetWriteDeadline(time.Now().Add(s.streams.stuck))
		_, err := c.x.Write(data)
		return err == nil && rc.Flush() == nil
	}
	c.x.Write(wire.begin()) // goes with the snapshot
	beat := time.NewTicker(s.streams.heartbeat)
	defer beat.Stop()
	for {
		select {
		case b, open := <-feed.Batches():
			if !open {
				send(wire.end())
				return nil // the reader comes back with its last id
			}
			if !send(wire.batch(b)) {
				return nil
			}
		case <-beat.C:
			if !s.mayGoOn(c) {
				send(wire.end())
				return nil
			}
			if !send(wire.alive()) {
				return nil
			}
		case <-s.closing:
			send(wire.end())
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// connKey finds a request's connection in its context.
type connKey struct{}

// withConn lets a stream reach its connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// boundKernel bounds what waits in the kernel for the reader of a stream.
func boundKernel(ctx context.Context) {
	conn, _ := ctx.Value(connKey{}).(net.Conn)
	if over, ok := conn.(*tls.Conn); ok {
		conn = over.NetConn()
	}
	if plain, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		plain.SetWriteBuffer(waitsInKernel)
	}
}

// mayGoOn tells whether a reader is still who it was: operators end while
// streams go on. A store that can't be asked ends no stream by that; the feed
// itself does when it stays silent.
func (s *Server) mayGoOn(c *call) bool {
	op, err := s.operator(c.Request().Context(), c.credential)
	return err == nil && op.Role == c.op.Role || errors.Is(err, checkin.ErrUnavailable)
}

// lastEvent is where a reader wants to go on, nil for from now. A browser
// sends the header by itself when it reconnects.
func (c *call) lastEvent() (*uint64, error) {
	v := c.Request().Header.Get("Last-Event-ID")
	if v == "" {
		v = c.values().Get("last_event_id")
	}
	if v == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(v, 10, 53)
	if err != nil {
		return nil, because(errInvalidValue, "last_event_id", "The last event's id must be a journal position: a whole number.")
	}
	return &n, nil
}
