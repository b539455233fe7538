package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// isTerminal tells whether a person is likely to be looking at w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// bar shows progress on standard error: a moving bar for a person, and for a
// file a line at the end of the work.
type bar struct {
	bar  *progressbar.ProgressBar
	w    io.Writer
	what string
}

func (p *program) progress(what string, total int) *bar {
	b := &bar{w: p.err, what: what}
	if isTerminal(p.err) {
		b.bar = progressbar.NewOptions(max(total, 1), progressbar.OptionSetWriter(p.err), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())
	}
	return b
}

func (b *bar) set(done, total int) {
	if b.bar != nil {
		b.bar.ChangeMax(max(total, 1))
		b.bar.Set(done)
	}
}

func (b *bar) done(total int) {
	if b.bar != nil {
		b.bar.Finish()
		return
	}
	fmt.Fprintf(b.w, "%s: %d/%d\n", b.what, total, total)
}

// rows is a plain table that lines up Chinese and Latin.
type rows struct {
	t table.Writer
}

func (p *program) table(header ...string) *rows {
	t := table.NewWriter()
	t.SetOutputMirror(p.out)
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	r := &rows{t}
	h := make(table.Row, len(header))
	for i, s := range header {
		h[i] = s
	}
	t.AppendHeader(h)
	return r
}

func (r *rows) row(cells ...string) {
	row := make(table.Row, len(cells))
	for i, s := range cells {
		row[i] = s
	}
	r.t.AppendRow(row)
}

func (r *rows) print() { r.t.Render() }

func decodeBody(resp *http.Response, into any) error {
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return errUnreachable{fmt.Errorf("the server's answer broke off: %w", err)}
	}
	return nil
}
