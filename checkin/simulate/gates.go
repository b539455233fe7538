package simulate

import (
	"time"

	"lanyard/checkin"
)

// somebodyPasses: a person walks up to a gate, mostly the way that is theirs.
func (w *world) somebodyPasses() error {
	p := w.people[w.IntN(len(w.people))]
	f := w.phones[w.IntN(len(w.phones))]
	if w.one(2) { // crowds are at few gates
		f = w.phones[w.IntN(6)]
	}
	dir := checkin.In
	if p.where[f.gate.Venue] != w.one(12) {
		dir = checkin.Out
	}
	if f.gate.Direction != checkin.Both {
		dir = f.gate.Direction
	}
	c := checkin.Scan{ID: w.uuid(), Gate: f.gate.ID, Direction: dir, Operator: f.operator, Guarded: w.one(2)}
	w.token(p, &c)
	override := false
	if w.one(25) {
		c.Override, c.Operator, override = "let in", supervisor, true
	}
	if w.one(40) {
		c.DryRun = true
	}
	return w.scan(f, p, c, override)
}

// token is what the person holds out: a badge, an old one, or something else.
func (w *world) token(p *person, c *checkin.Scan) {
	c.Badge = p.badge
	if n := len(p.older); n > 0 && w.one(6) {
		c.Badge = p.older[w.IntN(n)]
	}
	if w.one(60) {
		c.Badge = "b9999999999" // signed by us and on no record
	}
	c.Content = "token-of-" + c.Badge
	c.Key = w.k.badges[c.Badge].Key
	switch {
	case c.Key == "":
		c.Key = "k1"
	case w.one(3):
		c.Unverified = true
	}
	if w.one(60) {
		c.Refused, c.Badge, c.Unverified, c.Content = pick(w, checkin.InvalidToken, checkin.WrongEvent), "", false, "forged"
	}
}

// scan is one reading at a gate, with what may go wrong on the way.
func (w *world) scan(f *phone, p *person, c checkin.Scan, override bool) error {
	if !f.online(w.now) {
		return w.decide(f, p, c, override)
	}
	if f.known == nil || w.one(4) {
		f.learn(w.k, w.now)
		f.off = time.Duration(w.IntN(1200)-600) * time.Millisecond
	}
	c.Now, c.At = w.now, w.now
	switch n := w.IntN(100); {
	case n < 4: // the request never arrives
		w.fault("request lost")
		return w.decide(f, p, c, override)
	case n < 8: // it arrives when the phone has long decided
		w.fault("request late")
		f.late = append(f.late, c)
		return w.decide(f, p, c, override)
	}
	r, err := w.ask(c)
	if err != nil {
		return err
	}
	if w.one(25) {
		w.fault("answer lost")
		return w.decide(f, p, c, override)
	}
	if w.one(20) {
		w.fault("request doubled")
		if _, err := w.ask(c); err != nil {
			return err
		}
	}
	o := r.Outcomes[0]
	if o.Err != nil || c.DryRun {
		return nil
	}
	f.saw(c, o.Answer.Result, w.now, false)
	w.walk(f, p, o.Answer.Result)
	return nil
}

func (w *world) ask(c checkin.Scan) (result, error) {
	w.asked = append(w.asked, c)
	w.shown = append(w.shown, c.ID)
	return w.tell(Command{Kind: scanCommand, Scans: []checkin.Scan{c}})
}

// walk moves the person as the verdict allows, and some in spite of it.
func (w *world) walk(f *phone, p *person, shown checkin.Result) {
	switch {
	case shown == checkin.Denied:
	case w.one(50): // scanned, and stayed where they were
	default:
		p.where[f.gate.Venue] = shown == checkin.Admitted
	}
}

// decide is the phone's own verdict, kept for the upload unless it dies first.
func (w *world) decide(f *phone, p *person, c checkin.Scan, override bool) error {
	if f.known == nil || c.DryRun {
		return nil
	}
	b := w.k.badges[c.Badge]
	shown := f.judge(c, b, override, w.now)
	w.walk(f, p, shown)
	if w.one(30) {
		w.fault("phone died before keeping")
		return nil
	}
	at := f.clock(w.now)
	f.queue = append(f.queue, fact{scan: c, at: at, shown: shown})
	f.saw(c, shown, at, true)
	w.shown = append(w.shown, c.ID)
	if w.one(40) {
		f.retract(len(f.queue) - 1)
	}
	return nil
}

