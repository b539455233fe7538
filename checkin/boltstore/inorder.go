package boltstore

import (
	"encoding/binary"
	"runtime"
	"sync"

	bolt "go.etcd.io/bbolt"

	"lanyard/checkin"
)

// batchSize is how many values one processor decodes at a time.
const batchSize = 256

// batch of values and what they are decoded to.
type batch[T any] struct {
	keys   []uint64
	values [][]byte
	out    []T
	room   []checkin.Presence // of entries in out
	err    error              // of the value after the last in out
	done   chan struct{}      // takes one when out is there
}

// inOrder decodes a bucket's values from a key on, on all processors, and
// applies them in the order of their keys until something fails. Its keys are
// those of seqKey; a bucket that is missing is empty. The places of an entry are
// lent until apply returns. It returns once nothing reads the bucket any more.
func inOrder[T any](bucket *bolt.Bucket, from uint64, decode func(r *recordReader, key uint64, value []byte) (T, error), apply func(uint64, T) error) error {
	if bucket == nil {
		return nil
	}
	workers := runtime.GOMAXPROCS(0)
	p := &pipeline[T]{quit: make(chan struct{}), work: make(chan *batch[T], 2*workers),
		ordered: make(chan *batch[T], 4*workers), free: make(chan *batch[T], 8*workers)}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(p.quit)
	var failed error // of reading the keys, once ordered is closed
	wg.Go(func() {
		defer close(p.ordered)
		defer close(p.work)
		failed = reading(func() error { p.read(bucket.Cursor(), from); return nil })
	})
	for range workers {
		wg.Go(func() {
			r := newReader()
			r.lends = true
			for b := range p.work {
				b.err = reading(func() error { return b.decode(r, decode) })
				b.done <- struct{}{}
			}
		})
	}
	for b := range p.ordered {
		<-b.done
		for i, v := range b.out {
			if err := apply(b.keys[i], v); err != nil {
				return err
			}
		}
		if b.err != nil {
			return b.err
		}
		select {
		case p.free <- b:
		default:
		}
	}
	return failed
}

type pipeline[T any] struct {
	quit    chan struct{}
	work    chan *batch[T] // to be decoded
	ordered chan *batch[T] // the same ones, to be applied
	free    chan *batch[T] // that have been
}

// read sends a bucket's values in batches.
func (p *pipeline[T]) read(c *bolt.Cursor, from uint64) {
	b := p.empty()
	for k, v := c.Seek(seqKey(from)); k != nil; k, v = c.Next() {
		b.keys, b.values = append(b.keys, binary.BigEndian.Uint64(k)), append(b.values, v)
		if len(b.keys) == batchSize {
			if !p.send(b) {
				return
			}
			b = p.empty()
		}
	}
	p.send(b)
}

func (p *pipeline[T]) empty() *batch[T] {
	select {
	case b := <-p.free:
		b.keys, b.values = b.keys[:0], b.values[:0]
		return b
	default:
		return &batch[T]{done: make(chan struct{}, 1)}
	}
}

// send is false when nobody wants more.
func (p *pipeline[T]) send(b *batch[T]) bool {
	for _, to := range [...]chan *batch[T]{p.work, p.ordered} {
		select {
		case to <- b:
		case <-p.quit:
			return false
		}
	}
	return true
}

func (b *batch[T]) decode(r *recordReader, decode func(*recordReader, uint64, []byte) (T, error)) error {
	b.out, r.room = b.out[:0], b.room[:0]
	defer func() { b.room = r.room }()
	for i, v := range b.values {
		t, err := decode(r, b.keys[i], v)
		if err != nil {
			return err
		}
		b.out = append(b.out, t)
	}
	return nil
}
