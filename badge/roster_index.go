package badge

import (
	"cmp"
	"encoding/base64"
	"iter"
	"slices"
	"strings"
)

// Index finds attendees as the help desk looks for them. It holds them in
// memory, in the order of their refs as people count, and reads every one for a
// search by text: 100,000 in a few milliseconds.
//
// It is not safe for concurrent use. Get, ByRef, Len, All and Search change
// nothing, so callers may read together under a read lock.
type Index struct {
	byID  map[string]*entry
	byRef map[string]*entry
	// chunks are the entries in order, in pieces that are cheap to insert into.
	// None is empty.
	chunks [][]*entry
}

const maxChunk = 512

type entry struct {
	attendee Attendee
	hay      string // folded fields, one a line
}

// NewIndex makes an empty index.
func NewIndex() *Index {
	return &Index{byID: make(map[string]*entry), byRef: make(map[string]*entry)}
}

// Put adds the attendee or replaces the one with the same id. That refs are
// unique is for the caller to see to: of two attendees with the same ref ByRef
// finds the later.
func (x *Index) Put(a Attendee) {
	e, known := x.byID[a.ID]
	if known && e.attendee.SamePerson(a) {
		e.attendee = a
		return
	}
	fresh := &entry{attendee: a, hay: haystack(&a)}
	if known {
		x.unlink(e)
	}
	x.byID[a.ID], x.byRef[a.Ref] = fresh, fresh
	x.link(fresh)
}

// Fill makes an empty index hold all of these attendees, in whichever order they
// come: a whole roster in a fraction of the time that Put takes. Of one that comes
// twice one is kept.
func (x *Index) Fill(all iter.Seq[Attendee]) {
	var entries []keyed
	for a := range all {
		entries = append(entries, keyed{refKey(a.Ref), &entry{attendee: a, hay: haystack(&a)}})
	}
	slices.SortFunc(entries, keyed.compare)
	x.byID, x.byRef = make(map[string]*entry, len(entries)), make(map[string]*entry, len(entries))
	x.chunks = make([][]*entry, 0, len(entries)/maxChunk+1)
	for part := range slices.Chunk(entries, maxChunk) {
		chunk := make([]*entry, 0, len(part))
		for _, k := range part {
			if _, twice := x.byID[k.attendee.ID]; !twice {
				x.byID[k.attendee.ID], x.byRef[k.attendee.Ref] = k.entry, k.entry
				chunk = append(chunk, k.entry)
			}
		}
		if len(chunk) > 0 {
			x.chunks = append(x.chunks, chunk)
		}
	}
}

// keyed is an entry with what mostly tells its place.
type keyed struct {
	key uint64
	*entry
}

func (k keyed) compare(to keyed) int {
	if k.key != to.key {
		return cmp.Compare(k.key, to.key)
	}
	return k.entry.compare(to.attendee.Ref, to.attendee.ID)
}

// Delete forgets the attendee, if it is there.
func (x *Index) Delete(id string) {
	if e, ok := x.byID[id]; ok {
		x.unlink(e)
		delete(x.byID, id)
	}
}

// Get finds an attendee by id.
func (x *Index) Get(id string) (Attendee, bool) {
	if e, ok := x.byID[id]; ok {
		return e.attendee, true
	}
	return Attendee{}, false
}

// ByRef finds an attendee by the organizer's number.
func (x *Index) ByRef(ref string) (Attendee, bool) {
	if e, ok := x.byRef[ref]; ok {
		return e.attendee, true
	}
	return Attendee{}, false
}

// Len is the number of attendees.
func (x *Index) Len() int { return len(x.byID) }

// All yields every attendee in order. The index must not change meanwhile.
func (x *Index) All() iter.Seq[Attendee] {
	return func(yield func(Attendee) bool) {
		for _, c := range x.chunks {
			for _, e := range c {
				if !yield(e.attendee) {
					return
				}
			}
		}
	}
}

// Query says which attendees to find; what is empty doesn't matter.
type Query struct {
	// Text is words that must all occur, anywhere in the ref, name, organization,
	// delegation, email or phone number. Case, accents, width and the
	// punctuation of phone numbers make no difference.
	Text     string
	Category string // an id
	Status   string // "active": has an active badge, "none": has none, "revoked": has none any more
	After    string // the cursor that came with the page before
	Skip     int    // how many who match, from there on, to pass over
	Limit    int    // of the page; 0 means 50
}

// Search answers a page of attendees in order, and the cursor of the next page,
// "" when there is none. A cursor is a place in the order: attendees who are
// added or removed between two pages shift nothing. A cursor for which
// ValidCursor is false finds nobody.
func (x *Index) Search(q Query) (page []Attendee, next string) {
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	chunk, at := 0, 0
	if q.After != "" {
		ref, id, ok := parseCursor(q.After)
		if !ok {
			return nil, ""
		}
		var same bool
		if chunk, at, same = x.find(ref, id); same {
			at++
		}
	}
	words := searchWords(q.Text)
	skip := q.Skip
	for ; chunk < len(x.chunks); chunk, at = chunk+1, 0 {
		for _, e := range x.chunks[chunk][at:] {
			if !e.matches(&q, words) {
				continue
			}
			if skip > 0 {
				skip--
				continue
			}
			if len(page) == limit {
				last := &page[limit-1]
				return page, cursor(last.Ref, last.ID)
			}
			page = append(page, e.attendee)
		}
	}
	return page, ""
}

