package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/badge"
)

func (p *program) operator() *cobra.Command {
	c := group("operator", "Staff credentials of an event")
	c.AddCommand(p.operatorAdd(), p.operatorList(), p.operatorRevoke())
	return c
}

// staff is an operator as the API tells of it.
type staff struct {
	ID         string     `json:"id,omitempty"`
	Name       string     `json:"name"`
	Role       string     `json:"role"`
	Gates      []string   `json:"gates,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	RevokedAt  *time.Time `json:"revoked_at,omitempty"`
	Key        string     `json:"key,omitempty"`
	PairingURL string     `json:"pairing_url,omitempty"`
}

func (p *program) operatorAdd() *cobra.Command {
	var o staff
	var expires string
	c := p.manage(&cobra.Command{
		Use: "add --event E --name NAME --role ROLE", Short: "Make a credential and show its key once",
		Long:    `Make a staff credential. Roles: organizer, desk, supervisor, gate, security.`,
		Example: "  lanyard operator add --event ciep21 --name 'North gate 1' --role gate --gate north",
	}, func(c *cobra.Command, conn *connection, event string, _ []string) error {
		if o.Name == "" || o.Role == "" {
			return usagef("a credential needs --name and --role")
		}
		if expires != "" {
			at, err := time.Parse(time.RFC3339, expires)
			if err != nil {
				return usagef("--expires: want a time such as 2026-11-08T20:00:00+08:00")
			}
			o.ExpiresAt = &at
		}
		var made staff
		if err := conn.call(c.Context(), http.MethodPost, eventPath(event, "operators"), o, &made); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Operator %s. The key, shown this once:\n\n  %s\n", made.ID, made.Key)
		if isTerminal(p.out) && strings.HasPrefix(made.PairingURL, "http") && !strings.Contains(made.PairingURL, ".invalid") {
			fmt.Fprintln(p.out, "\nOr scan this with the phone within 15 minutes:")
			p.printQR(made.PairingURL)
		}
		return nil
	})
	c.Flags().StringVar(&o.Name, "name", "", "the person or phone")
	c.Flags().StringVar(&o.Role, "role", "", "organizer, desk, supervisor, gate or security")
	c.Flags().StringSliceVar(&o.Gates, "gate", nil, "gates that a gate credential is limited to (default: all)")
	c.Flags().StringVar(&expires, "expires", "", "when it ends, RFC 3339")
	return c
}

// printQR draws a link for a phone to read off the terminal.
func (p *program) printQR(link string) {
	if code, err := badge.QR(link); err == nil {
		fmt.Fprint(p.out, code.Terminal())
	}
}

func (p *program) operatorList() *cobra.Command {
	return p.manage(&cobra.Command{Use: "list --event E", Short: "List the credentials", Example: "  lanyard operator list --event ciep21"},
		func(c *cobra.Command, conn *connection, event string, _ []string) error {
			t := p.table("Id", "Name", "Role", "Gates", "State")
			err := each(c.Context(), conn, eventPath(event, "operators"), nil, func(o staff) error {
				state := "active"
				switch {
				case o.RevokedAt != nil:
					state = "revoked " + o.RevokedAt.Format(time.RFC3339)
				case o.ExpiresAt != nil:
					state = "until " + o.ExpiresAt.Format(time.RFC3339)
				}
				t.row(o.ID, o.Name, o.Role, strings.Join(o.Gates, ", "), state)
				return nil
			})
			if err == nil {
				t.print()
			}
			return err
		})
}

func (p *program) operatorRevoke() *cobra.Command {
	return p.manage(&cobra.Command{
		Use: "revoke ID --event E", Short: "End a credential at once", Example: "  lanyard operator revoke op-3kqp9vw1 --event ciep21",
		Args: oneArg("the ID that 'lanyard operator list' shows"),
	}, func(c *cobra.Command, conn *connection, event string, args []string) error {
		if err := conn.call(c.Context(), http.MethodDelete, eventPath(event, "operators", url.PathEscape(args[0])), nil, nil); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Operator %s is revoked.\n", args[0])
		return nil
	})
}
