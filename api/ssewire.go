package api

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"lanyard/checkin"
)

// How a batch of frames is written. Both forms are made once for all readers.
const (
	plain  checkin.Form = iota
	zipped              // a piece of a gzip stream (RFC 1952) that needs no piece before it
)

// encodeFrames writes frames as server-sent events.
func encodeFrames(frames []checkin.Frame) []byte {
	size := 0
	for _, f := range frames {
		size += len("id: \nevent: \ndata: \n\n") + 20 + len(f.Event) + len(f.Data)
	}
	b := make([]byte, 0, size)
	for _, f := range frames {
		b = append(b, "id: "...)
		b = strconv.AppendUint(b, f.ID, 10)
		b = append(b, "\nevent: "...)
		b = append(b, f.Event...)
		b = append(b, "\ndata: "...)
		b = append(b, f.Data...)
		b = append(b, "\n\n"...)
	}
	return b
}

// takesGzip tells whether a client says so.
func takesGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if coding, weight, _ := strings.Cut(one, ";"); strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			_, q, weighed := strings.Cut(weight, "q=")
			return !weighed || strings.Trim(q, "0. ") != ""
		}
	}
	return false
}

const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff" // fastest, of unknown origin

// gzipEnd is an empty last block of DEFLATE (RFC 1951).
const gzipEnd = "\x03\x00"

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // a level that there is
	return w
}}

// zip compresses a piece of a stream by itself: a thousand readers who joined at
// different times get the same bytes, which a dictionary of what went before would not allow.
func zip(text []byte) []byte {
	var b bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&b)
	w.Write(text) // to memory, which never fails
	w.Flush()
	return b.Bytes()
}

// Pieces that are not frames, in both forms.
var (
	retryPiece = []byte("retry: 2000\n\n")
	alivePiece = []byte(": alive\n\n")
	retryZip   = zip(retryPiece)
	aliveZip   = zip(alivePiece)
)

// feedWriter is the form in which one reader gets its stream.
type feedWriter struct {
	zip   bool
	sum   uint32 // CRC-32 and length of what was sent, uncompressed
	bytes uint32
}

// begin is what comes first.
func (w *feedWriter) begin() []byte {
	piece := w.piece(retryPiece, retryZip)
	if w.zip {
		return append([]byte(gzipHeader), piece...)
	}
	return piece
}

func (w *feedWriter) alive() []byte { return w.piece(alivePiece, aliveZip) }

func (w *feedWriter) batch(b *checkin.Batch) []byte {
	text := b.Encoded(plain, encodeFrames)
	if !w.zip {
		return text
	}
	return w.piece(text, b.Encoded(zipped, func([]checkin.Frame) []byte { return zip(text) }))
}

// piece counts what is sent in the form that the reader gets.
func (w *feedWriter) piece(text, zipped []byte) []byte {
	if !w.zip {
		return text
	}
	w.sum, w.bytes = crc32.Update(w.sum, crc32.IEEETable, text), w.bytes+uint32(len(text))
	return zipped
}

// end is what comes last, nil for nothing.
func (w *feedWriter) end() []byte {
	if !w.zip {
		return nil
	}
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32([]byte(gzipEnd), w.sum), w.bytes)
}
