package badge

import (
	"fmt"
	"io"
	"iter"
	"strconv"
)

// Bounds of a roster file. They hold while a file is being read, before
// anything is set aside for what it claims to contain.
const (
	MaxRosterBytes   = 32 << 20  // of the file as it is uploaded
	MaxRosterRows    = 1_000_000 // as the spreadsheet numbers them, header and blank rows too
	MaxRosterColumns = 64
	MaxRosterField   = 8 << 10 // bytes of UTF-8 in one cell

	maxRosterText = 64 << 20 // bytes of UTF-8 kept of all cells together
	maxHeaderRows = 10       // looked through for the header, titles may stand above it
)

// Codes of a FileError. They are stable: pages translate them.
const (
	CodeTooLarge        = "too_large"
	CodeEmpty           = "empty"
	CodeNotText         = "not_text"
	CodeUnknownEncoding = "unknown_encoding"
	CodeOldExcel        = "old_excel"
	CodeBadXLSX         = "bad_xlsx"
	CodeNoSheet         = "no_sheet"
	CodeBadQuotes       = "bad_quotes"
	CodeFieldTooLong    = "field_too_long"
	CodeTooManyColumns  = "too_many_columns"
	CodeTooManyRows     = "too_many_rows"
	CodeNoHeader        = "no_header"
	CodeNoNameColumn    = "no_name_column"
	CodeNoRefColumn     = "no_ref_column"
	CodeNoCategory      = "no_category_column"
	CodeUnknownCategory = "unknown_category"
	CodeUnknownColumn   = "unknown_column"
	CodeDuplicateColumn = "duplicate_column"
)

// FileError says why a roster file was not read at all. The message is a
// sentence that tells its owner what to do, and repeats nothing of the rows.
type FileError struct {
	Code    string `json:"code"`
	Row     int    `json:"row,omitempty"` // as the spreadsheet shows it, 0 when no row is to blame
	Message string `json:"message"`
}

func (e *FileError) Error() string { return e.Message }

// ErrTooLarge is a *FileError: the file, or what it unpacks to, is more than
// is read.
var ErrTooLarge error = &FileError{Code: CodeTooLarge,
	Message: "The file is larger than 32 MiB or unpacks to more than is read: keep only the roster's sheet and columns, or split the file."}

func fileError(code string, row int, format string, args ...any) *FileError {
	return &FileError{Code: code, Row: row, Message: fmt.Sprintf(format, args...)}
}

// ReadOptions say how a roster file is to be understood. The zero value finds
// out everything by itself, but knows no categories and so accepts no row.
type ReadOptions struct {
	Categories []Category
	// DefaultCategory (an id, code or name) is for rows that have none. Without
	// it such rows are refused.
	DefaultCategory string
	// Columns says by hand which column holds a field: the text of its header
	// or its number from 1. An empty value leaves the field out. Fields that
	// are not mentioned are found by their headers.
	Columns map[string]string
	// Sheet names the sheet of a workbook. Without it the first visible sheet
	// that has rows is read.
	Sheet string
	// Encoding of a CSV file by its WHATWG label, for example "windows-1252" or
	// "big5". Without it UTF-8, UTF-16 and GB18030 are told apart.
	Encoding string
	// HeaderRow is the row of the header as the spreadsheet shows it. Without it
	// the header is looked for in the first rows, as titles may stand above it.
	HeaderRow int
	// MaxRows lowers MaxRosterRows.
	MaxRows int
}

// Column of a roster file.
type Column struct {
	Field  string `json:"field,omitempty"` // "" when the column isn't used
	Number int    `json:"column"`          // from 1
	Header string `json:"header"`
}

// Roster is a file that has been read: all of it, or ReadRoster has failed.
// Its rows are checked as they are iterated.
type Roster struct {
	Format    string   // "csv" or "xlsx"
	Encoding  string   // of a CSV file
	Sheet     string   // of a workbook
	HeaderRow int      // as the spreadsheet shows it
	Columns   []Column // what was matched, in the order of the file
	Unused    []Column // what was not

	cells      grid
	fields     []string // field of each column of cells
	categories *Categorizer
	fallback   string // category id for rows without one
}

// Row of a roster: an attendee without id, and what is wrong with it. A row
// with problems is to be refused; its attendee is then what could be made of it.
type Row struct {
	Number   int // as the spreadsheet shows it; the header is usually 1
	Attendee Attendee
	Problems []RowError
}

// RowError says in a sentence why a row is refused, and never repeats what
// identifies a person.
type RowError struct {
	Row int `json:"row"`
	FieldError
}

// ReadRoster reads a roster from a CSV file or an XLSX workbook of at most
// MaxRosterBytes; which of them it is shows in the content. The error is a
// *FileError when the file is to blame, ErrTooLarge among them, else r's own.
func ReadRoster(r io.Reader, opt ReadOptions) (*Roster, error) {
	ros := &Roster{categories: NewCategorizer(opt.Categories)}
	if opt.DefaultCategory != "" {
		c, ok := ros.categories.Find(opt.DefaultCategory)
		if !ok {
			return nil, fileError(CodeUnknownCategory, 0, "The default category is not one of the event's: choose one that is.")
		}
		ros.fallback = c.ID
	}
	t := &table{choose: func(header []string) (layout, error) { return matchColumns(header, opt) }}
	if err := t.read(r, opt); err != nil {
		return nil, err
	}
	ros.Format, ros.Encoding, ros.Sheet = t.format, t.encoding, t.sheet
	ros.HeaderRow, ros.Columns, ros.Unused = t.headerRow, t.layout.columns, t.layout.unused
	ros.cells, ros.fields = t.cells, t.layout.fields
	return ros, nil
}

// Len is the number of rows below the header that hold anything.
func (r *Roster) Len() int { return len(r.cells.numbers) }

// Rows checks and yields the rows in the order of the file. It can be called
// again and yields the same.
func (r *Roster) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		seen := make(map[string]int, r.Len())
		for i := range r.cells.numbers {
			if !yield(r.row(i, seen)) {
				return
			}
		}
	}
}

func (r *Roster) row(i int, seen map[string]int) Row {
	row := Row{Number: int(r.cells.numbers[i])}
	refuse := func(e FieldError) { row.Problems = append(row.Problems, RowError{row.Number, e}) }
	var first, last string
	a := &row.Attendee
	var cells [MaxRosterColumns]string
	for col, s := range r.cells.row(i, cells[:0]) {
		s = stripGuard(s)
		switch r.fields[col] {
		case "ref":
			a.Ref = s
		case "name":
			a.Name = s
		case "first_name":
			first = CleanText(s)
		case "last_name":
			last = CleanText(s)
		case "name_latin":
			a.NameLatin = s
		case "organization":
			a.Organization = s
		case "delegation":
			a.Delegation = s
		case "category":
			a.Category = s
		case "email":
			a.Email = s
		case "phone":
			a.Phone = s
		case "locale":
			a.Locale = localeOf(s)
		}
	}
	if first != "" || last != "" {
		a.Name = joinName(first, last)
	}
	if CleanText(a.Category) == "" {
		a.Category = r.fallback
	}
	for _, e := range CheckAttendee(a, r.categories) {
		refuse(e)
	}
	if a.Ref != "" {
		if n, again := seen[a.Ref]; again {
			refuse(FieldError{"ref", WrongRepeated, strconv.Itoa(n),
				fmt.Sprintf("The ref is already used in row %d: give each person their own.", n)})
		} else {
			seen[a.Ref] = row.Number
		}
	}
	return row
}
