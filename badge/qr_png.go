package badge

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"
)

// PNG draws the code in black and white, 1 bit a pixel, every module scale
// pixels wide and high, 1 to MaxPNGScale.
//
// It is written here (PNG, ISO/IEC 15948) because image/png looks at each pixel,
// which takes twice as long as finding the code does: of the lines of a row of
// modules only the first is drawn, the others say that they are like it.
func (c *Code) PNG(scale int) ([]byte, error) {
	if scale < 1 || scale > MaxPNGScale {
		return nil, fmt.Errorf("a module must be 1 to %d pixels wide", MaxPNGScale)
	}
	pixels := c.side() * scale
	stride := 1 + (pixels+7)/8 // the filter, then eight pixels a byte
	lines := make([]byte, stride*c.side())
	c.runs(func(x, y, length int) {
		line := lines[y*stride+1:]
		for i := x * scale; i < (x+length)*scale; i++ {
			line[i/8] |= 0x80 >> (i % 8)
		}
	})
	like := make([]byte, stride)
	like[0] = filterUp
	p := presses.Get().(*pngPress)
	defer presses.Put(p)
	p.body.Reset()
	p.zlib.Reset(&p.body)
	for line := range slices.Chunk(lines, stride) {
		p.zlib.Write(line) // into memory: never fails
		for range scale - 1 {
			p.zlib.Write(like)
		}
	}
	p.zlib.Close()

	header := binary.BigEndian.AppendUint32(nil, uint32(pixels))
	header = binary.BigEndian.AppendUint32(header, uint32(pixels))
	header = append(header, 1, 3, 0, 0, 0) // a bit for each pixel, by a palette
	out := make([]byte, 0, 128+p.body.Len())
	out = append(out, "\x89PNG\r\n\x1a\n"...)
	out = appendChunk(out, "IHDR", header)
	out = appendChunk(out, "PLTE", []byte{0xff, 0xff, 0xff, 0, 0, 0})
	out = appendChunk(out, "IDAT", p.body.Bytes())
	return appendChunk(out, "IEND", nil), nil
}

// filterUp marks a line that holds the differences to the one above.
const filterUp = 2

func appendChunk(b []byte, kind string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	begin := len(b)
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[begin:]))
}

// pngPress keeps its buffers, close to a megabyte, from one image to the next.
type pngPress struct {
	body bytes.Buffer
	zlib *zlib.Writer
}

var presses = sync.Pool{New: func() any {
	p := new(pngPress)
	// The best compression takes ten times as long for 1.2 kB instead of 1.6.
	p.zlib, _ = zlib.NewWriterLevel(&p.body, zlib.BestSpeed) // a level that there is
	return p
}}
