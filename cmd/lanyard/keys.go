package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

func (p *program) keys() *cobra.Command {
	c := group("keys", "The signing keys of an event")
	c.AddCommand(p.keysList(), p.keysRotate(), p.keysRevoke())
	return c
}

// group is a command that only holds others.
func group(use, short string) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
}

// signingKey is a key as the API tells of it.
type signingKey struct {
	ID        string     `json:"kid"`
	Status    string     `json:"status"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

// manage builds a command that connects to the event and does one thing.
func (p *program) manage(c *cobra.Command, act func(c *cobra.Command, conn *connection, event string, args []string) error) *cobra.Command {
	t := &target{}
	t.flags(c.Flags(), true)
	if c.Args == nil {
		c.Args = noArgs
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		conn, err := p.connect(c, t)
		if err != nil {
			return err
		}
		defer conn.close()
		return act(c, conn, t.event, args)
	}
	return c
}

func (p *program) keysList() *cobra.Command {
	return p.manage(&cobra.Command{Use: "list --event E", Short: "List the keys", Example: "  lanyard keys list --event ciep21"},
		func(c *cobra.Command, conn *connection, event string, _ []string) error {
			t := p.table("Key", "Status", "Made", "Ended")
			err := each(c.Context(), conn, eventPath(event, "keys"), nil, func(k signingKey) error {
				ended := ""
				if k.EndedAt != nil {
					ended = k.EndedAt.Format(time.RFC3339)
				}
				t.row(k.ID, k.Status, k.CreatedAt.Format(time.RFC3339), ended)
				return nil
			})
			if err == nil {
				t.print()
			}
			return err
		})
}

func (p *program) keysRotate() *cobra.Command {
	return p.manage(&cobra.Command{
		Use: "rotate --event E", Short: "Sign new badges with a new key",
		Long: `Make a new signing key. Badges signed with the old one stay good, and its public
half stays served, until the last of them has expired.`,
		Example: "  lanyard keys rotate --event ciep21",
	}, func(c *cobra.Command, conn *connection, event string, _ []string) error {
		var k signingKey
		if err := conn.call(c.Context(), http.MethodPost, eventPath(event, "keys", "rotate"), nil, &k); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "New badges are signed with key %s.\n", k.ID)
		return nil
	})
}

func (p *program) keysRevoke() *cobra.Command {
	return p.manage(&cobra.Command{
		Use: "revoke KID --event E", Short: "Withdraw a key at once",
		Long: `Withdraw a key: badges signed with it open no gate from the next scan on (people
can still leave), and offline phones follow at their next contact. Use it when a
key has leaked; the people concerned need new badges.`,
		Example: "  lanyard keys revoke A7 --event ciep21",
		Args:    oneArg("the KID that 'lanyard keys list' shows"),
	}, func(c *cobra.Command, conn *connection, event string, args []string) error {
		if err := conn.call(c.Context(), http.MethodPost, eventPath(event, "keys", url.PathEscape(args[0]), "revoke"), nil, nil); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Key %s is withdrawn.\n", args[0])
		return nil
	})
}
