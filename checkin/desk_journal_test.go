package checkin

import (
	"context"
	"slices"
	"testing"
	"time"
)

// longJournal is a store that has nothing but a journal: a row a second, every
// 30,000th of them an override.
type longJournal struct {
	Store
	rows uint64
	read int
}

var journalStart = time.Date(2026, 11, 7, 1, 0, 0, 0, time.UTC)

func (j *longJournal) Seq(context.Context, string) (uint64, error) { return j.rows, nil }

func (j *longJournal) Journal(_ context.Context, _ string, after uint64, limit int) ([]Row, error) {
	var rows []Row
	for seq := after + 1; seq <= j.rows && len(rows) < limit; seq++ {
		rows = append(rows, Row{Seq: seq, Kind: KindScan, Forced: seq%30_000 == 0, RecordedAt: journalStart.Add(time.Duration(seq) * time.Second)})
	}
	j.read += len(rows)
	return rows, nil
}

func seqs(rows []Row) (out []uint64) {
	for _, r := range rows {
		out = append(out, r.Seq)
	}
	return out
}

func TestNewestRowsComeFirstWithoutGapOrRepeat(t *testing.T) {
	for _, length := range []uint64{0, 1, 2, 999, 1000, 1001, 1002, 2500} {
		d := &Desk{store: &longJournal{rows: length}}
		var got []uint64
		for before := uint64(0); ; {
			rows, rest, err := d.NewestRows(t.Context(), "e", before, 700, Sought{})
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, seqs(rows)...)
			if before = rest; rest == 0 {
				break
			}
		}
		slices.Reverse(got)
		if uint64(len(got)) != length || length > 0 && (got[0] != 1 || !slices.IsSorted(got) || got[length-1] != length) {
			t.Errorf("a journal of %d rows was given as %d rows", length, len(got))
		}
	}
}

func TestARareRowIsFoundPieceByPiece(t *testing.T) {
	j := &longJournal{rows: 100_000}
	d := &Desk{store: j}
	var got []uint64
	turns := 0
	for before := uint64(0); ; turns++ {
		j.read = 0
		rows, rest, err := d.NewestRows(t.Context(), "e", before, 10, Sought{Forced: true})
		if err != nil {
			t.Fatal(err)
		}
		if j.read > searchPage*searchPages {
			t.Fatalf("one call read %d rows", j.read)
		}
		got = append(got, seqs(rows)...)
		if before = rest; rest == 0 {
			break
		}
	}
	if !slices.Equal(got, []uint64{90_000, 60_000, 30_000}) || turns != 4 {
		t.Errorf("found %v in %d more turns", got, turns)
	}
}

func TestASpanOfTimeIsFoundWithoutReadingTheRest(t *testing.T) {
	j := &longJournal{rows: 1_000_000}
	d := &Desk{store: j}
	at := func(seq int) time.Time { return journalStart.Add(time.Duration(seq) * time.Second) }
	rows, rest, err := d.NewestRows(t.Context(), "e", 0, 100, Sought{From: at(400_000), To: at(400_003)})
	if err != nil || rest != 0 || !slices.Equal(seqs(rows), []uint64{400_002, 400_001, 400_000}) {
		t.Errorf("found %v, to go on before %d: %v", seqs(rows), rest, err)
	}
	if j.read > 2*searchPage {
		t.Errorf("%d rows were read for it", j.read)
	}
	for _, c := range []struct {
		at   time.Time
		want uint64
	}{{journalStart, 0}, {at(1), 0}, {at(2), 1}, {at(1_000_000), 999_999}, {at(2_000_000), 1_000_000}} {
		if got, err := d.RecordedBefore(t.Context(), "e", c.at); err != nil || got != c.want {
			t.Errorf("before %v: row %d, want %d (%v)", c.at, got, c.want, err)
		}
	}
}
