package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Exit codes, the same for every command.
const (
	exitDone        = 0
	exitNo          = 1 // the answer is no: a badge that isn't valid, rows refused
	exitUsage       = 2 // wrong usage or configuration
	exitUnreachable = 3 // the store or server can't be reached
)

// errNo is the answer no of a command that has said why.
var errNo = errors.New("no")

// usageError is a mistake of whoever typed the command.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errUnreachable wraps what kept a command from the store or server.
type errUnreachable struct{ error }

func (u errUnreachable) Unwrap() error { return u.error }

// program is what commands share.
type program struct {
	out, err io.Writer
	getenv   func(string) string
}

// version is set by the build.
var version = ""

func versionText() string {
	if version != "" {
		return version
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		return b.Main.Version
	}
	return "development"
}

// run carries out a command line and gives the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer, getenv func(string) string) int {
	p := &program{out: out, err: errOut, getenv: getenv}
	root := p.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	if err != nil && !errors.Is(err, errNo) {
		fmt.Fprintln(errOut, "lanyard:", err)
		var wrong usageError
		if errors.As(err, &wrong) {
			fmt.Fprintln(errOut, "Run 'lanyard --help' or 'lanyard COMMAND --help' for how to use it.")
		}
	}
	return code
}

func exitCode(err error) int {
	var wrong usageError
	var refused *problem
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errNo):
		return exitNo
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &refused) && refused.Status < 500:
		return exitUsage
	}
	return exitUnreachable
}

// noSuchCommand takes no arguments: what isn't a command is a mistake.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s has no command %q", c.CommandPath(), args[0])
	}
	return nil
}

func (p *program) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "lanyard",
		Short: "QR badges for conferences, and check-in at the gates",
		Long: `Lanyard issues QR badges for a conference and checks people in at its gates.

Exit codes: 0 done, 1 the answer is no, 2 wrong usage or configuration,
3 the store or server can't be reached.`,
		Example: `  lanyard demo                                  a ready conference on http://127.0.0.1:8080
  lanyard serve --data ./data                   the server on the embedded store
  lanyard import people.xlsx --event ciep21 --issue
  lanyard verify --image badge.png --jwks https://badges.example.org/.well-known/jwks.json`,
		Version:       versionText(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.CompletionOptions.HiddenDefaultCmd = true
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	c.AddCommand(p.demo(), p.serve(), p.importRoster(), p.badges(), p.verify(), p.keys(), p.operator(),
		p.export(), p.journal(), p.backup(), p.restore(), p.doctor())
	return c
}
