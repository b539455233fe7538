package web

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"
	"testing"
	"time"
)

func site(t *testing.T) *Site {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shenzhen(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// sample is a badge with everything on it; its code stands for a real one.
func sample(t *testing.T) BadgePage {
	zone := shenzhen(t)
	return BadgePage{
		Lang: "en", Link: "q2Vn0mYt5sJ8cXa1LrZk4w", Number: "pL0O1lI-_9Q",
		EventName: map[string]string{
			"en": "The 21st Conference on International Exchange of Professionals", "zh": "第二十一届中国国际人才交流大会",
		},
		EventLocale: "zh",
		StartsAt:    time.Date(2025, 4, 12, 9, 0, 0, 0, zone), EndsAt: time.Date(2025, 4, 13, 17, 30, 0, 0, zone),
		Place:  map[string]string{"en": "Convention Center", "zh": "会展中心"},
		Status: "active", Name: "李明", NameLatin: "Ming Li", Organization: "广东省科学技术厅", Delegation: "广东代表团",
		CategoryName: map[string]string{"en": "Delegate", "zh": "代表"}, CategoryColor: "#1D4ED8",
		QR:     template.HTML(`<svg viewBox="0 0 65 65"><path d="M4 4h7v1h-7z"/></svg>`),
		Inside: map[string]string{"en": "Main Forum", "zh": "主论坛"}, InsideSince: time.Date(2025, 4, 12, 1, 14, 0, 0, time.UTC),
	}
}

func render(t *testing.T, s *Site, p BadgePage) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Badge(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBadgeShowsEverythingInItsLanguage(t *testing.T) {
	s := site(t)
	both := []string{"第二十一届中国国际人才交流大会", "The 21st Conference", "李明", "Ming Li", "广东省科学技术厅", "广东代表团",
		"pL0O1lI-_9Q", "代表", "Delegate", `fill="#1d4ed8"`, `<path d="M4 4h7v1h-7z"/>`, `data-status="active"`, `data-since="2025-04-12T01:14:00Z"`,
		`data-poll="/b/q2Vn0mYt5sJ8cXa1LrZk4w/status"`, `href="/b/q2Vn0mYt5sJ8cXa1LrZk4w/badge.png"`}
	for lang, want := range map[string][]string{
		"en": {`<html lang="en">`, "Admitted", "You are inside:", "Main Forum", "since 09:14", "12–13 April 2025, from 09:00", "Convention Center", "Save picture", "Add to home screen", `href="?lang=zh"`, "中文"},
		"zh": {`<html lang="zh">`, "已入场", "您已进入：", "主论坛", "09:14 起", "2025年4月12日–13日，09:00 开始", "会展中心", "保存图片", "添加到主屏幕", `href="?lang=en"`, "English"},
	} {
		p := sample(t)
		p.Lang = lang
		page := render(t, s, p)
		for _, text := range append(want, both...) {
			if !strings.Contains(page, text) {
				t.Errorf("%s: the page lacks %q", lang, text)
			}
		}
	}
}

// A name is whatever a stranger typed into a form.
func TestBadgeEscapesWhatPeopleTyped(t *testing.T) {
	s := site(t)
	const evil = `<script>alert(1)</script>"' onload=x`
	p := sample(t)
	p.Name, p.NameLatin, p.Organization, p.Delegation = evil, evil+"2", evil, evil
	p.EventName = map[string]string{"en": evil, "zh": evil + "zh"}
	p.CategoryName = map[string]string{"en": evil}
	p.CategoryColor = `red" onload="x`
	p.Place = map[string]string{`en"><script>`: evil}
	p.Inside = map[string]string{"en": evil}
	p.Link = `"><script>x`
	page := render(t, s, p)
	if strings.Count(page, "<script") != 1 {
		t.Error("a script got into the page")
	}
	if regexp.MustCompile(`<[a-z][^>]*\sonload=`).MatchString(page) {
		t.Error("a handler got into the page")
	}
	if !strings.Contains(page, `fill="#475569"`) {
		t.Error("a colour that is none was not replaced")
	}
}

// The policy forbids inline script and style; the page must not need them.
func TestPagesHaveNothingInline(t *testing.T) {
	s := site(t)
	pages := map[string]string{"badge": render(t, s, sample(t))}
	for _, kind := range kinds {
		var b bytes.Buffer
		if err := s.Notice(&b, NoticePage{Kind: kind}); err != nil {
			t.Fatal(err)
		}
		pages[kind] = b.String()
	}
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|<script(?:\s+defer)?>|\son[a-z]+=|javascript:|https?://`)
	for name, page := range pages {
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s: has %q", name, found)
		}
	}
}

func TestBadgeStates(t *testing.T) {
	s := site(t)
	for status, want := range map[string]struct {
		code  bool
		words []string
	}{
		"active":        {true, nil},
		"not_yet_valid": {true, []string{"Not valid yet", "证件尚未生效"}},
		"revoked":       {false, []string{"This badge is not valid", "此证件无效"}},
		"replaced":      {false, []string{"This badge was replaced", "此证件已更换"}},
		"expired":       {false, []string{"This badge has expired", "此证件已过期"}},
	} {
		p := sample(t)
		p.Status = status
		page := render(t, s, p)
		if shown := strings.Contains(page, `class="qr"`); shown != want.code {
			t.Errorf("%s: code shown: %v", status, shown)
		}
		if offered := strings.Contains(page, "badge.png"); offered != want.code {
			t.Errorf("%s: picture offered: %v", status, offered)
		}
		for _, word := range want.words {
			if !strings.Contains(page, word) {
				t.Errorf("%s: does not say %q", status, word)
			}
		}
	}
	p := sample(t)
	p.Status = "lost"
	if err := s.Badge(&bytes.Buffer{}, p); err == nil {
		t.Error("an unknown status was rendered")
	}
}

func TestBadgeWithLittleToShow(t *testing.T) {
	s := site(t)
	page := render(t, s, BadgePage{Status: "active", NameLatin: "Ming Li", QR: "<svg></svg>"})
	if !strings.Contains(page, `<h1 class="name large" dir="auto">Ming Li</h1>`) {
		t.Error("the Latin name does not stand in for a missing one")
	}
	for _, absent := range []string{`class="latin"`, `class="band`, "<dt>", `class="inside"`} {
		if strings.Contains(page, absent) {
			t.Errorf("an empty %s is shown", absent)
		}
	}
}

// What a phone loads the first time, before anything is compressed: the page,
// its style, script and icon, the manifest and the worker. A real code of
// version 10 is about 9 KB of SVG.
func TestWeight(t *testing.T) {
	s := site(t)
	p := sample(t)
	p.QR = template.HTML(strings.Repeat("x", 9<<10))
	total := len(render(t, s, p))
	for _, url := range []string{s.urls["badge.css"], s.urls["badge.js"], s.urls["icon.svg"], "/sw.js", "/manifest.webmanifest"} {
		total += len(s.files[url].body)
	}
	if total >= 30<<10 {
		t.Errorf("the page weighs %d bytes in all, 30 KB is the limit", total)
	}
	t.Logf("%d bytes in all", total)
}

func TestNameSize(t *testing.T) {
	for name, want := range map[string]string{
		"李明":                                    "large",
		"Ming Li":                               "large",
		"Maria Fernanda Ortiz":                  "large",
		"阿卜杜热合曼·买买提":                            "large",
		"Konstantinopoulos":                     "middle",
		"عبد الرحمن بن محمد":                    "large",
		"สมชาย ใจดี":                            "large",
		"Ana Beatriz Cavalcanti de Albuquerque": "middle",
		"Wolfeschlegelsteinhausenbergerdorff":   "small",
		strings.Repeat("王", 40):                 "small",
	} {
		if got := nameSize(name); got != want {
			t.Errorf("nameSize(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestBandIsLegibleOnEveryColor(t *testing.T) {
	if fill, ink := bandColors("blue"); fill != "#475569" || ink != "paper" {
		t.Errorf("no colour: %s %s", fill, ink)
	}
	for rgb := uint32(0); rgb < 1<<24; rgb += 0x030507 {
		hex := "#" + string([]byte{hexDigit(rgb >> 20), hexDigit(rgb >> 16), hexDigit(rgb >> 12), hexDigit(rgb >> 8), hexDigit(rgb >> 4), hexDigit(rgb)})
		_, ink := bandColors(hex)
		l := luminance(rgb)
		contrast := (l + 0.05) / 0.05
		if ink == "paper" {
			contrast = 1.05 / (l + 0.05)
		}
		if contrast < 4.5 {
			t.Fatalf("%s with %s: contrast %.2f", hex, ink, contrast)
		}
	}
}

func hexDigit(n uint32) byte { return "0123456789abcdef"[n&15] }
