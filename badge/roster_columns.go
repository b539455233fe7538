package badge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

type rosterField struct {
	name    string
	headers []string
}

// rosterFields are the fields of a roster with the headers that name them, as
// headerKey spells those: the earlier in a list, the surer. A bare row number
// (序号, S/N) is no ref, because sorting the sheet would hand each badge to
// somebody else; it can still be chosen by hand.
var rosterFields = []rosterField{
	{"ref", words("ref reference refno refid referenceno referencenumber registrationid registrationno registrationnumber regid regno attendeeid attendeeno attendeeref participantid badgeno badgenumber code id no number 编号 参会编号 人员编号 嘉宾编号 注册号 注册编号 登记号 报名号 报名编号 证件编号 证件号 证件号码 证号 編號 參會編號 註冊號 證件編號")},
	{"name", words("name fullname displayname attendee attendeename participant participantname 姓名 名字 中文姓名 中文名 参会人 参会人姓名 参会者 参会者姓名 嘉宾姓名 人员姓名 參會人姓名")},
	{"first_name", words("firstname givenname givennames forename 名")},
	{"last_name", words("lastname familyname surname 姓 姓氏")},
	{"name_latin", words("namelatin latinname nameinlatin englishname nameenglish nameinenglish nameen romanizedname romanisedname pinyin namepinyin 英文名 英文姓名 外文名 外文姓名 拼音 姓名拼音 拼音姓名 拼音名 護照姓名 护照姓名")},
	{"organization", words("organization organisation org company companyname affiliation institution institute employer university 单位 工作单位 所在单位 单位名称 机构 机构名称 组织 公司 公司名称 企业 學校 学校 單位 工作單位 機構")},
	{"delegation", words("delegation delegationname country countryregion countryorregion province provincecountry region nationality 代表团 团组 所属代表团 国家地区 国家或地区 国家 国别 国籍 省份 省市 省 地区 代表團 國家地區 國家 省市自治区")},
	{"category", words("category attendeecategory participantcategory badgecategory badgetype attendeetype participanttype type role 类别 参会类别 人员类别 嘉宾类别 证件类别 证件类型 参会类型 参会身份 人员类型 类型 身份 角色 類別 參會類別 身分")},
	{"email", words("email emailaddress mail mailaddress 邮箱 电子邮箱 电子邮件 邮箱地址 电子邮箱地址 邮件 电邮 郵箱 電子郵件 電郵")},
	{"phone", words("phone phonenumber phoneno mobile mobilephone mobilenumber mobileno cell cellphone tel telephone telephonenumber telno contactnumber 手机 手机号 手机号码 移动电话 联系手机 电话 电话号码 联系电话 联系方式 手機 手機號 手機號碼 電話 聯繫電話")},
	{"locale", words("locale language lang preferredlanguage 语言 语种 首选语言 語言 語種")},
}

func words(s string) []string { return strings.Fields(s) }

type alias struct{ field, rank int }

var aliases = func() map[string]alias {
	m := make(map[string]alias)
	for f, field := range rosterFields {
		for rank, h := range field.headers {
			m[h] = alias{f, rank}
		}
	}
	return m
}()

// headerKey is a header without what doesn't tell columns apart: case, width,
// spaces, punctuation and byte order marks.
func headerKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

