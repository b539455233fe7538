package boltstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"os"

	"lanyard/checkin"
)

// A snapshot is a file of these parts:
//
//	foldMagic
//	places   by badge and venue, each a presence behind its length
//	scans    in the order of their rows, each 16 bytes and a number: twice the
//	         seq, and one more for an undo
//	figures  gob
//	foldFoot the sizes of the parts
//	SHA-256  of all before it
//
// So a new one is the one before with other places let in and scans put behind.
const (
	foldMagic    = "lanyard fold 2\n\x00"
	foldFootSize = 5 * 8
	foldEndSize  = foldFootSize + sha256.Size
)

// foldFoot are sizes of a snapshot's parts.
type foldFoot struct {
	PlacesSize, Places, ScansSize, Scans, FiguresSize uint64
}

var errFold = errors.New("not a snapshot of this version")

// readFold gives the snapshot in a file if it is whole. old tells that it is
// in the form of earlier versions.
func readFold(path string) (fold *checkin.Fold, old bool, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	if !bytes.HasPrefix(data, []byte(foldMagic)) {
		fold, err = readOldFold(data)
		return fold, true, err
	}
	if len(data) < len(foldMagic)+foldEndSize {
		return nil, false, errFold
	}
	body := data[:len(data)-sha256.Size]
	if sha256.Sum256(body) != [sha256.Size]byte(data[len(body):]) {
		return nil, false, errFold
	}
	foot, err := parseFoot(body[len(body)-foldFootSize:], int64(len(data)))
	if err != nil {
		return nil, false, err
	}
	rest := body[len(foldMagic):]
	places, rest := rest[:foot.PlacesSize], rest[foot.PlacesSize:]
	scans, rest := rest[:foot.ScansSize], rest[foot.ScansSize:]
	fold = new(checkin.Fold)
	if err := gob.NewDecoder(bytes.NewReader(rest[:foot.FiguresSize])).Decode(&fold.Figures); err != nil {
		return nil, false, err
	}
	if fold.Places, err = parsePlaces(places, foot.Places); err != nil {
		return nil, false, err
	}
	fold.Scans, err = parseScans(scans, foot.Scans)
	return fold, false, err
}

// parseFoot reads the sizes in a file of so many bytes, which they fill.
func parseFoot(data []byte, size int64) (f foldFoot, err error) {
	if _, err := binary.Decode(data, binary.BigEndian, &f); err != nil {
		return f, err
	}
	left := uint64(size) - uint64(len(foldMagic)+foldEndSize)
	for _, part := range [...]uint64{f.PlacesSize, f.ScansSize, f.FiguresSize} {
		if part > left {
			return f, errFold
		}
		left -= part
	}
	if left != 0 || f.Places > f.PlacesSize || f.Scans > f.ScansSize {
		return f, errFold
	}
	return f, nil
}

func parsePlaces(data []byte, n uint64) ([]checkin.Presence, error) {
	list := make([]checkin.Presence, n)
	r := newReader()
	for i := range list {
		size, k := binary.Uvarint(data)
		if k <= 0 || size > uint64(len(data)-k) {
			return nil, errFold
		}
		r.begin(data[k : k+int(size)])
		list[i] = r.presence(0, 0)
		if err := r.end(); err != nil {
			return nil, err
		}
		data = data[k+int(size):]
	}
	if len(data) > 0 {
		return nil, errFold
	}
	return list, nil
}

func appendScan(b []byte, s checkin.ScanFold) []byte {
	return binary.AppendUvarint(append(b, s.ID[:]...), s.Seq<<1|flag(s.Undo, 1))
}

func parseScans(data []byte, n uint64) ([]checkin.ScanFold, error) {
	list := make([]checkin.ScanFold, n)
	for i := range list {
		if len(data) < 16 {
			return nil, errFold
		}
		seq, k := binary.Uvarint(data[16:])
		if k <= 0 {
			return nil, errFold
		}
		list[i] = checkin.ScanFold{ID: [16]byte(data), Seq: seq >> 1, Undo: seq&1 != 0}
		data = data[16+k:]
	}
	if len(data) > 0 {
		return nil, errFold
	}
	return list, nil
}

// readOldFold reads the form of earlier versions: a SHA-256 and a gob.
func readOldFold(data []byte) (*checkin.Fold, error) {
	if len(data) < sha256.Size || sha256.Sum256(data[sha256.Size:]) != [sha256.Size]byte(data) {
		return nil, errFold
	}
	var old struct {
		Seq    uint64
		Head   string
		Places []checkin.Presence
		Venues map[string]checkin.VenueFold
		Gates  map[string]checkin.GateCounts
		Scans  []struct {
			ID        [16]byte
			Seq, Undo uint64
		}
	}
	if err := gob.NewDecoder(bytes.NewReader(data[sha256.Size:])).Decode(&old); err != nil {
		return nil, err
	}
	f := &checkin.Fold{Figures: checkin.Figures{Seq: old.Seq, Head: old.Head, Venues: old.Venues, Gates: old.Gates}, Places: old.Places}
	for _, s := range old.Scans {
		f.Scans = append(f.Scans, checkin.ScanFold{ID: s.ID, Seq: s.Seq})
	}
	for _, s := range old.Scans {
		if s.Undo != 0 {
			f.Scans = append(f.Scans, checkin.ScanFold{ID: s.ID, Seq: s.Undo, Undo: true})
		}
	}
	return f, nil
}
