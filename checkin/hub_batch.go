package checkin

import "sync"

// Batch is frames that readers get together. All readers who know the same get
// the same batch.
type Batch struct {
	Frames []Frame // not to be changed; at least one

	from, pos uint64 // journal positions before the first row and after the last
	encoded   [forms]struct {
		once sync.Once
		data []byte
	}
}

// Form is one of the ways in which frames are written, as who writes them
// numbers these.
type Form int

const forms = 2

// Encoded is what encode makes of the frames. It is made once in each form, for
// the first reader who asks.
func (b *Batch) Encoded(form Form, encode func([]Frame) []byte) []byte {
	e := &b.encoded[form]
	e.once.Do(func() { e.data = encode(b.Frames) })
	return e.data
}

// newBatch of rows and, unless nil, numbers, for readers who know everything up
// to from, and with it up to pos.
func newBatch(from, pos uint64, rows []Frame, numbers *Frame) *Batch {
	if numbers != nil {
		rows = append(rows, Frame{numbers.Event, pos, numbers.Data})
	}
	return &Batch{Frames: rows, from: from, pos: pos}
}

// after is the batch for a reader who knows rows of it already, nil if nothing
// is left.
func (b *Batch) after(pos uint64) *Batch {
	var rows []Frame
	var numbers *Frame
	for i, f := range b.Frames {
		switch {
		case f.Event == FrameOccupancy:
			numbers = &b.Frames[i]
		case f.ID > pos:
			rows = append(rows, f)
		}
	}
	if len(rows) == 0 && numbers == nil {
		return nil
	}
	return newBatch(pos, max(pos, b.pos), rows, numbers)
}
