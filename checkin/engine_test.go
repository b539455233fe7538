package checkin

import (
	"context"
	"testing"
	"time"

	"lanyard/badge"
)

// TestChainIsCanonical pins the bytes that the journal's hashes cover: an
// auditor with any JSON canonicalizer must come to the same.
func TestChainIsCanonical(t *testing.T) {
	at := time.Date(2026, 11, 7, 1, 14, 5, 120e6, time.UTC)
	r := Row{Seq: 7, Kind: KindScan, At: at, RecordedAt: at, ScanID: "5f0c7a52-93a3-4a3c-8b53-0d2f6c0c9a11", Badge: "AAAAAAAAAAA",
		Venue: "main-forum", Gate: "north", Direction: In, Result: Admitted, Reason: VenueFull, Forced: true, Operator: "op",
		Why: "quote \" back \\ tab \t bell \a 主"}
	want := `{"at":"2026-11-07T01:14:05.120Z","badge":"AAAAAAAAAAA","direction":"in","forced":true,"gate":"north","kind":"scan",` +
		`"operator":"op","prev":"` + GenesisHash + `","reason":"venue_full","recorded_at":"2026-11-07T01:14:05.120Z","result":"admitted",` +
		`"scan_id":"5f0c7a52-93a3-4a3c-8b53-0d2f6c0c9a11","seq":7,"venue":"main-forum","why":"quote \" back \\ tab \t bell \u0007 主"}`
	if got := string(r.canonical(nil, GenesisHash)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.Prev = GenesisHash
	r.Hash = r.Chain(r.Prev)
	if _, err := VerifyChain([]Row{r}, GenesisHash, 7); err != nil {
		t.Error(err)
	}
	r.Why = "something else"
	if _, err := VerifyChain([]Row{r}, GenesisHash, 7); err == nil {
		t.Error("a changed row passed")
	}
}

// A step whose commit fails is never acknowledged, and nothing after it is.
func TestFailedCommitEndsTheEngine(t *testing.T) {
	e := NewEngine(&failingBacking{after: 1}, nil)
	defer e.Close()
	ctx := context.Background()
	event := badge.Event{ID: "e", TimeZone: "UTC"}
	cfg, err := e.Configure(ctx, "e", Change{Put: []Record{NewRecord(event)}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := e.Configure(ctx, "e", Change{Rev: cfg.Rev, Put: []Record{NewRecord(event)}}); err == nil {
			t.Fatal("acknowledged what was not committed")
		}
	}
	<-e.Failed()
	if e.Err() == nil || e.Ping(ctx) == nil {
		t.Error("the engine goes on as if nothing had happened")
	}
}

type failingBacking struct{ after int }

func (b *failingBacking) Commit([]Write) error {
	if b.after--; b.after < 0 {
		return context.DeadlineExceeded
	}
	return nil
}
func (*failingBacking) Entries(string, uint64, int) ([]Entry, error) { return nil, nil }
func (*failingBacking) Close() error                                 { return nil }
