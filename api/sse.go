package api

import (
	"bytes"
	"errors"
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
	// gather is how long frames wait for others before they are sent together:
	// nobody reads faster, and a board needs no packet for each scan. Many boards
	// wait a little longer, up to gatherMost, so that they leave the processor to gates.
	gather       = 20 * time.Millisecond
	gatherMost   = 100 * time.Millisecond
	gatherBoards = 250 // from how many boards on they wait longer
)

// gatherFor is how long frames gather on a server with so many readers.
func gatherFor(readers int64) time.Duration {
	return min(max(gather*time.Duration(readers)/gatherBoards, gather), gatherMost)
}

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
	h := c.x.Header()
	h.Set("Content-Type", sseType)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx passes each event on
	c.x.WriteHeader(http.StatusOK)

	var out bytes.Buffer
	out.WriteString("retry: 2000\n\n")
	send := func() bool {
		rc.SetWriteDeadline(time.Now().Add(s.streams.stuck))
		_, err := c.x.Write(out.Bytes())
		out.Reset()
		return err == nil && rc.Flush() == nil
	}
	beat := time.NewTicker(s.streams.heartbeat)
	defer beat.Stop()
	pause := time.NewTimer(time.Hour)
	defer pause.Stop()
	frames := feed.Frames()
	next := frames // nil while frames gather in the feed's buffer: nobody wakes for each of them
	for {
		select {
		case f, open := <-next:
			if !open {
				send()
				return nil // the reader comes back with its last id
			}
			writeFrame(&out, f)
			for more := true; more && out.Len() < largeAnswer; {
				select {
				case f, open = <-frames:
					if more = open; open {
						writeFrame(&out, f)
					}
				default:
					more = false
				}
			}
			if out.Len() < largeAnswer {
				next = nil
				pause.Reset(gatherFor(s.readers.Load()))
			}
			if !send() {
				return nil
			}
		case <-pause.C:
			next = frames
		case <-beat.C:
			if !s.mayGoOn(c) {
				return nil
			}
			out.WriteString(": alive\n\n")
			if !send() {
				return nil
			}
		case <-s.closing:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// mayGoOn tells whether a reader is still who it was: operators end while
// streams go on. A store that can't be asked ends no stream by that; the feed
// itself does when it stays silent.
func (s *Server) mayGoOn(c *call) bool {
	op, err := s.operator(c.Request().Context(), c.credential)
	return err == nil && op.Role == c.op.Role || errors.Is(err, checkin.ErrUnavailable)
}

func writeFrame(b *bytes.Buffer, f checkin.Frame) {
	b.WriteString("id: ")
	b.Write(strconv.AppendUint(b.AvailableBuffer(), f.ID, 10))
	b.WriteString("\nevent: ")
	b.WriteString(f.Event)
	b.WriteString("\ndata: ")
	b.Write(f.Data)
	b.WriteString("\n\n")
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
