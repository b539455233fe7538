package checkin

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"

	"lanyard/badge"
)

// ImportOptions say how a roster is taken in.
type ImportOptions struct {
	DryRun bool // tell what would happen, change nothing
	Issue  bool // and give everybody in the file a badge who never had one
	// Read says how the file is to be understood. Its categories are filled in.
	Read badge.ReadOptions
}

// The states of an import.
const (
	ImportRunning = "running"
	ImportDone    = "done"
	ImportFailed  = "failed"
)

// ImportReport tells what became of a roster file. Rows is how many it has
// below the header: each was either accepted, which is that the roster now
// holds what it says, or refused. Of the accepted ones Updated changed somebody
// and Unchanged changed nothing. Done counts the rows that need no more work.
type ImportReport struct {
	ID        string           `json:"id"`
	State     string           `json:"state"`
	DryRun    bool             `json:"dry_run"`
	Rows      int              `json:"rows"`
	Done      int              `json:"done"`
	Accepted  int              `json:"accepted"`
	Updated   int              `json:"updated"`
	Unchanged int              `json:"unchanged"`
	Refused   int              `json:"refused"`
	Issued    int              `json:"issued"`
	Errors    []badge.RowError `json:"errors"`
	// ErrorsOmitted is how many more there are than Errors holds.
	ErrorsOmitted int `json:"errors_omitted,omitempty"`
	// Columns are the columns that were understood, by field; Unused are the
	// headers of the others.
	Columns map[string]badge.Column `json:"columns"`
	Unused  []string                `json:"unused"`
	// Code and Detail tell why an import failed.
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
}

const (
	maxRowErrors = 1000
	maxImports   = 2 // at the same time in one process; others wait
)

// Import reads a roster from a CSV file or an XLSX workbook of at most
// badge.MaxRosterBytes and stores its rows, each by itself. The same ref again
// updates, so a file can be imported twice and an interrupted import begun
// again. A file that can't be read at all is a *badge.FileError and changes
// nothing; when the store fails midway the report tells how far it went.
// progress is told how many of the rows need no more work.
func (d *Desk) Import(ctx context.Context, event string, by Stamp, body io.Reader, o ImportOptions, progress func(done, total int)) (*ImportReport, error) {
	leave, err := d.enterImport(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	run := d.newImport(event, by, o, progress)
	err = run.do(ctx, body)
	return run.report(), err
}

// enterImport waits for a place among the imports of this process.
func (d *Desk) enterImport(ctx context.Context) (leave func(), err error) {
	select {
	case d.imports <- struct{}{}:
		return func() { <-d.imports }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-d.ctx.Done():
		return nil, ErrClosing
	}
}

// importRun is an import on its way. Its stages run at the same time.
type importRun struct {
	desk     *Desk
	event    string
	by       Stamp
	options  ImportOptions
	progress func(done, total int)

	mu sync.Mutex
	r  ImportReport
}

func (d *Desk) newImport(event string, by Stamp, o ImportOptions, progress func(done, total int)) *importRun {
	if progress == nil {
		progress = func(int, int) {}
	}
	return &importRun{desk: d, event: event, by: by, options: o, progress: progress,
		r: ImportReport{ID: badge.NewID(), State: ImportRunning, DryRun: o.DryRun,
			Errors: []badge.RowError{}, Columns: map[string]badge.Column{}, Unused: []string{}}}
}

// note lets f change the report and counts rows that are done with.
func (run *importRun) note(rows int, f func(*ImportReport)) {
	run.mu.Lock()
	defer run.mu.Unlock()
	f(&run.r)
	run.r.Done += rows
	run.progress(run.r.Done, run.r.Rows)
}

// report is how far it is.
func (run *importRun) report() *ImportReport {
	run.mu.Lock()
	defer run.mu.Unlock()
	r := run.r
	r.Errors, r.Columns, r.Unused = slices.Clone(r.Errors), maps.Clone(r.Columns), slices.Clone(r.Unused)
	return &r
}

// refuse notes what is wrong with a row.
func (r *ImportReport) refuse(problems ...badge.RowError) {
	r.Refused++
	for _, p := range problems {
		if len(r.Errors) < maxRowErrors {
			r.Errors = append(r.Errors, p)
		} else {
			r.ErrorsOmitted++
		}
	}
}

// fail notes why an import ended early.
func (r *ImportReport) fail(err error) {
	r.State, r.Code, r.Detail = ImportFailed, "internal", "The import was stopped by a fault of the program."
	var file *badge.FileError
	switch {
	case errors.As(err, &file):
		r.Code, r.Detail = file.Code, file.Message
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrClosing):
		r.interrupt()
	case errors.Is(err, ErrUnavailable):
		r.Code, r.Detail = "unavailable", "The store could not be reached any more: import the file again to finish."
	case errors.Is(err, ErrNoEvent):
		r.Code, r.Detail = "no_event", "The event is gone."
	}
}

func (r *ImportReport) interrupt() {
	r.State, r.Code, r.Detail = ImportFailed, "interrupted", "The import was interrupted: import the file again to finish."
}
