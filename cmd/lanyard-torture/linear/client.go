package linear

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// patience is how long a client waits for an answer before it gives up, as a
// phone does.
const patience = 1500 * time.Millisecond

// Recorder keeps the history.
type Recorder struct {
	began time.Time
	mu    sync.Mutex
	ops   []Op
	gap   time.Duration // longest between two answers
	last  time.Duration
}

// NewRecorder starts the clock.
func NewRecorder() *Recorder { return &Recorder{began: time.Now()} }

func (r *Recorder) now() int64 { return int64(time.Since(r.began)) }

func (r *Recorder) add(o Op) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, o)
	if o.Answered {
		at := time.Duration(o.Return)
		r.gap = max(r.gap, at-r.last)
		r.last = max(r.last, at)
	}
}

// Ops recorded so far.
func (r *Recorder) Ops() []Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ops[:len(r.ops):len(r.ops)]
}

// client sends requests one at a time, or the same one twice at once, and
// records what came of them.
type client struct {
	number int
	hall   *Hall
	rec    *Recorder
	http   *http.Client
	bases  []string
}

func newClient(number int, hall *Hall, rec *Recorder, bases []string) *client {
	return &client{number: number, hall: hall, rec: rec, bases: bases,
		http: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
}

// do sends a request to the server of that number and records it. It tells
// whether there was an answer.
func (c *client) do(ctx context.Context, server int, r Request) (Answer, bool) {
	method, path, key, body := c.wire(r)
	op := Op{Client: c.number, Request: r, Call: c.rec.now(), Return: never}
	status, text, err := c.send(ctx, c.bases[server%len(c.bases)]+path, method, key, body)
	returned := c.rec.now()
	if err == nil && status < 500 {
		op.Answer, op.Answered = read(r, status, text)
	}
	if op.Answered {
		op.Return = returned
	}
	c.rec.add(op)
	return op.Answer, op.Answered
}

// wire is the request as it goes over HTTP.
func (c *client) wire(r Request) (method, path, key string, body any) {
	key = c.hall.Gate
	if r.Override {
		key = c.hall.Supervisor
	}
	switch r.Kind {
	case Undo:
		return http.MethodPost, c.hall.path("/scans/" + r.ScanID + "/undo"), key, nil
	case Revoke:
		return http.MethodPost, c.hall.path("/badges/" + r.Badge + "/revoke"), c.hall.Admin.Key, map[string]string{"reason": "lost"}
	case Capacity:
		return http.MethodPatch, c.hall.path("/venues/" + r.Venue), c.hall.Admin.Key, map[string]int{"capacity": r.Capacity}
	case Look:
		return http.MethodGet, c.hall.path("/occupancy"), c.hall.Admin.Key, nil
	}
	scan := map[string]any{"scan_id": r.ScanID, "token": c.hall.token(r.Badge), "gate": r.Gate, "direction": r.Direction}
	if r.Override {
		scan["override"] = map[string]string{"reason": "guest of honour"}
	}
	if r.Offline {
		scan["offline"], scan["verdict"] = true, r.Shown
		scan["scanned_at"] = time.UnixMilli(r.At).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return http.MethodPost, c.hall.path("/scans"), key, scan
}

// token of a badge; of none of ours, one that was tampered with.
func (h *Hall) token(badge string) string {
	for _, b := range h.Badges {
		if b.ID == badge {
			return b.Token
		}
	}
	t := []byte(h.Badges[0].Token)
	if i := len(t) - 20; t[i] == 'A' {
		t[i] = 'B'
	} else {
		t[i] = 'A'
	}
	return string(t)
}

func (c *client) send(ctx context.Context, url, method, key string, body any) (int, []byte, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, reader)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}

// read an answer. One that can't be read is an answer all the same, and no
// model will take it.
func read(r Request, status int, text []byte) (Answer, bool) {
	if status != http.StatusOK {
		var problem struct{ Code string }
		if json.Unmarshal(text, &problem) != nil || problem.Code == "" {
			problem.Code = "status " + strconv.Itoa(status)
		}
		return Answer{Code: problem.Code}, true
	}
	switch r.Kind {
	case Revoke, Capacity:
		return Answer{}, true
	case Look:
		return readLook(r.Venue, text), true
	}
	var a struct {
		ScanID, Result, Reason, Note, Conflict string
		ID                                     string `json:"scan_id"`
		Forced, Replayed                       bool
		Seq                                    uint64
		At                                     time.Time
		Badge                                  *struct{ ID string }
		Venue                                  struct {
			ID               string
			Inside, Capacity int
		}
		Earlier *struct {
			At   time.Time
			Gate string
		}
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return Answer{Code: "an answer that is no JSON"}, true
	}
	switch {
	case a.ID != r.ScanID:
		return Answer{Code: "the answer to another scan"}, true
	case a.Badge != nil && a.Badge.ID != r.Badge, a.Badge == nil && r.Badge != "":
		return Answer{Code: "an answer about another badge"}, true
	case a.Venue.ID != r.Venue:
		return Answer{Code: "an answer about another venue"}, true
	}
	out := Answer{Result: a.Result, Reason: a.Reason, Note: a.Note, Conflict: a.Conflict, Forced: a.Forced, Replayed: a.Replayed,
		Seq: a.Seq, At: a.At.UnixMilli(), Inside: a.Venue.Inside, Capacity: a.Venue.Capacity}
	if a.Earlier != nil {
		out.EarlierAt, out.EarlierGate = a.Earlier.At.UnixMilli(), a.Earlier.Gate
	}
	return out, true
}

func readLook(venue string, text []byte) Answer {
	var board struct {
		Seq    uint64
		Venues []struct {
			ID               string
			Inside, Capacity int
		}
	}
	if json.Unmarshal(text, &board) == nil {
		for _, v := range board.Venues {
			if v.ID == venue {
				return Answer{Seq: board.Seq, Inside: v.Inside, Capacity: v.Capacity}
			}
		}
	}
	return Answer{Code: "a board without the venue"}
}
