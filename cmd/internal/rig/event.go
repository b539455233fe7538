package rig

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Badge that was issued to an attendee.
type Badge struct{ ID, Token string }

// MakeEvent with one category, in UTC, that began an hour ago.
func MakeEvent(ctx context.Context, s *Service, id string) error {
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

// ImportRoster uploads a roster of n attendees with badges issued and waits
// until all of it is stored.
func ImportRoster(ctx context.Context, s *Service, event string, n int) error {
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

// BadgesOf lists n active badges of an event.
func BadgesOf(ctx context.Context, s *Service, event string, n int) ([]Badge, error) {
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

// RandomHex of so many bytes, for ids that nobody else has.
func RandomHex(bytes int) string {
	b := make([]byte, bytes)
	crand.Read(b) // never fails, by contract of crypto/rand
	return hex.EncodeToString(b)
}
