package badge

import (
	"fmt"
	"strings"
	"testing"
)

func TestHeadersAreFound(t *testing.T) {
	for field, headers := range map[string][]string{
		"ref":          {"ref", "ID", " No. ", "Number", "Registration No", "编号", "注册号", "证件编号", "＊编号", "\uFEFFref", "參會編號"},
		"name":         {"name", "NAME", "Full Name", "full_name", "姓名", "名字", "姓 名", "*姓名", "姓名（必填）", "姓名 Name", "Name/姓名", "Ｎａｍｅ", "Name (as in passport)"},
		"name_latin":   {"name_latin", "Latin name", "English Name", "Pinyin", "英文名", "拼音", "姓名（拼音）拼音"},
		"organization": {"organization", "Organisation", "Company", "Affiliation", "单位", "工作单位", "机构", "单位名称 Organization"},
		"delegation":   {"delegation", "Country", "Province", "Country/Region", "代表团", "国家/地区", "省份"},
		"category":     {"category", "Type", "ROLE", "类别", "参会类别", "身份", "类别(Category)"},
		"email":        {"email", "E-mail", "e‑mail", "Mail", "E-Mail Address", "邮箱", "电子邮件", "邮箱 Email"},
		"phone":        {"phone", "Mobile", "Tel.", "Phone No.", "手机", "电话", "手机号", "手机号码", "联系电话（手机）"},
		"locale":       {"locale", "Language", "语言"},
		"first_name":   {"First name", "Given Name", "名"},
		"last_name":    {"Last name", "Surname", "姓"},
		"":             {"", "备注", "序号", "S/N", "Remarks", "Email 手机", "nickname", "Title"},
	} {
		for _, h := range headers {
			a, ok := aliasOf(h)
			got := ""
			if ok {
				got = rosterFields[a.field].name
			}
			if got != field {
				t.Errorf("%q is %q, want %q", h, got, field)
			}
		}
	}
}

func TestNoHeaderNamesTwoFields(t *testing.T) {
	seen := map[string]string{}
	for _, f := range rosterFields {
		for _, h := range f.headers {
			if headerKey(h) != h {
				t.Errorf("%s of %s should be spelled %s", h, f.name, headerKey(h))
			}
			if other, ok := seen[h]; ok {
				t.Errorf("%s names %s and %s", h, other, f.name)
			}
			seen[h] = f.name
		}
	}
}

func matched(columns []Column) string {
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "%d:%s=%s ", c.Number, c.Header, c.Field)
	}
	return strings.TrimSpace(b.String())
}

