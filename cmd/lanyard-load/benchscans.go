package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"lanyard/cmd/internal/rig"
)

// scans measures scans a second of fresh badges, each durable before it is
// answered: on Redis against Echo's smallest handler and against the bare
// script, and embedded against Redis.
func (b *bench) scans(ctx context.Context) error {
	onRedis, err := b.target(ctx, "redis")
	if err != nil {
		return err
	}
	defer onRedis.Stop()
	embedded, err := b.target(ctx, "bolt")
	if err != nil {
		return err
	}
	defer embedded.Stop()
	script, err := b.buildScriptBench(ctx)
	if err != nil {
		return err
	}
	defer os.Remove(script)
	redisHall, err := MakeHall(ctx, onRedis.Service, b.plan())
	if err != nil {
		return err
	}
	boltHall, err := MakeHall(ctx, embedded.Service, b.plan())
	if err != nil {
		return err
	}
	echo, err := startBaseline(ctx)
	if err != nil {
		return err
	}
	defer echo.server.Stop()

	var toEcho, toScript, toRedis []float64
	var echos, redises, scripts, bolts []float64
	for round := -1; round < b.rounds; round++ { // round -1 warms up
		echoRate, echoCPU, err := b.rate(ctx, echo, redisHall.at(echo.Service), true)
		if err != nil {
			return err
		}
		redisRate, redisCPU, err := b.rate(ctx, onRedis, redisHall, false)
		if err != nil {
			return err
		}
		scriptRate, err := b.scriptRate(ctx, script, onRedis.redis)
		if err != nil {
			return err
		}
		boltRate, boltCPU, err := b.rate(ctx, embedded, boltHall, false)
		if err != nil {
			return err
		}
		if round < 0 {
			continue
		}
		b.note("scans/s round %d: echo %.0f, on Redis %.0f, bare script %.0f, embedded %.0f", round+1, echoRate, redisRate, scriptRate, boltRate)
		b.note("  processor time: echo %s; on Redis %s; embedded %s", echoCPU, redisCPU, boltCPU)
		toEcho, toScript, toRedis = append(toEcho, redisRate/echoRate), append(toScript, redisRate/scriptRate), append(toRedis, boltRate/redisRate)
		echos, redises, scripts, bolts = append(echos, echoRate), append(redises, redisRate), append(scripts, scriptRate), append(bolts, boltRate)
	}
	e, _ := Median(echos)
	r, _ := Median(redises)
	s, _ := Median(scripts)
	m, _ := Median(bolts)
	b.add(NewBenchRow("scans on Redis / Echo's smallest handler", 0.25, higher, toEcho, fmt.Sprintf("%.0f scans/s / %.0f requests/s, %d gates", r, e, b.gates)))
	b.add(NewBenchRow("scans on Redis / its bare script", 0.5, higher, toScript, fmt.Sprintf("%.0f scans/s from %d gates / %.0f EVALSHA/s by 64 callers", r, b.gates, s)))
	b.add(NewBenchRow("scans embedded / scans on Redis", 0.6, higher, toRedis, fmt.Sprintf("%.0f scans/s / %.0f scans/s, %d gates", m, r, b.gates)))
	return nil
}

// plan of a hall with enough fresh badges for all rounds of closed-loop scans.
func (b *bench) plan() HallPlan {
	const most = 40_000 // scans a second that this is enough for
	venues := min(16, b.gates)
	return HallPlan{Gates: b.gates, Venues: venues, Attendees: 1000 + int(most*b.span.Seconds())*(b.rounds+1)/venues}
}

