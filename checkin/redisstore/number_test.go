package redisstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// Lua would write 1793000000123 as 1.793e+12 and lose the rest.
func TestNumbersKeepEveryDigit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := opened(t, redistest.Server(t), Options{})
	h := newHall(t, s, 1)
	k := h.keys()
	before := map[string]any{"seq": "8999999999998", "v/main": "9007199254740990|123456789012345|7|29000000|1|2|3|4", "g/north": "4503599627370495|0|0|1"}
	if err := s.client.HSet(ctx, k.state, before).Err(); err != nil {
		t.Fatal(err)
	}
	h.now = time.UnixMilli(1_793_999_999_999).UTC()
	a := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	if a.Seq != 8_999_999_999_999 || !a.At.Equal(h.now) {
		t.Errorf("answer %+v", a)
	}
	h.now = h.now.Add(time.Millisecond)
	a = h.want(checkin.Denied, h.scan(checkin.In, 0))
	if a.Seq != 9_000_000_000_000 || a.Earlier == nil || a.Earlier.At.UnixMilli() != 1_793_999_999_999 {
		t.Errorf("answer %+v", a)
	}
	state := s.client.HGetAll(ctx, k.state).Val()
	if state["seq"] != "9000000000000" || state["v/main"] != "9007199254740991|123456789012345|8|29900000|0|0|1|1" ||
		state["g/north"] != "4503599627370496|0|1|1794000000000" {
		t.Errorf("state %v", state)
	}
	if over := s.client.HGetAll(ctx, k.minutes("main")).Val(); over["29000000"] != "1,2,3,4" || over["29899999"] != "1,0,0,1" {
		t.Errorf("minutes %v", over)
	}
	got, err := s.client.XRange(ctx, k.journal, "8999999999999-0", "+").Result()
	if err != nil || len(got) != 2 {
		t.Fatalf("rows %v, %v", got, err)
	}
	entries, err := readStream(got)
	if err != nil || entries[0].Row.At.UnixMilli() != 1_793_999_999_999 || entries[1].Row.RecordedAt.UnixMilli() != 1_794_000_000_000 {
		t.Errorf("entries %+v, %v", entries, err)
	}
	if score := s.client.ZScore(ctx, k.inside("main"), badgeName(0)).Val(); int64(score) != 1_793_999_999_999 {
		t.Errorf("moved at %f", score)
	}
	places, err := s.Places(ctx, h.id, badgeName(0))
	want := checkin.Presence{Badge: badgeName(0), Venue: "main", Inside: true, MovedAt: 1_793_999_999_999, EntryAt: 1_793_999_999_999,
		EntryGate: "north", EntryBy: "gus", EntryDay: 20764, LastSeq: 9_000_000_000_000}
	if err == nil && len(places) == 1 {
		want.MovedBy, want.EntryID = places[0].MovedBy, places[0].MovedBy
	}
	if err != nil || len(places) != 1 || places[0] != want {
		t.Errorf("places %+v, %v", places, err)
	}
}

// Damage to the records of one badge, or of one scan, concerns nobody else.
func TestDamagedRecords(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := opened(t, redistest.Server(t), Options{})
	h := newHall(t, s, 4)
	old := h.scan(checkin.In, 3)
	first := h.want(checkin.Admitted, old)
	s.client.HSet(ctx, h.keys().places, badgeName(1), "main,1,nonsense")
	s.client.HSet(ctx, h.keys().scans, old.ID, "1000000")
	out, err := s.Scan(ctx, h.id, []checkin.Scan{h.scan(checkin.In, 0), h.scan(checkin.In, 1), old, h.scan(checkin.In, 2)})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		if damaged := i == 1 || i == 2; damaged != errors.Is(o.Err, errBroken) || !damaged && o.Answer.Result != checkin.Admitted {
			t.Errorf("scan %d: %+v", i, o)
		}
	}
	if out[0].Answer.Seq != first.Seq+1 || out[3].Answer.Seq != first.Seq+2 || out[3].Answer.Venue.Inside != 3 {
		t.Errorf("answers %+v", out)
	}
	h.want(checkin.Exited, h.scan(checkin.Out, 2))
	counts, err := s.Counts(ctx, h.id, h.now)
	if v := counts.Venues["main"]; err != nil || counts.Seq != first.Seq+3 || v.Entries != 3 || v.Exits != 1 || v.Inside != 2 {
		t.Errorf("counts %+v, %v", counts, err)
	}
}
