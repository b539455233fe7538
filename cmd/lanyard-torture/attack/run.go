package attack

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/part"
)

// Stores that stand behind the server.
const (
	Embedded = "embedded"
	Redis    = "redis"
)

const (
	attackers = 4
	round     = 1500 * time.Millisecond
	patience  = 20 * time.Second
)

// serverLog is all that a server has said.
type serverLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *serverLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take what was said since the last time.
func (l *serverLog) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.text.String()
	l.text.Reset()
	return s
}

// On makes the part that attacks a server on a store.
func On(store string) part.Func {
	return func(ctx context.Context, p part.Plan) (t part.Tally, err error) {
		said := &serverLog{}
		serve := rig.Serve{Binary: p.Binary, Dir: filepath.Join(p.Dir, "data"), Secret: rig.RandomHex(32), Args: []string{"--log-level", "debug"}, Log: said}
		if store == Redis {
			redis, err := rig.StartRedis(ctx, p.Dir)
			if err != nil {
				return t, err
			}
			defer redis.Stop()
			serve.Redis = redis.URL()
		}
		server, err := rig.StartServer(ctx, serve)
		if err != nil {
			return t, err
		}
		defer server.Stop()
		admin, err := rig.NewService(server.Base, server.Key)
		if err != nil {
			return t, err
		}
		h, err := build(ctx, admin)
		if err != nil {
			return t, err
		}
		lines := 0
		seeds := rand.New(rand.NewPCG(p.Seed, 0x61747461))
		for end := time.Now().Add(p.Duration); t.Operations == 0 || time.Now().Before(end); {
			if err := h.siege(ctx, seeds, min(round, max(time.Second/2, time.Until(end))), &t); err != nil {
				return t, err
			}
			text := said.take()
			lines += bytes.Count([]byte(text), []byte("\n"))
			if what := h.noSecret(text); what != "" {
				t.Convict(&t.WrongAnswers, "the log has %s", what)
			}
			select {
			case <-server.Process().Exited():
				return t, fmt.Errorf("the server ended: %s", server.Process().LastWords())
			case <-ctx.Done():
				return t, ctx.Err()
			default:
			}
			if t.Violated() {
				break
			}
		}
		if lines < t.Operations/2 {
			t.Convict(&t.WrongAnswers, "%d lines of log for %d requests: there was nothing to search", lines, t.Operations)
		}
		t.Note("%d requests of attackers, none done; %d lines of log without a key, token or name", t.Operations, lines)
		return t, nil
	}
}

// siege is one round: all attackers at once, then a look at what is left.
func (h *hall) siege(ctx context.Context, seeds *rand.Rand, during time.Duration, t *part.Tally) error {
	before, err := h.look(ctx)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	denied, unknown := 0, 0 // told, and perhaps decided
	until := time.Now().Add(during)
	var all sync.WaitGroup
	for range attackers {
		rng := rand.New(rand.NewPCG(seeds.Uint64(), seeds.Uint64()))
		all.Go(func() {
			client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			defer client.CloseIdleConnections()
			for time.Now().Before(until) && ctx.Err() == nil {
				s := h.draw(rng)
				status, body := h.fire(ctx, client, s)
				wrong := judge(s, status, body)
				mu.Lock()
				t.Faults++
				t.Operations++
				if status != 0 {
					t.Acknowledged++
				} else if s.expect == "denied" && !s.dry {
					unknown++
				}
				if status == http.StatusOK && s.expect == "denied" && !s.dry {
					denied++
				}
				if wrong != "" {
					t.Convict(&t.WrongAnswers, "%s %s", s.what, wrong)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	after, err := h.look(ctx)
	if err != nil {
		return err
	}
	if after.kept != before.kept {
		t.Convict(&t.WrongAnswers, "configuration or people were changed by what was refused")
	}
	if after.figure != before.figure {
		t.Convict(&t.WrongAnswers, "the figures were %sand are %s", before.figure, after.figure)
	}
	rows, counted := int(after.seq-before.seq), after.denied-before.denied
	switch {
	case rows < denied:
		t.Convict(&t.Lost, "%d denials were told, %d are in the journal", denied, rows)
	case rows > denied+unknown:
		t.Convict(&t.Doubled, "%d denials were told, %d rows are in the journal", denied, rows)
	case counted != rows:
		t.Convict(&t.WrongAnswers, "%d denials are in the journal, %d are counted", rows, counted)
	}
	return h.comeAndGo(ctx, seeds, t)
}

// comeAndGo lets an honest badge in and out.
func (h *hall) comeAndGo(ctx context.Context, rng *rand.Rand, t *part.Tally) error {
	token := h.badges[rng.IntN(people)].Token
	for _, way := range [][2]string{{"in", "admitted"}, {"out", "exited"}} {
		body, _ := scanBody(rng, token, "door")
		delete(body, "dry_run")
		body["direction"] = way[0]
		var a struct{ Result, Reason string }
		if err := h.admin.Post(ctx, "/api/v1/events/"+h.event+"/scans", body, &a); err != nil {
			return err
		}
		t.Operations++
		t.Acknowledged++
		if a.Result != way[1] {
			t.Convict(&t.WrongAnswers, "an honest badge on its way %s is %s %s", way[0], a.Result, a.Reason)
		}
	}
	return nil
}
