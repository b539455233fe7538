package checkin

import "cmp"

// fact is an admission or an exit, as far as it tells where the badge is.
type fact struct {
	id      string // of the scan
	at      int64  // Unix milliseconds
	enters  bool
	arrived bool   // known to be the latest, whatever the clocks say
	gate    string // of an entry, as are:
	by      string // operator
	day     int    // local day, in days since 1970-01-01
}

// move takes the badge to or from p, the place of the fact, out of the others
// of its exclusive group, and gives those that it leaves. A fact is late when
// it is older than what is known of the badge at p or, as an entry, at one of
// the others: it moves nobody to or from p, but its badge is no longer where it
// was before it.
func (f *fact) move(p *Presence, others []*Presence) (late bool, left []*Presence) {
	late = f.late(p, others)
	if !late {
		p.Inside, p.MovedBy = f.enters, f.id
		if p.MovedAt = max(p.MovedAt, f.at); !f.arrived {
			p.MovedAt = f.at
		}
	}
	if !f.enters {
		return late, nil
	}
	if f.arrived || after(f.at, f.id, p.EntryAt, p.EntryID) {
		p.EntryAt, p.EntryID, p.EntryGate, p.EntryBy, p.EntryDay = f.at, f.id, f.gate, f.by, f.day
	}
	for _, q := range others {
		if !q.Inside || late && after(q.EntryAt, q.EntryID, f.at, f.id) {
			continue
		}
		q.Inside, q.MovedAt, q.MovedBy = false, max(f.at, q.MovedAt), f.id
		left = append(left, q)
	}
	return late, left
}

func (f *fact) late(p *Presence, others []*Presence) bool {
	if f.arrived {
		return false
	}
	if after(p.MovedAt, p.MovedBy, f.at, f.id) {
		return true
	}
	for _, q := range others {
		if f.enters && after(q.EntryAt, q.EntryID, f.at, f.id) {
			return true
		}
	}
	return false
}

// after orders facts by their time, and facts of one millisecond by their id,
// so that the order in which phones sync decides nothing.
func after(at int64, id string, thanAt int64, thanID string) bool {
	return cmp.Or(cmp.Compare(at, thanAt), cmp.Compare(id, thanID)) > 0
}

// fact is what the row of a scan tells of where its badge is.
func (e *Entry) fact() fact {
	r := &e.Row
	f := fact{id: r.ScanID, at: r.At.UnixMilli(), enters: r.Result == Admitted, arrived: !r.Offline || r.At.Equal(r.RecordedAt),
		gate: r.Gate, by: r.Operator, day: e.Day}
	if len(e.After) > 0 && e.After[0].EntryID == r.ScanID {
		f.day = e.After[0].EntryDay
	}
	return f
}
