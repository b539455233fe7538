package simulate

import (
	"fmt"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// somebodyUndoes takes a scan back: the phone's own of a moment ago, or as a
// supervisor any.
func (w *world) somebodyUndoes() error {
	if len(w.shown) == 0 {
		return nil
	}
	recent := w.shown[max(0, len(w.shown)-30):]
	id := recent[w.IntN(len(recent))]
	for _, f := range w.phones {
		for i, q := range f.queue {
			if q.scan.ID == id {
				f.retract(i)
				return nil
			}
		}
	}
	u := &checkin.Undo{ScanID: id, Now: w.now, Operator: supervisor, Any: true}
	if told := w.k.fold.told[id]; told != nil && w.one(2) {
		u.Operator, u.Any = told.row.Operator, false
	}
	_, err := w.tell(Command{Kind: undoCommand, Undo: u})
	return err
}

// deskWorks: badges are revoked and made again, people change category, come
// late, or have themselves erased.
func (w *world) deskWorks() error {
	p := w.people[w.IntN(len(w.people))]
	switch n := w.IntN(20); {
	case n < 6:
		return w.issue(p)
	case n < 13:
		_, err := w.tell(Command{Kind: revokeCommand, ID: p.badge})
		return err
	case n < 17:
		p.category = pick(w, categories...)
		_, err := w.tell(Command{Kind: peopleCommand, People: []checkin.PutAttendee{{Mode: checkin.Upsert,
			Attendee: badge.Attendee{ID: p.id, Ref: "R" + p.id, Name: p.id, Category: p.category}}}})
		return err
	case n < 19:
		return w.register(fmt.Sprintf("late%d", len(w.people)))
	}
	if _, err := w.tell(Command{Kind: eraseCommand, ID: p.id}); err != nil {
		return err
	}
	return nil
}

// organizerChanges a venue, a gate staff's right or a key in mid-stream.
func (w *world) organizerChanges() error {
	var rec checkin.Record
	switch n := w.IntN(20); {
	case n == 0:
		k := w.k.cfg.Keys[w.IntN(len(w.k.cfg.Keys))]
		k.Status = pick(w, badge.KeyActive, badge.KeyRetired, badge.KeyRetired, badge.KeyWithdrawn)
		rec = checkin.NewRecord(k)
	case n == 1:
		o, _ := w.k.cfg.Operator(w.phones[w.IntN(len(w.phones))].operator)
		if at := w.now; o.RevokedAt == nil {
			o.RevokedAt = &at
		} else {
			o.RevokedAt = nil
		}
		rec = checkin.NewRecord(o)
	default:
		v := w.k.cfg.Venues[w.IntN(len(w.k.cfg.Venues))]
		w.change(&v)
		rec = checkin.NewRecord(v)
	}
	_, err := w.tell(Command{Kind: configureCommand, Put: []checkin.Record{rec}})
	return err
}

func (w *world) change(v *checkin.Venue) {
	switch w.IntN(7) {
	case 0, 1:
		v.Capacity = w.IntN(12)
	case 2:
		v.Reentry = pick(w, checkin.Free, checkin.Once, checkin.Daily)
	case 3:
		v.Categories = pick(w, nil, []string{"vip"}, []string{"delegate", "press"})
	case 4:
		v.Hours = pick(w, nil, []checkin.Window{{From: "09:00", To: "12:30"}, {From: "13:00", To: "18:00"}}, []checkin.Window{{From: "20:00", To: "03:00"}})
	case 5:
		v.Exclusive = pick(w, "", "forum", "fair")
	case 6:
		minute := w.now.In(w.k.loc).Add(time.Duration(w.IntN(60)) * time.Minute).Format("15:04")
		v.AutoExitAt = pick(w, "", "23:30", "02:30", minute)
	}
}
