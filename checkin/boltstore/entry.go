package boltstore

import (
	"encoding/json"
	"slices"
	"time"

	"lanyard/checkin"
)

// An entry is stored in this form, a fifth of its JSON and read ten times as
// fast. What else begins with { is an entry in JSON, as earlier versions wrote
// them.
//
//	byte    entryVersion
//	number  flags
//	        row: seq, kind, at, recorded_at since at, scan_id … why, prev, hash
//	        content, category, inside, capacity
//	        earlier, with hasEarlier
//	        before and after, each behind their number
//	        day, with hasDay
//
// Times are milliseconds; those after the first are told from the row's own, as
// its seq is for seqs. A flag that a version doesn't know is an error: whatever is added
// to an entry goes to the end behind a flag of its own.
const entryVersion = 1

const (
	isForced = 1 << iota
	isOffline
	isSilent
	hasEarlier
	hasDay
	entryFlags = iota
)

const (
	isInside = 1 << iota
	hasMoved
	hasEntered
	presenceFlags = iota
)

// appendEntry appends an entry's stored form to b.
func appendEntry(b []byte, e *checkin.Entry) []byte {
	var known [24]string
	w := recordWriter{buf: append(b, entryVersion), words: known[:0]}
	r := &e.Row
	w.number(flag(r.Forced, isForced) | flag(r.Offline, isOffline) | flag(e.Silent, isSilent) | flag(e.Earlier != nil, hasEarlier) | flag(e.Day != 0, hasDay))
	at := r.At.UnixMilli()
	w.number(r.Seq)
	w.word(string(r.Kind))
	w.signed(at)
	w.signed(r.RecordedAt.UnixMilli() - at)
	for _, s := range [...]string{r.ScanID, r.Badge, r.Venue, r.Gate, string(r.Direction), string(r.Result), string(r.Reason), r.Note,
		string(r.Conflict), r.Operator, r.Subject, r.Why, r.Prev, r.Hash, e.Content, e.Category} {
		w.word(s)
	}
	w.signed(int64(e.Inside))
	w.signed(int64(e.Capacity))
	if e.Earlier != nil {
		w.signed(e.Earlier.At.UnixMilli() - at)
		w.word(e.Earlier.Gate)
		w.word(e.Earlier.Scanner)
	}
	for _, places := range [...][]checkin.Presence{e.Before, e.After} {
		w.number(uint64(len(places)))
		for i := range places {
			w.presence(&places[i], at, r.Seq)
		}
	}
	if e.Day != 0 {
		w.signed(int64(e.Day))
	}
	return w.buf
}

func (w *recordWriter) presence(p *checkin.Presence, at int64, seq uint64) {
	entered := p.EntryAt != 0 || p.EntryID != "" || p.EntryGate != "" || p.EntryBy != "" || p.EntryDay != 0
	w.number(flag(p.Inside, isInside) | flag(p.MovedAt != 0, hasMoved) | flag(entered, hasEntered))
	w.word(p.Badge)
	w.word(p.Venue)
	w.word(p.MovedBy)
	w.signed(int64(seq - p.LastSeq))
	if p.MovedAt != 0 {
		w.signed(p.MovedAt - at)
	}
	if entered {
		w.signed(p.EntryAt - at)
		w.word(p.EntryID)
		w.word(p.EntryGate)
		w.word(p.EntryBy)
		w.signed(int64(p.EntryDay))
	}
}

// entry reads an entry of any version.
func (r *recordReader) entry(data []byte) (e checkin.Entry, err error) {
	if len(data) > 0 && data[0] == '{' {
		err = json.Unmarshal(data, &e)
		return e, err
	}
	if len(data) == 0 || data[0] != entryVersion {
		return e, errRecord
	}
	r.begin(data[1:])
	flags := r.flags(entryFlags)
	row := &e.Row
	row.Forced, row.Offline, e.Silent = flags&isForced != 0, flags&isOffline != 0, flags&isSilent != 0
	row.Seq = r.number()
	row.Kind = checkin.Kind(r.word())
	at := r.signed()
	row.At, row.RecordedAt = moment(at), moment(at+r.signed())
	row.ScanID, row.Badge, row.Venue, row.Gate = r.word(), r.word(), r.word(), r.word()
	row.Direction, row.Result, row.Reason, row.Note = checkin.Direction(r.word()), checkin.Result(r.word()), checkin.Reason(r.word()), r.word()
	row.Conflict, row.Operator, row.Subject, row.Why = checkin.Reason(r.word()), r.word(), r.word(), r.word()
	row.Prev, row.Hash, e.Content, e.Category = r.word(), r.word(), r.word(), r.word()
	e.Inside, e.Capacity = int(r.signed()), int(r.signed())
	if flags&hasEarlier != 0 {
		e.Earlier = &checkin.Earlier{At: moment(at + r.signed()), Gate: r.word(), Scanner: r.word()}
	}
	e.Before, e.After = r.presences(at, row.Seq), r.presences(at, row.Seq)
	if flags&hasDay != 0 {
		e.Day = int(r.signed())
	}
	return e, r.end()
}

func (r *recordReader) presences(at int64, seq uint64) []checkin.Presence {
	n := r.number()
	if n == 0 {
		return nil
	}
	if n > uint64(len(r.buf)) { // each has some bytes
		r.fail()
		return nil
	}
	var list []checkin.Presence
	if r.lends {
		from := len(r.room)
		r.room = slices.Grow(r.room, int(n))[:from+int(n)]
		list = r.room[from : from+int(n) : from+int(n)]
	} else {
		list = make([]checkin.Presence, n)
	}
	for i := range list {
		if list[i] = r.presence(at, seq); r.err != nil {
			return nil
		}
	}
	return list
}

func (r *recordReader) presence(at int64, seq uint64) (p checkin.Presence) {
	flags := r.flags(presenceFlags)
	p.Inside = flags&isInside != 0
	p.Badge, p.Venue, p.MovedBy = r.word(), r.word(), r.word()
	p.LastSeq = seq - uint64(r.signed())
	if flags&hasMoved != 0 {
		p.MovedAt = at + r.signed()
	}
	if flags&hasEntered != 0 {
		p.EntryAt = at + r.signed()
		p.EntryID, p.EntryGate, p.EntryBy, p.EntryDay = r.word(), r.word(), r.word(), int(r.signed())
	}
	return p
}

// flags reads so many of them, and no others.
func (r *recordReader) flags(known int) uint64 {
	f := r.number()
	if f>>known != 0 {
		r.fail()
	}
	return f
}

func flag(is bool, bit uint64) uint64 {
	if is {
		return bit
	}
	return 0
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
