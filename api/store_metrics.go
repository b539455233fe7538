package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lanyard/badge"
	"lanyard/checkin"
)

// MeasureStore is a store that tells the registry how long its operations
// take, as lanyard_store_seconds{op}: all but Follow, Backup and Restore, which
// take as long as their callers let them. It hides what else the store can do:
// keep the store itself for that.
func MeasureStore(s checkin.Store, r *prometheus.Registry) (checkin.Store, error) {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lanyard_store_seconds", Help: "Time that an operation of the store takes.", Buckets: latency}, []string{"op"})
	if err := r.Register(v); err != nil {
		return nil, err
	}
	m := &measuredStore{Store: s, ops: map[string]prometheus.Observer{}}
	for _, op := range storeOps {
		m.ops[op] = v.WithLabelValues(op)
	}
	return m, nil
}

// storeOps are the methods of a store that are measured.
var storeOps = [...]string{
	"events", "config", "configure", "delete_event", "operator_by_key", "put_attendees", "erase", "attendee",
	"attendees", "count_attendees", "issue", "revoke", "badge", "badges", "badge_by_link", "scan", "undo", "sweep", "counts",
	"history", "inside", "places", "journal", "seq", "add_checkpoint", "checkpoints", "put_temp", "temp",
	"take_temp", "drop_temp", "durability", "ping",
}

type measuredStore struct {
	checkin.Store
	ops map[string]prometheus.Observer
}

func (m *measuredStore) since(began time.Time, op string) {
	m.ops[op].Observe(time.Since(began).Seconds())
}

func (m *measuredStore) Events(ctx context.Context) ([]badge.Event, error) {
	defer m.since(time.Now(), "events")
	return m.Store.Events(ctx)
}

func (m *measuredStore) Config(ctx context.Context, event string) (*checkin.Config, error) {
	defer m.since(time.Now(), "config")
	return m.Store.Config(ctx, event)
}

func (m *measuredStore) Configure(ctx context.Context, event string, c checkin.Change) (*checkin.Config, error) {
	defer m.since(time.Now(), "configure")
	return m.Store.Configure(ctx, event, c)
}

func (m *measuredStore) DeleteEvent(ctx context.Context, event string) error {
	defer m.since(time.Now(), "delete_event")
	return m.Store.DeleteEvent(ctx, event)
}

func (m *measuredStore) OperatorByKey(ctx context.Context, keyHash string) (checkin.Operator, error) {
	defer m.since(time.Now(), "operator_by_key")
	return m.Store.OperatorByKey(ctx, keyHash)
}

func (m *measuredStore) PutAttendees(ctx context.Context, event string, by checkin.Stamp, puts []checkin.PutAttendee) ([]checkin.PutResult, error) {
	defer m.since(time.Now(), "put_attendees")
	return m.Store.PutAttendees(ctx, event, by, puts)
}

func (m *measuredStore) Erase(ctx context.Context, event string, by checkin.Stamp, id string) error {
	defer m.since(time.Now(), "erase")
	return m.Store.Erase(ctx, event, by, id)
}

func (m *measuredStore) Attendee(ctx context.Context, event, id string) (badge.Attendee, error) {
	defer m.since(time.Now(), "attendee")
	return m.Store.Attendee(ctx, event, id)
}

func (m *measuredStore) Attendees(ctx context.Context, event string, q badge.Query) ([]badge.Attendee, string, error) {
	defer m.since(time.Now(), "attendees")
	return m.Store.Attendees(ctx, event, q)
}

func (m *measuredStore) CountAttendees(ctx context.Context, event string, q badge.Query) (int, error) {
	defer m.since(time.Now(), "count_attendees")
	return m.Store.CountAttendees(ctx, event, q)
}

func (m *measuredStore) Issue(ctx context.Context, event string, by checkin.Stamp, issues []checkin.Issue) ([]checkin.IssueResult, error) {
	defer m.since(time.Now(), "issue")
	return m.Store.Issue(ctx, event, by, issues)
}

func (m *measuredStore) Revoke(ctx context.Context, event string, by checkin.Stamp, id, why string) (badge.Badge, error) {
	defer m.since(time.Now(), "revoke")
	return m.Store.Revoke(ctx, event, by, id, why)
}

