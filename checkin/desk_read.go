package checkin

import (
	"context"

	"lanyard/badge"
)

// Badges by id, in order; a missing one is a zero Badge.
func (d *Desk) Badges(ctx context.Context, event string, ids []string) ([]badge.Badge, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	return d.store.Badges(ctx, event, ids)
}

// Places are what is known of a badge at the venues where it was scanned.
func (d *Desk) Places(ctx context.Context, event, badge string) ([]Presence, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	return d.store.Places(ctx, event, badge)
}

// Checkpoints are the signed checkpoints of the journal, by count.
func (d *Desk) Checkpoints(ctx context.Context, event string) ([]Checkpoint, error) {
	if err := own(event); err != nil {
		return nil, err
	}
	return d.store.Checkpoints(ctx, event)
}
