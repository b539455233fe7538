package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"lanyard/badge"
	"lanyard/checkin"
)

func (p *program) export() *cobra.Command {
	c := group("export", "Write the journal, the roster or who is inside to a file")
	c.AddCommand(p.exportJournal(), p.exportRoster(), p.exportInside())
	return c
}

// output opens --out, or standard output.
func (p *program) output(path string) (io.WriteCloser, error) {
	if path == "" || path == "-" {
		return nopCloser{p.out}, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, usageError{err}
	}
	return f, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// into builds an export command with --out and --format.
func (p *program) into(c *cobra.Command, formats []string, write func(c *cobra.Command, conn *connection, event, format string, w io.Writer) error) *cobra.Command {
	var out, format string
	p.manage(c, func(c *cobra.Command, conn *connection, event string, _ []string) error {
		known := false
		for _, f := range formats {
			known = known || f == format
		}
		if !known {
			return usagef("--format: %q is none of %v", format, formats)
		}
		w, err := p.output(out)
		if err != nil {
			return err
		}
		if err := write(c, conn, event, format, w); err != nil {
			w.Close()
			return err
		}
		return w.Close()
	})
	c.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	c.Flags().StringVar(&format, "format", formats[0], fmt.Sprintf("one of %v", formats))
	return c
}

// copyFrom streams an answer of the API.
func copyFrom(c *cobra.Command, conn *connection, path string, w io.Writer) error {
	resp, err := conn.do(c.Context(), http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return errUnreachable{fmt.Errorf("the export broke off: %w", err)}
	}
	return nil
}

func (p *program) exportJournal() *cobra.Command {
	return p.into(&cobra.Command{
		Use: "journal --event E", Short: "Export the journal",
		Long: `Export every row of the journal. NDJSON keeps the hash chain, ends with the signed
checkpoints and can be checked with 'lanyard journal verify FILE'.`,
		Example: "  lanyard export journal --event ciep21 --out journal.ndjson",
	}, []string{"ndjson", "csv"}, func(c *cobra.Command, conn *connection, event, format string, w io.Writer) error {
		if err := copyFrom(c, conn, eventPath(event, "journal")+"?after=0&format="+format, w); err != nil || format != "ndjson" {
			return err
		}
		enc := json.NewEncoder(w)
		return each(c.Context(), conn, eventPath(event, "checkpoints"), nil, func(cp checkin.Checkpoint) error {
			return enc.Encode(exportLine{Checkpoint: &cp})
		})
	})
}

// exportLine is a line of a journal export that isn't a row.
type exportLine struct {
	Checkpoint *checkin.Checkpoint `json:"checkpoint,omitempty"`
}

func (p *program) exportInside() *cobra.Command {
	return p.into(&cobra.Command{Use: "inside --event E", Short: "Export who is inside now",
		Example: "  lanyard export inside --event ciep21 --out inside.csv"},
		[]string{"csv", "json"}, func(c *cobra.Command, conn *connection, event, format string, w io.Writer) error {
			return copyFrom(c, conn, eventPath(event, "inside")+"?format="+format, w)
		})
}

func (p *program) exportRoster() *cobra.Command {
	return p.into(&cobra.Command{
		Use: "roster --event E", Short: "Export the roster",
		Long:    `Export the roster with badge ids. The CSV can be imported again; cells that a spreadsheet would run as formulas are made safe.`,
		Example: "  lanyard export roster --event ciep21 --out roster.csv",
	}, []string{"csv", "ndjson"}, func(c *cobra.Command, conn *connection, event, format string, w io.Writer) error {
		if format == "ndjson" {
			enc := json.NewEncoder(w)
			return each(c.Context(), conn, eventPath(event, "attendees"), nil, func(a json.RawMessage) error { return enc.Encode(a) })
		}
		if _, err := io.WriteString(w, "\ufeff"); err != nil { // or Excel takes UTF-8 for the local encoding
			return err
		}
		cw := csv.NewWriter(w)
		cw.Write([]string{"ref", "name", "name_latin", "organization", "delegation", "category", "email", "phone", "locale", "badge"})
		err := each(c.Context(), conn, eventPath(event, "attendees"), nil, func(a attendee) error {
			id := ""
			if a.Badge != nil {
				id = a.Badge.ID
			}
			cells := []string{a.Ref, a.Name, a.NameLatin, a.Organization, a.Delegation, a.Category, a.Email, a.Phone, a.Locale, id}
			for i := range cells {
				cells[i] = badge.SafeCell(cells[i])
			}
			return cw.Write(cells)
		})
		cw.Flush()
		if err == nil {
			err = cw.Error()
		}
		return err
	})
}