// somePhoneSyncs: what waits goes up, in batches that are cut, doubled,
// reordered, or whose answer is lost.
func (w *world) somePhoneSyncs() error {
	f := w.phones[w.IntN(len(w.phones))]
	if !f.online(w.now) {
		return nil
	}
	f.learn(w.k, w.now)
	f.off = time.Duration(w.IntN(1200)-600) * time.Millisecond
	if len(f.queue) == 0 {
		return nil
	}
	batch := make([]checkin.Scan, 0, len(f.queue))
	for _, q := range f.queue {
		batch = append(batch, q.upload(w.now))
	}
	done := len(batch)
	if w.one(6) {
		w.fault("batch reordered")
		w.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	} else if w.one(6) {
		w.fault("batch cut")
		done = w.IntN(len(batch) + 1)
		batch = batch[:done]
	}
	if w.one(8) && len(batch) > 0 {
		w.fault("batch doubled")
		batch = append(batch, batch[w.IntN(len(batch))])
	}
	if len(batch) == 0 {
		return nil
	}
	w.asked = append(w.asked, batch...)
	if _, err := w.tell(Command{Kind: scanCommand, Scans: batch}); err != nil {
		return err
	}
	if w.one(6) {
		w.fault("answer to a batch lost")
		if w.one(4) {
			f.retract(w.IntN(len(f.queue)))
		}
		return nil
	}
	f.confirmed(done)
	return nil
}

// confirmed takes the first n off the queue.
func (p *phone) confirmed(n int) {
	for _, q := range p.queue[:n] {
		for s, m := range p.moves {
			if m.scan == q.scan.ID {
				m.queued = false
				p.moves[s] = m
			}
		}
	}
	p.queue = append([]fact(nil), p.queue[n:]...)
}

// somePhoneFails: it goes offline, for moments or for most of a day, its clock
// is set wrong, or it starts again with what it last kept.
func (w *world) somePhoneFails() error {
	f := w.phones[w.IntN(len(w.phones))]
	if f.known == nil {
		f.learn(w.k, w.now)
	}
	switch w.IntN(5) {
	case 0, 1, 2:
		w.fault("phone offline")
		f.offlineUntil = w.now.Add(time.Duration(1+w.IntN(60)) * pick(w, time.Second, time.Minute, 10*time.Minute))
	case 3:
		w.fault("clock off")
		f.off = time.Duration(w.IntN(2000)-1000) * pick(w, time.Millisecond, time.Second, 10*time.Second)
		if w.one(10) {
			f.off = time.Unix(0, 0).Sub(w.now) // a clock that was reset
		}
	case 4:
		w.fault("phone restarted")
		if w.one(2) {
			f.moves = map[spot]move{}
		}
	}
	return nil
}

// askAgain sends a request that was answered before: the same, or with other
// content under its id.
func (w *world) askAgain() error {
	if len(w.asked) == 0 {
		return nil
	}
	c := w.asked[w.IntN(len(w.asked))]
	w.fault("request again")
	c.Now, c.DryRun = w.now, false
	if !c.Offline {
		c.At = w.now
	}
	switch w.IntN(6) {
	case 0:
		c.Content = "other"
	case 1:
		c.Gate = w.phones[w.IntN(len(w.phones))].gate.ID
	}
	_, err := w.tell(Command{Kind: scanCommand, Scans: []checkin.Scan{c}})
	return err
}

// lateRequests reach the server long after the phone gave up on them.
func (w *world) lateRequests() error {
	for _, f := range w.phones {
		late := f.late
		f.late = nil
		for _, c := range late {
			c.Now, c.At = w.now, w.now
			if _, err := w.ask(c); err != nil {
				return err
			}
		}
	}
	return nil
}
