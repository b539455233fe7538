package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// languages of the pages, the one to fall back on first.
var languages = []string{"en", "zh"}

// PickLang chooses the language of a page, "zh" or "en": what the reader asked
// for with ?lang=, else the best of Accept-Language (RFC 9110, section
// 12.5.4), else the language noted for the attendee, else English.
func PickLang(query, acceptLanguage, attendeeLocale string) string {
	if l := spoken(query); l != "" {
		return l
	}
	best, bestQ := "", 0.0
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = f
		}
		if l := spoken(tag); l != "" && q > bestQ {
			best, bestQ = l, q
		}
	}
	if best != "" {
		return best
	}
	if l := spoken(attendeeLocale); l != "" {
		return l
	}
	return languages[0]
}

// spoken is the page language that a BCP 47 tag such as zh-Hans-CN asks for,
// "" when there is none.
func spoken(tag string) string {
	primary, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"), "-")
	primary = strings.ToLower(primary)
	for _, l := range languages {
		if l == primary {
			return l
		}
	}
	return ""
}

func other(lang string) string {
	if lang == "zh" {
		return "en"
	}
	return "zh"
}

// phrases are the texts of one language by their dotted key, "badge.save".
type phrases map[string]string

// loadPhrases reads locales/LANGUAGE/GROUP.json; a page of the staff's is sent
// its own groups only.
func loadPhrases(files fs.FS) (map[string]phrases, error) {
	all := map[string]phrases{}
	for _, lang := range languages {
		names, err := fs.Glob(files, "locales/"+lang+"/*.json")
		if err != nil {
			return nil, err
		}
		p := phrases{}
		for _, name := range names {
			raw, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, err
			}
			var tree map[string]any
			if err := json.Unmarshal(raw, &tree); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if err := p.flatten(strings.TrimSuffix(path.Base(name), ".json")+".", tree); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		all[lang] = p
	}
	return all, nil
}

func (p phrases) flatten(prefix string, tree map[string]any) error {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			p[prefix+k] = v
		case map[string]any:
			if err := p.flatten(prefix+k+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s%s is neither text nor a group of texts", prefix, k)
		}
	}
	return nil
}

// say is the phrase with {name} replaced by the value after "name" in args.
// A key that isn't there is an error, so that a test which renders a page
// finds it.
func (p phrases) say(key string, args ...string) (string, error) {
	text, ok := p[key]
	if !ok {
		return "", fmt.Errorf("no phrase %q", key)
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, "{"+args[i]+"}", args[i+1])
	}
	return text, nil
}

// inLocale is the text in lang, else in fallback, else in English or Chinese,
// else in any language, together with the language that it is in.
func inLocale(text map[string]string, lang, fallback string) (string, string) {
	for _, l := range []string{lang, fallback, "en", "zh"} {
		if s := byBase(text, l); l != "" && s != "" {
			return s, l
		}
	}
	found := ""
	for l, s := range text {
		if s != "" && (found == "" || l < found) {
			found = l
		}
	}
	return text[found], found
}

// line is one text and the language it is in, for a lang attribute.
type line struct{ Lang, Text string }

// bilingual is the text in Chinese and in English, Chinese first as on every
// badge and wall, or in the one language there is.
func bilingual(text map[string]string, fallback string) []line {
	var lines []line
	for _, l := range []string{"zh", "en"} {
		if s := byBase(text, l); s != "" && (len(lines) == 0 || lines[0].Text != s) {
			lines = append(lines, line{l, s})
		}
	}
	if len(lines) == 0 {
		if s, l := inLocale(text, fallback, ""); s != "" {
			lines = append(lines, line{l, s})
		}
	}
	return lines
}

// byBase is the text in the language, or in a variant of it such as zh-Hans.
func byBase(text map[string]string, lang string) string {
	if s := text[lang]; s != "" {
		return s
	}
	found := ""
	for l, s := range text {
		if s != "" && spoken(l) == lang && (found == "" || l < found) {
			found = l
		}
	}
	return text[found]
}