var parenthesis = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]`)

// aliasOf tells which field a header names: the whole of it, or what stands
// outside brackets ("姓名（必填）"), or one of its languages ("姓名 Name").
func aliasOf(header string) (alias, bool) {
	if a, ok := aliases[headerKey(header)]; ok {
		return a, true
	}
	if a, ok := aliases[headerKey(parenthesis.ReplaceAllString(header, ""))]; ok {
		return a, true
	}
	var han, other strings.Builder
	for _, r := range headerKey(header) {
		if unicode.Is(unicode.Han, r) {
			han.WriteRune(r)
		} else {
			other.WriteRune(r)
		}
	}
	a, okA := aliases[han.String()]
	b, okB := aliases[other.String()]
	switch {
	case okA && okB && a.field != b.field: // it contradicts itself
		return alias{}, false
	case okA:
		return a, true
	}
	return b, okB
}

// layout says which columns of a file are kept and what is in them.
type layout struct {
	fields          []string // in the order of the file
	source          []int    // their columns, from 0
	columns, unused []Column
}

func layoutOf(header []string, chosen map[string]int) layout {
	var l layout
	by := make(map[int]string, len(chosen))
	for field, i := range chosen {
		by[i] = field
	}
	for i, h := range header {
		c := Column{Field: by[i], Number: i + 1, Header: headerText(h)}
		switch {
		case c.Field != "":
			l.fields, l.source = append(l.fields, c.Field), append(l.source, i)
			l.columns = append(l.columns, c)
		case c.Header != "":
			l.unused = append(l.unused, c)
		}
	}
	return l
}

// headerText is a header fit to be shown.
func headerText(s string) string { return excerpt(CleanText(s), 80) }

// matchColumns finds the fields in a header, those chosen by hand first.
func matchColumns(header []string, opt ReadOptions) (layout, error) {
	chosen, err := columnsByHand(header, opt.Columns)
	if err != nil {
		return layout{}, err
	}
	known := len(chosen) > 0
	if found, err := columnsByHeader(header, opt.Columns, chosen); err != nil {
		return layout{}, err
	} else if found {
		known = true
	}
	has := func(field string) bool { _, ok := chosen[field]; return ok }
	if has("name") { // a pair of names is for files without a whole one
		delete(chosen, "first_name")
		delete(chosen, "last_name")
	}
	switch {
	case !known:
		return layout{}, fileError(CodeNoHeader, 0,
			"No header row was found: the first row must name the columns, for example ref, name, organization, category, email.")
	case !has("name") && !has("first_name") && !has("last_name"):
		return layout{}, fileError(CodeNoNameColumn, 0, "No column for the name was found: call it name or 姓名, or choose it by hand.")
	case !has("ref"):
		return layout{}, fileError(CodeNoRefColumn, 0,
			"No column for the ref was found: call it ref or 编号, or choose it by hand. It is each person's own number, by which the file can be imported again.")
	case !has("category") && opt.DefaultCategory == "":
		return layout{}, fileError(CodeNoCategory, 0,
			"No column for the category was found: call it category or 类别, choose it by hand, or choose a category for everybody.")
	}
	return layoutOf(header, chosen), nil
}

func columnsByHand(header []string, byHand map[string]string) (map[string]int, error) {
	chosen := make(map[string]int)
	taken := make(map[int]string)
	for _, f := range rosterFields {
		want, ok := byHand[f.name]
		if !ok || want == "" {
			continue
		}
		i, err := findColumn(header, f.name, want)
		if err != nil {
			return nil, err
		}
		if other, again := taken[i]; again {
			return nil, fileError(CodeDuplicateColumn, 0, "Column %d is chosen for both %s and %s: choose one of them.", i+1, other, f.name)
		}
		chosen[f.name], taken[i] = i, f.name
	}
	for name := range byHand {
		if !slices.ContainsFunc(rosterFields, func(f rosterField) bool { return f.name == name }) {
			return nil, fileError(CodeUnknownColumn, 0, "A column was chosen for a field that attendees don't have: %s", fieldList)
		}
	}
	return chosen, nil
}

var fieldList = func() string {
	var names []string
	for _, f := range rosterFields {
		names = append(names, f.name)
	}
	return "the fields are " + strings.Join(names, ", ") + "."
}()

// findColumn finds a header by its text, else by its number.
func findColumn(header []string, field, want string) (int, error) {
	found := -1
	for i, h := range header {
		if key := headerKey(h); key != "" && key == headerKey(want) {
			if found >= 0 {
				return 0, fileError(CodeDuplicateColumn, 0, "The column chosen for %s is in the header twice: choose it by its number.", field)
			}
			found = i
		}
	}
	if found >= 0 {
		return found, nil
	}
	if n, err := strconv.Atoi(strings.TrimSpace(want)); err == nil && n >= 1 && n <= len(header) {
		return n - 1, nil
	}
	return 0, fileError(CodeUnknownColumn, 0, "The column chosen for %s is not in the file: choose one by its header or its number from 1.", field)
}

// columnsByHeader adds to chosen what the headers name, and tells whether they
// name anything.
func columnsByHeader(header []string, byHand map[string]string, chosen map[string]int) (bool, error) {
	taken := make(map[int]bool)
	for _, i := range chosen {
		taken[i] = true
	}
	found := false
	ranks := make(map[string]int)
	for i, h := range header {
		a, ok := aliasOf(h)
		if !ok || taken[i] {
			continue
		}
		found = true
		field := rosterFields[a.field].name
		if _, decided := byHand[field]; decided {
			continue
		}
		old, again := ranks[field]
		if again && old == a.rank && headerKey(h) == headerKey(header[chosen[field]]) {
			return false, fileError(CodeDuplicateColumn, 0, "Columns %d and %d have the same header: rename one, or choose the one for %s by hand.", chosen[field]+1, i+1, field)
		}
		if !again || a.rank < old {
			ranks[field], chosen[field] = a.rank, i
		}
	}
	return found, nil
}
