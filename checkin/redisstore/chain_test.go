package redisstore

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// A row that was changed behind the program's back keeps the hash that it had:
// verification names it.
func TestChangedRowShows(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 1)
	for range 5 {
		h.want(checkin.Admitted, h.scan(checkin.In, 0))
		h.want(checkin.Exited, h.scan(checkin.Out, 0))
	}
	before, err := s.Journal(ctx, h.id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	head, err := checkin.VerifyChain(before, checkin.GenesisHash, 1)
	if err != nil || head != before[len(before)-1].Hash {
		t.Fatalf("untouched: %v", err)
	}
	const changed = 12
	c := n.Client()
	rows, err := c.XRange(ctx, h.keys().journal, "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	c.Del(ctx, h.keys().journal)
	for i, m := range rows {
		record := m.Values["r"].(string)
		if i == changed-1 {
			record = strings.Replace(record, "|north|", "|south|", 1)
		}
		if err := c.XAdd(ctx, &redis.XAddArgs{Stream: h.keys().journal, ID: m.ID, Values: []string{"r", record}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, page := range []int{1, 5, 1000} {
		prev, seq := checkin.GenesisHash, uint64(1)
		for err = nil; err == nil && seq <= uint64(len(rows)); {
			var got []checkin.Row
			if got, err = s.Journal(ctx, h.id, seq-1, page); err == nil {
				prev, err = checkin.VerifyChain(got, prev, seq)
				seq += uint64(len(got))
			}
		}
		var broken *checkin.BrokenRow
		if !errors.As(err, &broken) || broken.Seq != changed {
			t.Errorf("pages of %d: %v, want row %d", page, err, changed)
		}
	}
}

// Processes that give rows their hashes at the same time agree.
func TestChainingTogether(t *testing.T) {
	t.Parallel()
	const stores = 4
	ctx := context.Background()
	n := redistest.Start(t)
	h := newHall(t, opened(t, n.URL(), Options{}), 1)
	var wg sync.WaitGroup
	for range stores {
		s := opened(t, n.URL(), Options{})
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				a, err := h.do(s, h.scan(checkin.In, 0))
				if err != nil {
					t.Error(err)
					continue
				}
				rows, err := s.Journal(ctx, h.id, a.Seq-1, 1)
				if err != nil || len(rows) != 1 || rows[0].Hash == "" || rows[0].Hash != rows[0].Chain(rows[0].Prev) {
					t.Errorf("row %d: %+v, %v", a.Seq, rows, err)
				}
			}
		}()
	}
	wg.Wait()
	rows, err := h.s.Journal(ctx, h.id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := checkin.VerifyChain(rows, checkin.GenesisHash, 1); err != nil || len(rows) < stores*50 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
	if size := n.Client().StrLen(ctx, h.keys().hashes).Val(); size != int64(hashSize*len(rows)) {
		t.Errorf("%d bytes of hashes for %d rows", size, len(rows))
	}
}

// Hashes of an event that has been deleted don't get into its successor of the
// same name.
func TestChainOfADeletedEvent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := opened(t, redistest.Server(t), Options{})
	h := newHall(t, s, 1)
	stale := h.keys()
	gen, err := s.gen(ctx, s.event(h.id))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteEvent(ctx, h.id); err != nil {
		t.Fatal(err)
	}
	h.configure(0, checkin.NewRecord(checkin.Operator{ID: "x"}))
	_, _, err = s.run(ctx, chainScript, []string{stale.hashes, stale.conf, stale.journal}, 0, gen, make([]byte, hashSize), "")
	if !errors.Is(err, checkin.ErrNoEvent) {
		t.Errorf("got %v", err)
	}
}

// Hashes of rows that were read from a master that has been replaced, by a replica
// which lacked them, are not appended to those of its own rows.
func TestChainOfRowsThatAreLost(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	n := redistest.Start(t)
	s := opened(t, n.URL(), Options{})
	h := newHall(t, s, 1)
	if _, err := s.Journal(ctx, h.id, 0, 1000); err != nil { // which has all rows chained
		t.Fatal(err)
	}
	keys := h.keys()
	chained := n.Client().StrLen(ctx, keys.hashes).Val() / hashSize
	gen, err := s.gen(ctx, s.event(h.id))
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []int{1, 3} { // of one that has been written anew, and of more than there are
		if lost == 1 {
			h.want(checkin.Admitted, h.scan(checkin.In, 0))
		}
		_, _, err := s.run(ctx, chainScript, []string{keys.hashes, keys.conf, keys.journal}, chained, gen, make([]byte, lost*hashSize), "scan|lost")
		if !errors.Is(err, checkin.ErrUnavailable) {
			t.Fatalf("hashes of %d lost rows: %v", lost, err)
		}
		point := checkin.Checkpoint{Event: h.id, Count: uint64(chained) + uint64(lost), Hash: strings.Repeat("0", 2*hashSize)}
		if err := s.AddCheckpoint(ctx, point); !errors.Is(err, checkin.ErrUnavailable) {
			t.Errorf("a checkpoint of %d lost rows: %v", lost, err)
		}
		if rows, err := s.Journal(ctx, h.id, 0, 1000); err != nil {
			t.Error(err)
		} else if _, err := checkin.VerifyChain(rows, checkin.GenesisHash, 1); err != nil {
			t.Errorf("after the hashes of %d lost rows: %v", lost, err)
		}
		chained = n.Client().StrLen(ctx, keys.hashes).Val() / hashSize
	}
}
