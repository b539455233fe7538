package web

import (
	"bytes"
	"fmt"
	"io"
	"slices"
)

// The kinds of notice.
const (
	NotFound = "not_found" // no such page, or no such badge any more
	Revoked  = "revoked"   // the badge was withdrawn
	Replaced = "replaced"  // a newer badge was issued
	Busy     = "busy"      // come back in a moment: 503 and Retry-After belong with it
	Failed   = "failed"    // something went wrong on our side
	Unbuilt  = "unbuilt"   // the program was built without the staff's pages
)

// Kinds of notice in the order above.
var kinds = []string{NotFound, Revoked, Replaced, Busy, Failed, Unbuilt}

// NoticePage says one thing in two languages. Lang, "zh" or "en", stands
// first; the caller sets the status and Cache-Control.
type NoticePage struct {
	Lang string
	Kind string // one of the constants above
}

type said struct{ Lang, Title, Text string }

// Notice writes the page. It shows nothing that the caller was asked for: no
// path, no link, no name.
func (s *Site) Notice(w io.Writer, n NoticePage) error {
	if !slices.Contains(kinds, n.Kind) {
		return fmt.Errorf("web: no notice %q", n.Kind)
	}
	v := struct {
		Lang, CSS, Icon, Kind, Mark string
		Said                        []said
	}{Lang: PickLang(n.Lang, "", ""), CSS: s.urls["badge.css"], Icon: s.urls["icon.svg"], Kind: n.Kind, Mark: "!"}
	if n.Kind == Revoked {
		v.Mark = "✕"
	}
	for _, lang := range []string{v.Lang, other(v.Lang)} {
		title, err := s.phrases[lang].say("notice." + n.Kind + ".title")
		if err != nil {
			return err
		}
		text, err := s.phrases[lang].say("notice." + n.Kind + ".text")
		if err != nil {
			return err
		}
		v.Said = append(v.Said, said{lang, title, text})
	}
	return s.write(w, "notice.html", v)
}

// write renders into memory first: a template that fails must not leave half
// a page behind.
func (s *Site) write(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("web: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
