package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/badge"
	"lanyard/checkin"
)

//go:embed sample/ciep21-attendees.csv
var sampleRoster string

func (p *program) demo() *cobra.Command {
	s := &serverSettings{}
	var asJSON bool
	var roster string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run a ready conference: venues, gates, people and badges",
		Long: `Run the server with the conference ciep21 ready to use, with links for each role.
Its 5,000 people are made up. Run again on the same data it keeps what is there
and its keys stay the same.

With --json one JSON object on the first line of standard output tells the links
and keys once the server answers.`,
		Example: `  lanyard demo
  lanyard demo --addr 127.0.0.1:0 --json --data /tmp/demo
  lanyard demo --redis redis://127.0.0.1:6379/0 --roster people.csv`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.fromEnvironment(c); err != nil {
				return err
			}
			if !c.Flags().Changed("log-level") {
				s.logLevel = "warn"
			}
			log, err := s.logger(p)
			if err != nil {
				return err
			}
			srv, err := p.open(c.Context(), s, log)
			if err != nil {
				return err
			}
			defer srv.close()
			d := &demo{program: p, desk: srv.now().desk, url: srv.url()}
			if err := d.prepare(c.Context(), roster); err != nil {
				return err
			}
			return srv.runThen(c.Context(), func() {
				if asJSON {
					json.NewEncoder(p.out).Encode(d.links)
				} else {
					d.print()
				}
			})
		},
	}
	s.flags(c.Flags())
	if f := c.Flags().Lookup("data"); f != nil {
		f.DefValue = filepath.Join("data", "demo")
		s.data = f.DefValue
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print links and keys as one JSON object")
	c.Flags().StringVar(&roster, "roster", "", "another roster than the built-in one, CSV or XLSX")
	return c
}

// demoLinks is what --json prints.
type demoLinks struct {
	BaseURL       string `json:"base_url"`
	Event         string `json:"event"`
	OrganizerKey  string `json:"organizer_key"`
	DeskKey       string `json:"desk_key"`
	GateKey       string `json:"gate_key"`
	SupervisorKey string `json:"supervisor_key"`
	SecurityKey   string `json:"security_key"`
	BadgePage     string `json:"badge_page"`
}

type demo struct {
	*program
	desk  *checkin.Desk
	url   string
	links demoLinks
}

// prepare makes what isn't there yet.
func (d *demo) prepare(ctx context.Context, roster string) error {
	_, err := d.desk.Config(ctx, demoEvent)
	switch {
	case errors.Is(err, checkin.ErrNoEvent):
		err = makeDemoEvent(ctx, d.desk)
	case err == nil:
		err = completeDemoEvent(ctx, d.desk)
	}
	if err != nil {
		return fmt.Errorf("the demo's event: %w", err)
	}
	if err := d.people(ctx, roster); err != nil {
		return err
	}
	if err := d.staff(ctx); err != nil {
		return fmt.Errorf("the demo's operators: %w", err)
	}
	return d.page(ctx)
}

// people imports the roster where there is none, or where one was named, and
// gives a badge to whoever a start that was cut off left without.
func (d *demo) people(ctx context.Context, roster string) error {
	some, _, err := d.desk.Attendees(ctx, demoEvent, badge.Query{Limit: 1})
	if err != nil {
		return err
	}
	if len(some) == 0 || roster != "" {
		body, name := sampleRoster, "the built-in roster"
		if roster != "" {
			b, err := os.ReadFile(roster)
			if err != nil {
				return usageError{err}
			}
			body, name = string(b), roster
		}
		bar := d.progress("importing", 0)
		report, err := d.desk.Import(ctx, demoEvent, checkin.Stamp{}, strings.NewReader(body),
			checkin.ImportOptions{Issue: true}, bar.set)
		if err != nil {
			return usagef("%s: %v", name, err)
		}
		bar.done(report.Rows)
		if report.Refused > 0 {
			fmt.Fprintf(d.err, "%d rows of %s were refused; 'lanyard import' shows why.\n", report.Refused, name)
		}
	}
	_, err = d.desk.IssueAll(ctx, demoEvent, checkin.Stamp{}, func(int, int) {})
	return err
}

// staff makes a credential for each role with a key that comes from the
// secret, so that every start prints keys that work.
func (d *demo) staff(ctx context.Context) error {
	for _, s := range []struct {
		event, name string
		role        checkin.Role
		key         *string
	}{
		{checkin.System, "Demo organizer", checkin.Organizer, &d.links.OrganizerKey},
		{demoEvent, "Demo help desk", checkin.HelpDesk, &d.links.DeskKey},
		{demoEvent, "Demo gate", checkin.GateStaff, &d.links.GateKey},
		{demoEvent, "Demo supervisor", checkin.Supervisor, &d.links.SupervisorKey},
		{demoEvent, "Demo security", checkin.Security, &d.links.SecurityKey},
	} {
		for n := 1; ; n++ { // somebody may have revoked an earlier one
			*s.key = d.desk.KnownKey(fmt.Sprintf("demo %s %d", s.role, n))
			_, err := d.desk.EnsureOperator(ctx, s.event, checkin.Operator{Name: s.name, Role: s.role, Gates: []string{}}, *s.key)
			if errors.Is(err, checkin.ErrOperatorGone) && n < 100 {
				continue
			}
			if err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// page picks somebody's badge to show.
func (d *demo) page(ctx context.Context) error {
	d.links.BaseURL, d.links.Event = d.url, demoEvent
	holders, _, err := d.desk.Attendees(ctx, demoEvent, badge.Query{Status: "active", Category: "delegate", Limit: 1})
	if err == nil && len(holders) == 0 {
		holders, _, err = d.desk.Attendees(ctx, demoEvent, badge.Query{Status: "active", Limit: 1})
	}
	if err != nil || len(holders) == 0 {
		return err
	}
	b, err := d.desk.Badge(ctx, demoEvent, holders[0].Badge)
	d.links.BadgePage = d.url + "/b/" + b.Link
	return err
}

func (d *demo) print() {
	l := d.links
	fmt.Fprintf(d.out, `
  第21届中国国际人才交流大会 · Conference on International Exchange of Professionals
  A demonstration: everybody in it is made up. Stop it with Ctrl-C.

  An attendee's badge     %s
  The gate                %s/scan
  Security's board        %s/live
  Organizer's desk        %s/desk

  Sign in with the key of a role:
    gate        %s
    supervisor  %s
    security    %s
    help desk   %s
    organizer   %s

`, l.BadgePage, l.BaseURL, l.BaseURL, l.BaseURL, l.GateKey, l.SupervisorKey, l.SecurityKey, l.DeskKey, l.OrganizerKey)
	if isTerminal(d.out) {
		fmt.Fprintln(d.out, "  The badge page for a phone on this machine's network (start with --base-url for its address):")
		d.printQR(l.BadgePage)
	}
}
