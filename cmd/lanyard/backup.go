package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lanyard/checkin"
)

// backupTarget is the store itself: a backup holds what no API gives out.
type backupTarget struct {
	storeSettings
	events []string
}

func (p *program) openStore(c *cobra.Command, t *backupTarget) (checkin.Store, error) {
	if err := p.fromEnvironment(c); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	store, _, err := t.storeSettings.open(c.Context(), p, log)
	return store, err
}

func (p *program) backup() *cobra.Command {
	t := &backupTarget{}
	var out string
	c := &cobra.Command{
		Use:   "backup --out FILE",
		Short: "Write everything to one file",
		Long: `Write every event, or those named with --event, to a gzip file that
'lanyard restore' reads into any store. On Redis the servers may go on; the
embedded store has to be closed first, because one process at a time opens it.

The file holds personal data, and signing keys sealed under the secret: keep it
as safe as the store, and keep the secret (LANYARD_SECRET or DIR/secret) too,
apart from it. Without the secret the keys in it can't sign.`,
		Example: `  lanyard backup --data ./data --out lanyard.backup
  lanyard backup --redis redis://10.0.0.5:6379/0 --event ciep21 --out ciep21.backup`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return usagef("where to? Give --out FILE")
			}
			store, err := p.openStore(c, t)
			if err != nil {
				return err
			}
			defer store.Close()
			events := t.events
			if len(events) == 0 {
				if events, err = allEvents(c.Context(), store); err != nil {
					return err
				}
			}
			n, err := p.writeBackup(c.Context(), store, events, out)
			if err == nil {
				fmt.Fprintf(p.out, "%d items of %d events written to %s.\n", n, len(events), out)
			}
			return err
		},
	}
	t.flags(c.Flags())
	c.Flags().StringVar(&out, "out", "", "file to write")
	c.Flags().StringSliceVar(&t.events, "event", nil, "only these events (default: everything)")
	return c
}

func allEvents(ctx context.Context, store checkin.Store) ([]string, error) {
	events, err := store.Events(ctx)
	ids := []string{checkin.System}
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	return ids, err
}

// writeBackup writes beside the file and moves it into place when it is whole.
func (p *program) writeBackup(ctx context.Context, store checkin.Store, events []string, path string) (n int, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".lanyard-backup-*")
	if err != nil {
		return 0, usageError{err}
	}
	defer os.Remove(f.Name())
	defer f.Close()
	z := gzip.NewWriter(f)
	enc := json.NewEncoder(z)
	bar := p.progress("backing up", 0)
	for _, event := range events {
		err := store.Backup(ctx, event, func(it checkin.Item) error {
			if n++; n%1000 == 0 {
				bar.set(n, n)
			}
			return enc.Encode(it)
		})
		if err != nil {
			return n, err
		}
	}
	bar.done(n)
	if err := errors.Join(z.Close(), f.Sync(), f.Close()); err != nil {
		return n, err
	}
	return n, os.Rename(f.Name(), path)
}

func (p *program) restore() *cobra.Command {
	t := &backupTarget{}
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Read a backup into a store",
		Long: `Read the events of a backup, or those named with --event, into a store. An event
that is there already is refused and left as it is: delete it first if the
backup's is the one to keep. The journal's chain is checked on the way.`,
		Example: "  lanyard restore lanyard.backup --redis redis://10.0.0.5:6379/0",
		Args:    oneArg("the backup's FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return usageError{err}
			}
			defer f.Close()
			z, err := gzip.NewReader(bufio.NewReader(f))
			if err != nil {
				return usagef("%s is not a backup of Lanyard", args[0])
			}
			store, err := p.openStore(c, t)
			if err != nil {
				return err
			}
			defer store.Close()
			return p.readBackup(c.Context(), store, json.NewDecoder(z), t.events)
		},
	}
	t.flags(c.Flags())
	c.Flags().StringSliceVar(&t.events, "event", nil, "only these events (default: everything)")
	return c
}

// readBackup splits the file at the heads of its events.
func (p *program) readBackup(ctx context.Context, store checkin.Store, dec *json.Decoder, only []string) error {
	next := func() (it checkin.Item, err error) {
		if err = dec.Decode(&it); err != nil && !errors.Is(err, io.EOF) {
			err = usagef("the backup is damaged: %v", err)
		}
		return it, err
	}
	it, err := next()
	for err == nil {
		var head checkin.BackupHead
		if json.Unmarshal(it.Data, &head) != nil || it.Type != checkin.ItemBackup {
			return usageError{checkin.ErrBadBackup}
		}
		pending, started := it, false
		var end error
		one := func() (checkin.Item, error) {
			if !started {
				started = true
				return pending, nil
			}
			if end != nil {
				return checkin.Item{}, end
			}
			it, err := next()
			if err == nil && it.Type == checkin.ItemBackup {
				pending, err = it, io.EOF
			}
			end = err
			return it, err
		}
		if wanted(only, head.Event) {
			if err := store.Restore(ctx, head.Event, one); err != nil {
				return restoreError(head.Event, err)
			}
			fmt.Fprintf(p.out, "Restored %s with %d journal rows.\n", head.Event, head.Seq)
		}
		for end == nil {
			_, _ = one()
		}
		if it, err = pending, nil; !errors.Is(end, io.EOF) {
			return end
		}
		var same checkin.BackupHead
		if json.Unmarshal(pending.Data, &same) == nil && same.Event == head.Event {
			return nil
		}
	}
	if errors.Is(err, io.EOF) {
		return usageError{checkin.ErrBadBackup}
	}
	return err
}

// restoreError tells a file or an event that can't be taken from a store that
// failed.
func restoreError(event string, err error) error {
	err = fmt.Errorf("event %s: %w", event, err)
	if errors.Is(err, checkin.ErrUnavailable) {
		return errUnreachable{err}
	}
	return usageError{err}
}

func wanted(only []string, event string) bool {
	for _, e := range only {
		if e == event {
			return true
		}
	}
	return len(only) == 0
}
