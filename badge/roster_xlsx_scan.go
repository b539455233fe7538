package badge

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// scanner reads the XML of a part token by token, as excelize will, but within
// bounds: of the bytes of a token, of its depth, and of the number of tags.
type scanner struct {
	decoder  *xml.Decoder
	in       *tokenReader
	depth    int // of the element last begun, 0 outside the root
	roots    int
	tags     int // that may still come
	together bool
}

func newScanner(body []byte, tags int) *scanner {
	in := &tokenReader{body: body}
	return &scanner{decoder: xml.NewDecoder(in), in: in, tags: tags}
}

// next is the next token, io.EOF at the end. It is valid until the next call.
// While together is set the bound of a token is one for all of them.
func (s *scanner) next() (xml.Token, error) {
	if !s.together {
		s.in.left = maxToken
	}
	tok, err := s.decoder.Token()
	switch tok.(type) {
	case xml.StartElement:
		s.depth++
		s.tags--
		if s.depth == 1 {
			s.roots++
		}
		switch {
		case s.tags < 0:
			return nil, ErrTooLarge
		case s.depth > maxDepth || s.roots > 1:
			return nil, errBadXLSX
		}
	case xml.EndElement:
		s.depth--
	}
	return tok, err
}

// each calls f for each element.
func (s *scanner) each(f func(*xml.StartElement)) error {
	for {
		tok, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if el, ok := tok.(xml.StartElement); ok {
			f(&el)
		}
	}
}

// tokenReader fails with ErrTooLarge once more has been read than left. The
// XML decoder reads it byte by byte.
type tokenReader struct {
	body []byte
	at   int
	left int
}

func (r *tokenReader) ReadByte() (byte, error) {
	if r.at == len(r.body) {
		return 0, io.EOF
	}
	if r.left--; r.left < 0 {
		return 0, ErrTooLarge
	}
	r.at++
	return r.body[r.at-1], nil
}

