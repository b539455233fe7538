package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Run is how the gates scan.
type Run struct {
	Mix      Mix
	Rate     float64 // scans a second of all gates together; 0 is closed loop
	Poisson  bool
	Duration time.Duration
	Seed     uint64
	Unread   bool // answers are not looked at: the baseline's say nothing
}

// Answered is one scan as its gate remembers it.
type Answered struct {
	ID       [36]byte
	Gate     int32 // index into the hall's gates
	Badge    int32 // index into the hall's badges, -1 for a foreign token
	Out      bool
	Settled  bool // answered 200 in the end; otherwise the server may have recorded it or not
	Replayed bool
	Result   string
	Reason   string
	Note     string
	Seq      uint64
	Inside   int // the venue's count, -1 where the answer had none
	Problem  string
	Sent     time.Time // the first time
}

// Outcome of a run.
type Outcome struct {
	Answers  []Answered
	Elapsed  time.Duration // until the last answer
	Times    []time.Duration
	Waits    []time.Duration // from when a scan was due until it left, open loop only
	Statuses map[int]int     // other than 200, retries included
	Failures int             // connections that broke, retries included
	Spent    bool            // fresh badges ran out before the end
}

// tries is how often a gate sends a scan before it gives up on an answer.
const tries = 4

// retryPause is what a gate waits before it sends a scan again.
const retryPause = 100 * time.Millisecond

// Play opens the gates and lets them scan until the duration is over, fresh
// badges run out or ctx ends; every scan begun is brought to its answer.
func Play(ctx context.Context, hall *Hall, run Run) Outcome {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := make([]*worker, len(hall.Gates))
	for i, gate := range hall.Gates {
		workers[i] = newWorker(hall, gate, i, run)
	}
	var due chan time.Duration
	clock := wallClock{time.Now()}
	if run.Rate > 0 {
		due = make(chan time.Duration, int(run.Rate*run.Duration.Seconds()*1.5)+1000)
		go Dispatch(ctx, clock, NewSchedule(run.Rate, run.Poisson, run.Seed), run.Duration, due)
	}
	var all sync.WaitGroup
	for _, w := range workers {
		all.Go(func() {
			defer w.wire.Close()
			if due == nil {
				w.closed(ctx, clock, run.Duration)
				return
			}
			if !w.open(ctx, clock, due) {
				cancel()
			}
		})
	}
	all.Wait()
	o := Outcome{Elapsed: clock.Now(), Statuses: map[int]int{}}
	for _, w := range workers {
		o.Answers = append(o.Answers, w.answers...)
		o.Times = append(o.Times, w.times...)
		o.Waits = append(o.Waits, w.waits...)
		o.Failures += w.failures
		o.Spent = o.Spent || w.post.spent
		for status, n := range w.statuses {
			o.Statuses[status] += n
		}
	}
	return o
}

// worker is one gate: one phone, one connection, one scan at a time.
type worker struct {
	number   int32
	post     *Post
	wire     *Wire
	head     []byte
	body     []byte
	tail     [2][]byte // after the token: in, out
	answers  []Answered
	times    []time.Duration
	waits    []time.Duration
	statuses map[int]int
	failures int
	unread   bool
}

func newWorker(hall *Hall, gate *Gate, number int, run Run) *worker {
	id, _ := json.Marshal(gate.ID)
	w := &worker{number: int32(number), post: NewPost(hall, gate, run.Mix, run.Seed, number), wire: NewWire(hall.Service.Base),
		head: RequestHead(hall.Service.Base, hall.path("/scans"), gate.Key), statuses: map[int]int{}, unread: run.Unread}
	for i, direction := range [...]string{"in", "out"} {
		w.tail[i] = []byte(`","gate":` + string(id) + `,"direction":"` + direction + `"}`)
	}
	return w
}

func (w *worker) closed(ctx context.Context, clock Clock, end time.Duration) {
	for ctx.Err() == nil {
		start := clock.Now()
		if start >= end {
			return
		}
		scan, ok := w.post.Next()
		if !ok {
			return
		}
		w.send(scan)
		w.times = append(w.times, clock.Now()-start)
	}
}

