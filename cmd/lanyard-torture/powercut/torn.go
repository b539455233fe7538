package powercut

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"

	"lanyard/cmd/lanyard-torture/crowd"
)

// Of bbolt's file format: two meta pages take turns, the higher transaction
// with a right checksum counts.
const (
	pageSize  = 4096
	metaPages = 2
	metaTx    = 64 // offset of the transaction's number in a meta page
	metaEnd   = 80 // its checksum ends here
)

// errBusy: something else was written beside the probe.
var errBusy = errors.New("the store is not quiet")

// tearEmbedded keeps the file as it was before a scan, with any of the pages
// that the scan wrote, whole or half, and at most a part of its meta page: every
// state in which a power cut before the last fsync can leave it.
func tearEmbedded(ctx context.Context, r *round) (*crowd.Probe, error) {
	path := filepath.Join(r.disk.dir, "data", "lanyard.db")
	var before, after []byte
	probe, err := r.beside(ctx, func() (err error) { before, err = os.ReadFile(path); return err },
		func() (err error) {
			if after, err = os.ReadFile(path); err == nil && lastTx(after) != lastTx(before)+1 {
				err = errBusy
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	r.server.Kill()
	if err := os.WriteFile(path, mix(before, after, r.rng), 0o600); err != nil {
		return nil, err
	}
	return probe, r.server.Start(ctx)
}

// tearRedis ends the append-only file somewhere within what the scan appended.
func tearRedis(ctx context.Context, r *round) (*crowd.Probe, error) {
	var path string
	var before, after int64
	size := func(into *int64) func() error {
		return func() error {
			found, err := filepath.Glob(filepath.Join(r.disk.dir, "redis", "appendonlydir", "*.incr.aof"))
			if err != nil || len(found) == 0 {
				return errors.Join(errors.New("redis has no append-only file"), err)
			}
			path = found[len(found)-1]
			info, err := os.Stat(path)
			if err == nil {
				*into = info.Size()
			}
			return err
		}
	}
	probe, err := r.beside(ctx, size(&before), size(&after))
	if err != nil {
		return nil, err
	}
	if after <= before {
		return nil, errors.New("redis answered before it wrote")
	}
	r.server.Kill() // it knows of the row that is about to go
	r.redis.Nodes()[0].Kill()
	if err := os.Truncate(path, before+r.rng.Int64N(after-before)); err != nil {
		return nil, err
	}
	if err := r.redis.Restart(ctx, 0); err != nil {
		return nil, err
	}
	return probe, r.server.Start(ctx)
}

// beside asks a probe between two looks at the store's file, again with
// another when something else was written meanwhile.
func (r *round) beside(ctx context.Context, before, after func() error) (*crowd.Probe, error) {
	var err error
	for range 50 {
		if err := before(); err != nil {
			return nil, err
		}
		probe := r.hall.NewProbe(r.admin)
		if _, status := probe.Ask(ctx); status != http.StatusOK {
			return nil, errors.New("a quiet store doesn't answer")
		}
		if err = after(); !errors.Is(err, errBusy) {
			return probe, err
		}
	}
	return nil, err
}

// lastTx is the number of the last whole transaction, as far as a meta page
// that nothing tore tells.
func lastTx(file []byte) uint64 {
	var last uint64
	for i := range metaPages {
		last = max(last, binary.LittleEndian.Uint64(file[i*pageSize+metaTx:]))
	}
	return last
}

// mix two states of a file that are one transaction apart.
func mix(before, after []byte, rng *rand.Rand) []byte {
	out := make([]byte, max(len(before), len(after)))
	copy(out, after[min(len(before), len(after)):])
	if len(after) > len(before) {
		clear(out[:len(after)-len(before)])
		copy(out[len(before):], after[len(before):])
	}
	copy(out, before)
	for at := 0; at+pageSize <= len(after) && at+pageSize <= len(before); at += pageSize {
		was, is := before[at:at+pageSize], after[at:at+pageSize]
		if bytes.Equal(was, is) {
			continue
		}
		kept := 0 // bytes of the new page that reached the disk
		switch {
		case at < metaPages*pageSize:
			if rng.IntN(2) == 0 {
				kept = 16 + rng.IntN(metaEnd-16)
				if bytes.Equal(was[:metaEnd], append(bytes.Clone(is[:kept]), was[kept:metaEnd]...)) || bytes.Equal(is[kept:metaEnd], was[kept:metaEnd]) {
					kept = 0 // that would be all of it
				}
			}
		default:
			kept = [...]int{0, pageSize, 512 * rng.IntN(pageSize/512)}[rng.IntN(3)]
		}
		copy(out[at:at+kept], is)
	}
	return out
}
