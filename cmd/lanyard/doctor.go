package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/checkin"
)

func (p *program) doctor() *cobra.Command {
	t := &storeSettings{}
	var ready string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check that the store is there, safe and fits its secret",
		Long: `Check the store: that it answers, that it would lose no acknowledged scan, that
the secret opens the signing keys, and that every journal fits together. With
--ready URL ask a running server instead.

Exit code 0: all is well. 1: something is found. 3: it can't be reached.`,
		Example: `  lanyard doctor --redis redis://10.0.0.5:6379/0
  lanyard doctor --ready http://127.0.0.1:8080`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if ready != "" {
				return p.askReady(c.Context(), ready)
			}
			if err := p.fromEnvironment(c); err != nil {
				return err
			}
			return p.examine(c.Context(), t)
		},
	}
	t.flags(c.Flags())
	c.Flags().StringVar(&ready, "ready", "", "URL of a running server to ask for its readiness")
	return c
}

// askReady asks a server's /readyz.
func (p *program) askReady(ctx context.Context, server string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(server, "/")+"/readyz", nil)
	if err != nil {
		return usageError{err}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return errUnreachable{err}
	}
	defer resp.Body.Close()
	var state struct {
		Findings []checkin.Finding `json:"durability"`
	}
	json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&state)
	if resp.StatusCode != http.StatusOK {
		return errUnreachable{fmt.Errorf("the server is not ready (%s)", resp.Status)}
	}
	fmt.Fprintln(p.out, "ok    the server is ready")
	return p.report(state.Findings)
}

// report lists findings and answers no when there are any.
func (p *program) report(findings []checkin.Finding) error {
	for _, f := range findings {
		fmt.Fprintf(p.out, "WARN  %s (%s)\n", f.Detail, f.Code)
	}
	if len(findings) > 0 {
		return errNo
	}
	return nil
}

func (p *program) examine(ctx context.Context, t *storeSettings) error {
	store, secret, err := t.open(ctx, p, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Ping(ctx); err != nil {
		return err
	}
	fmt.Fprintln(p.out, "ok    the store answers")
	findings, err := store.Durability(ctx)
	if err != nil {
		return err
	}
	if len(findings) == 0 {
		fmt.Fprintln(p.out, "ok    acknowledged scans are on disk")
	}
	desk := checkin.NewDesk(store, checkin.DeskOptions{Secret: secret, Log: slog.New(slog.DiscardHandler)})
	defer desk.Close()
	events, err := desk.Events(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := desk.CheckKeys(ctx, e.ID); err != nil {
			findings = append(findings, checkin.Finding{Code: "keys_sealed",
				Detail: fmt.Sprintf("The signing keys of %s don't open with this secret: use the LANYARD_SECRET they were made with.", e.ID)})
			continue
		}
		rows, marks, err := desk.Verify(ctx, e.ID)
		if err != nil {
			findings = append(findings, checkin.Finding{Code: "journal_broken", Detail: fmt.Sprintf("The journal of %s: %v.", e.ID, err)})
			continue
		}
		fmt.Fprintf(p.out, "ok    %s: keys open, %d journal rows fit, %d checkpoints\n", e.ID, rows, marks)
	}
	return p.report(findings)
}
