package main

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Hall is an event made for a run: its venues and gates, one operator for each
// gate, and the tokens of everybody who holds a badge.
type Hall struct {
	Service *Service
	Event   string
	Venues  []*Venue
	Gates   []*Gate
	Badges  []Badge
	Foreign []string // valid tokens of another event
	// Imported is how long it took until the whole roster was stored and issued.
	Imported time.Duration
	other    string // the other event
}

// Venue of a hall. Every badge may enter it, and next is the first badge that
// nobody has brought here yet.
type Venue struct {
	ID       string
	Capacity int // 0 is no limit
	next     atomic.Int64
}

// Fresh takes the next badge that was never shown at this venue.
func (v *Venue) Fresh(badges int) (index int, ok bool) {
	n := int(v.next.Add(1)) - 1
	return n, n < badges
}

// Shown is how many badges have been brought here.
func (v *Venue) Shown(badges int) int { return min(int(v.next.Load()), badges) }

// Gate of a hall and the key of its operator.
type Gate struct {
	ID    string
	Venue *Venue
	Key   string
}

// Badge that was issued to an attendee.
type Badge struct{ ID, Token string }

// HallPlan is how large a hall to make.
type HallPlan struct {
	Event     string // "" makes an id up
	Gates     int
	Venues    int
	Attendees int
	Capacity  int // of the last venue; the others have no limit
	Tokens    int // badges to scan with, 0 for all
}

// MakeHall prepares everything through the public API.
func MakeHall(ctx context.Context, s *Service, p HallPlan) (*Hall, error) {
	if p.Event == "" {
		p.Event = "load" + randomHex(2)
	}
	h := &Hall{Service: s, Event: p.Event, other: "else" + randomHex(2)}
	if err := h.prepare(ctx, p); err != nil {
		return nil, errors.Join(err, h.Remove(context.WithoutCancel(ctx)))
	}
	return h, nil
}

func (h *Hall) prepare(ctx context.Context, p HallPlan) error {
	if err := makeEvent(ctx, h.Service, h.Event); err != nil {
		h.Event = "" // not ours to remove
		return err
	}
	for i := range p.Venues {
		v := &Venue{ID: fmt.Sprintf("hall-%d", i+1)}
		if i == p.Venues-1 {
			v.Capacity = p.Capacity
		}
		if err := h.Service.Post(ctx, h.path("/venues"), map[string]any{"id": v.ID, "name": map[string]string{"en": "Hall " + v.ID[5:]},
			"capacity": v.Capacity, "reentry": "free", "categories": []string{}, "hours": []string{}}, nil); err != nil {
			return err
		}
		h.Venues = append(h.Venues, v)
	}
	for i := range p.Gates {
		g := &Gate{ID: fmt.Sprintf("gate-%d", i+1), Venue: h.Venues[i%p.Venues]}
		if err := h.Service.Post(ctx, h.path("/gates"), map[string]any{"id": g.ID, "venue": g.Venue.ID,
			"name": map[string]string{"en": "Gate " + g.ID[5:]}, "direction": "both"}, nil); err != nil {
			return err
		}
		var operator struct{ Key string }
		if err := h.Service.Post(ctx, h.path("/operators"), map[string]any{"name": "Phone at " + g.ID, "role": "gate",
			"gates": []string{g.ID}}, &operator); err != nil {
			return err
		}
		g.Key = operator.Key
		h.Gates = append(h.Gates, g)
	}
	begun := time.Now()
	if err := importRoster(ctx, h.Service, h.Event, p.Attendees); err != nil {
		return err
	}
	h.Imported = time.Since(begun)
	if p.Tokens == 0 {
		p.Tokens = p.Attendees
	}
	var err error
	if h.Badges, err = badgesOf(ctx, h.Service, h.Event, p.Tokens); err != nil {
		return err
	}
	if err := makeEvent(ctx, h.Service, h.other); err != nil {
		h.other = ""
		return err
	}
	const strangers = 20
	if err := importRoster(ctx, h.Service, h.other, strangers); err != nil {
		return err
	}
	foreign, err := badgesOf(ctx, h.Service, h.other, strangers)
	for _, b := range foreign {
		h.Foreign = append(h.Foreign, b.Token)
	}
	return err
}

