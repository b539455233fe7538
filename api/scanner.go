package api

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// scannerView is what a phone needs to decide by itself: no names. With full
// it replaces what the phone has, else it changes it.
type scannerView struct {
	Full       bool      `json:"full"`
	Seq        uint64    `json:"seq"` // to ask for the changes since
	ServerTime time.Time `json:"server_time"`
	// Counts is how many are inside, by venue.
	Counts map[string]int `json:"counts"`
	// Ended are badges that have been revoked or replaced: all of them, or
	// those since.
	Ended []badgeID `json:"ended"`

	*scannerBase

	// Moves are those who have moved since, as they are now.
	Moves []scannerMove `json:"moves,omitempty"`
}

// scannerBase is what only a full answer has.
type scannerBase struct {
	Event      badge.Event      `json:"event"`
	Venues     []checkin.Venue  `json:"venues"` // of the operator's gates
	Gates      []checkin.Gate   `json:"gates"`  // that the operator may scan at
	Categories []badge.Category `json:"categories"`
	Keys       badge.KeySet     `json:"jwks"`
	// Inside says by venue who is inside, and when each of them came in.
	Inside map[string]stays `json:"inside"`
	// Spent says by venue with re-entry once or daily whose entry is spent
	// though they have left, and when it was; daily ones of today alone.
	Spent map[string]stays `json:"spent"`
}

// stays are entries by badge.
type stays map[badgeID]time.Time

type scannerMove struct {
	Venue     string     `json:"venue"`
	Badge     badgeID    `json:"badge"`
	Inside    bool       `json:"inside"`
	EnteredAt *time.Time `json:"entered_at"` // the latest entry; null when there is none
}

// MarshalText makes a badge's id a JSON string, as a value and as a name.
func (id badgeID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

func (s *Server) getScanner(c *call) error {
	since, err := c.seq("since")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := c.config(); err != nil {
		return err // before anything is kept for the event
	}
	w := s.scanners.get(s.desk, c.event)
	if err := w.catchUp(ctx, 0); err != nil {
		return err
	}
	// Configuration read after the journal: never older than what it is with.
	cfg, err := c.config()
	if err != nil {
		return err
	}
	gates, venues := scannableBy(c.op, cfg)
	view, tag := w.view(cfg, gates, venues, since, s.desk.Now())
	h := c.x.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization, Cookie, Accept-Encoding")
	if etagMatches(c.Request().Header.Get("If-None-Match"), tag) {
		c.x.WriteHeader(http.StatusNotModified)
		return nil
	}
	return c.zipped(view)
}

// scannableBy are the gates that an operator may scan at, and their venues.
func scannableBy(o checkin.Operator, cfg *checkin.Config) ([]checkin.Gate, []checkin.Venue) {
	gates, venues := []checkin.Gate{}, []checkin.Venue{}
	for _, g := range cfg.Gates {
		if o.MayUse(g.ID) {
			gates = append(gates, g)
		}
	}
	for _, v := range cfg.Venues {
		if slices.ContainsFunc(gates, func(g checkin.Gate) bool { return g.Venue == v.ID }) {
			venues = append(venues, v)
		}
	}
	return gates, venues
}

// view is the answer for some gates, and its weak entity tag: two answers of
// one tag differ in the server's time at most.
func (w *whereabouts) view(cfg *checkin.Config, gates []checkin.Gate, venues []checkin.Venue, since uint64, now time.Time) (*scannerView, string) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	loc, err := cfg.Event.Location()
	if err != nil {
		loc = time.UTC
	}
	today := checkin.LocalDay(now, loc)
	view := &scannerView{Seq: w.seq, ServerTime: now, Counts: map[string]int{}, Ended: []badgeID{},
		Full: since == 0 || since > w.seq || since < w.configured || since < w.dropped}
	for _, v := range venues {
		n := 0
		for _, m := range w.places[v.ID] {
			if m.inside {
				n++
			}
		}
		view.Counts[v.ID] = n
	}
	if view.Full {
		view.scannerBase = &scannerBase{Event: cfg.Event, Venues: venues, Gates: gates, Categories: cfg.Categories,
			Keys: badge.JWKS(cfg.Keys, now), Inside: map[string]stays{}, Spent: map[string]stays{}}
		if view.Categories == nil {
			view.Categories = []badge.Category{}
		}
		for id := range w.ended {
			view.Ended = append(view.Ended, id)
		}
		slices.Sort(view.Ended)
		for _, v := range venues {
			view.Inside[v.ID], view.Spent[v.ID] = w.stays(v, today, loc)
		}
	} else {
		w.changesSince(view, since)
	}
	f := fnv.New64a()
	fmt.Fprint(f, cfg.Rev, " ", today, " ", since)
	for _, g := range gates {
		fmt.Fprint(f, " ", g.ID)
	}
	return view, fmt.Sprintf(`W/"%d-%x"`, w.seq, f.Sum64())
}

func (w *whereabouts) stays(v checkin.Venue, today int, loc *time.Location) (inside, spent stays) {
	inside, spent = stays{}, stays{}
	for id, m := range w.places[v.ID] {
		at, ok := m.entered()
		switch {
		case m.inside:
			inside[id] = at
		case !ok:
		case v.Reentry == checkin.Once, v.Reentry == checkin.Daily && checkin.LocalDay(at, loc) == today:
			spent[id] = at
		}
	}
	return inside, spent
}

// changesSince puts in what has changed at the venues of the view.
func (w *whereabouts) changesSince(view *scannerView, since uint64) {
	start, _ := slices.BinarySearchFunc(w.changes, since+1, func(c change, seq uint64) int {
		if c.seq < seq {
			return -1
		}
		return 1
	})
	type place struct {
		venue string
		badge badgeID
	}
	told := map[place]bool{}
	for _, c := range w.changes[start:] {
		p := place{c.venue, c.badge}
		if told[p] {
			continue
		}
		told[p] = true
		if c.venue == "" {
			view.Ended = append(view.Ended, c.badge)
			continue
		}
		if _, ours := view.Counts[c.venue]; !ours {
			continue
		}
		m := w.places[c.venue][c.badge]
		move := scannerMove{Venue: c.venue, Badge: c.badge, Inside: m.inside}
		if at, ok := m.entered(); ok {
			move.EnteredAt = &at
		}
		view.Moves = append(view.Moves, move)
	}
}

// etagMatches compares weakly (RFC 9110, section 13.1.2).
func etagMatches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || part != "" && strings.TrimPrefix(part, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// zipped answers with JSON, compressed where the client takes that and it is
// worth it: who is inside a full hall, on one bar of signal.
func (c *call) zipped(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(body) < 1024 || !takesGzip(c.Request()) {
		c.x.writeBytes(200, jsonType, body)
		return nil
	}
	h := c.x.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Content-Encoding", "gzip")
	c.x.WriteHeader(200)
	z, _ := gzip.NewWriterLevel(c.x, gzip.BestSpeed)
	z.Write(body) // a client that has left is no error
	return z.Close()
}
