package badge

import (
	"os"
	"testing"
)

var conference = []Category{
	{ID: "delegate", Code: "d", Name: Text{"en": "Delegate", "zh": "代表"}},
	{ID: "expert", Code: "e", Name: Text{"en": "Expert", "zh": "专家"}},
	{ID: "speaker", Code: "s", Name: Text{"en": "Speaker", "zh": "演讲嘉宾"}},
	{ID: "exhibitor", Code: "x", Name: Text{"en": "Exhibitor", "zh": "参展商"}},
	{ID: "press", Code: "p", Name: Text{"en": "Press", "zh": "媒体"}},
	{ID: "organizer", Code: "o", Name: Text{"en": "Organizer", "zh": "主办方"}},
	{ID: "volunteer", Code: "v", Name: Text{"en": "Volunteer", "zh": "志愿者"}},
	{ID: "vip", Code: "i", Name: Text{"en": "VIP", "zh": "贵宾"}},
}

const sampleFile = "../cmd/lanyard/sample/ciep21-attendees.csv"

func readSample(t testing.TB) *Roster {
	t.Helper()
	f, err := os.Open(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ReadRoster(f, ReadOptions{Categories: conference})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSampleRosterIsReadWhole(t *testing.T) {
	r := readSample(t)
	if r.Format != "csv" || r.Encoding != "utf-8" || r.HeaderRow != 1 || len(r.Columns) != 9 || len(r.Unused) != 0 {
		t.Errorf("read as %s in %s, header in row %d, columns %v, unused %v", r.Format, r.Encoding, r.HeaderRow, r.Columns, r.Unused)
	}
	accepted, refused, formulas, tags := 0, 0, 0, 0
	categories := map[string]int{}
	for row := range r.Rows() {
		if len(row.Problems) > 0 {
			refused++
			t.Errorf("row %d: %v", row.Number, row.Problems)
			continue
		}
		accepted++
		a := row.Attendee
		categories[a.Category]++
		switch a.Name[0] {
		case '=':
			formulas++
			if a.Name != `=HYPERLINK("http://example.com","click")` {
				t.Errorf("row %d: the formula became %q", row.Number, a.Name)
			}
		case '<':
			tags++
		}
		if row.Number == 312 && a.Organization != `北京市高等研究院, "Branch #2"` {
			t.Errorf("row 312: organization %q", a.Organization)
		}
		if a.Ref == "CIEP21-005000" && row.Number != 5001 {
			t.Errorf("the last attendee is in row %d", row.Number)
		}
	}
	if accepted != 5000 || refused != 0 || r.Len() != 5000 || formulas != 5 || tags != 10 {
		t.Errorf("accepted %d, refused %d of %d, formulas %d, tags %d", accepted, refused, r.Len(), formulas, tags)
	}
	if categories["delegate"] != 3104 || categories["vip"] != 63 {
		t.Errorf("categories %v", categories)
	}
}

func TestReadingTwiceSaysTheSame(t *testing.T) {
	first := map[string]Attendee{}
	for row := range readSample(t).Rows() {
		first[row.Attendee.Ref] = row.Attendee
	}
	for row := range readSample(t).Rows() {
		if !row.Attendee.SamePerson(first[row.Attendee.Ref]) {
			t.Errorf("row %d changed: %+v", row.Number, row.Attendee)
		}
	}
}
