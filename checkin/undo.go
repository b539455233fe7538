package checkin

// undo decides on taking a scan back. Without entries the answer is a replay.
func (s *State) undo(u Undo) (Answer, []Entry, error) {
	seq, ok := s.scans[parseScanID(u.ScanID)]
	if !ok {
		return Answer{}, nil, ErrNoScan
	}
	e, err := s.entry(seq)
	if err != nil {
		return Answer{}, nil, err
	}
	if e.Row.Kind != KindScan {
		return Answer{}, nil, ErrNoScan
	}
	if by := s.undone[seq]; by != 0 {
		first, err := s.entry(by)
		if err != nil {
			return Answer{}, nil, err
		}
		a := s.undoAnswer(e, first)
		a.Replayed = true
		return a, nil, nil
	}
	if !u.Any && (e.Row.Operator != u.Operator || u.Now.Sub(e.Row.RecordedAt) > UndoWindow) {
		return Answer{}, nil, ErrUndoRefused
	}
	if e.Row.Badge != "" && s.presence(e.Row.Badge, e.Row.Venue).LastSeq != seq {
		return Answer{}, nil, ErrSuperseded
	}
	entries := s.putBack(e)
	for i := range entries {
		r := &entries[i].Row
		r.At, r.RecordedAt, r.Operator = u.Now, u.Now, u.Operator
	}
	return Answer{}, entries, nil
}

// undoAnswer is the undone scan's verdict with the venue's count after the undo.
func (s *State) undoAnswer(scan, undo Entry) Answer {
	a := s.answer(scan)
	a.Note, a.Seq = NoteUndone, undo.Row.Seq
	a.Venue.Inside, a.Venue.Capacity = undo.Inside, undo.Capacity
	return a
}

// putBack are the entries that restore the places which a scan moved and which
// nothing has moved since: the scan's own venue first. An entry that is undone
// counts as none even where the badge has moved on.
func (s *State) putBack(e Entry) []Entry {
	v, _ := s.cfg.Venue(e.Row.Venue)
	own := Entry{Content: e.Content, Category: e.Category, Earlier: e.Earlier, Silent: e.Silent,
		Inside: s.inside(e.Row.Venue), Capacity: v.Capacity,
		Row: Row{Kind: KindUndo, ScanID: e.Row.ScanID, Badge: e.Row.Badge, Venue: e.Row.Venue, Gate: e.Row.Gate,
			Direction: e.Row.Direction, Result: e.Row.Result, Note: NoteNotMoved}}
	entries := []Entry{own}
	left := ""
	for i, before := range e.Before {
		now := s.presence(before.Badge, before.Venue)
		switch {
		case (now.MovedBy == e.Row.ScanID || now.LastSeq == e.Row.Seq) && (!before.Inside || s.mayReturn(before, left)):
			before.LastSeq = now.LastSeq
			if now.EntryID != e.Row.ScanID { // what was forgotten since stays forgotten
				before = before.withEntryOf(now)
			}
		case now.EntryID == e.Row.ScanID:
			before = now.withEntryOf(before)
		default:
			continue
		}
		entries[0].After = append(entries[0].After, before)
		if i > 0 {
			entries = append(entries, Entry{Row: Row{Kind: KindUndo, ScanID: e.Row.ScanID, Badge: before.Badge,
				Venue: before.Venue, Direction: Out, Result: Exited}})
			continue
		}
		switch {
		case before.Inside && !now.Inside:
			entries[0].Inside++
			entries[0].Row.Note = ""
		case now.Inside && !before.Inside:
			entries[0].Inside--
			entries[0].Row.Note = ""
		}
		if !before.Inside {
			left = before.Venue
		}
	}
	return entries
}

// mayReturn tells whether a badge can be put back inside a place: not where the
// venue is gone, nor while it is inside another one of the exclusive group, left
// apart, which the same undo takes it out of.
func (s *State) mayReturn(p Presence, left string) bool {
	if _, ok := s.cfg.Venue(p.Venue); !ok {
		return false
	}
	for _, w := range s.group(p.Venue) {
		if w.ID != left && s.presence(p.Badge, w.ID).Inside {
			return false
		}
	}
	return true
}

// takeBack undoes an admission or exit that the phone, which never heard of
// it, had shown as denied. What the badge did since stays.
func (s *State) takeBack(c Scan, e Entry) []Entry {
	if s.undone[e.Row.Seq] != 0 { // by hand already: nothing is left to count
		e.Before, e.Silent = nil, true
	}
	entries := s.putBack(e)
	for i := range entries {
		r := &entries[i].Row
		r.At, r.RecordedAt, r.Operator, r.Offline = c.At, c.Now, c.Operator, i == 0
	}
	if entries[0].Row.Note == "" {
		entries[0].Row.Note = NoteShown
	}
	return entries
}