func (r *tokenReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

func attribute(el *xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// checkStrings tells how many bytes each shared string has, or one more than a
// cell may have for those that are longer.
func (p *parts) checkStrings(body []byte) ([]uint16, error) {
	s := newScanner(body, 2*maxStrings)
	var lengths []uint16
	total, length, inText := 0, 0, false
	for {
		tok, err := s.next()
		if err == io.EOF {
			return lengths, nil
		}
		if err != nil {
			return nil, err
		}
		switch el := tok.(type) {
		case xml.StartElement:
			switch el.Name.Local {
			case "si":
				if s.depth != 2 {
					return nil, errBadXLSX
				}
				s.together, length = true, 0
			case "t":
				inText = true
			}
		case xml.CharData:
			if inText {
				length += len(el)
				if losesText(el) {
					return nil, errBadXLSX
				}
			}
		case xml.EndElement:
			switch el.Name.Local {
			case "t":
				inText = false
			case "si":
				s.together = false
				lengths = append(lengths, uint16(min(length, MaxRosterField+1)))
				if total += length; total > maxRosterText {
					return nil, ErrTooLarge
				}
			}
		}
	}
}

// sheetCheck is what has been seen of a sheet that excelize may read.
type sheetCheck struct {
	book *workbook

	end   int // of <sheetData>: what follows is none of a roster's
	rows  int // number of the last row
	fixes []cellFix

	scan                  *scanner
	column                int
	inData, inRow, inCell bool
	inValue, inText, over bool
	kind                  string
	style                 int
	value                 []byte
	text                  int // bytes of it in the cell
}

// cellFix is the text of a cell that excelize would show otherwise.
type cellFix struct {
	row, column int
	text        string
}

// checkSheet holds a sheet to the bounds of a roster and to what excelize takes
// for granted: <sheetData> of <row r> of <c r s t>, in order and whole.
func (w *workbook) checkSheet(body []byte) (*sheetCheck, error) {
	c := &sheetCheck{book: w, scan: newScanner(body, math.MaxInt)}
	for !c.over {
		tok, err := c.scan.next()
		if err == io.EOF {
			return nil, errBadXLSX
		}
		switch el := tok.(type) {
		case xml.StartElement:
			err = c.start(&el)
		case xml.CharData:
			if c.inValue || c.inText {
				c.text += len(el)
			}
			if c.inText && losesText(el) {
				return nil, errBadXLSX
			}
			if c.inValue {
				c.value = append(c.value, el[:min(len(el), MaxRosterField+1-len(c.value))]...)
			}
		case xml.EndElement:
			err = c.finish(el.Name.Local)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *sheetCheck) start(el *xml.StartElement) error {
	name := el.Name.Local
	switch {
	case c.inValue,
		name == "sheetData" && (c.inData || c.scan.depth != 2),
		name == "row" && (!c.inData || c.inRow),
		name == "c" && (!c.inRow || c.inCell):
		return errBadXLSX
	case name == "sheetData":
		c.inData = true
	case name == "row":
		a, err := ownAttributes(el)
		if err != nil {
			return err
		}
		c.inRow, c.column = true, 0
		number := c.rows + 1
		if a.r != "" {
			if number, err = strconv.Atoi(a.r); err != nil || number <= c.rows {
				return errBadXLSX
			}
		}
		if number > MaxRosterRows {
			return fileError(CodeTooManyRows, number, "The file has more than %d rows: split it.", MaxRosterRows)
		}
		c.rows = number
	case name == "c":
		a, err := ownAttributes(el)
		if err != nil {
			return err
		}
		column := c.column + 1
		if a.r != "" {
			if column, _, err = excelize.CellNameToCoordinates(a.r); err != nil || column <= c.column {
				return errBadXLSX
			}
		}
		c.style = 0
		if a.s != "" {
			if c.style, err = strconv.Atoi(a.s); err != nil {
				return errBadXLSX
			}
		}
		c.column, c.kind, c.text, c.value = column, a.t, 0, c.value[:0]
		c.inCell, c.scan.together = true, true
	case c.inCell && name == "v":
		c.inValue, c.value = true, c.value[:0]
	case c.inCell && name == "t":
		c.inText = true
	}
	return nil
}

func (c *sheetCheck) finish(name string) error {
	switch name {
	case "sheetData":
		c.over, c.end = true, c.scan.in.at
	case "row":
		c.inRow = false
	case "v":
		c.inValue = false
	case "t":
		c.inText = false
	case "c":
		c.inCell, c.scan.together = false, false
		return c.endCell()
	}
	return nil
}

func (c *sheetCheck) endCell() error {
	length := c.text
	switch c.kind {
	case "s":
		if len(c.value) == 0 {
			break
		}
		i, err := strconv.Atoi(strings.TrimSpace(string(c.value)))
		if err != nil || i < 0 || i >= len(c.book.lengths) {
			return errBadXLSX
		}
		length = int(c.book.lengths[i])
		// excelize makes a copy for each cell that shows it.
		if c.book.parts.left -= int64(length); c.book.parts.left < 0 {
			return ErrTooLarge
		}
	default:
		if text, differs := c.book.shown(c.kind, c.style, string(c.value)); differs {
			length = len(text)
			if c.book.parts.left -= int64(64 + length); c.book.parts.left < 0 {
				return ErrTooLarge
			}
			c.fixes = append(c.fixes, cellFix{c.rows, c.column, text})
		}
	}
	switch {
	case length > 0 && c.column > MaxRosterColumns:
		return tooManyColumns(c.rows)
	case max(length, c.text) > MaxRosterField:
		return fieldTooLong(c.rows)
	}
	return nil
}

// own are the attributes of a row or a cell that count. excelize looks at
// local names alone, so that none may come twice.
type own struct{ r, s, t string }

func ownAttributes(el *xml.StartElement) (a own, err error) {
	seen := 0
	for _, at := range el.Attr {
		switch at.Name.Local {
		case "r":
			a.r, seen = at.Value, seen+1
		case "s":
			a.s, seen = at.Value, seen+1<<16
		case "t":
			a.t, seen = at.Value, seen+1<<32
		}
	}
	if seen&^(1|1<<16|1<<32) != 0 {
		return a, errBadXLSX
	}
	return a, nil
}

var (
	escapes    = regexp.MustCompile(`(?:_x[0-9A-Fa-f]{4}_)+`)
	surrogates = regexp.MustCompile(`_x[dD][89a-fA-F][0-9A-Fa-f]{2}_`)
)

// unescape resolves the escapes of characters that XML can't hold (_x000D_,
// ECMA-376 part 1, 22.9.2.19), which excelize leaves in the results of formulas.
func unescape(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		units := make([]uint16, len(e)/7)
		for i := range units {
			n, _ := strconv.ParseUint(e[7*i+2:7*i+6], 16, 16)
			units[i] = uint16(n)
		}
		return string(utf16.Decode(units))
	})
}

// losesText tells of a text in which excelize would leave out a character
// without a word: it resolves escapes, but not those of surrogates.
func losesText(b []byte) bool { return bytes.Contains(b, []byte("_x")) && surrogates.Match(b) }
