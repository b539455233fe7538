package badge

import (
	"bytes"
	"strings"
)

// readCSV takes what spreadsheets write: RFC 4180, and any of comma, semicolon
// and tab between cells, any line ends, Excel's "sep=;" in front, line breaks
// and doubled quotation marks inside quoted cells. Rows are counted as a
// spreadsheet shows them: blank ones count, a line break inside a cell doesn't.
func (t *table) readCSV(b []byte, label string) error {
	text, name, err := decodeText(b, label)
	if err != nil {
		return err
	}
	t.encoding = name
	s := csvScanner{text: text}
	s.delimiter, s.pos = delimiterOf(text)
	for number := 1; s.pos < len(s.text); number++ {
		cells, err := s.next(number)
		if err != nil {
			return err
		}
		if err := t.add(number, cells); err != nil {
			return err
		}
	}
	return nil
}

// csvScanner splits a text into rows. It copies a quoted cell only if a
// quotation mark is doubled in it, and stops at a bound of the roster before it
// goes on to what lies behind.
type csvScanner struct {
	text      []byte
	pos       int
	delimiter byte
	cells     [][]byte // of the row being read, reused
}

func (s *csvScanner) next(number int) ([][]byte, error) {
	s.cells = s.cells[:0]
	for {
		var cell []byte
		var err error
		if s.pos < len(s.text) && s.text[s.pos] == '"' {
			cell, err = s.quoted(number)
		} else {
			cell, err = s.plain(number)
		}
		if err != nil {
			return nil, err
		}
		// Empty cells may go on for ever in files from wide sheets.
		if len(s.cells) < MaxRosterColumns {
			s.cells = append(s.cells, cell)
		} else if len(cell) > 0 {
			return nil, tooManyColumns(number)
		}
		if s.pos >= len(s.text) {
			return s.cells, nil
		}
		end := s.text[s.pos]
		s.pos++
		switch end {
		case s.delimiter:
		case '\r':
			if s.pos < len(s.text) && s.text[s.pos] == '\n' {
				s.pos++
			}
			return s.cells, nil
		default:
			return s.cells, nil
		}
	}
}

// plain reads up to the delimiter or line end, which it leaves.
func (s *csvScanner) plain(number int) ([]byte, error) {
	start := s.pos
	limit := min(len(s.text), start+MaxRosterField+1)
	i := start
	for i < limit && s.text[i] != s.delimiter && s.text[i] != '\n' && s.text[i] != '\r' {
		i++
	}
	if i-start > MaxRosterField {
		return nil, fieldTooLong(number)
	}
	s.pos = i
	return s.text[start:i], nil
}

// quoted reads a cell in quotation marks and the spaces after it.
func (s *csvScanner) quoted(number int) ([]byte, error) {
	start := s.pos + 1
	from := start
	var copied []byte
	for {
		i := bytes.IndexByte(s.text[from:min(len(s.text), from+MaxRosterField+1)], '"')
		if i < 0 {
			if len(s.text)-from > MaxRosterField {
				return nil, fieldTooLong(number)
			}
			return nil, fileError(CodeBadQuotes, number,
				"The quotation mark that begins a cell in row %d is never closed: add the missing one, or save the file again as CSV UTF-8.", number)
		}
		i += from
		if i+1 < len(s.text) && s.text[i+1] == '"' {
			copied = append(copied, s.text[from:i+1]...)
			if len(copied) > MaxRosterField {
				return nil, fieldTooLong(number)
			}
			from = i + 2
			continue
		}
		cell := s.text[from:i]
		if copied != nil {
			cell = append(copied, cell...)
		}
		for i++; i < len(s.text) && s.text[i] == ' '; i++ {
		}
		if i < len(s.text) && s.text[i] != s.delimiter && s.text[i] != '\n' && s.text[i] != '\r' {
			return nil, fileError(CodeBadQuotes, number,
				"A cell in row %d goes on after its closing quotation mark: double the quotation marks inside it, or save the file again as CSV UTF-8.", number)
		}
		s.pos = i
		if len(cell) > MaxRosterField {
			return nil, fieldTooLong(number)
		}
		return cell, nil
	}
}

func fieldTooLong(number int) error {
	return fileError(CodeFieldTooLong, number,
		"A cell in row %d holds more than 8 KiB: shorten it; in a CSV file, look for a missing quotation mark.", number)
}

func tooManyColumns(number int) error {
	return fileError(CodeTooManyColumns, number,
		"Row %d has more than %d columns: keep only those of the roster.", number, MaxRosterColumns)
}

// delimiterOf finds what stands between the cells, and where the first row
// starts: behind Excel's "sep=" line, which no spreadsheet shows as a row.
// Else the first line that has a delimiter outside quotation marks tells, as a
// title may stand above the header.
func delimiterOf(text []byte) (byte, int) {
	if len(text) > 5 && strings.EqualFold(string(text[:4]), "sep=") {
		switch d, end := text[4], text[5]; {
		case d >= 0x80 || d == '"' || d == ' ' || d == '\r' || d == '\n':
		case end == '\n':
			return d, 6
		case end == '\r' && len(text) > 6 && text[6] == '\n':
			return d, 7
		case end == '\r':
			return d, 6
		}
	}
	var counts [3]int
	inQuotes, lines := false, 0
	for _, c := range text[:min(len(text), 256<<10)] {
		switch {
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == ',':
			counts[0]++
		case c == ';':
			counts[1]++
		case c == '\t':
			counts[2]++
		case c == '\n' || c == '\r':
			if lines++; counts != [3]int{} || lines > 2*maxHeaderRows {
				return mostFrequent(counts), 0
			}
		}
	}
	return mostFrequent(counts), 0
}

func mostFrequent(counts [3]int) byte {
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return ",;\t"[best]
}