// open takes whoever is next in the queue; false when there is no badge left
// for them.
func (w *worker) open(ctx context.Context, clock Clock, due <-chan time.Duration) bool {
	for at := range due {
		if ctx.Err() != nil {
			return true
		}
		w.waits = append(w.waits, clock.Now()-at)
		scan, ok := w.post.Next()
		if !ok {
			return false
		}
		w.send(scan)
		w.times = append(w.times, clock.Now()-at)
	}
	return true
}

// send a scan until it is answered 200 or the tries are used up, under the
// same id each time.
func (w *worker) send(s Scan) {
	a := Answered{ID: s.ID, Gate: w.number, Badge: s.Badge, Out: s.Out, Sent: time.Now()}
	w.body = append(w.body[:0], `{"scan_id":"`...)
	w.body = append(w.body, s.ID[:]...)
	w.body = append(w.body, `","token":"`...)
	w.body = append(w.body, s.Token...)
	tail := w.tail[0]
	if s.Out {
		tail = w.tail[1]
	}
	w.body = append(w.body, tail...)
	for try := range tries {
		if try > 0 {
			time.Sleep(retryPause)
		}
		status, body, err := w.wire.Post(w.head, w.body)
		if err != nil {
			w.failures++
			continue
		}
		if status == 200 {
			a.Settled = true
			if w.unread {
				break
			}
			if err := a.read(body); err != nil {
				a.Problem = err.Error()
			}
			if a.Result == "admitted" && !a.Replayed && a.Badge >= 0 {
				w.post.Admitted(a.Badge)
			}
			break
		}
		w.statuses[status]++
		if status < 500 && status != 429 {
			break
		}
	}
	w.answers = append(w.answers, a)
}

// read what the audit needs of an answer. Strings in JSON escape their quotes,
// so none of these names can be matched inside one; the order of members and white
// space between them don't matter to the decoder, which takes over where the
// quick look finds nothing.
func (a *Answered) read(body []byte) error {
	id, ok := quick(body, `"scan_id":"`)
	result, ok2 := quick(body, `"result":"`)
	seq, ok3 := quickNumber(body, `"seq":`)
	inside, ok4 := quickNumber(body, `"inside":`)
	if ok && ok2 && ok3 && ok4 {
		a.Result, a.Seq, a.Inside = intern(result), seq, int(inside)
		reason, _ := quick(body, `"reason":"`)
		note, _ := quick(body, `"note":"`)
		a.Reason, a.Note = intern(reason), intern(note)
		a.Replayed = bytes.Contains(body, []byte(`"replayed":true`))
	} else {
		var v struct {
			ScanID               string `json:"scan_id"`
			Result, Reason, Note string
			Replayed             bool
			Seq                  uint64
			Venue                struct{ Inside *int }
		}
		if err := json.Unmarshal(body, &v); err != nil {
			return errors.New("the answer is not the JSON expected")
		}
		id, a.Result, a.Reason, a.Note, a.Replayed, a.Seq, a.Inside = []byte(v.ScanID), v.Result, v.Reason, v.Note, v.Replayed, v.Seq, -1
		if v.Venue.Inside != nil {
			a.Inside = *v.Venue.Inside
		}
	}
	if !bytes.Equal(id, a.ID[:]) {
		return errors.New("the answer is for another scan id")
	}
	return nil
}

func quick(body []byte, name string) ([]byte, bool) {
	_, rest, ok := bytes.Cut(body, []byte(name))
	if !ok {
		return nil, false
	}
	value, _, ok := bytes.Cut(rest, []byte(`"`))
	return value, ok
}

func quickNumber(body []byte, name string) (uint64, bool) {
	_, rest, ok := bytes.Cut(body, []byte(name))
	if !ok {
		return 0, false
	}
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	v, err := strconv.ParseUint(string(rest[:n]), 10, 64)
	return v, err == nil
}

// words are the verdicts, reasons and notes that a scan may be answered with.
var words = []string{"", "admitted", "exited", "denied", "invalid_token", "wrong_event", "unknown_badge", "revoked", "not_yet_valid",
	"expired", "wrong_category", "venue_closed", "already_inside", "already_used", "already_used_today", "venue_full", "not_inside"}

// intern avoids a string of its own for every answer.
func intern(b []byte) string {
	if i := slices.IndexFunc(words, func(w string) bool { return w == string(b) }); i >= 0 {
		return words[i]
	}
	return string(b)
}
