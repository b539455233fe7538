package redisstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/redisstore/redistest"
)

// An acknowledged step is on the replica. Without one there is no verdict, not
// even a remembered one; the same scan asked again later gets it.
func TestReplicasConfirmEachStep(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	master := redistest.Start(t)
	patient := Options{Replicas: 1, WaitTimeout: 20 * time.Second}
	s, hasty := opened(t, master.URL(), patient), opened(t, master.URL(), Options{Replicas: 1, WaitTimeout: 50 * time.Millisecond})
	replica := redistest.Start(t, redistest.ReplicaOf(master))
	h := newHall(t, s, 2)
	a := h.want(checkin.Admitted, h.scan(checkin.In, 0))
	there, err := replica.Client().XLen(ctx, h.keys().journal).Result()
	if err != nil || there != int64(a.Seq) {
		t.Errorf("%d rows on the replica, %v, after row %d was acknowledged", there, err, a.Seq)
	}

	if err := master.Client().ScriptFlush(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	h.want(checkin.Exited, h.scan(checkin.Out, 0)) // WAIT goes along with the script that has to be told again

	replica.Pause()
	c := h.scan(checkin.In, 1)
	wantUnavailable(t, h, hasty, c)
	wantUnavailable(t, h, hasty, c) // the remembered answer is no more certain than the first
	if _, err := hasty.Undo(ctx, h.id, checkin.Undo{ScanID: c.ID, Now: h.now, Any: true}); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("Undo: %v", err)
	}
	if _, err := hasty.PutAttendees(ctx, h.id, h.by(), []checkin.PutAttendee{{}}); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("PutAttendees: %v", err)
	}
	if err := hasty.PutTemp(ctx, "session", "x", nil, time.Now().Add(time.Hour)); !errors.Is(err, checkin.ErrUnavailable) {
		t.Errorf("PutTemp: %v", err)
	}
	replica.Resume()
	if a := h.want(checkin.Admitted, c); !a.Replayed || a.Note != checkin.NoteUndone {
		t.Errorf("answer %+v", a)
	}

	replica.Kill()
	wantUnavailable(t, h, hasty, h.scan(checkin.In, 0))
	findings, err := hasty.Durability(ctx)
	if err != nil || !has(findings, "replicas_missing") {
		t.Errorf("findings %+v, %v", findings, err)
	}
}

// On a cluster, WAIT goes to the master of the event's keys.
func TestReplicasOnCluster(t *testing.T) {
	t.Parallel()
	nodes := redistest.StartCluster(t, 3)
	one, none := opened(t, nodes.URL(), Options{Replicas: 1, WaitTimeout: 10 * time.Millisecond}), opened(t, nodes.URL(), Options{})
	for range 4 {
		h := newHall(t, none, 1)
		c := h.scan(checkin.In, 0)
		wantUnavailable(t, h, one, c)
		if a := h.want(checkin.Admitted, c); !a.Replayed {
			t.Errorf("answer %+v: the scan was to be written, if not confirmed", a)
		}
	}
}

func has(findings []checkin.Finding, code string) bool {
	for _, f := range findings {
		if f.Code == code {
			return true
		}
	}
	return false
}
