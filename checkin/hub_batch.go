package checkin

import "sync"

// Batch is frames that readers get together. All readers who know the same get
// the same batch.
type Batch struct {
	Frames []Frame // not to be changed; at least one

	from, pos uint64 // journal positions before the first row and after the last
	once      sync.Once
	encoded   []byte
}

// Encoded is what encode makes of the frames. It is made once, for the first
// reader who asks, so all readers must want the same.
func (b *Batch) Encoded(encode func([]Frame) []byte) []byte {
	b.once.Do(func() { b.encoded = encode(b.Frames) })
	return b.encoded
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
