package checkin

import (
	"context"
	"fmt"

	"lanyard/badge"
)

// PutAttendees creates or updates attendees.
func (e *Engine) PutAttendees(ctx context.Context, event string, by Stamp, puts []PutAttendee) ([]PutResult, error) {
	return within(ctx, e, event, func(t *tx, s *State) ([]PutResult, error) {
		results := make([]PutResult, len(puts))
		changed, last := 0, 0
		for i, p := range puts {
			results[i] = t.putAttendee(s, by, p)
			if results[i].Changed {
				changed, last = changed+1, i
			}
		}
		if changed == 0 {
			return results, nil
		}
		r := Row{Kind: KindRoster, At: by.At, RecordedAt: by.At, Operator: by.Operator,
			Subject: fmt.Sprintf("attendees/%d", changed), Note: "put"}
		if len(puts) == 1 {
			r.Subject, r.Note = "attendee/"+results[last].Attendee.ID, "updated"
			if results[last].Created {
				r.Note = "created"
			}
		}
		t.append(s, Entry{Row: r})
		return results, nil
	})
}

func (t *tx) putAttendee(s *State, by Stamp, p PutAttendee) PutResult {
	a := p.Attendee
	holder, taken := s.people.ByRef(a.Ref)
	old, known := s.people.Get(a.ID)
	switch p.Mode {
	case Upsert:
		if known && !taken {
			return PutResult{Err: ErrExists} // the id is somebody else's
		}
		old, known = holder, taken
	case Create:
		if taken {
			return PutResult{Err: ErrRefTaken}
		}
		if known {
			return PutResult{Err: ErrExists}
		}
	case Update:
		if !known {
			return PutResult{Err: ErrNoAttendee}
		}
		if taken && holder.ID != a.ID {
			return PutResult{Err: ErrRefTaken}
		}
	}
	a.Badge, a.Revoked, a.CreatedAt, a.UpdatedAt = "", "", by.At, by.At
	if known {
		if old.SamePerson(a) {
			return PutResult{Attendee: old}
		}
		a.ID, a.Badge, a.Revoked, a.CreatedAt = old.ID, old.Badge, old.Revoked, old.CreatedAt
		if b := s.badges[a.Badge]; b != nil && b.Category != a.Category {
			moved := *b
			moved.Category = a.Category
			t.putBadge(s, moved)
		}
	}
	t.putPerson(s, a)
	return PutResult{Attendee: a, Created: !known, Changed: true}
}

// putPerson keeps a record. Which badge of a person is active follows from the
// badges, so that alone is not written.
func (t *tx) putPerson(s *State, a badge.Attendee) {
	s.people.Put(a)
	t.write(AttendeeTable, s.id, a.ID, a)
}

func (t *tx) putBadge(s *State, b badge.Badge) {
	s.keepBadge(b)
	t.links[b.Link] = link{s.id, b.ID}
	t.write(BadgeTable, s.id, b.ID, b)
}

func (s *State) keepBadge(b badge.Badge) {
	old := s.badges[b.ID]
	if b.Attendee != "" && b.Status != badge.Active && (old == nil || old.Status == badge.Active) {
		s.ended[b.Attendee] = append(s.ended[b.Attendee], b.ID)
	}
	s.badges[b.ID] = &b
}

// endBadge marks a badge as revoked or replaced and journals it.
func (t *tx) endBadge(s *State, by Stamp, b badge.Badge, status badge.Status, why string) badge.Badge {
	at := by.At
	b.Status, b.EndedAt = status, &at
	t.putBadge(s, b)
	t.badgeRow(s, by, b.ID, string(status), why)
	return b
}

func (t *tx) badgeRow(s *State, by Stamp, id, note, why string) {
	t.append(s, Entry{Row: Row{Kind: KindBadge, At: by.At, RecordedAt: by.At, Operator: by.Operator, Badge: id, Note: note, Why: why}})
}

// Erase removes a person and keeps the counts.
func (e *Engine) Erase(ctx context.Context, event string, by Stamp, id string) error {
	_, err := within(ctx, e, event, func(t *tx, s *State) (nothing, error) {
		a, ok := s.people.Get(id)
		if !ok {
			return nothing{}, ErrNoAttendee
		}
		if b := s.badges[a.Badge]; b != nil {
			t.endBadge(s, by, *b, badge.Revoked, "")
		}
		for _, bid := range s.ended[id] {
			b := *s.badges[bid]
			b.Attendee = ""
			t.putBadge(s, b)
		}
		delete(s.ended, id)
		s.people.Delete(id)
		t.write(AttendeeTable, s.id, id, nil)
		t.append(s, Entry{Row: Row{Kind: KindRoster, At: by.At, RecordedAt: by.At, Operator: by.Operator,
			Subject: "attendee/" + id, Note: "erased"}})
		return nothing{}, nil
	})
	return err
}

