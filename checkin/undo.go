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
	entries, err := s.putBack(e)
	if err != nil {
		return Answer{}, nil, err
	}
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

// putBack are the entries that make of a badge's places what they would be if
// the scan had not been: the scan's own venue first.
func (s *State) putBack(e Entry) ([]Entry, error) {
	v, _ := s.cfg.Venue(e.Row.Venue)
	own := Entry{Content: e.Content, Category: e.Category, Earlier: e.Earlier, Silent: e.Silent,
		Inside: s.inside(e.Row.Venue), Capacity: v.Capacity,
		Row: Row{Kind: KindUndo, ScanID: e.Row.ScanID, Badge: e.Row.Badge, Venue: e.Row.Venue, Gate: e.Row.Gate,
			Direction: e.Row.Direction, Result: e.Row.Result, Note: NoteNotMoved}}
	entries := []Entry{own}
	changed, err := s.without(e)
	if err != nil {
		return nil, err
	}
	for _, p := range changed {
		was := s.presence(p.Badge, p.Venue).Inside
		entries[0].After = append(entries[0].After, p.Presence)
		switch {
		case p.Inside == was:
		case p.Venue != e.Row.Venue:
			back := Entry{Silent: p.uncounted, Row: Row{Kind: KindUndo, ScanID: e.Row.ScanID, Badge: p.Badge, Venue: p.Venue,
				Direction: Out, Result: Exited}}
			if p.uncounted {
				back.Row.Note = NoteLate
			}
			entries = append(entries, back)
		case p.Inside:
			entries[0].Inside++
			entries[0].Row.Note = ""
		default:
			entries[0].Inside--
			entries[0].Row.Note = ""
		}
	}
	return entries, nil
}

// takeBack undoes an admission or exit that the phone, which never heard of
// it, had shown as denied. What the badge did since stays.
func (s *State) takeBack(c Scan, e Entry) ([]Entry, error) {
	if s.undone[e.Row.Seq] != 0 { // by hand already: nothing is left to count
		e.Silent = true
	}
	entries, err := s.putBack(e)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		r := &entries[i].Row
		r.At, r.RecordedAt, r.Operator, r.Offline = c.At, c.Now, c.Operator, i == 0
	}
	if entries[0].Row.Note == "" {
		entries[0].Row.Note = NoteShown
	}
	return entries, nil
}
