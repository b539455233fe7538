package boltstore

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/maphash"

	"lanyard/checkin"
)

// Strings are written as words: a tag, a varint whose low two bits tell the
// kind of word and the others its number or length.
const (
	knownWord   = iota // number in knownWords
	sameWord           // number of one of the record's first manyWords literal or packed words
	literalWord        // length in bytes, which follow
	packedWord         // one of the packings, whose bytes follow
)

// manyWords bounds how many words of a record can be referred to.
const manyWords = 64

const (
	packedUUID = iota // 16 bytes: a UUID in its 36-character lower-case form
	packedHash        // 32 bytes: 64 lower-case hex digits
)

// knownWords are what the fields of a row mostly hold. Files refer to them by
// number: words may be added at the end, and none may ever be moved.
var knownWords = []string{"",
	"scan", "undo", "exit", "badge", "roster", "config",
	"in", "out", "admitted", "exited", "denied",
	"invalid_token", "wrong_event", "unknown_badge", "revoked", "not_yet_valid", "expired", "wrong_category", "venue_closed",
	"already_inside", "already_used", "already_used_today", "venue_full",
	"not_inside", "clock_skew", "late", "not_moved", "shown", "auto_exit", "exclusive", "unverified",
	"put", "drop", "created", "updated", "erased",
}

var numberOfWord = func() map[string]uint64 {
	of := make(map[string]uint64, len(knownWords))
	for i, w := range knownWords {
		of[w] = uint64(i)
	}
	return of
}()

// errRecord: the bytes are not a record that was written here.
var errRecord = errors.New("not a record of this version")

// recordWriter appends one record after another to buf.
type recordWriter struct {
	buf   []byte
	words []string // of this record
}

func (w *recordWriter) number(n uint64) { w.buf = binary.AppendUvarint(w.buf, n) }
func (w *recordWriter) signed(n int64)  { w.buf = binary.AppendVarint(w.buf, n) }

func (w *recordWriter) word(s string) {
	if n, ok := numberOfWord[s]; ok {
		w.number(n << 2) // knownWord is 0
		return
	}
	for i, known := range w.words {
		if known == s {
			w.number(uint64(i)<<2 | sameWord)
			return
		}
	}
	if len(w.words) < manyWords {
		w.words = append(w.words, s)
	}
	var packed [32]byte
	switch {
	case len(s) == 36 && packUUID(packed[:16], s):
		w.number(packedUUID<<2 | packedWord)
		w.buf = append(w.buf, packed[:16]...)
	case len(s) == 64 && packHex(packed[:], s):
		w.number(packedHash<<2 | packedWord)
		w.buf = append(w.buf, packed[:]...)
	default:
		w.number(uint64(len(s))<<2 | literalWord)
		w.buf = append(w.buf, s...)
	}
}

// packHex tells whether s is lower-case hex, and its bytes.
func packHex(to []byte, s string) bool {
	for i := range to {
		hi, lo := nibble(s[2*i]), nibble(s[2*i+1])
		if hi|lo > 15 {
			return false
		}
		to[i] = hi<<4 | lo
	}
	return true
}

func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}

func packUUID(to []byte, s string) bool {
	return s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' &&
		packHex(to[:4], s[:8]) && packHex(to[4:6], s[9:13]) && packHex(to[6:8], s[14:18]) &&
		packHex(to[8:10], s[19:23]) && packHex(to[10:16], s[24:])
}

func unpackUUID(b []byte) string {
	var s [36]byte
	hex.Encode(s[:8], b[:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// recordReader reads records that a recordWriter has written. The first
// problem sticks: after it everything reads as nothing. One reader for many
// records mostly gives equal words the same string, if it keeps any.
type recordReader struct {
	buf      []byte
	err      error
	words    []string // of this record
	literals []string // by their hash; of newReader only
	// hash is the last one read, and packed its bytes: a row's hash is the next
	// row's prev.
	hash   string
	packed [32]byte
	// lends makes entries share room for their places, which whoever sets it
	// empties.
	lends bool
	room  []checkin.Presence
}

// manyLiterals is how many a reader keeps for records to come: venues, gates and
// operators are few, and badges often come twice in a row.
const manyLiterals = 1024

var literalSeed = maphash.MakeSeed()

// newReader is for many records.
func newReader() *recordReader { return &recordReader{literals: make([]string, manyLiterals)} }

func (r *recordReader) begin(data []byte) { r.buf, r.err, r.words = data, nil, r.words[:0] }

// end is the problem there was, bytes left over included.
func (r *recordReader) end() error {
	if r.err == nil && len(r.buf) > 0 {
		r.err = errRecord
	}
	return r.err
}

func (r *recordReader) fail() { r.buf, r.err = nil, errRecord }

func (r *recordReader) number() uint64 {
	n, size := binary.Uvarint(r.buf)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[size:]
	return n
}

func (r *recordReader) signed() int64 {
	n, size := binary.Varint(r.buf)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[size:]
	return n
}

func (r *recordReader) bytes(n uint64) []byte {
	if n > uint64(len(r.buf)) {
		r.fail()
		return nil
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

func (r *recordReader) word() string {
	tag := r.number()
	if r.err != nil {
		return ""
	}
	n := tag >> 2
	var s string
	switch tag & 3 {
	case knownWord:
		if n >= uint64(len(knownWords)) {
			r.fail()
			return ""
		}
		return knownWords[n]
	case sameWord:
		if n >= uint64(len(r.words)) {
			r.fail()
			return ""
		}
		return r.words[n]
	case literalWord:
		s = r.literal(r.bytes(n))
	case packedWord:
		s = r.unpacked(n)
	}
	if len(r.words) < manyWords {
		r.words = append(r.words, s)
	}
	return s
}

func (r *recordReader) unpacked(packing uint64) string {
	switch packing {
	case packedUUID:
		if b := r.bytes(16); r.err == nil {
			return unpackUUID(b)
		}
	case packedHash:
		if b := r.bytes(32); r.err == nil {
			if [32]byte(b) != r.packed || r.hash == "" {
				var s [64]byte
				hex.Encode(s[:], b)
				r.packed, r.hash = [32]byte(b), string(s[:])
			}
			return r.hash
		}
	default:
		r.fail()
	}
	return ""
}

func (r *recordReader) literal(b []byte) string {
	if r.literals == nil {
		return string(b)
	}
	at := &r.literals[maphash.Bytes(literalSeed, b)%manyLiterals]
	if *at != string(b) {
		*at = string(b)
	}
	return *at
}
