package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/badge"
	"lanyard/checkin"
)

func (p *program) importRoster() *cobra.Command {
	t := &target{}
	var issue, dryRun bool
	var columns []string
	c := &cobra.Command{
		Use:   "import FILE --event E",
		Short: "Import a roster from CSV or XLSX",
		Long: `Import a roster. Columns are found by their names in English or Chinese;
--column maps one by hand. Rows that can't be taken are listed with what is
wrong and the others go in. The same file again changes nothing.

Exit code 1 means that rows were refused.`,
		Example: `  lanyard import people.csv --event ciep21 --dry-run
  lanyard import people.xlsx --event ciep21 --issue
  lanyard import list.csv --event ciep21 --column 'name=Full name' --column 'ref=7'
  LANYARD_KEY=… lanyard import people.csv --event ciep21 --server https://badges.example.org`,
		Args: oneArg("the roster's FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := os.Open(args[0])
			if err != nil {
				return usageError{err}
			}
			defer file.Close()
			if info, err := file.Stat(); err == nil && info.Size() > badge.MaxRosterBytes {
				return usageError{badge.ErrTooLarge}
			}
			conn, err := p.connect(c, t)
			if err != nil {
				return err
			}
			defer conn.close()
			query := url.Values{}
			for _, c := range columns {
				field, header, ok := strings.Cut(c, "=")
				if !ok {
					return usagef("--column: %q is not FIELD=HEADER", c)
				}
				query.Add("column", field+":"+header)
			}
			if issue {
				query.Set("issue", "true")
			}
			if dryRun {
				query.Set("dry_run", "true")
			}
			resp, err := conn.do(c.Context(), http.MethodPost, eventPath(t.event, "imports")+"?"+query.Encode(), rosterType(args[0]), file)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			var report checkin.ImportReport
			if err := decodeBody(resp, &report); err != nil {
				return err
			}
			bar := p.progress("importing", report.Rows)
			for report.State == "running" {
				bar.set(report.Accepted+report.Refused, report.Rows)
				select {
				case <-c.Context().Done():
					return c.Context().Err()
				case <-time.After(pollEvery):
				}
				if err := conn.get(c.Context(), eventPath(t.event, "imports", report.ID), &report); err != nil {
					return err
				}
			}
			bar.done(report.Rows)
			return p.printImport(&report)
		},
	}
	t.flags(c.Flags(), true)
	c.Flags().BoolVar(&issue, "issue", false, "issue a badge to everybody who has none")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "check the file and change nothing")
	c.Flags().StringArrayVar(&columns, "column", nil, "map a field to a column by its name or number: name='Full name'")
	return c
}

func rosterType(name string) string {
	if strings.EqualFold(filepath.Ext(name), ".xlsx") {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv"
}

// printImport shows the report and answers no when rows were refused.
func (p *program) printImport(r *checkin.ImportReport) error {
	if r.State == "failed" {
		fmt.Fprintf(p.err, "Nothing was imported. %s (%s)\n", r.Detail, r.Code)
		return errNo
	}
	verb := "Imported"
	if r.DryRun {
		verb = "Would import"
	}
	fmt.Fprintf(p.out, "%s %d of %d rows: %d new, %d updated, %d as they were, %d refused", verb, r.Accepted, r.Rows,
		r.Accepted-r.Updated-r.Unchanged, r.Updated, r.Unchanged, r.Refused)
	if r.Issued > 0 {
		fmt.Fprintf(p.out, "; %d badges issued", r.Issued)
	}
	fmt.Fprintln(p.out, ".")
	if r.Refused == 0 {
		return nil
	}
	t := p.table("Row", "Field", "What is wrong")
	for _, e := range r.Errors {
		t.row(fmt.Sprint(e.Row), e.Field, e.Message)
	}
	t.print()
	if r.ErrorsOmitted > 0 {
		fmt.Fprintf(p.out, "… and %d more.\n", r.ErrorsOmitted)
	}
	return errNo
}

func oneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s needs %s", c.CommandPath(), what)
		}
		return nil
	}
}
