package badge

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"unicode/utf16"
)

// partReader reads the XML of a part token by token. It counts what is
// unpacked, lets no token grow beyond maxToken, and keeps no stack: a million
// tags inside each other cost nothing.
type partReader struct {
	decoder *xml.Decoder
	in      *boundedReader
}

func newPartReader(r io.Reader, left *int64) *partReader {
	in := &boundedReader{r: bufio.NewReaderSize(r, 32<<10), left: left}
	d := xml.NewDecoder(in)
	return &partReader{decoder: d, in: in}
}

// raw is the next token, io.EOF at the end. It is valid until the next call.
func (x *partReader) raw() (xml.Token, error) {
	x.in.token = maxToken
	return x.decoder.RawToken()
}

// next is the next start of an element, nil at the end.
func (x *partReader) next() (*xml.StartElement, error) {
	for {
		tok, err := x.raw()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if el, ok := tok.(xml.StartElement); ok {
			return &el, nil
		}
	}
}

// boundedReader fails with ErrTooLarge once more has come than either the
// workbook or a single token may have. The XML decoder reads it byte by byte.
type boundedReader struct {
	r     *bufio.Reader
	left  *int64
	token int
}

func (b *boundedReader) ReadByte() (byte, error) {
	c, err := b.r.ReadByte()
	if err == nil {
		*b.left--
		b.token--
		if *b.left < 0 || b.token < 0 {
			return 0, ErrTooLarge
		}
	}
	return c, err
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// stringTable holds the strings that cells share, one after the other. Of a
// longer one it keeps a byte more than a cell may have, so that only a cell
// that uses it is refused.
type stringTable struct {
	text []byte
	ends []uint32
}

func (s *stringTable) read(x *partReader) error {
	var item richText
	for {
		tok, err := x.raw()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch el := tok.(type) {
		case xml.StartElement:
			if el.Name.Local == "si" {
				item.reset()
			}
			item.start(el.Name.Local)
		case xml.CharData:
			item.add(el)
		case xml.EndElement:
			if item.end(el.Name.Local); el.Name.Local == "si" {
				s.text = append(s.text, item.done()...)
				s.ends = append(s.ends, uint32(len(s.text)))
				if len(s.text) > maxRosterText || len(s.ends) > maxStrings {
					return ErrTooLarge
				}
			}
		}
	}
}

func (s *stringTable) at(index []byte) ([]byte, bool) {
	i, err := strconv.Atoi(string(index))
	if err != nil || i < 0 || i >= len(s.ends) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.text[start:s.ends[i]], true
}

// richText gathers the <t> of a string item: one, or one for each run of the
// same style, but not those that spell out its pronunciation (<rPh>).
type richText struct {
	text     []byte
	in, mute bool
}

func (t *richText) reset() { t.text, t.in, t.mute = t.text[:0], false, false }

func (t *richText) start(name string) {
	switch name {
	case "t":
		t.in = !t.mute
	case "rPh":
		t.mute = true
	}
}

func (t *richText) add(b []byte) {
	if t.in {
		t.text = append(t.text, b[:min(len(b), MaxRosterField+1-len(t.text))]...)
	}
}

func (t *richText) end(name string) {
	switch name {
	case "t":
		t.in = false
	case "rPh":
		t.mute = false
	}
}

// done is the text with the escapes of characters that XML can't hold
// (_x000D_, ECMA-376 part 1, 22.9.2.19) resolved.
func (t *richText) done() []byte {
	if !bytes.Contains(t.text, []byte("_x")) {
		return t.text
	}
	return unescape(t.text)
}

func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		r, ok := escaped(b[i:])
		if !ok {
			out = append(out, b[i])
			continue
		}
		i += 6
		if low, ok := escaped(b[i+1:]); ok && utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, low); pair != '\uFFFD' {
				r = pair
				i += 7
			}
		}
		out = append(out, string(r)...)
	}
	return out
}

// escaped reads _xHHHH_ at the start of b.
func escaped(b []byte) (rune, bool) {
	if len(b) < 7 || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}
