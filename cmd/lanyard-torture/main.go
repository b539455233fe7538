package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"lanyard/cmd/lanyard-torture/overload"
	"lanyard/cmd/lanyard-torture/part"
)

// Exit codes.
const (
	exitDone        = 0
	exitNo          = 1 // a violation, or a planted bug that nobody noticed
	exitUsage       = 2
	exitUnreachable = 3 // a part could not be carried out
)

const usage = `lanyard-torture proves that Lanyard is correct under faults.

  lanyard-torture --start bin/lanyard [--duration 60s] [--seed 1] [--part NAME]...

Exit codes: 0 done, 1 a violation, 2 wrong usage, 3 a part could not be carried out.

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the program at once
	}()
	if len(os.Args) > 1 && os.Args[1] == overload.AudienceCommand { // for this program itself
		if err := overload.Audience(ctx, os.Args[2:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "lanyard-torture:", err)
			os.Exit(exitUnreachable)
		}
		return
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options of a run.
type options struct {
	start, dir, json string
	duration         time.Duration
	seed             uint64
	parts            []string
	wherePossible    bool
}

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("lanyard-torture", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, usage)
		f.PrintDefaults()
		fmt.Fprintln(stderr, "\nParts:")
		for _, p := range parts {
			fmt.Fprintln(stderr, "  "+p.name)
		}
	}
	f.StringVar(&o.start, "start", "bin/lanyard", "the lanyard `binary` to torture")
	f.StringVar(&o.dir, "dir", "", "`folder` for data, removed afterwards (default: where the binary is)")
	f.DurationVar(&o.duration, "duration", 60*time.Second, "how long each part injects faults")
	f.Uint64Var(&o.seed, "seed", 1, "seed of everything that is drawn")
	f.StringVar(&o.json, "json", "", "also write the table to this `file`")
	f.BoolVar(&o.wherePossible, "where-possible", false, "a part that this machine doesn't allow is said, and no failure")
	f.Func("part", "only this `part`, or all that begin with NAME/; may be given again", func(name string) error {
		for _, p := range parts {
			if chosen(p.name, name) {
				o.parts = append(o.parts, name)
				return nil
			}
		}
		return fmt.Errorf("no part is called %q", name)
	})
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.duration < time.Second || o.duration > 24*time.Hour:
		return nil, errors.New("--duration is at least a second and at most a day")
	}
	if o.dir == "" {
		o.dir = filepath.Dir(o.start)
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		fmt.Fprintln(stderr, "lanyard-torture:", err)
		return exitUsage
	}
	var t Table
	for _, p := range parts {
		if !o.asksFor(p.name) || ctx.Err() != nil {
			continue
		}
		t.Rows = append(t.Rows, o.runPart(ctx, p.name, p.run, stderr))
	}
	t.Seed, t.Duration = o.seed, o.duration.String()
	t.Print(stdout)
	if o.json != "" {
		text, err := json.MarshalIndent(t, "", "  ")
		if err == nil {
			err = os.WriteFile(o.json, append(text, '\n'), 0o644)
		}
		if err != nil {
			fmt.Fprintln(stderr, "lanyard-torture:", err)
			return exitUnreachable
		}
	}
	return t.ExitCode(ctx.Err())
}

func (o *options) asksFor(name string) bool {
	for _, asked := range o.parts {
		if chosen(name, asked) {
			return true
		}
	}
	return len(o.parts) == 0
}

// runPart gives a part a folder of its own and takes it away afterwards.
func (o *options) runPart(ctx context.Context, name string, f part.Func, stderr io.Writer) Row {
	began := time.Now()
	r := Row{Part: name}
	logf := func(format string, args ...any) {
		fmt.Fprintf(stderr, "%6.1fs %-24s %s\n", time.Since(began).Seconds(), name, fmt.Sprintf(format, args...))
	}
	dir, err := os.MkdirTemp(o.dir, "torture-"+strings.ReplaceAll(name, "/", "-")+"-")
	if err == nil {
		if dir, err = filepath.Abs(dir); err == nil {
			defer os.RemoveAll(dir)
			r.Tally, err = f(ctx, part.Plan{Binary: o.start, Dir: dir, Duration: o.duration, Seed: o.seed, Log: logf})
		}
	}
	if err != nil {
		r.Failed, r.Forgiven = err.Error(), o.wherePossible && errors.Is(err, part.ErrNotHere)
		logf("could not be carried out: %v", err)
	}
	r.Seconds = time.Since(began).Seconds()
	return r
}
