package boltstore

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"lanyard/checkin"
)

// base is a snapshot that another is made from, read from its beginning to its
// end once, however long.
type base struct {
	file *os.File
	size int64
	foot foldFoot
	checkin.Figures
}

// openBase gives the snapshot in a file, whose sum is yet to be compared.
func openBase(path string) (*base, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &base{file: f}
	if err := b.readEnd(); err != nil {
		f.Close()
		return nil, err
	}
	return b, nil
}

func (b *base) readEnd() error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	b.size = info.Size()
	if b.size < int64(len(foldMagic)+foldEndSize) {
		return errFold
	}
	var foot [foldFootSize]byte
	if _, err := b.file.ReadAt(foot[:], b.size-foldEndSize); err != nil {
		return err
	}
	if b.foot, err = parseFoot(foot[:], b.size); err != nil {
		return err
	}
	figures := io.NewSectionReader(b.file, b.size-foldEndSize-int64(b.foot.FiguresSize), int64(b.foot.FiguresSize))
	return gob.NewDecoder(figures).Decode(&b.Figures)
}

// growth is what a stretch of the journal adds to the snapshot before it.
type growth struct {
	places map[placeKey]checkin.Presence // as the last row that moved it left it
	scans  []byte
	scanN  uint64
	seq    uint64
	head   string
}

type placeKey struct{ badge, venue string }

func (k placeKey) compare(l placeKey) int {
	return cmp.Or(strings.Compare(k.badge, l.badge), strings.Compare(k.venue, l.venue))
}

// growthSince begins after a row.
func growthSince(seq uint64, head string) *growth {
	return &growth{places: map[placeKey]checkin.Presence{}, seq: seq, head: head}
}

// add takes the next entry; false means that it doesn't follow.
func (g *growth) add(e *checkin.Entry) bool {
	if e.Row.Seq != g.seq+1 || e.Row.Prev != g.head {
		return false
	}
	g.seq, g.head = e.Row.Seq, e.Row.Hash
	for _, p := range e.After {
		g.places[placeKey{p.Badge, p.Venue}] = p
	}
	if s, ok := e.Row.Scanned(); ok {
		g.scan(s)
	}
	return true
}

func (g *growth) scan(s checkin.ScanFold) {
	g.scans = appendScan(g.scans, s)
	g.scanN++
}

// foldWriter writes a snapshot in one go.
type foldWriter struct {
	out  *bufio.Writer
	sum  hash.Hash
	foot foldFoot
	rec  recordWriter
}

// writeFold writes the snapshot that b, which may be nil, and what has come
// since make. It fails when b is not whole.
func writeFold(to io.Writer, b *base, g *growth, figures checkin.Figures) error {
	w := &foldWriter{sum: sha256.New()}
	w.out = bufio.NewWriterSize(io.MultiWriter(to, w.sum), 256<<10)
	io.WriteString(w.out, foldMagic)
	keys := make([]placeKey, 0, len(g.places))
	for k := range g.places {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, placeKey.compare)
	if b == nil {
		w.places(keys, g)
	} else if err := w.merge(b, keys, g); err != nil {
		return err
	}
	w.foot.ScansSize += uint64(len(g.scans))
	w.foot.Scans += g.scanN
	w.out.Write(g.scans)
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(figures); err != nil {
		return err
	}
	w.foot.FiguresSize = uint64(body.Len())
	w.out.Write(body.Bytes())
	if err := binary.Write(w.out, binary.BigEndian, w.foot); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	_, err := to.Write(w.sum.Sum(nil))
	return err
}

// merge passes on the places and scans of b, with the places of g in their order.
func (w *foldWriter) merge(b *base, keys []placeKey, g *growth) error {
	if _, err := b.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(io.LimitReader(b.file, b.size-sha256.Size), sum), 256<<10)
	magic := make([]byte, len(foldMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != foldMagic {
		return errFold
	}
	var r recordReader
	var raw []byte
	for range b.foot.Places {
		size, err := binary.ReadUvarint(in)
		if err != nil || size > b.foot.PlacesSize {
			return errFold
		}
		raw = slices.Grow(raw[:0], int(size))[:size]
		if _, err := io.ReadFull(in, raw); err != nil {
			return err
		}
		r.begin(raw)
		p := r.presence(0, 0)
		if err := r.end(); err != nil {
			return err
		}
		key := placeKey{p.Badge, p.Venue}
		n := 0
		for n < len(keys) && keys[n].compare(key) < 0 {
			n++
		}
		w.places(keys[:n], g)
		if keys = keys[n:]; len(keys) > 0 && keys[0] == key {
			continue // its new state comes with the next one's turn
		}
		w.place(raw)
	}
	w.places(keys, g)
	w.foot.ScansSize, w.foot.Scans = b.foot.ScansSize, b.foot.Scans
	if _, err := io.CopyN(w.out, in, int64(b.foot.ScansSize)); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, in, int64(b.foot.FiguresSize+foldFootSize)); err != nil {
		return err
	}
	var want [sha256.Size]byte
	if _, err := b.file.ReadAt(want[:], b.size-sha256.Size); err != nil {
		return err
	}
	if [sha256.Size]byte(sum.Sum(nil)) != want {
		return errFold
	}
	return nil
}

func (w *foldWriter) places(keys []placeKey, g *growth) {
	for _, k := range keys {
		p := g.places[k]
		w.rec.buf, w.rec.words = w.rec.buf[:0], w.rec.words[:0]
		w.rec.presence(&p, 0, 0)
		w.place(w.rec.buf)
	}
}

func (w *foldWriter) place(rec []byte) {
	var size [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(size[:], uint64(len(rec)))
	w.out.Write(size[:n])
	w.out.Write(rec)
	w.foot.Places++
	w.foot.PlacesSize += uint64(n + len(rec))
}