// rate is the scans a second of one closed-loop measurement. Every one must be
// admitted: a number of refusals would be no number of scans. cpu says what
// each cost.
func (b *bench) rate(ctx context.Context, t *Target, hall *Hall, unread bool) (perSecond float64, cpu string, err error) {
	before, err := t.cpu()
	if err != nil {
		return 0, "", err
	}
	o := Play(ctx, hall, Run{Mix: Mix{Fresh: 1}, Duration: b.span, Seed: 1, Unread: unread})
	if ctx.Err() != nil {
		return 0, "", ctx.Err()
	}
	if o.Spent {
		return 0, "", fmt.Errorf("%d badges at %d venues are too few for this machine: use a shorter --span", len(hall.Badges), len(hall.Venues))
	}
	for i := range o.Answers {
		if a := &o.Answers[i]; !a.Settled || !unread && (a.Result != "admitted" || a.Problem != "") {
			return 0, "", fmt.Errorf("a fresh badge was answered %q %s (statuses %v, %d broken connections)", verdict(a), a.Problem, o.Statuses, o.Failures)
		}
	}
	after, err := t.cpu()
	return float64(len(o.Answers)) / o.Elapsed.Seconds(), after.less(before).each(len(o.Answers)), err
}

// at is the same hall with its scans sent to another server, which has seen
// no badge yet.
func (h *Hall) at(s *rig.Service) *Hall {
	other := &Hall{Service: s, Event: h.Event, Badges: h.Badges, Foreign: h.Foreign}
	venues := map[string]*Venue{}
	for _, v := range h.Venues {
		venues[v.ID] = &Venue{ID: v.ID, Capacity: v.Capacity}
		other.Venues = append(other.Venues, venues[v.ID])
	}
	for _, g := range h.Gates {
		other.Gates = append(other.Gates, &Gate{ID: g.ID, Venue: venues[g.Venue.ID], Key: g.Key})
	}
	return other
}

// startBaseline runs this binary's echo in a process of its own, as Lanyard is.
func startBaseline(ctx context.Context) (*Target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t := &Target{Store: "none"}
	if t.server, err = rig.StartProcess(ctx, self, "echo"); err != nil {
		return nil, err
	}
	line, err := t.server.FirstLine()
	if err != nil {
		t.server.Stop()
		return nil, err
	}
	var ready struct {
		BaseURL string `json:"base_url"`
	}
	if err := json.Unmarshal([]byte(line), &ready); err != nil {
		t.server.Stop()
		return nil, err
	}
	t.Service, err = rig.NewService(ready.BaseURL, "none")
	return t, err
}

// buildScriptBench compiles the store's benchmark of its bare script, which
// only the store can call: this program doesn't know what the script takes.
func (b *bench) buildScriptBench(ctx context.Context) (string, error) {
	binary, err := filepath.Abs(filepath.Join(b.dir, "redisstore-"+rig.RandomHex(4)+".test"))
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, "./checkin/redisstore").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the bare script's benchmark, which needs Go and a checkout: %w: %s", err, out)
	}
	return binary, nil
}

// scriptRate is the bare script's calls a second on that Redis, by 64 callers
// at a time.
func (b *bench) scriptRate(ctx context.Context, binary string, redis *rig.Redis) (float64, error) {
	const guess = 20_000 // calls a second; a fixed number spares the benchmark its search for one
	calls := strconv.Itoa(int(guess*b.span.Seconds())) + "x"
	cmd := exec.CommandContext(ctx, binary, "-test.run", "^$", "-test.bench", "^BenchmarkScriptRaw$", "-test.benchtime", calls)
	cmd.Env = append(os.Environ(), "LANYARD_TEST_REDIS="+redis.Addrs()[0])
	cmd.Dir = filepath.Join("checkin", "redisstore")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("the bare script's benchmark: %w: %s", err, out)
	}
	return parseBenchRate(string(out), "BenchmarkScriptRaw")
}

// parseBenchRate finds operations a second in the output of go test -bench.
func parseBenchRate(out, name string) (float64, error) {
	line := regexp.MustCompile(`(?m)^` + name + `(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)
	m := line.FindStringSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s printed no ns/op: %s", name, out)
	}
	ns, err := strconv.ParseFloat(m[1], 64)
	if err != nil || ns <= 0 {
		return 0, fmt.Errorf("%s: %q is no time", name, m[1])
	}
	return 1e9 / ns, nil
}
