package redisstore

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"lanyard/checkin"
)

// Journal is at most limit rows after a seq. Hashes are those that were kept
// when the rows were new, never computed again: a changed row shows.
func (s *Store) Journal(ctx context.Context, id string, after uint64, limit int) ([]checkin.Row, error) {
	entries, err := s.entries(ctx, s.event(id), after, limit)
	if err != nil {
		return nil, err
	}
	rows := make([]checkin.Row, len(entries))
	for i := range entries {
		rows[i] = entries[i].Row
	}
	return rows, nil
}

// entries reads at most limit of them after a seq, with hashes.
func (s *Store) entries(ctx context.Context, e *event, after uint64, limit int) ([]checkin.Entry, error) {
	if limit <= 0 {
		return nil, s.exists(ctx, e)
	}
	var there *redis.BoolCmd
	var page *redis.XMessageSliceCmd
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		there = p.HExists(ctx, e.keys.conf, "rev")
		page = p.XRangeN(ctx, e.keys.journal, streamID(after+1), "+", int64(limit))
		return nil
	})
	if err != nil {
		return nil, unavailable(err)
	}
	if !there.Val() && e.id != checkin.System {
		return nil, checkin.ErrNoEvent
	}
	if len(page.Val()) == 0 {
		return nil, nil
	}
	entries, err := readStream(page.Val())
	if err != nil {
		return nil, err
	}
	last := entries[len(entries)-1].Row.Seq
	hashes, err := s.hashes(ctx, e, after, last)
	if err == nil && uint64(len(hashes)) < last+1-after {
		if err = s.chain(ctx, e); err == nil {
			hashes, err = s.hashes(ctx, e, after, last)
		}
	}
	if err != nil {
		return nil, err
	}
	for i := range entries {
		r := &entries[i].Row
		if n := r.Seq - after; n < uint64(len(hashes)) {
			r.Prev, r.Hash = hashes[n-1], hashes[n]
		}
	}
	return entries, nil
}

// hashes are those of the rows from to last, as far as there are any: the
// first one is that of row from itself, or of no row.
func (s *Store) hashes(ctx context.Context, e *event, from, last uint64) ([]string, error) {
	start := int64(from) - 1
	stored, err := s.client.GetRange(ctx, e.keys.hashes, max(0, start)*hashSize, int64(last)*hashSize-1).Result()
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]string, 0, len(stored)/hashSize+1)
	if from == 0 {
		out = append(out, checkin.GenesisHash)
	}
	for len(stored) >= hashSize {
		out = append(out, hex.EncodeToString([]byte(stored[:hashSize])))
		stored = stored[hashSize:]
	}
	return out, nil
}

// readStream reads entries of the journal, without hashes.
func readStream(page []redis.XMessage) ([]checkin.Entry, error) {
	entries := make([]checkin.Entry, len(page))
	err := eachRecord(page, func(r *reader, i int, seq uint64, record string) { entries[i] = r.entry(seq, record) })
	return entries, err
}

// readRows reads the rows alone.
func readRows(page []redis.XMessage) ([]checkin.Row, error) {
	rows := make([]checkin.Row, len(page))
	err := eachRecord(page, func(r *reader, i int, seq uint64, record string) {
		e, _, _ := r.verdict(seq, record)
		rows[i] = e.Row
	})
	return rows, err
}

func eachRecord(page []redis.XMessage, read func(r *reader, i int, seq uint64, record string)) error {
	var r reader
	for i, m := range page {
		id, _, _ := strings.Cut(m.ID, "-")
		record, ok := m.Values["r"].(string)
		if !ok {
			return fmt.Errorf("redis: journal entry %s has no record", m.ID)
		}
		read(&r, i, uint64(r.int(id)), record)
	}
	return r.err
}

// AddCheckpoint keeps a signed checkpoint of rows that are there: a master that
// has been replaced may have had others.
func (s *Store) AddCheckpoint(ctx context.Context, c checkin.Checkpoint) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sum, err := hex.DecodeString(c.Hash)
	if err != nil {
		return fmt.Errorf("redis: hash of a checkpoint: %w", err)
	}
	k := s.event(c.Event).keys
	_, _, err = s.step(ctx, markScript, []string{k.marks, k.conf, k.hashes}, strconv.FormatUint(c.Count, 10), data, sum)
	return err
}

// Checkpoints lists them by count.
func (s *Store) Checkpoints(ctx context.Context, id string) ([]checkin.Checkpoint, error) {
	e := s.event(id)
	if err := s.exists(ctx, e); err != nil {
		return nil, err
	}
	all, err := s.client.HVals(ctx, e.keys.marks).Result()
	if err != nil {
		return nil, unavailable(err)
	}
	var out []checkin.Checkpoint
	for _, data := range all {
		var c checkin.Checkpoint
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			return nil, fmt.Errorf("redis: checkpoint: %w", err)
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b checkin.Checkpoint) int { return int(a.Count) - int(b.Count) })
	return out, nil
}
