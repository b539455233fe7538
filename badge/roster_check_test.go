package badge

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCheckAttendee(t *testing.T) {
	cats := NewCategorizer(conference)
	good := Attendee{Ref: "A-1", Name: "Li Lei", Category: "vip"}
	for _, c := range []struct {
		name   string
		change func(a *Attendee)
		want   func(a *Attendee) // what good becomes, when it is accepted
		field  string            // what is refused
	}{
		{name: "the least there may be"},
		{name: "white space", change: func(a *Attendee) { a.Name, a.Ref = "  Li \u3000\t\r\n Lei\u00a0", " A-1 " }},
		{name: "NFC", change: func(a *Attendee) { a.Name = "Jose\u0301" }, want: func(a *Attendee) { a.Name = "José" }},
		{name: "an override can't hide in a name", change: func(a *Attendee) { a.Name = "Li\u202e \u2067L\u200bei\u2069\u00ad\ufeff\U000e0041" }},
		{name: "joiners stay where they join", change: func(a *Attendee) { a.Name = "\u200cمی\u200cخواهم\u200e" }, want: func(a *Attendee) { a.Name = "می\u200cخواهم" }},
		{name: "a formula is a name", change: func(a *Attendee) { a.Name = "=1+1" }, want: func(a *Attendee) { a.Name = "=1+1" }},
		{name: "full-width ref", change: func(a *Attendee) { a.Ref = "Ａ－１" }},
		{name: "no ref", change: func(a *Attendee) { a.Ref = " \u200b" }, field: "ref"},
		{name: "rounded ref", change: func(a *Attendee) { a.Ref = "4.403E+17" }, field: "ref"},
		{name: "long ref", change: func(a *Attendee) { a.Ref = strings.Repeat("号", 65) }, field: "ref"},
		{name: "ref of 64", change: func(a *Attendee) { a.Ref = strings.Repeat("号", 64) }, want: func(a *Attendee) { a.Ref = strings.Repeat("号", 64) }},
		{name: "no name", change: func(a *Attendee) { a.Name = "" }, field: "name"},
		{name: "name of nothing", change: func(a *Attendee) { a.Name = "\u200d\u3164\u2800" }, field: "name"},
		{name: "name of 201", change: func(a *Attendee) { a.Name = strings.Repeat("n", 201) }, field: "name"},
		{name: "damaged name", change: func(a *Attendee) { a.Name = "L\ufffd" }, field: "name"},
		{name: "invalid UTF-8", change: func(a *Attendee) { a.Name = "L\xff" }, field: "name"},
		{name: "long organization", change: func(a *Attendee) { a.Organization = strings.Repeat("o", 301) }, field: "organization"},
		{name: "long delegation", change: func(a *Attendee) { a.Delegation = strings.Repeat("o", 201) }, field: "delegation"},
		{name: "long name in Latin letters", change: func(a *Attendee) { a.NameLatin = strings.Repeat("o", 201) }, field: "name_latin"},
		{name: "category by code", change: func(a *Attendee) { a.Category = " I " }},
		{name: "category by Chinese name", change: func(a *Attendee) { a.Category = "贵宾" }},
		{name: "category by English name", change: func(a *Attendee) { a.Category = "ＶＩＰ" }},
		{name: "no category", change: func(a *Attendee) { a.Category = "" }, field: "category"},
		{name: "unknown category", change: func(a *Attendee) { a.Category = "king" }, field: "category"},
		{name: "email", change: func(a *Attendee) { a.Email = " ａ@例え.jp" }, want: func(a *Attendee) { a.Email = "a@例え.jp" }},
		{name: "email in capitals", change: func(a *Attendee) { a.Email = "A.B+c@EXAMPLE.ORG" }, want: func(a *Attendee) { a.Email = "A.B+c@EXAMPLE.ORG" }},
		{name: "locale", change: func(a *Attendee) { a.Locale = "ZH_hant-tw" }, want: func(a *Attendee) { a.Locale = "zh-Hant-TW" }},
		{name: "bad locale", change: func(a *Attendee) { a.Locale = "Klingonese" }, field: "locale"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, want := good, good
			if c.change != nil {
				c.change(&a)
			}
			if c.want != nil {
				c.want(&want)
			}
			errs := CheckAttendee(&a, cats)
			switch {
			case c.field == "" && (len(errs) > 0 || a != want):
				t.Errorf("%+v, %v", a, errs)
			case c.field != "" && (len(errs) != 1 || errs[0].Field != c.field || !strings.HasSuffix(errs[0].Message, ".")):
				t.Errorf("%v", errs)
			}
		})
	}
}