// Attendee by id.
func (e *Engine) Attendee(ctx context.Context, event, id string) (a badge.Attendee, err error) {
	err = e.read(ctx, event, func(s *State) error {
		var ok bool
		if a, ok = s.people.Get(id); !ok {
			return ErrNoAttendee
		}
		return nil
	})
	return a, err
}

// Attendees is one page of a search.
func (e *Engine) Attendees(ctx context.Context, event string, q badge.Query) (page []badge.Attendee, next string, err error) {
	err = e.read(ctx, event, func(s *State) error {
		page, next = s.people.Search(q)
		return nil
	})
	return page, next, err
}

// CountAttendees is how many a search finds.
func (e *Engine) CountAttendees(ctx context.Context, event string, q badge.Query) (n int, err error) {
	err = e.read(ctx, event, func(s *State) error {
		n = s.people.Count(q)
		return nil
	})
	return n, err
}

// Issue gives badges to attendees.
func (e *Engine) Issue(ctx context.Context, event string, by Stamp, issues []Issue) ([]IssueResult, error) {
	return within(ctx, e, event, func(t *tx, s *State) ([]IssueResult, error) {
		results := make([]IssueResult, len(issues))
		for i, is := range issues {
			results[i] = t.issue(s, by, is)
		}
		return results, nil
	})
}

func (t *tx) issue(s *State, by Stamp, is Issue) IssueResult {
	a, ok := s.people.Get(is.Badge.Attendee)
	if !ok {
		return IssueResult{Err: ErrNoAttendee}
	}
	if s.badges[is.Badge.ID] != nil {
		return IssueResult{Err: ErrExists}
	}
	replaced := ""
	if b := s.badges[a.Badge]; b != nil {
		if !is.Replace {
			return IssueResult{Badge: *b}
		}
		replaced = b.ID
		t.endBadge(s, by, *b, badge.Replaced, "")
	}
	b := is.Badge
	b.Status, b.Category = badge.Active, a.Category
	t.putBadge(s, b)
	a.Badge, a.Revoked = b.ID, ""
	s.people.Put(a)
	t.badgeRow(s, by, b.ID, "issued", "")
	return IssueResult{Badge: b, New: true, Replaced: replaced}
}

// Revoke ends an active badge.
func (e *Engine) Revoke(ctx context.Context, event string, by Stamp, id, why string) (badge.Badge, error) {
	return within(ctx, e, event, func(t *tx, s *State) (badge.Badge, error) {
		old := s.badges[id]
		if old == nil {
			return badge.Badge{}, ErrNoBadge
		}
		if old.Status != badge.Active {
			return badge.Badge{}, ErrBadgeEnded
		}
		b := t.endBadge(s, by, *old, badge.Revoked, why)
		if a, ok := s.people.Get(b.Attendee); ok {
			a.Badge, a.Revoked = "", b.ID
			s.people.Put(a)
		}
		return b, nil
	})
}

// Badge by id.
func (e *Engine) Badge(ctx context.Context, event, id string) (badge.Badge, error) {
	got, err := e.Badges(ctx, event, []string{id})
	if err != nil {
		return badge.Badge{}, err
	}
	if got[0].ID == "" {
		return badge.Badge{}, ErrNoBadge
	}
	return got[0], nil
}

// Badges by id, in order.
func (e *Engine) Badges(ctx context.Context, event string, ids []string) (out []badge.Badge, err error) {
	err = e.read(ctx, event, func(s *State) error {
		out = make([]badge.Badge, len(ids))
		for i, id := range ids {
			if b := s.badges[id]; b != nil {
				out[i] = *b
			}
		}
		return nil
	})
	return out, err
}

// BadgeByLink finds a badge by its page.
func (e *Engine) BadgeByLink(ctx context.Context, page string) (event string, b badge.Badge, err error) {
	if err := e.Ping(ctx); err != nil {
		return "", b, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	l, ok := e.links[page]
	if !ok || e.events[l.event] == nil || e.events[l.event].badges[l.badge] == nil {
		return "", b, ErrNoBadge
	}
	return l.event, *e.events[l.event].badges[l.badge], nil
}
