package badge

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// scanner reads the XML of a part token by token, as excelize will, but within
// bounds: of the bytes of a token, of the depth, and of the number of tags.
type scanner struct {
	decoder     *xml.Decoder
	in          *tokenReader
	depth       int // of the element begun last: 1 for the root
	roots, tags int // that have been, and that may still come
	together    bool
}

func newScanner(body []byte, tags int) *scanner {
	in := &tokenReader{Reader: bytes.NewReader(body)}
	return &scanner{decoder: xml.NewDecoder(in), in: in, tags: tags}
}

// next is the next token, io.EOF at the end. It is valid until the next call.
// While together is set, the bound of a token is one for all of them.
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
		if s.tags < 0 {
			return nil, ErrTooLarge
		}
		if s.depth > maxDepth || s.roots > 1 {
			return nil, errBadXLSX
		}
	case xml.EndElement:
		s.depth--
	case xml.Directive: // a DTD, which no part may have (ECMA-376, part 2)
		return nil, errBadXLSX
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

// tokenReader fails with ErrTooLarge once more is read than left. The XML
// decoder reads it byte by byte.
type tokenReader struct {
	*bytes.Reader
	left int
}

func (r *tokenReader) ReadByte() (byte, error) {
	if r.left--; r.left < 0 {
		return 0, ErrTooLarge
	}
	return r.Reader.ReadByte()
}

// attribute finds an attribute as excelize does: by its local name, the last
// if there are two.
func attribute(el *xml.StartElement, name string) (value string) {
	for _, a := range el.Attr {
		if a.Name.Local == name {
			value = a.Value
		}
	}
	return value
}

// checkStrings tells how many bytes each shared string has, or one more than a
// cell may have for those that are longer.
func checkStrings(body []byte) (lengths []uint16, err error) {
	s := newScanner(body, 2*maxStrings)
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
			inText = el.Name.Local == "t"
			if el.Name.Local == "si" {
				if s.depth != 2 {
					return nil, errBadXLSX
				}
				s.together, length = true, 0
			}
		case xml.CharData:
			if inText {
				length += len(el)
			}
		case xml.EndElement:
			inText = false
			if el.Name.Local == "si" {
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
	end   int64     // of <sheetData>: what follows is none of a roster's
	rows  int       // number of the last row
	fixes []cellFix // in the order of the sheet

	book            *workbook
	scan            *scanner
	inData, over    bool
	inValue, inText bool
	column          int // of the cell
	wide            int // columns of the row that have been paid for
	kind            string
	style           int
	value           []byte
	text            int // bytes of it in the cell
	formula         bool
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
			if c.inValue {
				c.value = append(c.value, el[:min(len(el), MaxRosterField+1-len(c.value))]...)
			}
		case xml.EndElement:
			c.inText = false
			switch el.Name.Local {
			case "v":
				c.inValue = false
			case "c":
				c.scan.together = false
				err = c.endCell()
			case "sheetData":
				c.over, c.end = true, c.scan.decoder.InputOffset()
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *sheetCheck) start(el *xml.StartElement) (err error) {
	name, r := el.Name.Local, ""
	switch depth := c.scan.depth; {
	case c.inValue, name == "sheetData" && depth != 2, name == "row" && (depth != 3 || !c.inData), name == "c" && (depth != 4 || !c.inData):
		return errBadXLSX
	case name == "row" || name == "c":
		r = attribute(el, "r")
	}
	switch name {
	case "sheetData":
		c.inData = true
	case "row":
		number := c.rows + 1
		if r != "" {
			number, err = strconv.Atoi(r)
		}
		switch {
		case err != nil || number <= c.rows:
			return errBadXLSX
		case number > MaxRosterRows:
			return fileError(CodeTooManyRows, number, "The file has more than %d rows: split it.", MaxRosterRows)
		}
		c.rows, c.column, c.wide = number, 0, MaxRosterColumns
	case "c":
		column := c.column + 1
		if r != "" {
			column, _, err = excelize.CellNameToCoordinates(r)
		}
		if err != nil || column <= c.column {
			return errBadXLSX
		}
		c.style = 0
		if s := attribute(el, "s"); s != "" {
			c.style, err = strconv.Atoi(s)
		}
		c.column, c.kind, c.value, c.text = column, attribute(el, "t"), c.value[:0], 0
		c.formula, c.scan.together = false, true
	case "v":
		c.inValue, c.value = c.inData, c.value[:0]
	case "t":
		c.inText = c.inData
	case "f":
		c.formula = true
	}
	return err
}

func (c *sheetCheck) endCell() error {
	length, cost := c.text, 0
	// excelize fills a row up to a cell with a formula or an error in it.
	if c.column > c.wide && (c.formula || len(c.value) > 0) {
		cost = 16 * (c.column - c.wide)
		c.wide = c.column
	}
	if c.kind == "s" && len(c.value) > 0 {
		i, err := strconv.Atoi(strings.TrimSpace(string(c.value)))
		if err != nil || i < 0 || i >= len(c.book.lengths) {
			return errBadXLSX
		}
		length = int(c.book.lengths[i])
		cost += length // excelize makes a copy for each cell
	} else if text, differs := c.book.shown(c.kind, c.style, string(c.value)); differs {
		length = len(text)
		cost += 64 + length
		c.fixes = append(c.fixes, cellFix{c.rows, c.column, text})
	}
	if c.book.parts.left -= int64(cost); c.book.parts.left < 0 {
		return ErrTooLarge
	}
	switch {
	case length > 0 && c.column > MaxRosterColumns:
		return tooManyColumns(c.rows)
	case max(length, c.text) > MaxRosterField:
		return fieldTooLong(c.rows)
	}
	return nil
}