func TestEmailShape(t *testing.T) {
	for s, want := range map[string]bool{
		"a@b.co": true, "first.last+tag@sub.example.org": true, "用户@例子.中国": true, "o'brien@example.ie": true,
		"a": false, "@b.co": false, "a@": false, "a@b": false, "a@b.": false, "a@.co": false, "a@b..co": false, "a@@b.co": false, "a b@c.de": false,
		"a@b.co;c@d.ef": false, "A <a@b.co>": false, ".a@b.co": false, "a.@b.co": false, "a@-b.co": false, "a@b_c.de": false,
		strings.Repeat("a", 65) + "@b.co": false, "a@" + strings.Repeat("b", 64) + ".co": false,
	} {
		if emailShape(s) != want {
			t.Errorf("%s: %v", s, !want)
		}
	}
}

func TestPhoneNumber(t *testing.T) {
	for s, want := range map[string]string{
		"+8613868780712": "+8613868780712", "+86 138-6878-0712": "+8613868780712", "(0755) 8888–1234": "075588881234", "0086.138.6878.0712": "008613868780712",
		"+44 (0)20 7946 0000": "+442079460000", "13868780712.0": "13868780712", "0755-8888 1234 转 12": "075588881234x12", "12345 ext. 6": "12345x6", "tel:+4912345": "+4912345",
		"1234": "", "123456789012345678901": "", "1.38688E+10": "", "138-0000-0001/138-0000-0002": "", "13800000001、13800000002": "", "none": "", "+": "", "12+34567": "", "12345x": "", "12345x1x2": "",
	} {
		if got, ok := phoneNumber(s); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", s, got, ok, want)
		}
	}
	for s, want := range map[string]string{"1.38688E+10": "scientific", "abc": "5 to 20 digits"} {
		a := Attendee{Ref: "1", Name: "x", Category: "vip", Phone: s}
		errs := CheckAttendee(&a, NewCategorizer(conference))
		if len(errs) != 1 || !strings.Contains(errs[0].Message, want) || strings.Contains(errs[0].Message, s) {
			t.Errorf("%s: %v", s, errs)
		}
	}
}

func TestCategorizer(t *testing.T) {
	c := NewCategorizer([]Category{
		{ID: "a", Code: "x", Name: Text{"en": "Guest", "de": "b"}},
		{ID: "b", Code: "a", Name: Text{"en": "Guest", "fr": "Invité  d’honneur"}},
		{ID: "c", Code: "g", Name: Text{"en": "guest", "zh": "客人", "ja": "客人"}},
	})
	for s, want := range map[string]string{"a": "a", "A": "a", "x": "a", "b": "b", "guest": "", "客人": "c", "invité d’honneur": "b", "g": "c", "": "", "zzz": ""} {
		got, ok := c.Find(s)
		if got.ID != want || ok != (want != "") {
			t.Errorf("%q finds %q", s, got.ID)
		}
	}
	if _, ok := (*Categorizer)(nil).Find("a"); ok {
		t.Error("nil finds a category")
	}
}

