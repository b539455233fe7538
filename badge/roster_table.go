package badge

import (
	"bytes"
	"errors"
	"io"
)

// table is a file on its way to a Roster. Rows come in one by one; the header
// is looked for in the first few, and of the rest only the chosen columns are
// kept.
type table struct {
	choose func(header []string) (layout, error)

	format, encoding, sheet string
	sheets                  []string // of a workbook, that could be read
	headerRow               int      // 0 until it is found
	layout                  layout
	cells                   grid

	limit, wanted int // the last row to take, the header's row if it is known
	tried         int
	headerErr     error // of the most promising row that wasn't the header
}

func (t *table) read(r io.Reader, opt ReadOptions) error {
	t.limit, t.wanted = MaxRosterRows, opt.HeaderRow
	if opt.MaxRows > 0 {
		t.limit = min(opt.MaxRows, MaxRosterRows)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(io.LimitReader(r, MaxRosterBytes+1)); err != nil {
		return err
	}
	if body.Len() > MaxRosterBytes {
		return ErrTooLarge
	}
	b := body.Bytes()
	var err error
	switch {
	case isZip(b):
		t.format = "xlsx"
		err = t.readXLSX(b, opt.Sheet)
	case bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		err = fileError(CodeOldExcel, 0, "This is an old .xls workbook or one with a password: save it as .xlsx without a password, or as CSV.")
	default:
		t.format = "csv"
		err = t.readCSV(b, opt.Encoding)
	}
	switch {
	case err != nil:
		return err
	case t.headerErr != nil && t.headerRow == 0:
		return t.headerErr
	case len(t.cells.numbers) == 0:
		return fileError(CodeEmpty, 0, "The file holds no attendee: it needs a header row and a row for each person.")
	}
	return nil
}

// add takes the cells of a row, which need to be valid during the call only.
func (t *table) add(number int, cells [][]byte) error {
	if number > t.limit {
		return fileError(CodeTooManyRows, number, "The file has more than %d rows: split it.", t.limit)
	}
	for len(cells) > 0 && len(cells[len(cells)-1]) == 0 {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > MaxRosterColumns {
		return tooManyColumns(number)
	}
	for _, c := range cells {
		if len(c) > MaxRosterField {
			return fieldTooLong(number)
		}
	}
	if t.headerRow > 0 {
		return t.cells.add(number, cells, t.layout.source)
	}
	if len(cells) == 0 || number < t.wanted {
		return nil
	}
	return t.tryHeader(number, cells)
}

func (t *table) tryHeader(number int, cells [][]byte) error {
	header := make([]string, len(cells))
	blank := true
	for i, c := range cells {
		header[i] = string(c)
		blank = blank && len(bytes.TrimSpace(c)) == 0
	}
	if blank {
		return nil
	}
	lay, err := t.choose(header)
	if err == nil {
		t.headerRow, t.layout = number, lay
		return nil
	}
	var fe, old *FileError
	if t.headerErr == nil || errors.As(t.headerErr, &old) && old.Code == CodeNoHeader && errors.As(err, &fe) && fe.Code != CodeNoHeader {
		t.headerErr = err
	}
	if t.tried++; t.tried == maxHeaderRows || t.wanted > 0 {
		return t.headerErr
	}
	return nil
}

// grid holds the cells of the chosen columns one after the other: a million
// rows are a few allocations.
type grid struct {
	text    []byte
	ends    []uint32 // of each cell in text, width of them a row
	numbers []int32  // of each row
	width   int
}

// add keeps the cells that source lists by index; a row in which they are all
// blank is left out.
func (g *grid) add(number int, cells [][]byte, source []int) error {
	g.width = len(source)
	text, ends := len(g.text), len(g.ends)
	blank := true
	for _, i := range source {
		if i < len(cells) {
			blank = blank && len(bytes.TrimSpace(cells[i])) == 0
			g.text = append(g.text, cells[i]...)
		}
		g.ends = append(g.ends, uint32(len(g.text)))
	}
	if len(g.text) > maxRosterText {
		return ErrTooLarge
	}
	if blank {
		g.text, g.ends = g.text[:text], g.ends[:ends]
		return nil
	}
	g.numbers = append(g.numbers, int32(number))
	return nil
}

// row appends the cells of the row to dst. They share one string.
func (g *grid) row(i int, dst []string) []string {
	ends := g.ends[i*g.width : (i+1)*g.width]
	start := uint32(0)
	if i > 0 {
		start = g.ends[i*g.width-1]
	}
	text := string(g.text[start:ends[len(ends)-1]])
	from := uint32(0)
	for _, end := range ends {
		dst = append(dst, text[from:end-start])
		from = end - start
	}
	return dst
}
