package badge

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestPreviewOfAWorkbook(t *testing.T) {
	b := workbookOf(t, func(f *excelize.File) {
		for _, s := range []string{"Hidden", "名单", "Later"} {
			if _, err := f.NewSheet(s); err != nil {
				t.Fatal(err)
			}
			_ = f.SetSheetRow(s, "A2", &[]any{"编号", s, "备注"})
			_ = f.SetSheetRow(s, "A3", &[]any{"007", "x"})
			_ = f.SetSheetRow(s, "A4", &[]any{"008", "x", "y"})
		}
		_ = f.SetSheetVisible("Hidden", false)
	}, []any{})
	p, err := ReadPreview(bytes.NewReader(b), ReadOptions{Sheet: "名单"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Preview{Format: "xlsx", Sheet: "名单", Sheets: []string{"Sheet1", "名单", "Later"}, HeaderRow: 2, Rows: 2, Columns: []PreviewColumn{
		{Column{"ref", 1, "编号"}, []string{"007", "008"}},
		{Column{"", 2, "名单"}, []string{"x"}},
		{Column{"", 3, "备注"}, []string{"y"}},
	}}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v, want %+v", p, want)
	}
}

// What a person is shown is bounded, whatever the file holds.
func TestPreviewIsBounded(t *testing.T) {
	long := strings.Repeat("长", 1000)
	p, err := ReadPreview(strings.NewReader("name,"+long+"\n"+strings.Repeat("a,"+long+"\nb,c\nc,d\nd,e\n", 500)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Rows != 2000 || len(p.Columns) != 2 {
		t.Fatalf("%d rows, %d columns", p.Rows, len(p.Columns))
	}
	for _, c := range p.Columns {
		if len(c.Samples) != maxSamples || len([]rune(c.Header)) > 100 {
			t.Errorf("%d samples, a header of %d characters", len(c.Samples), len([]rune(c.Header)))
		}
		for _, s := range c.Samples {
			if len([]rune(s)) > maxSample+1 {
				t.Errorf("a sample of %d characters", len([]rune(s)))
			}
		}
	}
}

// Where nothing names a field the first row is the header, and a row that is
// chosen is the header whatever it holds.
func TestPreviewFindsSomeHeader(t *testing.T) {
	const body = "aa,bb\n1,2\nname,ref\n3,4\n"
	for row, want := range map[int]string{0: "name", 1: "aa", 2: "1"} {
		p, err := ReadPreview(strings.NewReader(body), ReadOptions{HeaderRow: row})
		if err != nil || p.Columns[0].Header != want {
			t.Errorf("row %d: %+v, %v", row, p, err)
		}
	}
	p, err := ReadPreview(strings.NewReader("aa,bb\n1,2\n"), ReadOptions{})
	if err != nil || p.HeaderRow != 1 || p.Rows != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}
