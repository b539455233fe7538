package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"lanyard/badge"
	"lanyard/checkin"
)

// Attendees and badges that one script takes: it holds up every gate while it
// runs. A larger call is several steps, each with its rows.
const (
	putsPerScript   = 1000
	issuesPerScript = 250

	// linksAtOnce go to Redis together: each sync to disk that an issue waits for
	// is one that an import of 100,000 waits for hundreds of times.
	linksAtOnce = 4 * issuesPerScript
)

// PutAttendees creates or updates attendees.
func (s *Store) PutAttendees(ctx context.Context, id string, by checkin.Stamp, puts []checkin.PutAttendee) ([]checkin.PutResult, error) {
	e := s.event(id)
	out := make([]checkin.PutResult, 0, len(puts))
	if len(puts) == 0 {
		return out, s.exists(ctx, e)
	}
	for len(out) < len(puts) {
		rest := puts[len(out):]
		rest = rest[:min(len(rest), putsPerScript)]
		args := make([]any, 0, 2+5*len(rest))
		args = append(args, formatTime(by.At), escape(by.Operator))
		for i := range rest {
			a := &rest[i].Attendee
			args = append(args, [...]string{checkin.Create: "create", checkin.Update: "update", checkin.Upsert: "upsert"}[rest[i].Mode],
				escape(a.ID), escape(a.Category), escape(a.Ref), formatPersonBody(a))
		}
		_, values, err := s.step(ctx, putScript, e.keys.rosterScript, args...)
		if err != nil {
			return nil, err
		}
		if len(values) != len(rest) {
			return nil, fmt.Errorf("redis: the script answered %d of %d attendees", len(values), len(rest))
		}
		var r reader
		at := r.time(formatTime(by.At))
		for i, v := range values {
			_, v, err := result(v)
			p := checkin.PutResult{Err: err}
			switch {
			case err != nil:
			case text(v, 1) == "created":
				p.Attendee, p.Created, p.Changed = rest[i].Attendee, true, true
				p.Attendee.Badge, p.Attendee.CreatedAt, p.Attendee.UpdatedAt = "", at, at
			default:
				p.Attendee, p.Changed = r.person(unescape(text(v, 0)), text(v, 2)), text(v, 1) == "updated"
			}
			out = append(out, p)
		}
		if r.err != nil {
			return nil, r.err
		}
	}
	s.touch(s.keep(e))
	return out, nil
}

// Erase removes a person.
func (s *Store) Erase(ctx context.Context, id string, by checkin.Stamp, attendee string) error {
	e := s.event(id)
	_, _, err := s.step(ctx, eraseScript, e.keys.rosterScript, formatTime(by.At), escape(by.Operator), escape(attendee))
	if err == nil {
		s.touch(s.keep(e))
	}
	return err
}

// Attendee by id.
func (s *Store) Attendee(ctx context.Context, id, attendee string) (badge.Attendee, error) {
	record, err := s.field(ctx, id, s.event(id).keys.people, attendee)
	if err != nil || record == "" {
		return badge.Attendee{}, orNone(err, checkin.ErrNoAttendee)
	}
	var r reader
	a := r.person(attendee, record)
	return a, r.err
}

// Issue gives badges to attendees. Their links are findable before they lead
// anywhere.
func (s *Store) Issue(ctx context.Context, id string, by checkin.Stamp, issues []checkin.Issue) ([]checkin.IssueResult, error) {
	e := s.event(id)
	var unused []string // links of badges that were not needed
	out := make([]checkin.IssueResult, 0, len(issues))
	if len(issues) == 0 {
		return out, s.exists(ctx, e)
	}
	for len(out) < len(issues) {
		rest := issues[len(out):]
		if len(out)%linksAtOnce == 0 {
			var badges []badge.Badge
			for i := range rest[:min(len(rest), linksAtOnce)] {
				badges = append(badges, rest[i].Badge)
			}
			if err := s.link(ctx, id, badges); err != nil {
				return nil, err
			}
		}
		rest = rest[:min(len(rest), issuesPerScript)]
		args := make([]any, 0, 2+6*len(rest))
		args = append(args, formatTime(by.At), escape(by.Operator))
		for i := range rest {
			b, replace := &rest[i].Badge, ""
			if rest[i].Replace {
				replace = "1"
			}
			args = append(args, escape(b.Attendee), replace, escape(b.ID), formatTime(b.ValidUntil), formatOptional(b.ValidFrom), formatBadgeTail(b))
		}
		_, values, err := s.step(ctx, issueScript, e.keys.rosterScript, args...)
		if err != nil {
			return nil, err
		}
		if len(values) != len(rest) {
			return nil, fmt.Errorf("redis: the script answered %d of %d badges", len(values), len(rest))
		}
		var r reader
		for i, v := range values {
			_, v, err := result(v)
			res := checkin.IssueResult{Err: err}
			switch {
			case err != nil:
			case text(v, 0) == "new":
				res.New, res.Badge, res.Replaced = true, rest[i].Badge, unescape(text(v, 2))
				res.Badge.Status, res.Badge.Category = badge.Active, unescape(text(v, 1))
			default:
				res.Badge = r.badge(unescape(text(v, 1)), text(v, 2))
				unused = append(unused, rest[i].Badge.Link)
			}
			out = append(out, res)
		}
		if r.err != nil {
			return nil, r.err
		}
	}
	s.touch(s.keep(e))
	s.unlink(ctx, unused)
	return out, nil
}

