package badge

import (
	"bytes"
	"errors"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook. What the zip directory declares is only believed when
// it is too much: the bytes are counted as they unpack.
const (
	maxUnpacked = 256 << 20 // bytes of all parts that are read
	maxParts    = 10_000
	maxToken    = 1 << 20   // bytes of XML between two tags, and in one cell
	maxDepth    = 100       // of tags inside each other
	maxStrings  = 1_000_000 // excelize sets some 400 bytes aside for each
	maxMarkup   = 1_000_000 // tags of a workbook or its styles
	maxSheets   = 256
	maxFormats  = 4_096
)

var errBadXLSX = fileError(CodeBadXLSX, 0,
	"The workbook can't be read: open it in a spreadsheet program and save it again as .xlsx, or as CSV.")

// oleMark begins an OLE file: an old .xls workbook, or an encrypted one.
const oleMark = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

func isZip(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// workbook is an XLSX file (ECMA-376) that excelize reads. Of the file excelize
// sees only what a roster needs, and only after it has been checked: it takes
// whole parts into memory, skips what it can't read, and so a file cut off in
// the middle would be a shorter roster, and a hostile one the end of the process.
type workbook struct {
	parts    *parts
	file     *excelize.File
	lengths  []uint16       // of the shared strings, see checkStrings
	formats  []numberFormat // by cell style
	date1904 bool
}

// readXLSX reads the named sheet, or the first visible one with rows.
func (t *table) readXLSX(b []byte, sheet string) error {
	p, err := openParts(b)
	if err != nil {
		return badXLSX(err)
	}
	w, err := p.open()
	if err != nil {
		return badXLSX(err)
	}
	defer w.file.Close() // nothing to lose: no part is large enough to go to a temporary file
	seen := make(map[string]bool)
	for _, s := range w.file.WorkBook.Sheets.Sheet {
		// excelize finds sheets by name: two of one name would be one of them by chance.
		if seen[strings.ToLower(s.Name)] {
			return errBadXLSX
		}
		seen[strings.ToLower(s.Name)] = true
		if _, rows := p.sheets[s.ID]; rows && !strings.Contains(strings.ToLower(s.State), "hidden") {
			t.sheets = append(t.sheets, s.Name)
		}
	}
	found := false
	for _, s := range w.file.WorkBook.Sheets.Sheet {
		part, rows := p.sheets[s.ID] // else a chart
		hidden := strings.Contains(strings.ToLower(s.State), "hidden")
		if !rows || sheet == "" && hidden || sheet != "" && !strings.EqualFold(CleanText(s.Name), CleanText(sheet)) {
			continue
		}
		found = true
		any, err := w.readSheet(s.Name, part, t.add)
		if err != nil {
			return badXLSX(err)
		}
		if any {
			t.sheet = s.Name
			return nil
		}
	}
	if !found {
		return fileError(CodeNoSheet, 0, "The workbook has no such sheet: choose another, or save the one you mean as CSV.")
	}
	return nil
}

// badXLSX keeps what is a FileError already, and takes any other failure for
// the file's fault.
func badXLSX(err error) error {
	var fe *FileError
	if errors.As(err, &fe) {
		return fe
	}
	return errBadXLSX
}

// contained calls excelize. It was written for files that spreadsheets write, and
// on others it indexes and dereferences without looking: a panic there says no
// more than that the file can't be read, and must not stop the gates.
func contained(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errBadXLSX
		}
	}()
	return call()
}

// open hands the parts that a roster needs to excelize. Its bounds are those
// that the parts have been held to already, so that it never unpacks one, and
// the people in it, into a temporary file.
func (p *parts) open() (*workbook, error) {
	body, shared, err := p.repack()
	if err != nil {
		return nil, err
	}
	w := &workbook{parts: p}
	if w.lengths, err = checkStrings(shared); err != nil {
		return nil, err
	}
	err = contained(func() (err error) {
		w.file, err = excelize.OpenReader(bytes.NewReader(body),
			excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(w.file.WorkBook.Sheets.Sheet) > maxSheets {
		return nil, ErrTooLarge
	}
	w.file.Pkg.Store(stringsPart, shared)
	if pr := w.file.WorkBook.WorkbookPr; pr != nil {
		w.date1904 = pr.Date1904
	}
	return w, contained(w.readFormats)
}

// readSheet calls f for each row that has cells, with the numbers that the
// sheet shows, and tells whether there was any. The cells are valid during the
// call.
func (w *workbook) readSheet(name string, part sheetPart, f func(number int, cells [][]byte) error) (any bool, err error) {
	body, err := w.parts.unpack(part.name)
	if err != nil {
		return false, err
	}
	check, err := w.checkSheet(body)
	if err != nil {
		return false, err
	}
	w.file.Pkg.Store(part.place, body[:check.end])
	defer w.file.Pkg.Delete(part.place)
	var rows *excelize.Rows
	if err := contained(func() (err error) { rows, err = w.file.Rows(name); return err }); err != nil {
		return false, err
	}
	defer rows.Close()
	var (
		row  [][]byte
		text []byte
	)
	fixes := check.fixes
	for number := 1; ; number++ {
		var cells []string
		more := false
		err := contained(func() (err error) {
			if more = rows.Next(); more {
				cells, err = rows.Columns()
			}
			return err
		})
		switch {
		case err != nil:
			return any, err
		case more != (number <= check.rows):
			return any, errBadXLSX // excelize ends in silence where it can't read on
		case !more:
			return any, nil
		}
		for ; len(fixes) > 0 && fixes[0].row == number; fixes = fixes[1:] {
			for len(cells) < fixes[0].column {
				cells = append(cells, "")
			}
			cells[fixes[0].column-1] = fixes[0].text
		}
		text, row = text[:0], row[:0]
		for _, c := range cells {
			text = append(text, c...)
		}
		for from, i := 0, 0; i < len(cells); i++ {
			row = append(row, text[from:from+len(cells[i])])
			from += len(cells[i])
		}
		if len(text) == 0 {
			continue
		}
		any = true
		if err := f(number, row); err != nil {
			return any, err
		}
	}
}
