package boltstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/json"
	"testing"

	"lanyard/checkin"
)

// ChangeFold makes the snapshot in a file say something else, and whole.
func ChangeFold(t *testing.T, path string, change func(*checkin.Fold)) []byte {
	t.Helper()
	fold, _, err := readFold(path)
	if err != nil {
		t.Fatal(err)
	}
	change(fold)
	g := growthSince(0, "")
	for _, p := range fold.Places {
		g.places[placeKey{p.Badge, p.Venue}] = p
	}
	for _, s := range fold.Scans {
		g.scan(s)
	}
	var body bytes.Buffer
	if err := writeFold(&body, nil, g, fold.Figures); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}

// OldFold is the snapshot in a file in the form of earlier versions.
func OldFold(t *testing.T, path string) []byte {
	t.Helper()
	fold, _, err := readFold(path)
	if err != nil {
		t.Fatal(err)
	}
	type oldScan struct {
		ID        [16]byte
		Seq, Undo uint64
	}
	old := struct {
		Seq    uint64
		Head   string
		Places []checkin.Presence
		Venues map[string]checkin.VenueFold
		Gates  map[string]checkin.GateCounts
		Scans  []oldScan
	}{fold.Seq, fold.Head, fold.Places, fold.Venues, fold.Gates, nil}
	answered, undone := map[[16]byte]uint64{}, map[uint64]uint64{}
	for _, s := range fold.Scans {
		if s.Undo {
			undone[answered[s.ID]] = s.Seq
		} else {
			answered[s.ID] = s.Seq
		}
	}
	for id, seq := range answered {
		old.Scans = append(old.Scans, oldScan{id, seq, undone[seq]})
	}
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(old); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body.Bytes())
	return append(sum[:], body.Bytes()...)
}

// OldEntry is a stored entry in the form of earlier versions.
func OldEntry(t *testing.T, data []byte) []byte {
	t.Helper()
	var r recordReader
	e, err := r.entry(data)
	if err != nil {
		t.Fatal(err)
	}
	old, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return old
}
