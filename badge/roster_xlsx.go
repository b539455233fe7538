package badge

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds of a workbook. What the zip directory declares is only believed when
// it is too much: the bytes are counted as they unpack.
const (
	maxUnpacked = 256 << 20 // bytes of all parts that are read
	maxParts    = 10_000
	maxToken    = 1 << 20 // bytes of XML between two tags
	maxStrings  = 4_000_000
	maxSheets   = 256
	maxFormats  = 65_536
)

var errBadXLSX = fileError(CodeBadXLSX, 0,
	"The workbook can't be read: open it in a spreadsheet program and save it again as .xlsx, or as CSV.")

func isZip(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// workbook is an XLSX file (ECMA-376) being read. Only the parts that a roster
// needs are ever unpacked, and nothing is written to disk. The parts are read
// as a stream: libraries that build a document first hold a hundred
// bytes and more for each tag, and a row whole before its length can be looked at.
type workbook struct {
	parts    map[string]*zip.File
	left     int64 // bytes that may still be unpacked
	strings  stringTable
	formats  []numberFormat // by cell style
	date1904 bool
}

type sheetRef struct {
	name, part string
	hidden     bool
}

// readXLSX reads the named sheet, or the first visible one with rows.
func (t *table) readXLSX(b []byte, sheet string) error {
	w, err := openWorkbook(b)
	if err != nil {
		return err
	}
	sheets, err := w.open()
	if err != nil {
		return badXLSX(err)
	}
	wanted := sheets[:0]
	for _, s := range sheets {
		if sheet == "" && !s.hidden || sheet != "" && strings.EqualFold(cleanText(s.name), cleanText(sheet)) {
			wanted = append(wanted, s)
		}
	}
	if len(wanted) == 0 {
		return fileError(CodeNoSheet, 0, "The workbook has no such sheet: choose another, or save the one you mean as CSV.")
	}
	for _, s := range wanted {
		any := false
		err := w.readSheet(s.part, func(number int, cells [][]byte) error {
			any = true
			return t.add(number, cells)
		})
		if err != nil {
			return badXLSX(err)
		}
		if any {
			t.sheet = s.name
			break
		}
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

func openWorkbook(b []byte) (*workbook, error) {
	// The zip reader makes an entry for each header before anything can be
	// counted, so the headers are counted first.
	if bytes.Count(b, []byte("PK\x01\x02")) > maxParts {
		return nil, ErrTooLarge
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, errBadXLSX
	}
	w := &workbook{parts: make(map[string]*zip.File, len(z.File)), left: maxUnpacked}
	for _, f := range z.File {
		name := partName("/", f.Name)
		if _, twice := w.parts[name]; twice {
			return nil, errBadXLSX
		}
		w.parts[name] = f
	}
	return w, nil
}

// partName resolves a target in a relationship against the folder it is seen from.
func partName(folder, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if !strings.HasPrefix(target, "/") {
		target = folder + "/" + target
	}
	return strings.ToLower(path.Clean("/" + target))
}

// open reads everything but the sheets, and lists those.
func (w *workbook) open() ([]sheetRef, error) {
	main := ""
	err := w.relations("/_rels/.rels", "/", func(_, kind, target string) {
		if kind == "officeDocument" {
			main = target
		}
	})
	if err != nil {
		return nil, err
	}
	folder := path.Dir(main)
	sheetParts := make(map[string]string)
	stringsPart, stylesPart := "", ""
	err = w.relations(folder+"/_rels/"+path.Base(main)+".rels", folder, func(id, kind, target string) {
		switch kind {
		case "worksheet":
			sheetParts[id] = target
		case "sharedStrings":
			stringsPart = target
		case "styles":
			stylesPart = target
		}
	})
	if err != nil {
		return nil, err
	}
	var sheets []sheetRef
	err = w.part(main, func(x *partReader) error {
		for el, err := x.next(); el != nil || err != nil; el, err = x.next() {
			if err != nil {
				return err
			}
			switch el.Name.Local {
			case "workbookPr":
				w.date1904 = truth(attribute(el, "date1904"))
			case "sheet":
				s := sheetRef{name: attribute(el, "name"), hidden: strings.Contains(strings.ToLower(attribute(el, "state")), "hidden")}
				for _, a := range el.Attr { // r:id, not sheetId
					if a.Name.Local == "id" && a.Name.Space != "" {
						s.part = sheetParts[a.Value]
					}
				}
				if s.part != "" { // a chart otherwise
					sheets = append(sheets, s)
				}
				if len(sheets) > maxSheets {
					return ErrTooLarge
				}
			}
		}
		return nil
	})
	if err == nil && stringsPart != "" {
		err = w.part(stringsPart, w.strings.read)
	}
	if err == nil && stylesPart != "" {
		err = w.part(stylesPart, w.readFormats)
	}
	return sheets, err
}

// relations calls f for each relationship in a part: its id, the last word of
// its type, which is the same in the strict and the transitional schema, and
// the part it leads to.
func (w *workbook) relations(name, folder string, f func(id, kind, target string)) error {
	n := 0
	return w.part(name, func(x *partReader) error {
		for el, err := x.next(); el != nil || err != nil; el, err = x.next() {
			if err != nil {
				return err
			}
			if n++; n > maxParts {
				return ErrTooLarge
			}
			if el.Name.Local == "Relationship" && !strings.EqualFold(attribute(el, "TargetMode"), "External") {
				f(attribute(el, "Id"), path.Base(attribute(el, "Type")), partName(folder, attribute(el, "Target")))
			}
		}
		return nil
	})
}

func attribute(el *xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func truth(s string) bool { return s == "1" || s == "true" || s == "on" }

// part unpacks one part and hands it to read.
func (w *workbook) part(name string, read func(*partReader) error) error {
	f := w.parts[strings.ToLower(path.Clean(name))]
	if f == nil {
		return errBadXLSX
	}
	if f.UncompressedSize64 > uint64(w.left) {
		return ErrTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	x := newPartReader(r, &w.left)
	if err := read(x); err != nil {
		return err
	}
	// The rest is unpacked too, so that a damaged file shows by its checksum.
	_, err = io.Copy(io.Discard, x.in)
	return err
}
