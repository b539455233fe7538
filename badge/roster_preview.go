package badge

import (
	"bytes"
	"errors"
	"io"
)

// Preview is what a roster file looks like to somebody who is to say what its
// columns hold.
type Preview struct {
	Format    string          `json:"format"`             // "csv" or "xlsx"
	Encoding  string          `json:"encoding,omitempty"` // of a CSV file
	Sheet     string          `json:"sheet,omitempty"`    // of a workbook, the one that was read
	Sheets    []string        `json:"sheets,omitempty"`   // that it could be
	HeaderRow int             `json:"header_row"`         // as the spreadsheet shows it
	Rows      int             `json:"rows"`               // below it that hold anything
	Columns   []PreviewColumn `json:"columns"`
}

// PreviewColumn is a column with the field that its header names and the first
// few different values in it.
type PreviewColumn struct {
	Column
	Samples []string `json:"samples"`
}

const (
	maxSamples    = 3
	maxSampleRows = 200 // looked through for them
	maxSample     = 60  // characters
)

// ReadPreview reads a roster file as ReadRoster does and fails as it does, but
// not for a column that is missing or there twice. Where no row names any field,
// the first one is taken for the header, as is the row that opt names.
func ReadPreview(r io.Reader, opt ReadOptions) (*Preview, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxRosterBytes+1))
	if err != nil {
		return nil, err
	}
	t := &table{choose: func(header []string) (layout, error) {
		lay := previewLayout(header)
		if opt.HeaderRow == 0 && len(lay.columns) == len(lay.unused) {
			return lay, fileError(CodeNoHeader, 0, "No header row was found.")
		}
		return lay, nil
	}}
	err = t.read(bytes.NewReader(body), opt)
	var fe *FileError
	if errors.As(err, &fe) && fe.Code == CodeNoHeader {
		t = &table{choose: func(header []string) (layout, error) { return previewLayout(header), nil }}
		err = t.read(bytes.NewReader(body), opt)
	}
	if err != nil {
		return nil, err
	}
	p := &Preview{Format: t.format, Encoding: t.encoding, Sheet: t.sheet, Sheets: t.sheets,
		HeaderRow: t.headerRow, Rows: len(t.cells.numbers)}
	for _, c := range t.layout.columns {
		p.Columns = append(p.Columns, PreviewColumn{c, t.samples(c.Number - 1)})
	}
	return p, nil
}

// previewLayout keeps every column, named or not.
func previewLayout(header []string) layout {
	chosen := make(map[string]int)
	// Of two columns with one header the first stands for the field until a
	// person says otherwise.
	columnsByHeader(header, nil, chosen)
	by := make(map[int]string, len(chosen))
	for field, i := range chosen {
		by[i] = field
	}
	var l layout
	for i, h := range header {
		c := Column{Field: by[i], Number: i + 1, Header: headerText(h)}
		l.columns, l.source = append(l.columns, c), append(l.source, i)
		if c.Field == "" {
			l.unused = append(l.unused, c)
		}
	}
	return l
}

func (t *table) samples(column int) []string {
	samples := []string{}
	seen := make(map[string]bool)
	var cells [MaxRosterColumns]string
	for i := range min(len(t.cells.numbers), maxSampleRows) {
		s := excerpt(CleanText(stripGuard(t.cells.row(i, cells[:0])[column])), maxSample)
		if s == "" || seen[s] {
			continue
		}
		seen[s] = true
		if samples = append(samples, s); len(samples) == maxSamples {
			break
		}
	}
	return samples
}
