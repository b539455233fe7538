package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"lanyard/cmd/internal/rig"
)

const (
	// patience is how long a gate waits for an answer, and pause how long it
	// waits before it asks again after none.
	patience = 3 * time.Second
	pause    = 30 * time.Millisecond
)

// Told is a verdict that a gate has been given.
type Told struct {
	Scan, Badge, Gate string
	Result, Reason    string
	Seq               uint64
	At                time.Time     // when it was heard
	Took              time.Duration // of the request that was answered, from when it was due
}

// log is what all gates of a hall have been told, in the order in which they heard it.
type log struct {
	mu       sync.Mutex
	told     []Told
	asked    int // scans begun
	unknown  int // of these never answered
	refused  map[int]int
	broken   int // requests that ended without an answer
	badly    []string
	lastHear time.Time
	longest  time.Duration
}

// Scan all gates at the same time through the server at base until ctx ends,
// then give every scan that is still unanswered as long as after to be
// answered, and return.
func (h *Hall) Scan(ctx context.Context, s *rig.Service, gatesOpen int, after time.Duration) {
	h.ScanAt(ctx, s, gatesOpen, 0, after)
}

// ScanAt is Scan with so many scans begun a second by all gates together, evenly
// and however long each takes, as far as there is a gate that waits for no answer;
// 0 is as fast as answers come.
func (h *Hall) ScanAt(ctx context.Context, s *rig.Service, gatesOpen, perSecond int, after time.Duration) {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: gatesOpen}}
	defer client.CloseIdleConnections()
	last, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	context.AfterFunc(ctx, func() {
		select {
		case <-time.After(after):
			stop()
		case <-last.Done():
		}
	})
	h.log.mu.Lock()
	h.log.lastHear = time.Now()
	h.log.mu.Unlock()
	var all sync.WaitGroup
	began := time.Now()
	for i := range gatesOpen {
		g := gate{hall: h, client: client, rng: rand.New(rand.NewPCG(h.rng.Uint64(), h.rng.Uint64())),
			url: s.Base.String() + "/api/v1/events/" + h.Event + "/scans", key: s.Key}
		all.Go(func() {
			for n := i; ctx.Err() == nil; n += gatesOpen {
				if perSecond > 0 {
					g.due = began.Add(time.Duration(n) * time.Second / time.Duration(perSecond))
					if g.wait(ctx); ctx.Err() != nil {
						return
					}
				}
				g.scanOne(last)
			}
		})
	}
	all.Wait()
}

type gate struct {
	hall     *Hall
	client   *http.Client
	rng      *rand.Rand
	url, key string
	due      time.Time // when the next scan is to be sent; zero for at once
}

// wait for the moment at which a scan is due.
func (g *gate) wait(ctx context.Context) {
	select {
	case <-time.After(time.Until(g.due)):
	case <-ctx.Done():
	}
}

type request struct {
	ID    string `json:"scan_id"`
	Token string `json:"token"`
	Gate  string `json:"gate"`
}

type answer struct {
	ID       string `json:"scan_id"`
	Result   string `json:"result"`
	Reason   string `json:"reason"`
	Seq      uint64 `json:"seq"`
	Replayed bool   `json:"replayed"`
}

// scanOne asks until there is an answer; one in ten is then asked once more.
func (g *gate) scanOne(ctx context.Context) {
	badge := g.hall.badges[g.rng.IntN(len(g.hall.badges))]
	at := gates[g.rng.IntN(len(gates))]
	q := request{scanID(g.rng), badge.Token, at.id}
	l := &g.hall.log
	l.begin()
	told, ok := g.ask(ctx, q, badge.ID)
	if !ok {
		l.giveUp()
		return
	}
	l.hear(told)
	if g.rng.IntN(10) == 0 {
		again, ok := g.ask(ctx, q, badge.ID)
		if ok && (again.Result != told.Result || again.Reason != told.Reason || again.Seq != told.Seq) {
			l.contradict("scan %s was answered %s %s (row %d), then %s %s (row %d)", q.ID,
				told.Result, told.Reason, told.Seq, again.Result, again.Reason, again.Seq)
		}
	}
}