func TestColumnsAreMatched(t *testing.T) {
	for _, c := range []struct {
		name, header    string
		columns         map[string]string
		fallback        string
		used, unused    string
		code, attendee1 string
	}{
		{name: "the surer header wins", header: "No,Ref,Name,Type,Category,Tel,Mobile,Remarks",
			used: "2:Ref=ref 3:Name=name 5:Category=category 7:Mobile=phone", unused: "1:No= 4:Type= 6:Tel= 8:Remarks="},
		{name: "序号 is no ref", header: "序号,编号,姓名,类别",
			used: "2:编号=ref 3:姓名=name 4:类别=category", unused: "1:序号="},
		{name: "序号 by hand", header: "序号,姓名,类别", columns: map[string]string{"ref": "序号"},
			used: "1:序号=ref 2:姓名=name 3:类别=category"},
		{name: "by text", header: "A,B,C,D", columns: map[string]string{"ref": "b", "name": " C ", "category": "d"},
			used: "2:B=ref 3:C=name 4:D=category", unused: "1:A="},
		{name: "by number", header: "A,B,C,D", columns: map[string]string{"ref": "2", "name": "3", "category": "4"},
			used: "2:B=ref 3:C=name 4:D=category", unused: "1:A="},
		{name: "text goes before number", header: "2,B,C,D", columns: map[string]string{"ref": "2", "name": "3", "category": "4"},
			used: "1:2=ref 3:C=name 4:D=category", unused: "2:B="},
		{name: "by hand goes before found", header: "ref,name,badge name,category", columns: map[string]string{"name": "badge name"},
			used: "1:ref=ref 3:badge name=name 4:category=category", unused: "2:name="},
		{name: "a column given away isn't found again", header: "ref,name,category,type", columns: map[string]string{"organization": "category"},
			used: "1:ref=ref 2:name=name 3:category=organization 4:type=category"},
		{name: "left out by hand", header: "ref,name,category,phone", columns: map[string]string{"phone": ""},
			used: "1:ref=ref 2:name=name 3:category=category", unused: "4:phone="},
		{name: "category for all", header: "ref,name", fallback: "vip", used: "1:ref=ref 2:name=name"},
		{name: "pair of names", header: "ref,First name,Last name,category",
			used: "1:ref=ref 2:First name=first_name 3:Last name=last_name 4:category=category"},
		{name: "pair beside a name", header: "ref,First name,Last name,Name,category",
			used: "1:ref=ref 4:Name=name 5:category=category", unused: "2:First name= 3:Last name="},
		{name: "chosen twice", header: "ref,name,category", columns: map[string]string{"name": "2", "organization": "name"}, code: CodeDuplicateColumn},
		{name: "chosen header is there twice", header: "ref,x,x,category", columns: map[string]string{"name": "x"}, code: CodeDuplicateColumn},
		{name: "chosen header isn't there", header: "ref,name,category", columns: map[string]string{"phone": "fax"}, code: CodeUnknownColumn},
		{name: "number too high", header: "ref,name,category", columns: map[string]string{"phone": "4"}, code: CodeUnknownColumn},
		{name: "number 0", header: "ref,name,category", columns: map[string]string{"phone": "0"}, code: CodeUnknownColumn},
		{name: "no such field", header: "ref,name,category", columns: map[string]string{"shoe_size": "1"}, code: CodeUnknownColumn},
		{name: "name left out", header: "ref,name,category", columns: map[string]string{"name": ""}, code: CodeNoNameColumn},
	} {
		t.Run(c.name, func(t *testing.T) {
			cells := strings.Count(c.header, ",") + 1
			body := c.header + "\n" + strings.Repeat("x,", cells-1) + "x\n"
			r, err := ReadRoster(strings.NewReader(body), ReadOptions{Categories: conference, Columns: c.columns, DefaultCategory: c.fallback})
			if c.code != "" {
				if codeOf(err) != c.code {
					t.Errorf("err %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if matched(r.Columns) != c.used || matched(r.Unused) != c.unused {
				t.Errorf("used %s\nunused %s", matched(r.Columns), matched(r.Unused))
			}
		})
	}
}

func TestNamesOfTwoColumns(t *testing.T) {
	for _, c := range []struct{ first, last, want string }{
		{"Mary", "Smith", "Mary Smith"}, {"", "Suharto", "Suharto"}, {"小明", "王", "王小明"}, {" 小明 ", " 欧阳", "欧阳小明"}, {"Anna", "王", "Anna 王"},
	} {
		_, rows := collect(t, []byte("ref,first name,last name,category\n1,"+c.first+","+c.last+",vip\n"), withCategories)
		if got := rows[0].Attendee.Name; got != c.want {
			t.Errorf("%q and %q make %q", c.first, c.last, got)
		}
	}
}

func TestHeaderRowByHand(t *testing.T) {
	body := "ref,name,category\nold,header,row\n编号,姓名,类别\n1,李雷,vip\n"
	r, rows := collect(t, []byte(body), ReadOptions{Categories: conference, HeaderRow: 3})
	if r.HeaderRow != 3 || len(rows) != 1 || rows[0].Number != 4 {
		t.Errorf("header %d, rows %v", r.HeaderRow, rows)
	}
	if _, err := ReadRoster(strings.NewReader(body), ReadOptions{Categories: conference, HeaderRow: 2}); codeOf(err) != CodeNoHeader {
		t.Errorf("err %v", err)
	}
	if _, err := ReadRoster(strings.NewReader(body), ReadOptions{Categories: conference, HeaderRow: 9}); codeOf(err) != CodeEmpty {
		t.Errorf("err %v", err)
	}
}

func TestColumnsAreListedForAPerson(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"名单\n\n编号,什么,姓名,备注\n1,2,3,4\n", "1:编号=ref 2:什么= 3:姓名=name 4:备注="},
		{"aa,bb\n1,2\n", "1:aa= 2:bb="},
		{"name,remarks\nLi,x\n", "1:name=name 2:remarks="},
	} {
		got, err := ReadPreview(strings.NewReader(c.body), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var columns []Column
		for _, col := range got.Columns {
			columns = append(columns, col.Column)
		}
		if matched(columns) != c.want {
			t.Errorf("%q: %s", c.body, matched(columns))
		}
	}
	for body, code := range map[string]string{"": CodeEmpty, "name,ref\n": CodeEmpty, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR": CodeNotText} {
		if _, err := ReadPreview(strings.NewReader(body), ReadOptions{}); codeOf(err) != code {
			t.Errorf("%q: %v", body, err)
		}
	}
}
