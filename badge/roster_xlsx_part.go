package badge

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
)

// parts are the entries of a workbook's zip file. None is unpacked before it is
// asked for: media, charts and sheets of no interest never are.
type parts struct {
	entries map[string]*zip.File // by partName
	left    int64                // bytes that may still be unpacked
	sheets  map[string]sheetPart // by relationship
}

// sheetPart is the part of a worksheet, and the name under which excelize gets it.
type sheetPart struct{ name, place string }

// The parts that excelize looks for at these names, wherever the workbook's
// relationships say they are.
const (
	bookPart    = "xl/workbook.xml"
	stringsPart = "xl/sharedStrings.xml"
	stylesPart  = "xl/styles.xml"
)

func openParts(b []byte) (*parts, error) {
	// The zip reader makes an entry for each header before anything can be
	// counted, so the headers are counted first.
	if bytes.Count(b, []byte("PK\x01\x02")) > maxParts {
		return nil, ErrTooLarge
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	p := &parts{entries: make(map[string]*zip.File, len(z.File)), left: maxUnpacked, sheets: make(map[string]sheetPart)}
	for _, f := range z.File {
		name := partName("/", f.Name)
		if _, twice := p.entries[name]; twice {
			return nil, errBadXLSX
		}
		p.entries[name] = f
	}
	return p, nil
}

// partName resolves a target in a relationship against the folder it is seen from.
func partName(folder, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if !strings.HasPrefix(target, "/") {
		target = folder + "/" + target
	}
	return strings.ToLower(path.Clean("/" + target))
}

func (p *parts) unpack(name string) ([]byte, error) {
	f := p.entries[name]
	if f == nil {
		return nil, errBadXLSX
	}
	if f.UncompressedSize64 > uint64(p.left) {
		return nil, ErrTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return inflate(r, int64(f.UncompressedSize64), &p.left)
}

// inflate reads all of r, which says that it has size bytes, and takes what it
// really has off left. It fails with ErrTooLarge once that is used up.
func inflate(r io.Reader, size int64, left *int64) ([]byte, error) {
	buf := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	n, err := buf.ReadFrom(io.LimitReader(r, *left+1))
	if *left -= n; *left < 0 {
		return nil, ErrTooLarge
	}
	return buf.Bytes(), err
}

// relations calls f for each relationship in a part: its id, the last word of
// its type, which is the same in the strict and the transitional schema, and
// the part it leads to.
func (p *parts) relations(name, folder string, f func(id, kind, target string)) error {
	body, err := p.unpack(name)
	if err != nil {
		return err
	}
	s := newScanner(body, maxParts)
	return s.each(func(el *xml.StartElement) {
		if el.Name.Local == "Relationship" && !strings.EqualFold(attribute(el, "TargetMode"), "External") {
			f(attribute(el, "Id"), path.Base(attribute(el, "Type")), partName(folder, attribute(el, "Target")))
		}
	})
}

const (
	relationships = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	relationship  = `<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="/%s"/>`
)

// find follows the relationships to the workbook, its shared strings, its
// styles, and its worksheets.
func (p *parts) find() (book, text, styles string, err error) {
	err = p.relations("/_rels/.rels", "/", func(_, kind, target string) {
		if kind == "officeDocument" {
			book = target
		}
	})
	if err != nil {
		return "", "", "", err
	}
	folder, name := path.Split(book)
	err = p.relations(folder+"_rels/"+name+".rels", folder, func(id, kind, target string) {
		switch kind {
		case "worksheet":
			p.sheets[id] = sheetPart{target, fmt.Sprintf("xl/worksheets/sheet%d.xml", len(p.sheets)+1)}
		case "sharedStrings":
			text = target
		case "styles":
			styles = target
		}
	})
	if err == nil && len(p.sheets) > maxSheets {
		err = ErrTooLarge
	}
	return book, text, styles, err
}

// repack makes a zip file for excelize of the workbook, its styles, and an
// empty part for each sheet, to be filled when that sheet is read. The shared
// strings are beside it.
func (p *parts) repack() (body, shared []byte, err error) {
	book, text, styles, err := p.find()
	if err != nil {
		return nil, nil, err
	}
	type file struct {
		name string
		body []byte
	}
	var links strings.Builder
	files := []file{{"_rels/.rels", fmt.Appendf(nil, relationships, fmt.Sprintf(relationship, "rId1", "officeDocument", bookPart))}}
	for id, s := range p.sheets {
		var escaped strings.Builder
		_ = xml.EscapeText(&escaped, []byte(id))
		fmt.Fprintf(&links, relationship, escaped.String(), "worksheet", s.place)
		files = append(files, file{s.place, nil})
	}
	files = append(files, file{"xl/_rels/workbook.xml.rels", fmt.Appendf(nil, relationships, links.String())})
	for _, part := range [...]struct{ place, name string }{{bookPart, book}, {stylesPart, styles}} {
		if part.name == "" && part.place == stylesPart {
			continue
		}
		body, err := p.unpack(part.name)
		if err == nil {
			err = newScanner(body, maxMarkup).each(func(*xml.StartElement) {})
		}
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file{part.place, body})
	}
	if text != "" {
		if shared, err = p.unpack(text); err != nil {
			return nil, nil, err
		}
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err == nil {
			_, err = w.Write(f.body)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, nil, err
	}
	// With the mark of an encrypted workbook anywhere in it, excelize would take
	// the file for one, and decrypt it as an attacker says.
	if bytes.Contains(out.Bytes(), []byte(oleMark)) {
		return nil, nil, errBadXLSX
	}
	return out.Bytes(), shared, nil
}
