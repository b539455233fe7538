package simulate

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// world is one conference, and everybody at it.
type world struct {
	*rand.Rand
	k      *checker
	now    time.Time
	start  time.Time
	people []*person
	phones []*phone
	asked  []checkin.Scan // the latest, as they were asked
	shown  []string       // scan ids, for undos
	badges int
	run    *run
}

// person of the roster, and where they really are.
type person struct {
	id, category string
	badge        string
	older        []string // badges that have ended
	where        map[string]bool
}

// tell executes a command and keeps it for a trace.
func (w *world) tell(c Command) (result, error) {
	c.At = w.now
	w.run.report.Operations += max(1, len(c.Scans))
	w.run.commands = append(w.run.commands, c)
	r, err := w.k.run(w.run.ctx, &c)
	if err == nil && r.Err == nil {
		w.run.report.Acknowledged++
	}
	return r, err
}

func (w *world) fault(name string) {
	w.run.report.Faults++
	w.run.report.ByFault[name]++
}

// one is true once in n.
func (w *world) one(n int) bool { return w.IntN(n) == 0 }

func pick[T any](w *world, from ...T) T { return from[w.IntN(len(from))] }

func (w *world) uuid() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(w.IntN(256))
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// begin creates the event, its roster and its badges.
func (w *world) begin() error {
	evening := pick(w, evenings...)
	start, err := time.Parse(time.RFC3339, evening.at)
	if err != nil {
		return err
	}
	w.now, w.start = start.UTC(), start.UTC()
	if _, err := w.tell(Command{Kind: configureCommand, Put: records(w.k.event, evening.zone, w.now)}); err != nil {
		return err
	}
	for i := range 14 + w.IntN(20) {
		if err := w.register(fmt.Sprintf("p%d", i)); err != nil {
			return err
		}
	}
	for _, g := range w.k.cfg.Gates {
		w.phones = append(w.phones, &phone{operator: "at-" + g.ID, gate: g, moves: map[spot]move{}})
	}
	return nil
}

// register puts somebody on the roster and gives them a badge.
func (w *world) register(id string) error {
	p := &person{id: id, category: pick(w, categories...), where: map[string]bool{}}
	put := checkin.PutAttendee{Attendee: badge.Attendee{ID: id, Ref: "R" + id, Name: id, Category: p.category}}
	if _, err := w.tell(Command{Kind: peopleCommand, People: []checkin.PutAttendee{put}}); err != nil {
		return err
	}
	w.people = append(w.people, p)
	return w.issue(p)
}

func (w *world) issue(p *person) error {
	w.badges++
	b := newBadge(w.Rand, w.k.event, w.badges, p.id, p.category, w.start)
	r, err := w.tell(Command{Kind: issueCommand, Issues: []checkin.Issue{{Badge: b, Replace: true}}})
	if err != nil {
		return err
	}
	if len(r.Issued) != 1 || r.Issued[0].Err != nil {
		return nil // the person has been erased
	}
	if p.badge != "" {
		p.older = append(p.older, p.badge)
	}
	p.badge = b.ID
	return nil
}

// pass lets time go by: moments by day, rarely hours, sometimes the night.
func (w *world) pass() {
	switch n := w.IntN(100); {
	case n < 60:
		w.now = w.now.Add(time.Duration(1+w.IntN(20_000)) * time.Millisecond)
	case n < 92:
		w.now = w.now.Add(time.Duration(20+w.IntN(400)) * time.Second)
	case n < 98:
		w.now = w.now.Add(time.Duration(10+w.IntN(80)) * time.Minute)
	case n < 99:
		w.now = w.now.Add(time.Duration(2+w.IntN(9)) * time.Hour)
	default: // to a minute around a midnight, a change of clocks, an hour that strikes
		local := w.now.In(w.k.loc)
		clock := pick(w, 0, 90, 120, 150, 180, 11*60, 18*60+30)
		next := time.Date(local.Year(), local.Month(), local.Day(), 0, clock, 0, 0, w.k.loc).Add(time.Duration(w.IntN(5)-2) * time.Second)
		if !next.After(w.now) {
			next = next.AddDate(0, 0, 1)
		}
		w.now = next.UTC()
	}
	w.now = w.now.Truncate(time.Millisecond)
}

// step is one thing that somebody does.
func (w *world) step() error {
	w.pass()
	switch n := w.IntN(1000); {
	case n < 640:
		return w.somebodyPasses()
	case n < 760:
		return w.somePhoneSyncs()
	case n < 800:
		return w.somePhoneFails()
	case n < 830:
		return w.askAgain()
	case n < 870:
		return w.somebodyUndoes()
	case n < 910:
		return w.deskWorks()
	case n < 945:
		return w.organizerChanges()
	case n < 970:
		_, err := w.tell(Command{Kind: sweepCommand})
		return err
	case n < 988:
		return w.lateRequests()
	default:
		return w.everyOrder()
	}
}
