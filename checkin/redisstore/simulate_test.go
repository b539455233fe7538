package redisstore

import (
	"context"
	"testing"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
	"lanyard/checkin/simulate"
)

// Whole conferences go on Redis as they go in memory, answer by answer.
func TestConferencesAgreeWithTheModel(t *testing.T) {
	t.Parallel()
	n := redistest.Start(t)
	o := simulate.Options{Seed: 4, Runs: 2, Steps: 500}
	model, err := simulate.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Open = func() (checkin.Store, error) {
		n.Clear()
		return Open(context.Background(), n.URL(), Options{})
	}
	r, err := simulate.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(model.Violations, r.Violations...) {
		t.Error(v)
	}
	if r.Hash != model.Hash {
		t.Errorf("%d operations on Redis went %s, in memory %d went %s", r.Operations, r.Hash, model.Operations, model.Hash)
	}
}