func TestRowProblems(t *testing.T) {
	body := "ref,name,category,email,phone,locale\n" +
		"1,Li Lei,vip,,,中文\n" +
		"1,Han Mei,press,,,nonsense here\n" +
		",Bo,king of the whole wide world and of all the seas around it,secret@@x,12,\n" +
		"4,,,,,\n"
	_, rows := collect(t, []byte(body), withCategories)
	var got []string
	for _, row := range rows {
		for _, p := range row.Problems {
			got = append(got, fmt.Sprint(p.Row, " ", p.Field, " ", p.Message))
		}
	}
	want := []string{
		"3 ref The ref is already used in row 2: give each person their own.",
		"4 ref The ref is missing: each person needs a number of their own.",
		`4 category The category "king of the whole wide world and of all…" is not one of the event's.`,
		"4 email The email is not an address such as name@example.org.",
		"4 phone The phone number is not one number of 5 to 20 digits, such as +86 138 0000 0000.",
		"5 name The name is missing.",
		"5 category The category is missing.",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if rows[0].Attendee.Locale != "zh" || rows[1].Attendee.Locale != "" {
		t.Errorf("locales %q, %q", rows[0].Attendee.Locale, rows[1].Attendee.Locale)
	}

	_, rows = collect(t, []byte("ref,name,category\n1,Li,\n2,Bo,press\n"), ReadOptions{Categories: conference, DefaultCategory: "代表"})
	if rows[0].Attendee.Category != "delegate" || rows[1].Attendee.Category != "press" || len(rows[0].Problems) > 0 {
		t.Errorf("rows %v", rows)
	}
	if _, err := ReadRoster(strings.NewReader(body), ReadOptions{Categories: conference, DefaultCategory: "king"}); codeOf(err) != CodeUnknownCategory {
		t.Errorf("err %v", err)
	}
}

func TestRowsCanBeIteratedAgainAndLeft(t *testing.T) {
	r, all := collect(t, []byte("ref,name,category\n1,Li,vip\n1,Bo,press\n2,Mo,vip\n"), withCategories)
	for row := range r.Rows() {
		if fmt.Sprint(row) != fmt.Sprint(all[0]) {
			t.Errorf("row %v", row)
		}
		break
	}
	n := 0
	for row := range r.Rows() {
		if fmt.Sprint(row) != fmt.Sprint(all[n]) {
			t.Errorf("row %v, was %v", row, all[n])
		}
		n++
	}
	if n != 3 || r.Len() != 3 {
		t.Errorf("%d rows of %d", n, r.Len())
	}
}

func TestSafeCell(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "Li": "Li", "O'Brien": "O'Brien", "'n Man": "'n Man", "a=1": "a=1", "'": "'",
		"=1+1": "'=1+1", "+86138": "'+86138", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x", "'=1": "''=1", "''+1": "'''+1",
	} {
		if got := SafeCell(s); got != want || stripGuard(got) != s {
			t.Errorf("%q becomes %q and then %q", s, got, stripGuard(got))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("'=+-@＝\ta"))).Draw(t, "s")
		if stripGuard(SafeCell(s)) != s {
			t.Errorf("%q comes back as %q", s, stripGuard(SafeCell(s)))
		}
		if c := SafeCell(s); c != "" && strings.ContainsRune("=+-@＝\t", []rune(c)[0]) {
			t.Errorf("%q is still a formula", c)
		}
	})
}

// What an export writes, an import reads as the same people.
func TestRosterSurvivesExportAndImport(t *testing.T) {
	var before []Attendee
	for row := range readSample(t).Rows() {
		before = append(before, row.Attendee)
	}
	for i, name := range []string{"'=x", "''", "+1", "@home", "－", `"`, `a"b`, "'n Man", "＝x"} {
		before = append(before, Attendee{Ref: fmt.Sprint("=", i), Name: name, Category: "vip", Organization: "-" + name})
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"ref", "name", "name_latin", "organization", "delegation", "category", "email", "phone", "locale"})
	for _, a := range before {
		cells := []string{a.Ref, a.Name, a.NameLatin, a.Organization, a.Delegation, a.Category, a.Email, a.Phone, a.Locale}
		for i := range cells {
			cells[i] = SafeCell(cells[i])
		}
		_ = w.Write(cells)
	}
	w.Flush()
	_, after := collect(t, b.Bytes(), withCategories)
	if len(after) != len(before) {
		t.Fatalf("%d rows of %d", len(after), len(before))
	}
	for i, row := range after {
		if len(row.Problems) > 0 || !row.Attendee.SamePerson(before[i]) {
			t.Errorf("row %d: %+v %v, was %+v", row.Number, row.Attendee, row.Problems, before[i])
		}
	}
}

// Checking what has been checked changes nothing: an import after an import
// finds the same people.
func TestCheckingIsIdempotent(t *testing.T) {
	cats := NewCategorizer(conference)
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune(" \t\u00a0\u3000aé\u0301\u200b\u200d\u202eＡ１+0.9@x'=\u0345ﬁ㍿\u1100\u1161"))))
	rapid.Check(t, func(t *rapid.T) {
		a := Attendee{Ref: text.Draw(t, "ref"), Name: text.Draw(t, "name"), Category: "vip",
			Email: text.Draw(t, "email"), Phone: text.Draw(t, "phone"), Locale: localeOf(text.Draw(t, "locale"))}
		first := CheckAttendee(&a, cats)
		b := a
		second := CheckAttendee(&b, cats)
		if !b.SamePerson(a) || fmt.Sprint(first) != fmt.Sprint(second) && len(first) == 0 {
			t.Errorf("%+q %v\nbecame %+q %v", a, first, b, second)
		}
		if !utf8.ValidString(a.Name) && len(first) == 0 {
			t.Error("invalid UTF-8 accepted")
		}
	})
}