// unlink forgets links. What stays behind when it fails leads nowhere.
func (s *Store) unlink(ctx context.Context, links []string) {
	if len(links) == 0 {
		return
	}
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, link := range links {
			p.HDel(ctx, linksKey(link), link)
		}
		return nil
	})
	if err != nil {
		s.log.Warn("unused links were left in the index", "error", err)
	}
}

// link makes badges findable by their pages.
func (s *Store) link(ctx context.Context, id string, badges []badge.Badge) error {
	if len(badges) == 0 {
		return nil
	}
	byKey := map[string][]any{}
	for _, b := range badges {
		key := linksKey(b.Link)
		byKey[key] = append(byKey[key], b.Link, escape(id)+"|"+escape(b.ID))
	}
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for key, fields := range byKey {
			p.HSet(ctx, key, fields...)
		}
		return nil
	})
	return unavailable(err)
}

// Revoke ends an active badge.
func (s *Store) Revoke(ctx context.Context, id string, by checkin.Stamp, badgeID, why string) (badge.Badge, error) {
	e := s.event(id)
	_, values, err := s.step(ctx, revokeScript, e.keys.rosterScript, formatTime(by.At), escape(by.Operator), escape(badgeID), escape(why))
	if err != nil {
		return badge.Badge{}, err
	}
	s.touch(s.keep(e))
	var r reader
	b := r.badge(badgeID, text(values, 0))
	return b, r.err
}

// Badge by id.
func (s *Store) Badge(ctx context.Context, id, badgeID string) (badge.Badge, error) {
	record, err := s.field(ctx, id, s.event(id).keys.badges, badgeID)
	if err != nil || record == "" {
		return badge.Badge{}, orNone(err, checkin.ErrNoBadge)
	}
	var r reader
	b := r.badge(badgeID, record)
	return b, r.err
}

// Badges by id, in order.
func (s *Store) Badges(ctx context.Context, id string, ids []string) ([]badge.Badge, error) {
	e := s.event(id)
	if err := s.exists(ctx, e); err != nil {
		return nil, err
	}
	records, err := s.fields(ctx, e.keys.badges, ids)
	if err != nil {
		return nil, err
	}
	out := make([]badge.Badge, len(ids))
	var r reader
	for i, record := range records {
		if record != "" {
			out[i] = r.badge(ids[i], record)
		}
	}
	return out, r.err
}

// BadgeByLink finds a badge by its page.
func (s *Store) BadgeByLink(ctx context.Context, link string) (id string, b badge.Badge, err error) {
	at, err := s.client.HGet(ctx, linksKey(link), link).Result()
	if errors.Is(err, redis.Nil) {
		return "", b, checkin.ErrNoBadge
	}
	if err != nil {
		return "", b, unavailable(err)
	}
	event, badgeID, _ := strings.Cut(at, "|")
	b, err = s.Badge(ctx, unescape(event), unescape(badgeID))
	if errors.Is(err, checkin.ErrNoEvent) || err == nil && b.Link != link {
		err = checkin.ErrNoBadge // the index was written, the badge was not
	}
	if err != nil {
		return "", badge.Badge{}, err
	}
	return unescape(event), b, nil
}

// field reads a field of a hash of an event: "" if it isn't there, ErrNoEvent
// if the event isn't.
func (s *Store) field(ctx context.Context, id, key, name string) (string, error) {
	var rev *redis.BoolCmd
	var value *redis.StringCmd
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		value = p.HGet(ctx, key, escape(name))
		rev = p.HExists(ctx, newEventKeys(id).conf, "rev")
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		return "", unavailable(err)
	case rev.Err() != nil:
		return "", unavailable(rev.Err())
	case !rev.Val():
		return "", checkin.ErrNoEvent
	}
	return value.Val(), nil
}

// fields reads fields of a hash in order, "" for what isn't there.
func (s *Store) fields(ctx context.Context, key string, names []string) ([]string, error) {
	const atOnce = 1000
	out := make([]string, 0, len(names))
	for len(names) > 0 {
		n := min(len(names), atOnce)
		escaped := make([]string, n)
		for i, name := range names[:n] {
			escaped[i] = escape(name)
		}
		got, err := s.client.HMGet(ctx, key, escaped...).Result()
		if err != nil {
			return nil, unavailable(err)
		}
		for i := range got {
			out = append(out, text(got, i))
		}
		names = names[n:]
	}
	return out, nil
}

// exists answers ErrNoEvent for an event that isn't there.
func (s *Store) exists(ctx context.Context, e *event) error {
	ok, err := s.client.HExists(ctx, e.keys.conf, "rev").Result()
	if err != nil {
		return unavailable(err)
	}
	if !ok && e.id != checkin.System {
		return checkin.ErrNoEvent
	}
	return nil
}

func orNone(err, none error) error {
	if err != nil {
		return err
	}
	return none
}
