package checkin

import (
	"bytes"
	"context"
	"io"

	"lanyard/badge"
)

// PreviewImport tells what a roster file holds, for a person who is to say what
// its columns mean: *badge.FileError, ErrNoEvent. Nothing of it is kept.
func (d *Desk) PreviewImport(ctx context.Context, event string, body io.Reader, o badge.ReadOptions) (*badge.Preview, error) {
	data, err := io.ReadAll(io.LimitReader(body, badge.MaxRosterBytes+1))
	if err != nil {
		return nil, err
	}
	leave, err := d.enterImport(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := own(event); err != nil {
		return nil, err
	}
	if _, err := d.store.Config(ctx, event); err != nil {
		return nil, err
	}
	return badge.ReadPreview(bytes.NewReader(data), o)
}