func (m *measuredStore) Badge(ctx context.Context, event, id string) (badge.Badge, error) {
	defer m.since(time.Now(), "badge")
	return m.Store.Badge(ctx, event, id)
}

func (m *measuredStore) Badges(ctx context.Context, event string, ids []string) ([]badge.Badge, error) {
	defer m.since(time.Now(), "badges")
	return m.Store.Badges(ctx, event, ids)
}

func (m *measuredStore) BadgeByLink(ctx context.Context, link string) (string, badge.Badge, error) {
	defer m.since(time.Now(), "badge_by_link")
	return m.Store.BadgeByLink(ctx, link)
}

func (m *measuredStore) Scan(ctx context.Context, event string, scans []checkin.Scan) ([]checkin.Outcome, error) {
	defer m.since(time.Now(), "scan")
	return m.Store.Scan(ctx, event, scans)
}

func (m *measuredStore) Undo(ctx context.Context, event string, u checkin.Undo) (checkin.Answer, error) {
	defer m.since(time.Now(), "undo")
	return m.Store.Undo(ctx, event, u)
}

func (m *measuredStore) Sweep(ctx context.Context, event string, now time.Time) (int, error) {
	defer m.since(time.Now(), "sweep")
	return m.Store.Sweep(ctx, event, now)
}

func (m *measuredStore) Counts(ctx context.Context, event string, now time.Time) (*checkin.Counts, error) {
	defer m.since(time.Now(), "counts")
	return m.Store.Counts(ctx, event, now)
}

func (m *measuredStore) History(ctx context.Context, event, venue string, from, to time.Time) ([]checkin.Bucket, error) {
	defer m.since(time.Now(), "history")
	return m.Store.History(ctx, event, venue, from, to)
}

func (m *measuredStore) Inside(ctx context.Context, event, venue string) ([]checkin.Inside, error) {
	defer m.since(time.Now(), "inside")
	return m.Store.Inside(ctx, event, venue)
}

func (m *measuredStore) Places(ctx context.Context, event, badge string) ([]checkin.Presence, error) {
	defer m.since(time.Now(), "places")
	return m.Store.Places(ctx, event, badge)
}

func (m *measuredStore) Journal(ctx context.Context, event string, after uint64, limit int) ([]checkin.Row, error) {
	defer m.since(time.Now(), "journal")
	return m.Store.Journal(ctx, event, after, limit)
}

func (m *measuredStore) Seq(ctx context.Context, event string) (uint64, error) {
	defer m.since(time.Now(), "seq")
	return m.Store.Seq(ctx, event)
}

func (m *measuredStore) AddCheckpoint(ctx context.Context, c checkin.Checkpoint) error {
	defer m.since(time.Now(), "add_checkpoint")
	return m.Store.AddCheckpoint(ctx, c)
}

func (m *measuredStore) Checkpoints(ctx context.Context, event string) ([]checkin.Checkpoint, error) {
	defer m.since(time.Now(), "checkpoints")
	return m.Store.Checkpoints(ctx, event)
}

func (m *measuredStore) PutTemp(ctx context.Context, kind, id string, data []byte, until time.Time) error {
	defer m.since(time.Now(), "put_temp")
	return m.Store.PutTemp(ctx, kind, id, data, until)
}

func (m *measuredStore) Temp(ctx context.Context, kind, id string) ([]byte, error) {
	defer m.since(time.Now(), "temp")
	return m.Store.Temp(ctx, kind, id)
}

func (m *measuredStore) TakeTemp(ctx context.Context, kind, id string) ([]byte, error) {
	defer m.since(time.Now(), "take_temp")
	return m.Store.TakeTemp(ctx, kind, id)
}

func (m *measuredStore) DropTemp(ctx context.Context, kind, id string) error {
	defer m.since(time.Now(), "drop_temp")
	return m.Store.DropTemp(ctx, kind, id)
}

func (m *measuredStore) Durability(ctx context.Context) ([]checkin.Finding, error) {
	defer m.since(time.Now(), "durability")
	return m.Store.Durability(ctx)
}

func (m *measuredStore) Ping(ctx context.Context) error {
	defer m.since(time.Now(), "ping")
	return m.Store.Ping(ctx)
}
