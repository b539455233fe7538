package boltstore

import (
	"encoding/binary"
	"runtime"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// batchSize is how many values one processor decodes at a time.
const batchSize = 256

// batch of values and what they are decoded to.
type batch[T any] struct {
	keys   []uint64
	values [][]byte
	out    []T
	err    error // of the value after the last in out
	done   chan struct{}
}

// inOrder decodes a bucket's values from a key on, on all processors, and
// applies them in the order of their keys until something fails. Its keys are
// those of seqKey. It returns once nothing reads the bucket any more.
func inOrder[T any](c *bolt.Cursor, from uint64, decode func(r *recordReader, key uint64, value []byte) (T, error), apply func(uint64, T) error) error {
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *batch[T], 2*workers), make(chan *batch[T], 4*workers)
	quit := make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(quit)
	var failed error // of reading the keys, once ordered is closed
	wg.Go(func() {
		defer close(ordered)
		defer close(work)
		failed = reading(func() error {
			b := new(batch[T])
			pass := func() bool {
				b.done = make(chan struct{})
				for _, to := range [...]chan *batch[T]{work, ordered} {
					select {
					case to <- b:
					case <-quit:
						return false
					}
				}
				b = new(batch[T])
				return true
			}
			for k, v := c.Seek(seqKey(from)); k != nil; k, v = c.Next() {
				b.keys, b.values = append(b.keys, binary.BigEndian.Uint64(k)), append(b.values, v)
				if len(b.keys) == batchSize && !pass() {
					return nil
				}
			}
			pass()
			return nil
		})
	})
	for range workers {
		wg.Go(func() {
			var r recordReader
			for b := range work {
				b.err = reading(func() error { return b.decode(&r, decode) })
				close(b.done)
			}
		})
	}
	for b := range ordered {
		<-b.done
		for i, v := range b.out {
			if err := apply(b.keys[i], v); err != nil {
				return err
			}
		}
		if b.err != nil {
			return b.err
		}
	}
	return failed
}

func (b *batch[T]) decode(r *recordReader, decode func(*recordReader, uint64, []byte) (T, error)) error {
	b.out = make([]T, 0, len(b.values))
	for i, v := range b.values {
		t, err := decode(r, b.keys[i], v)
		if err != nil {
			return err
		}
		b.out = append(b.out, t)
	}
	return nil
}
