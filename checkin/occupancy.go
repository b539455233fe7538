package checkin

import (
	"math"
	"time"

	"lanyard/badge"
)

// Counts are the figures of an event as a store keeps them.
type Counts struct {
	Seq    uint64                 // journal position that they include
	Venues map[string]VenueCounts // by venue id; a venue never scanned may be missing
	Gates  map[string]GateCounts  // by gate id; the same
}

// VenueCounts are a venue's figures. Inside is the size of the set of badges
// inside, never a counter of its own.
type VenueCounts struct {
	Inside  int
	Entries int // admitted, late facts included, undone ones taken out
	Exits   int // exited somebody who was inside, by a gate or by the system
	Denied  int
	Recent  []Bucket // by minute, ascending: the last RateWindow
}

// GateCounts are a gate's figures.
type GateCounts struct {
	Entries  int
	Exits    int
	Denied   int
	LastSeen time.Time // last recorded scan; zero when never
}

// Bucket is one minute of a venue.
type Bucket struct {
	Minute  int64 `json:"m"` // Unix time / 60 of recorded_at
	Entries int   `json:"e,omitempty"`
	Exits   int   `json:"x,omitempty"`
	Denied  int   `json:"d,omitempty"`
	Inside  int   `json:"i"` // after the minute's last row
}

// RateWindow is the span over which rates are taken.
const RateWindow = 5 * time.Minute

// Occupancy is what security looks at.
type Occupancy struct {
	Venues      []VenueOccupancy `json:"venues"`
	InsideTotal int              `json:"inside_total"` // sum over the venues
	At          time.Time        `json:"at"`
	Seq         uint64           `json:"seq"`
	TimeZone    string           `json:"timezone"` // the event's, IANA
}

// VenueOccupancy is one tile of the board. Rates are persons a minute over the
// last RateWindow; FullInS is seconds until full at the net rate.
type VenueOccupancy struct {
	ID       string          `json:"id"`
	Name     badge.Text      `json:"name"`
	Inside   int             `json:"inside"`
	Capacity int             `json:"capacity"`
	Entries  int             `json:"entries"`
	Exits    int             `json:"exits"`
	Denied   int             `json:"denied"`
	RateIn   float64         `json:"rate_in"`
	RateOut  float64         `json:"rate_out"`
	FullInS  *int            `json:"full_in_s,omitempty"`
	Gates    []GateOccupancy `json:"gates"`
}

// GateOccupancy is one gate of a tile.
type GateOccupancy struct {
	ID       string     `json:"id"`
	Entries  int        `json:"entries"`
	Exits    int        `json:"exits"`
	Denied   int        `json:"denied"`
	LastSeen *time.Time `json:"last_seen"`
}

// NewOccupancy joins configuration and counts.
func NewOccupancy(c *Config, n *Counts, now time.Time) Occupancy {
	o := Occupancy{Venues: make([]VenueOccupancy, 0, len(c.Venues)), At: now, Seq: n.Seq, TimeZone: c.Event.TimeZone}
	for _, v := range c.Venues {
		k := n.Venues[v.ID]
		t := VenueOccupancy{ID: v.ID, Name: v.Name, Inside: k.Inside, Capacity: v.Capacity,
			Entries: k.Entries, Exits: k.Exits, Denied: k.Denied, Gates: []GateOccupancy{}}
		in, out := rates(k.Recent, now)
		t.RateIn, t.RateOut = round2(in), round2(out)
		if net := in - out; v.Capacity > 0 && k.Inside >= v.Capacity {
			zero := 0
			t.FullInS = &zero
		} else if v.Capacity > 0 && net > 0 {
			s := int(math.Ceil(float64(v.Capacity-k.Inside) / net * 60))
			t.FullInS = &s
		}
		for _, g := range c.Gates {
			if g.Venue != v.ID {
				continue
			}
			gc := n.Gates[g.ID]
			row := GateOccupancy{ID: g.ID, Entries: gc.Entries, Exits: gc.Exits, Denied: gc.Denied}
			if !gc.LastSeen.IsZero() {
				seen := gc.LastSeen
				row.LastSeen = &seen
			}
			t.Gates = append(t.Gates, row)
		}
		o.InsideTotal += k.Inside
		o.Venues = append(o.Venues, t)
	}
	return o
}

// rates are entries and exits a minute over the sliding RateWindow: the whole
// minutes in it, and of the oldest one the share that is still in it.
func rates(recent []Bucket, now time.Time) (in, out float64) {
	end := float64(now.UnixMilli()) / 60_000
	start := end - RateWindow.Minutes()
	for _, b := range recent {
		m := float64(b.Minute)
		if m+1 <= start || m > end {
			continue
		}
		share := 1.0
		if m < start {
			share = m + 1 - start
		}
		in += share * float64(b.Entries)
		out += share * float64(b.Exits)
	}
	return in / RateWindow.Minutes(), out / RateWindow.Minutes()
}

func round2(f float64) float64 { return math.Round(f*100) / 100 }

// Inside is somebody who is in a venue now.
type Inside struct {
	Badge    string      `json:"badge"`
	Venue    string      `json:"venue"`
	Gate     string      `json:"gate"`
	Since    time.Time   `json:"since"`
	Ref      string      `json:"ref,omitempty"`
	Attendee *PersonCard `json:"attendee"` // nil after erasure
}

// Point is one step of a venue's history.
type Point struct {
	At      time.Time `json:"at"` // start of the step
	Inside  int       `json:"inside"`
	Entries int       `json:"entries"`
	Exits   int       `json:"exits"`
	Denied  int       `json:"denied"`
}

// NewHistory folds buckets, ascending and beginning with the last one before
// from, into steps of whole minutes; Inside is as the step ended.
func NewHistory(buckets []Bucket, from, to time.Time, step time.Duration) []Point {
	var out []Point
	i, inside := 0, 0
	for i < len(buckets) && buckets[i].Minute < from.Unix()/60 {
		inside = buckets[i].Inside
		i++
	}
	for t := from; t.Before(to); t = t.Add(step) {
		p := Point{At: t}
		for i < len(buckets) && buckets[i].Minute*60 < t.Add(step).Unix() {
			b := buckets[i]
			p.Entries, p.Exits, p.Denied, inside = p.Entries+b.Entries, p.Exits+b.Exits, p.Denied+b.Denied, b.Inside
			i++
		}
		p.Inside = inside
		out = append(out, p)
	}
	return out
}
