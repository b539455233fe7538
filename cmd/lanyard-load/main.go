package main

import (
	"context"
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

	"lanyard/cmd/internal/rig"
)

// Exit codes.
const (
	exitDone        = 0
	exitNo          = 1 // the audit found a contradiction, or scans were never answered
	exitUsage       = 2
	exitUnreachable = 3 // the server can't be started, reached or prepared
)

const usage = `lanyard-load plays the gates of a conference against Lanyard and audits the outcome.

  lanyard-load --start bin/lanyard [--store bolt|redis|redis-cluster] [flags]
  lanyard-load --server URL --key ORGANIZER_KEY [--event ID] [flags]
  lanyard-load bench --start bin/lanyard [--json FILE]     measure this machine
  lanyard-load echo [--addr A]                             the baseline server of bench

Exit codes: 0 done, 1 the audit found a contradiction or scans were never answered, 2 wrong usage, 3 no server.

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var err error
	switch {
	case len(args) > 0 && args[0] == "echo":
		err = runEcho(ctx, args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "bench":
		err = runBench(ctx, args[1:], stdout, stderr)
	default:
		err = runLoad(ctx, args, stdout, stderr)
	}
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errContradiction) || errors.Is(err, errUnsettled):
		fmt.Fprintln(stderr, "lanyard-load:", err)
		return exitNo
	case errors.As(err, &wrong):
		fmt.Fprintln(stderr, "lanyard-load:", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "lanyard-load:", err)
	return exitUnreachable
}

var (
	errContradiction = errors.New("the audit found a contradiction")
	errUnsettled     = errors.New("not every scan was answered")
)

type usageError struct{ error }

func misuse(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// options of a load run.
type options struct {
	Start, Store, StartArgs, Dir string
	Server, Key                  string
	Plan                         HallPlan
	Run                          Run
	Closed, Keep, Lossy          bool
	Crashes                      int
	JSON                         string
}

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("lanyard-load", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	f.StringVar(&o.Start, "start", "", "start this lanyard `binary` with its demo, and stop it afterwards")
	f.StringVar(&o.StartArgs, "start-args", "", "more `flags` for it, separated by spaces")
	f.StringVar(&o.Store, "store", "bolt", "what it stores in: bolt, redis or redis-cluster; the Redis is started too")
	f.StringVar(&o.Dir, "dir", "", "`folder` for its data, removed afterwards (default: where the binary is)")
	f.StringVar(&o.Server, "server", "", "`URL` of a running Lanyard, instead of --start")
	f.StringVar(&o.Key, "key", os.Getenv("LANYARD_KEY"), "an organizer's `key` for it; LANYARD_KEY sets it out of sight")
	f.StringVar(&o.Plan.Event, "event", "", "`id` of the event to make for the run (default: a random one)")
	f.BoolVar(&o.Keep, "keep", false, "leave the event in place")
	f.BoolVar(&o.Lossy, "lossy", false, "a scan that is never answered is no failure: somebody kills the server on purpose")
	f.IntVar(&o.Crashes, "crashes", 0, "kill the started server so many times in the run, and every second time its Redis, and start it again")
	f.IntVar(&o.Plan.Gates, "gates", 64, "gates that scan at the same time")
	f.IntVar(&o.Plan.Venues, "venues", 4, "venues they belong to")
	f.IntVar(&o.Plan.Attendees, "attendees", 2000, "attendees, each with a badge that every venue takes")
	f.IntVar(&o.Plan.Capacity, "capacity", 0, "capacity of the last venue (0: no limit)")
	f.Float64Var(&o.Run.Rate, "rate", 200, "scans a second of all gates together, whatever the answers take (open loop)")
	f.BoolVar(&o.Run.Poisson, "poisson", false, "arrivals at random instead of evenly spaced")
	f.BoolVar(&o.Closed, "closed", false, "scan as fast as the answers come instead (closed loop)")
	f.DurationVar(&o.Run.Duration, "duration", 10*time.Second, "how long")
	f.Float64Var(&o.Run.Mix.Fresh, "fresh", 0.75, "share of badges that the venue has never seen")
	f.Float64Var(&o.Run.Mix.Repeat, "repeat", 0.10, "share of badges that it has seen")
	f.Float64Var(&o.Run.Mix.Leave, "leave", 0.08, "share of people who leave")
	f.Float64Var(&o.Run.Mix.Foreign, "foreign", 0.04, "share of foreign, forged and senseless tokens")
	f.Float64Var(&o.Run.Mix.Retry, "retry", 0.03, "share of scans sent again under their id")
	f.Uint64Var(&o.Run.Seed, "seed", 1, "seed of who comes and when")
	f.StringVar(&o.JSON, "json", "", "also write the report to this `file`")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, &usageError{err}
	}
	if f.NArg() > 0 {
		return nil, misuse("unexpected argument %q", f.Arg(0))
	}
	return o, o.check()
}

func (o *options) check() error {
	p := o.Plan
	switch {
	case (o.Start == "") == (o.Server == ""):
		return misuse("one of --start and --server is needed")
	case o.Crashes < 0 || o.Crashes > 100 || o.Crashes > 0 && o.Start == "":
		return misuse("--crashes is 0 to 100 and needs --start")
	case o.Server != "" && o.Key == "":
		return misuse("--server needs --key")
	case o.Store != "bolt" && o.Store != "redis" && o.Store != "redis-cluster":
		return misuse("--store is bolt, redis or redis-cluster")
	case p.Gates < 1 || p.Gates > 4096:
		return misuse("--gates is 1 to 4096")
	case p.Venues < 1 || p.Venues > p.Gates:
		return misuse("--venues is 1 to the number of gates")
	case p.Attendees < 1 || p.Capacity < 0:
		return misuse("--attendees is at least 1 and --capacity is not negative")
	case o.Run.Duration <= 0 || o.Run.Duration > time.Hour:
		return misuse("--duration is more than nothing and at most an hour")
	case !o.Closed && (o.Run.Rate <= 0 || o.Run.Rate > 1e6):
		return misuse("--rate is more than 0")
	}
	if err := o.Run.Mix.Check(); err != nil {
		return &usageError{err}
	}
	if o.Closed {
		o.Run.Rate = 0
	} else if need, have := o.Run.freshNeeded(), float64(p.Attendees*p.Venues); need > have {
		return misuse("%.0f scans of fresh badges need more than %d attendees at %d venues", need, p.Attendees, p.Venues)
	}
	if o.Dir == "" {
		o.Dir = filepath.Dir(o.Start)
	}
	return nil
}

// freshNeeded is about how many fresh badges an open-loop run takes, with room
// for venues whose gates are quicker than others.
func (r Run) freshNeeded() float64 {
	return r.Rate * r.Duration.Seconds() * r.Mix.Fresh / r.Mix.sum() * 1.2
}

func runLoad(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	var target *Target
	if o.Start != "" {
		target, err = StartTarget(ctx, o.Start, o.Store, o.Dir, strings.Fields(o.StartArgs))
	} else {
		target = &Target{Store: "unknown"}
		target.Service, err = rig.NewService(o.Server, o.Key)
	}
	if err != nil {
		return err
	}
	defer target.Stop()
	report, err := target.Load(ctx, o)
	if err != nil {
		return err
	}
	report.Print(stdout)
	if o.JSON != "" {
		if err := report.Write(o.JSON); err != nil {
			return err
		}
	}
	switch {
	case len(report.Contradictions) > 0:
		return errContradiction
	case ctx.Err() != nil:
		return ctx.Err()
	case report.Scans == 0 || report.Unsettled > 0 && !o.Lossy && o.Crashes == 0:
		return errUnsettled
	}
	return nil
}

// Load makes a hall, plays it and audits it.
func (t *Target) Load(ctx context.Context, o *options) (*Report, error) {
	hall, err := MakeHall(ctx, t.Service, o.Plan)
	if err != nil {
		return nil, err
	}
	if o.Start == "" && !o.Keep { // what was started goes with all its data
		defer hall.Remove(context.WithoutCancel(ctx))
	}
	crashed := make(chan error, 1)
	go func() { crashed <- t.Crash(ctx, o.Crashes, o.Run.Duration) }()
	outcome := Play(ctx, hall, o.Run)
	if err := <-crashed; err != nil {
		return nil, err
	}
	evidence, err := Collect(context.WithoutCancel(ctx), hall, outcome)
	if err != nil {
		return nil, err
	}
	return NewReport(t.Store, o.Plan, o.Run, outcome, len(evidence.Rows), Audit(evidence)), nil
}
