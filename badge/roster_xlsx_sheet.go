package badge

import (
	"encoding/xml"
	"io"
	"strconv"
)

// readSheet calls f for each row that has cells, with the numbers that the
// sheet shows. The cells are valid during the call.
func (w *workbook) readSheet(part string, f func(number int, cells [][]byte) error) error {
	return w.part(part, func(x *partReader) error {
		s := sheetReader{book: w, emit: f}
		for {
			tok, err := x.raw()
			if err == io.EOF {
				return errBadXLSX // cut off in the middle, or no sheet at all
			}
			if err != nil {
				return err
			}
			switch el := tok.(type) {
			case xml.StartElement:
				err = s.start(&el)
			case xml.CharData:
				s.chars(el)
			case xml.EndElement:
				err = s.end(el.Name.Local)
			}
			if err != nil || s.over {
				return err
			}
		}
	})
}

// sheetReader follows the elements of <sheetData>: <row r> of <c r s t> with
// either <v>, the value last calculated, or <is>, a text of its own.
type sheetReader struct {
	book *workbook
	emit func(number int, cells [][]byte) error

	number, column int // of the row and cell being read, from 1
	text           []byte
	ends           [MaxRosterColumns]int // of the cells in text
	cells          int                   // that ends holds
	row            [MaxRosterColumns][]byte

	kind, style string
	value       []byte
	inValue     bool
	inline      richText
	inData      bool
	inInline    bool
	inCell      bool
	over        bool
}

func (s *sheetReader) start(el *xml.StartElement) error {
	switch name := el.Name.Local; {
	case name == "sheetData":
		s.inData = true
	case !s.inData:
	case s.inCell && (name == "row" || name == "c"):
		return errBadXLSX
	case name == "row":
		number := s.number + 1
		if r := attribute(el, "r"); r != "" {
			n, err := strconv.Atoi(r)
			if err != nil || n < number {
				return errBadXLSX
			}
			number = n
		}
		if number > MaxRosterRows {
			return fileError(CodeTooManyRows, number, "The file has more than %d rows: split it.", MaxRosterRows)
		}
		s.number, s.column, s.cells, s.text = number, 0, 0, s.text[:0]
	case name == "c":
		column := s.column + 1
		if r := attribute(el, "r"); r != "" {
			n, ok := columnOf(r)
			if !ok || n < column {
				return errBadXLSX
			}
			column = n
		}
		s.column, s.inCell = column, s.number > 0
		s.kind, s.style = attribute(el, "t"), attribute(el, "s")
		s.value = s.value[:0]
		s.inline.reset()
	case !s.inCell:
	case name == "v":
		s.inValue = true
	case name == "is":
		s.inInline = true
	default:
		s.inline.start(name)
	}
	return nil
}

func (s *sheetReader) chars(b []byte) {
	switch {
	case s.inValue:
		s.value = append(s.value, b[:min(len(b), MaxRosterField+1-len(s.value))]...)
	case s.inInline:
		s.inline.add(b)
	}
}

func (s *sheetReader) end(name string) error {
	switch name {
	case "v":
		s.inValue = false
	case "is":
		s.inInline = false
	case "c":
		if !s.inCell {
			return nil
		}
		s.inCell, s.inValue, s.inInline = false, false, false
		return s.endCell()
	case "row":
		if s.inCell {
			return errBadXLSX
		}
		if s.cells == 0 {
			return nil
		}
		from := 0
		for i, end := range s.ends[:s.cells] {
			s.row[i] = s.text[from:end]
			from = end
		}
		n := s.cells
		s.cells = 0
		return s.emit(s.number, s.row[:n])
	case "sheetData":
		s.over = true
	default:
		s.inline.end(name)
	}
	return nil
}

func (s *sheetReader) endCell() error {
	cell, err := s.show()
	switch {
	case err != nil:
		return err
	case len(cell) == 0:
		return nil
	case s.column > MaxRosterColumns:
		return tooManyColumns(s.number)
	case len(cell) > MaxRosterField:
		return fieldTooLong(s.number)
	}
	for s.cells < s.column-1 {
		s.ends[s.cells] = len(s.text)
		s.cells++
	}
	s.text = append(s.text, cell...)
	s.ends[s.cells] = len(s.text)
	s.cells++
	return nil
}

// show is the text of the cell as the sheet shows it, or nearly: an error
// value is no text, and a date is written as in ISO 8601.
func (s *sheetReader) show() ([]byte, error) {
	switch s.kind {
	case "s":
		if len(s.value) == 0 {
			return nil, nil
		}
		text, ok := s.book.strings.at(s.value)
		if !ok {
			return nil, errBadXLSX
		}
		return text, nil
	case "inlineStr":
		return s.inline.done(), nil
	case "str":
		return unescape(s.value), nil
	case "e":
		return nil, nil
	case "b":
		if string(s.value) == "1" {
			return []byte("TRUE"), nil
		}
		return []byte("FALSE"), nil
	case "d":
		return s.value, nil
	}
	var format numberFormat
	if i, err := strconv.Atoi(s.style); err == nil && i >= 0 && i < len(s.book.formats) {
		format = s.book.formats[i]
	}
	return format.show(string(s.value), s.book.date1904), nil
}

// columnOf is the number of the column in a reference such as AB12.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := range len(ref) {
		switch c := ref[i]; {
		case c >= 'A' && c <= 'Z' && i < 3:
			n = n*26 + int(c-'A') + 1
		case c >= '0' && c <= '9' && i > 0:
			return n, true
		default:
			return 0, false
		}
	}
	return 0, false
}
