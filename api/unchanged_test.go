package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"lanyard/checkin"
)

// digest stands for everything that the store keeps for good: configuration,
// people, badges, places, counters, journal and checkpoints of every event.
func (h *hall) digest() string {
	h.t.Helper()
	ctx := context.Background()
	events := must(h.faulty.Store.Events(ctx))
	ids := []string{checkin.System}
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	sum := sha256.New()
	for _, id := range ids {
		var lines []string
		if err := h.faulty.Store.Backup(ctx, id, func(it checkin.Item) error {
			lines = append(lines, it.Type+" "+string(it.Data))
			return nil
		}); err != nil {
			h.t.Fatalf("backup of %s: %v", id, err)
		}
		slices.Sort(lines) // counters come in any order
		for _, l := range lines {
			sum.Write([]byte(id + " " + l + "\n"))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// refusedWithoutTrace does a request that is to be refused, and demands that it
// leaves the store as it was.
func (h *hall) refusedWithoutTrace(do func()) {
	h.t.Helper()
	if h.faulty.Store == nil {
		do()
		return
	}
	before := h.digest()
	do()
	if h.digest() != before {
		h.t.Error("a refused request changed the store")
	}
}

// kept is the digest of what no verdict may touch that lets nobody through:
// configuration, people and badges of ciep21, and who is inside.
func (h *hall) kept() string {
	h.t.Helper()
	var lines []string
	if err := h.faulty.Store.Backup(context.Background(), "ciep21", func(it checkin.Item) error {
		switch it.Type {
		case checkin.ItemRecord, checkin.ItemAttendee, checkin.ItemBadge:
			lines = append(lines, it.Type+" "+string(it.Data))
		case checkin.ItemPresence:
			var p checkin.Presence
			if err := json.Unmarshal(it.Data, &p); err != nil || p.Inside {
				lines = append(lines, it.Type+" "+string(it.Data))
			}
		}
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, l := range lines {
		sum.Write([]byte(l + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