func (g *gate) ask(ctx context.Context, q request, badge string) (Told, bool) {
	body, err := json.Marshal(q)
	if err != nil {
		panic(err) // plain data
	}
	for ctx.Err() == nil {
		began := time.Now()
		if !g.due.IsZero() {
			began, g.due = g.due, time.Time{}
		}
		a, status, err := g.send(ctx, body)
		switch {
		case err != nil:
			g.hall.log.lose()
		case status == http.StatusOK && a.ID == q.ID && a.Result != "" && a.Seq > 0:
			return Told{q.ID, badge, q.Gate, a.Result, a.Reason, a.Seq, time.Now(), time.Since(began)}, true
		case status == http.StatusOK:
			g.hall.log.contradict("scan %s got a 200 that is no verdict of it", q.ID)
			return Told{}, false
		case status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests:
			g.hall.log.refuse(status)
		default:
			g.hall.log.refuse(status)
			g.hall.log.contradict("scan %s got status %d, which tells a phone to give up", q.ID, status)
			return Told{}, false
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return Told{}, false
}

func (g *gate) send(ctx context.Context, body []byte) (a answer, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return a, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+g.key)
	r.Header.Set("Content-Type", "application/json")
	got, err := g.client.Do(r)
	if err != nil {
		return a, 0, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, 1<<16))
	if err == nil && got.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, &a)
	}
	return a, got.StatusCode, err
}

// Probe is one scan of its own at the gate of the wide venue, which can be
// asked again. Its answer is not among those that the audit holds against the
// journal.
type Probe struct {
	hall  *Hall
	gate  gate
	body  []byte
	badge string
}

// NewProbe of a badge, to be asked at a server.
func (h *Hall) NewProbe(s *rig.Service) *Probe {
	badge := h.badges[h.rng.IntN(len(h.badges))]
	body, err := json.Marshal(request{scanID(h.rng), badge.Token, gates[0].id})
	if err != nil {
		panic(err) // plain data
	}
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	return &Probe{hall: h, badge: badge.ID, body: body,
		gate: gate{hall: h, client: client, url: s.Base.String() + "/api/v1/events/" + h.Event + "/scans", key: s.Key}}
}

// Ask once. The status is 0 when there was no answer at all.
func (p *Probe) Ask(ctx context.Context) (t Told, status int) {
	began := time.Now()
	a, status, err := p.gate.send(ctx, p.body)
	if err != nil {
		return t, 0
	}
	return Told{a.ID, p.badge, gates[0].id, a.Result, a.Reason, a.Seq, time.Now(), time.Since(began)}, status
}

func (l *log) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
}

func (l *log) giveUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unknown++
}

func (l *log) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken++
}

func (l *log) refuse(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused == nil {
		l.refused = map[int]int{}
	}
	l.refused[status]++
}

func (l *log) hear(t Told) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, t)
	l.longest = max(l.longest, t.At.Sub(l.lastHear))
	l.lastHear = t.At
}

func (l *log) contradict(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.badly = append(l.badly, fmt.Sprintf(format, args...))
}

// Silence is the longest time without any verdict since the last call, or
// since Scan began.
func (h *Hall) Silence() time.Duration {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	longest := h.log.longest
	h.log.longest = 0
	return longest
}

// Took is how long each verdict took that was heard after the first so many.
func (h *Hall) Took(after int) []time.Duration {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	var all []time.Duration
	for _, t := range h.log.told[after:] {
		all = append(all, t.Took)
	}
	return all
}

// LastSeq is the highest row of the journal that a verdict was told of.
func (h *Hall) LastSeq() (seq uint64) {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	for _, t := range h.log.told {
		seq = max(seq, t.Seq)
	}
	return seq
}

// Refused is how many requests got a status so far.
func (h *Hall) Refused(status int) int {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	return h.log.refused[status]
}

// Heard is how many verdicts there were so far.
func (h *Hall) Heard() int {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	return len(h.log.told)
}
