package linear

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"lanyard/cmd/internal/rig"
	"lanyard/cmd/lanyard-torture/linear/planted"
	"lanyard/cmd/lanyard-torture/part"
)

const (
	// proofHistory is how long a history of the proof is, and proofTries how many
	// a bug gets to show itself in.
	proofHistory = 300 * time.Millisecond
	proofTries   = 12
	// rightHistories is how many a right server must pass.
	rightHistories = 6
)

// Proof is the part that proves the checker: of a right server it finds
// nothing to say, and each bug planted into it is convicted.
func Proof(ctx context.Context, p part.Plan) (part.Tally, error) {
	t, err := judge(ctx, planted.None, p.Seed, rightHistories, false)
	if err != nil {
		return t, err
	}
	t.Note("a right server in %d histories: %d operations, %d violations", rightHistories, t.Operations, t.Lost+t.Doubled+t.OverCapacity+t.WrongAnswers)
	for _, bug := range planted.Bugs {
		t.Planted++
		wrong, err := judge(ctx, bug, p.Seed, proofTries, true)
		if err != nil {
			return t, err
		}
		if !wrong.Violated() {
			t.Convict(&t.WrongAnswers, "nothing was found against a server that %s, in %d operations", bug, wrong.Operations)
			continue
		}
		t.Found++
		p.Log("a server that %s: %s", bug, shortened(wrong.Evidence[0]))
	}
	return t, nil
}

// shortened to about a line.
func shortened(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

// judge a server with a bug, through a proxy that loses answers, in at most so
// many histories; until one convicts it, if that is wanted.
func judge(ctx context.Context, bug planted.Bug, seed uint64, histories int, untilConvicted bool) (t part.Tally, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return t, err
	}
	server := &http.Server{Handler: planted.New(bug), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	defer server.Close()
	proxy, err := rig.NewProxy(listener.Addr().String())
	if err != nil {
		return t, err
	}
	defer proxy.Close()
	admin, err := rig.NewService("http://"+listener.Addr().String(), "any")
	if err != nil {
		return t, err
	}
	r := &runner{tally: &t, faults: map[string]int{}, verdicts: map[string]int{}, think: 4 * time.Millisecond, late: 50 * time.Millisecond,
		system: &system{bases: []string{"http://" + proxy.Addr()}, admin: admin, network: proxyFaults("server", proxy)[:2]}}
	for i := range histories {
		if err := r.history(ctx, seed+uint64(i), proofHistory, 100); err != nil {
			return t, fmt.Errorf("a server with bug %q: %w", bug, err)
		}
		if untilConvicted && t.Violated() {
			break
		}
	}
	return t, nil
}
