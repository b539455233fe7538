package checkin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"lanyard/badge"
)

const (
	tempImport = "import"
	// importLife is how long the report of an import can be asked for.
	importLife = 24 * time.Hour
	// importWait is how long StartImport waits for a short one to end.
	importWait = 3 * time.Second
	// importBeat is how often a running import says how far it is, and
	// importSilence after how long one that doesn't is given up.
	importBeat    = time.Second
	importSilence = time.Minute
)

// keptImport is a report as every process can answer it.
type keptImport struct {
	Event  string       `json:"event"`
	Beat   time.Time    `json:"beat"`
	Report ImportReport `json:"report"`
}

// StartImport is Import in the background. It reads the body, waits a little
// for the import to end, and otherwise reports how far it is: State is then
// ImportRunning and ImportReport tells of the rest for 24 hours.
func (d *Desk) StartImport(ctx context.Context, event string, by Stamp, body io.Reader, o ImportOptions) (*ImportReport, error) {
	// The whole file first: a slow upload must not hold a place that others wait
	// for.
	data, err := io.ReadAll(io.LimitReader(body, badge.MaxRosterBytes+1))
	if err != nil {
		return nil, err
	}
	leave, err := d.enterImport(ctx)
	if err != nil {
		return nil, err
	}
	begun := false
	defer func() {
		if !begun {
			leave()
		}
	}()
	if _, err := d.store.Config(ctx, event); err != nil {
		return nil, err
	}
	run := d.newImport(event, by, o, nil)
	if err := d.keepImport(ctx, run); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	begun = d.begin(func() {
		defer leave()
		beating := make(chan struct{})
		stop := make(chan struct{})
		go func() {
			defer close(beating)
			d.beatImport(run, stop)
		}()
		err := run.do(d.ctx, bytes.NewReader(data))
		close(stop)
		<-beating
		// The last word is kept even when it is that the program is stopping.
		last, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), importWait)
		defer cancel()
		if kept := d.keepImport(last, run); kept != nil {
			d.log.Warn("the report of an import could not be kept", "event", event, "import", run.report().ID, "error", kept)
		}
		ended <- err
	})
	if !begun {
		return nil, ErrClosing
	}
	select {
	case err := <-ended:
		return run.report(), err
	case <-time.After(importWait):
	case <-ctx.Done():
	}
	return run.report(), nil
}

// begin runs something that Close waits for, unless it has been called.
func (d *Desk) begin(work func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.work.Go(work)
	return true
}

func (d *Desk) beatImport(run *importRun, stop <-chan struct{}) {
	t := time.NewTicker(importBeat)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := d.keepImport(d.ctx, run); err != nil {
				d.log.Debug("the report of an import could not be kept", "event", run.event, "error", err)
			}
		case <-stop:
			return
		}
	}
}

func (d *Desk) keepImport(ctx context.Context, run *importRun) error {
	r := run.report()
	data, err := json.Marshal(keptImport{Event: run.event, Beat: d.Now(), Report: *r})
	if err != nil {
		return err
	}
	return d.store.PutTemp(ctx, tempImport, r.ID, data, d.Now().Add(importLife))
}

// ImportReport tells of an import that was begun in the last 24 hours, by
// whichever process: ErrNoTemp.
func (d *Desk) ImportReport(ctx context.Context, event, id string) (*ImportReport, error) {
	data, err := d.store.Temp(ctx, tempImport, id)
	if err != nil {
		return nil, err
	}
	var kept keptImport
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, err
	}
	if kept.Event != event {
		return nil, ErrNoTemp
	}
	if kept.Report.State == ImportRunning && d.Now().Sub(kept.Beat) > importSilence {
		kept.Report.interrupt()
	}
	return &kept.Report, nil
}