func (e *entry) matches(q *Query, words []searchWord) bool {
	switch {
	case q.Category != "" && e.attendee.Category != q.Category:
		return false
	case q.Status == "active" && e.attendee.Badge == "":
		return false
	case q.Status == "none" && e.attendee.Badge != "":
		return false
	case q.Status == "revoked" && e.attendee.Revoked == "":
		return false
	}
	for _, w := range words {
		if !strings.Contains(e.hay, w.text) && (w.digits == "" || !strings.Contains(e.hay, w.digits)) {
			return false
		}
	}
	return true
}

type searchWord struct {
	text   string
	digits string // of a word that looks like part of a phone number
}

func searchWords(text string) []searchWord {
	var words []searchWord
	for _, w := range strings.Fields(foldText(text)) {
		words = append(words, searchWord{w, phoneDigits(w)})
	}
	return words
}

func phoneDigits(w string) string {
	digits := make([]byte, 0, len(w))
	for i := range len(w) {
		switch c := w[i]; {
		case isDigit(c):
			digits = append(digits, c)
		case strings.IndexByte("+-().", c) < 0:
			return ""
		}
	}
	return string(digits)
}

func haystack(a *Attendee) string {
	fields := [...]string{a.Ref, a.Name, a.NameLatin, a.Organization, a.Delegation, a.Email}
	var b strings.Builder
	b.Grow(len(a.Ref) + len(a.Name) + len(a.NameLatin) + len(a.Organization) + len(a.Delegation) + len(a.Email) + len(a.Phone) + 6)
	for _, f := range fields {
		if f != "" {
			b.WriteString(foldText(f))
			b.WriteByte('\n')
		}
	}
	for i := range len(a.Phone) {
		if isDigit(a.Phone[i]) {
			b.WriteByte(a.Phone[i])
		}
	}
	return b.String()
}

func cursor(ref, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(id + "\x00" + ref))
}

func parseCursor(s string) (ref, id string, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return "", "", false
	}
	id, ref, ok = strings.Cut(string(b), "\x00")
	return ref, id, ok
}

// ValidCursor tells whether s can be a cursor of Search, or is empty.
func ValidCursor(s string) bool {
	_, _, ok := parseCursor(s)
	return s == "" || ok
}

func (e *entry) compare(ref, id string) int {
	if c := compareRefs(e.attendee.Ref, ref); c != 0 {
		return c
	}
	return strings.Compare(e.attendee.ID, id)
}

// find is the place of (ref, id): where it is, or where it would be inserted.
func (x *Index) find(ref, id string) (chunk, at int, same bool) {
	chunk, _ = slices.BinarySearchFunc(x.chunks, 0, func(c []*entry, _ int) int {
		return c[len(c)-1].compare(ref, id)
	})
	if chunk == len(x.chunks) {
		return chunk, 0, false
	}
	at, same = slices.BinarySearchFunc(x.chunks[chunk], 0, func(e *entry, _ int) int { return e.compare(ref, id) })
	return chunk, at, same
}

func (x *Index) link(e *entry) {
	chunk, at, _ := x.find(e.attendee.Ref, e.attendee.ID)
	if chunk == len(x.chunks) { // behind everybody, as in a file that is sorted
		if chunk == 0 || len(x.chunks[chunk-1]) == maxChunk {
			x.chunks = append(x.chunks, append(make([]*entry, 0, maxChunk), e))
			return
		}
		x.chunks[chunk-1] = append(x.chunks[chunk-1], e)
		return
	}
	c := x.chunks[chunk]
	if len(c) == maxChunk {
		half := append(make([]*entry, 0, maxChunk), c[maxChunk/2:]...)
		clear(c[maxChunk/2:])
		c = c[:maxChunk/2]
		x.chunks = slices.Insert(x.chunks, chunk+1, half)
		x.chunks[chunk] = c
		if at > len(c) {
			chunk, at, c = chunk+1, at-len(c), half
		}
	}
	x.chunks[chunk] = slices.Insert(c, at, e)
}

func (x *Index) unlink(e *entry) {
	if x.byRef[e.attendee.Ref] == e {
		delete(x.byRef, e.attendee.Ref)
	}
	chunk, at, same := x.find(e.attendee.Ref, e.attendee.ID)
	if !same {
		return
	}
	if c := slices.Delete(x.chunks[chunk], at, at+1); len(c) > 0 {
		x.chunks[chunk] = c
	} else {
		x.chunks = slices.Delete(x.chunks, chunk, chunk+1)
	}
}
