package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lanyard/badge"
	"lanyard/checkin"
)

// MeasureStore is a store that tells the registry how long its operations
// take, as lanyard_store_seconds{op}. It hides what else the store can do: keep
// the store itself for that.
func MeasureStore(s checkin.Store, r *prometheus.Registry) (checkin.Store, error) {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lanyard_store_seconds", Help: "Time that an operation of the store takes.", Buckets: latency}, []string{"op"})
	if err := r.Register(v); err != nil {
		return nil, err
	}
	m := &measuredStore{Store: s}
	for op, into := range map[string]*prometheus.Observer{
		"events": &m.events, "config": &m.config, "configure": &m.configure, "operator_by_key": &m.operatorByKey,
		"put_attendees": &m.putAttendees, "attendees": &m.attendees, "issue": &m.issue, "revoke": &m.revoke,
		"badge_by_link": &m.badgeByLink, "scan": &m.scan, "undo": &m.undo, "sweep": &m.sweep, "counts": &m.counts,
		"history": &m.history, "inside": &m.inside, "journal": &m.journal,
	} {
		*into = v.WithLabelValues(op)
	}
	return m, nil
}

type measuredStore struct {
	checkin.Store
	events, config, configure, operatorByKey, putAttendees, attendees, issue, revoke, badgeByLink,
	scan, undo, sweep, counts, history, inside, journal prometheus.Observer
}

func since(began time.Time, o prometheus.Observer) { o.Observe(time.Since(began).Seconds()) }

func (m *measuredStore) Events(ctx context.Context) ([]badge.Event, error) {
	defer since(time.Now(), m.events)
	return m.Store.Events(ctx)
}

func (m *measuredStore) Config(ctx context.Context, event string) (*checkin.Config, error) {
	defer since(time.Now(), m.config)
	return m.Store.Config(ctx, event)
}

func (m *measuredStore) Configure(ctx context.Context, event string, c checkin.Change) (*checkin.Config, error) {
	defer since(time.Now(), m.configure)
	return m.Store.Configure(ctx, event, c)
}

func (m *measuredStore) OperatorByKey(ctx context.Context, keyHash string) (checkin.Operator, error) {
	defer since(time.Now(), m.operatorByKey)
	return m.Store.OperatorByKey(ctx, keyHash)
}

func (m *measuredStore) PutAttendees(ctx context.Context, event string, by checkin.Stamp, puts []checkin.PutAttendee) ([]checkin.PutResult, error) {
	defer since(time.Now(), m.putAttendees)
	return m.Store.PutAttendees(ctx, event, by, puts)
}

func (m *measuredStore) Attendees(ctx context.Context, event string, q badge.Query) ([]badge.Attendee, string, error) {
	defer since(time.Now(), m.attendees)
	return m.Store.Attendees(ctx, event, q)
}

func (m *measuredStore) Issue(ctx context.Context, event string, by checkin.Stamp, issues []checkin.Issue) ([]checkin.IssueResult, error) {
	defer since(time.Now(), m.issue)
	return m.Store.Issue(ctx, event, by, issues)
}

func (m *measuredStore) Revoke(ctx context.Context, event string, by checkin.Stamp, id, why string) (badge.Badge, error) {
	defer since(time.Now(), m.revoke)
	return m.Store.Revoke(ctx, event, by, id, why)
}

func (m *measuredStore) BadgeByLink(ctx context.Context, link string) (string, badge.Badge, error) {
	defer since(time.Now(), m.badgeByLink)
	return m.Store.BadgeByLink(ctx, link)
}

func (m *measuredStore) Scan(ctx context.Context, event string, scans []checkin.Scan) ([]checkin.Outcome, error) {
	defer since(time.Now(), m.scan)
	return m.Store.Scan(ctx, event, scans)
}

func (m *measuredStore) Undo(ctx context.Context, event string, u checkin.Undo) (checkin.Answer, error) {
	defer since(time.Now(), m.undo)
	return m.Store.Undo(ctx, event, u)
}

func (m *measuredStore) Sweep(ctx context.Context, event string, now time.Time) (int, error) {
	defer since(time.Now(), m.sweep)
	return m.Store.Sweep(ctx, event, now)
}

func (m *measuredStore) Counts(ctx context.Context, event string, now time.Time) (*checkin.Counts, error) {
	defer since(time.Now(), m.counts)
	return m.Store.Counts(ctx, event, now)
}

func (m *measuredStore) History(ctx context.Context, event, venue string, from, to time.Time) ([]checkin.Bucket, error) {
	defer since(time.Now(), m.history)
	return m.Store.History(ctx, event, venue, from, to)
}

func (m *measuredStore) Inside(ctx context.Context, event, venue string) ([]checkin.Inside, error) {
	defer since(time.Now(), m.inside)
	return m.Store.Inside(ctx, event, venue)
}

func (m *measuredStore) Journal(ctx context.Context, event string, after uint64, limit int) ([]checkin.Row, error) {
	defer since(time.Now(), m.journal)
	return m.Store.Journal(ctx, event, after, limit)
}