// Remove deletes the hall's events.
func (h *Hall) Remove(ctx context.Context) error {
	var all error
	for _, event := range []string{h.Event, h.other} {
		if event != "" {
			all = errors.Join(all, h.Service.Delete(ctx, "/api/v1/events/"+event))
		}
	}
	return all
}

func (h *Hall) path(rest string) string { return "/api/v1/events/" + h.Event + rest }

func makeEvent(ctx context.Context, s *Service, id string) error {
	now := time.Now().UTC().Truncate(time.Second)
	if err := s.Post(ctx, "/api/v1/events", map[string]any{"id": id, "name": map[string]string{"en": "Load run"},
		"timezone": "UTC", "starts_at": now.Add(-time.Hour), "ends_at": now.Add(48 * time.Hour), "locale": "en"}, nil); err != nil {
		return err
	}
	return s.Post(ctx, "/api/v1/events/"+id+"/categories", map[string]any{"id": "delegate", "name": map[string]string{"en": "Delegate"},
		"color": "#1f6feb", "code": "d"}, nil)
}

// importRows is how many rows one upload has at most: about half of what the
// server takes.
const importRows = 200_000

// importRoster uploads a roster of n attendees with badges issued and waits
// until all of it is stored.
func importRoster(ctx context.Context, s *Service, event string, n int) error {
	for from := 0; from < n; from += importRows {
		if err := importPart(ctx, s, event, from, min(from+importRows, n)); err != nil {
			return err
		}
	}
	return nil
}

func importPart(ctx context.Context, s *Service, event string, from, to int) error {
	var state struct {
		ID, State         string
		Code, Detail      string
		Accepted, Refused int
		Errors            []struct{ Field, Message string }
	}
	path := "/api/v1/events/" + event + "/imports"
	if err := s.Do(ctx, "POST", path+"?issue=true", "text/csv; charset=utf-8", bytes.NewReader(rosterCSV(from, to)), &state); err != nil {
		return err
	}
	for state.State != "done" {
		if state.State == "failed" {
			return fmt.Errorf("import into %s failed: %s (%s)", event, state.Code, state.Detail)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.Get(ctx, path+"/"+state.ID, &state); err != nil {
			return err
		}
	}
	if state.Refused != 0 || state.Accepted != to-from {
		return fmt.Errorf("import into %s: %d of %d rows accepted, %d refused: %v", event, state.Accepted, to-from, state.Refused, state.Errors)
	}
	return nil
}

// rosterCSV is a roster of made-up people.
func rosterCSV(from, to int) []byte {
	family := [...]string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄"}
	given := [...]string{"伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "杰"}
	latin := [...]string{"Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Zhao", "Huang"}
	var b bytes.Buffer
	b.WriteString("ref,name,name_latin,organization,delegation,category,locale\r\n")
	for i := from; i < to; i++ {
		f, g := i%len(family), i/len(family)%len(given)
		fmt.Fprintf(&b, "L%06d,%s%s,%s %d,Organization %d,Delegation %d,delegate,zh\r\n",
			i+1, family[f], given[g], latin[f], i+1, i%997, i%31)
	}
	return b.Bytes()
}

// errEnough ends a walk through a list early.
var errEnough = errors.New("enough")

// badgesOf lists n active badges of an event.
func badgesOf(ctx context.Context, s *Service, event string, n int) ([]Badge, error) {
	badges := make([]Badge, 0, n)
	type attendee struct {
		Badge *struct{ ID, Token string }
	}
	err := Pages(ctx, s, "/api/v1/events/"+event+"/attendees?limit=500", func(page []attendee) error {
		for _, a := range page {
			if len(badges) == n {
				return errEnough
			}
			if a.Badge == nil || a.Badge.Token == "" {
				return errors.New("an imported attendee has no badge with a token")
			}
			badges = append(badges, Badge{a.Badge.ID, a.Badge.Token})
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if len(badges) != n {
		return nil, fmt.Errorf("event %s lists %d badges of %d imported", event, len(badges), n)
	}
	return badges, nil
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	crand.Read(b) // never fails, by contract of crypto/rand
	return hex.EncodeToString(b)
}
