package checkin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// screen is a feed frame by frame.
type screen struct {
	*Feed
	left []Frame // of the batch that was taken last
}

func watching(f *Feed, err error) (*screen, error) { return &screen{Feed: f}, err }

// frame waits for the next frame; none is left when the feed has ended.
func (w *screen) frame() (Frame, bool) {
	for len(w.left) == 0 {
		b, ok := <-w.Batches()
		if !ok {
			return Frame{}, false
		}
		w.left = b.Frames
	}
	fr := w.left[0]
	w.left = w.left[1:]
	return fr, true
}

// next is the next frame, which must come.
func next(t testing.TB, w *screen) Frame {
	t.Helper()
	late := time.AfterFunc(20*time.Second, w.Close)
	defer late.Stop()
	fr, ok := w.frame()
	if !ok {
		t.Fatalf("no frame came: %v", w.Err())
	}
	return fr
}

// nextOf skips frames of other kinds.
func nextOf(t testing.TB, f *screen, kind string) Frame {
	t.Helper()
	for {
		if fr := next(t, f); fr.Event == kind {
			return fr
		}
	}
}

func occupancyOf(t testing.TB, fr Frame) Occupancy {
	t.Helper()
	var o Occupancy
	if err := json.Unmarshal(fr.Data, &o); err != nil {
		t.Fatalf("%s frame: %v", fr.Event, err)
	}
	return o
}

// ended reads a feed to its end.
func ended(t testing.TB, w *screen) (batches int) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case _, ok := <-w.Batches():
			if !ok {
				return batches
			}
			batches++
		case <-late:
			t.Fatal("the feed doesn't end")
		}
	}
}

func TestFeed(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	h.scan(token, "north")
	seq, err := h.store.Seq(h.ctx, here)
	h.must(err)
	f, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	defer f.Close()
	first := next(t, f)
	if o := occupancyOf(t, first); first.Event != FrameSnapshot || first.ID != seq || o.InsideTotal != 1 || o.Seq != seq {
		t.Errorf("first frame %s %d %+v, want a snapshot at %d", first.Event, first.ID, o, seq)
	}
	a := h.scan(token, "south")
	var row struct {
		Seq     uint64
		Kind    Kind
		Result  Result
		ScanID  string `json:"scan_id"`
		Subject *string
	}
	for told, left := false, false; !told || !left; { // the numbers may come before the row
		switch fr := next(t, f); fr.Event {
		case FrameScan:
			if err := json.Unmarshal(fr.Data, &row); err != nil || fr.ID != a.Seq || row.Seq != a.Seq || row.Kind != KindScan || row.ScanID != a.ScanID {
				t.Errorf("scan frame %d %s: %v", fr.ID, fr.Data, err)
			}
			told = true
		case FrameOccupancy:
			left = occupancyOf(t, fr).InsideTotal == 0
		}
	}
	// The configuration is told as well: a capacity changes the board.
	_, err = h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { v.Capacity = 7; return nil })
	h.must(err)
	for {
		if o := occupancyOf(t, nextOf(t, f, FrameOccupancy)); o.Venues[0].Capacity == 7 {
			break
		}
	}
	if h.Hub().Readers() != 1 {
		t.Errorf("%d readers", h.Hub().Readers())
	}
	f.Close()
	f.Close()
	ended(t, f)
	deserted(t, h.Hub())
	if f.Err() != nil {
		t.Errorf("closed with %v", f.Err())
	}
	for _, event := range []string{"nowhere", System} {
		if _, err := h.Hub().Subscribe(h.ctx, event, nil); !errors.Is(err, ErrNoEvent) {
			t.Errorf("%s: %v", event, err)
		}
	}
	ctx, cancel := context.WithCancel(h.ctx)
	f, err = watching(h.Hub().Subscribe(ctx, here, nil))
	h.must(err)
	cancel()
	ended(t, f)
	deserted(t, h.Hub())
}

// deserted waits until nobody watches and nothing is followed.
func deserted(t testing.TB, h *Hub) {
	t.Helper()
	for range 2000 {
		h.mu.Lock()
		readers, topics := h.readers, len(h.topics)
		h.mu.Unlock()
		if readers == 0 && topics == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("there are readers or topics left")
}

// TestFeedResumesWithoutGap has readers come, go and come back at random while
// gates scan: each sees every row once, in order.
func TestFeedResumesWithoutGap(t *testing.T) {
	h := newHall(t)
	const gates, each = 4, 400
	tokens := make([]string, gates)
	for i := range tokens {
		_, tokens[i] = h.person(fmt.Sprint(i))
	}
	start, err := h.store.Seq(h.ctx, here)
	h.must(err)
	var scanning, reading sync.WaitGroup
	for i := range gates {
		scanning.Go(func() {
			for n := range each {
				gate := []string{"north", "south"}[n%2]
				out, err := h.Scan(h.ctx, here, h.gate, []ScanRequest{{ScanID: uuid.NewString(), Token: tokens[i], Gate: gate}})
				if err != nil || out[0].Err != nil {
					t.Error(err, out)
				}
			}
		})
	}
	last := start + gates*each
	for range 8 {
		reading.Go(func() {
			want := start + 1 // the next row
			for want <= last {
				after := want - 1
				f, err := watching(h.Hub().Subscribe(h.ctx, here, &after))
				if err != nil {
					t.Error(err)
					return
				}
				snap := next(t, f)
				if snap.Event != FrameSnapshot || snap.ID != after {
					t.Errorf("resumed after %d with %s %d", after, snap.Event, snap.ID)
				}
				stay := rand.IntN(400)
				for n := 0; want <= last && n < stay; n++ {
					fr, ok := f.frame()
					if !ok { // cut off, as it may be
						break
					}
					if fr.Event == FrameScan {
						if fr.ID != want {
							t.Errorf("row %d came where %d was due", fr.ID, want)
						}
						want = fr.ID + 1
					} else if fr.ID != want-1 {
						t.Errorf("numbers with id %d after row %d: a reader would resume with a gap", fr.ID, want-1)
					}
				}
				f.Close()
			}
		})
	}
	scanning.Wait()
	reading.Wait()
	deserted(t, h.Hub())
}

// TestFeedFromTheBeginning reads a journal much longer than a feed's buffer,
// while more comes.
func TestFeedFromTheBeginning(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	const n = 2 * feedRows
	scan := func() {
		for i := range n {
			h.scan(token, []string{"north", "south"}[i%2])
		}
	}
	scan()
	var zero uint64
	f, err := watching(h.Hub().Subscribe(h.ctx, here, &zero))
	h.must(err)
	defer f.Close()
	scan()
	last := uint64(0)
	for i := range 2 * n {
		fr := nextOf(t, f, FrameScan)
		if fr.ID <= last || i > 0 && fr.ID != last+1 {
			t.Fatalf("row %d after %d", fr.ID, last)
		}
		last = fr.ID
	}
	seq, err := h.store.Seq(h.ctx, here)
	h.must(err)
	if last != seq {
		t.Errorf("ended at %d of %d", last, seq)
	}
	// A position that the journal hasn't reached is none.
	future := seq + 1000
	g, err := watching(h.Hub().Subscribe(h.ctx, here, &future))
	h.must(err)
	defer g.Close()
	if fr := next(t, g); fr.ID != seq {
		t.Errorf("resumed at %d, the journal is at %d", fr.ID, seq)
	}
}

// TestSlowReaderIsCutOff while another one, and the gate, notice nothing.
func TestSlowReaderIsCutOff(t *testing.T) {
	h := newHall(t)
	h.Hub().round = 0
	_, token := h.person("1")
	slow, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	quick, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	defer quick.Close()
	for i := range 2 * feedBuffer { // each a batch of its own
		a := h.scan(token, []string{"north", "south"}[i%2])
		if fr := nextOf(t, quick, FrameScan); fr.ID != a.Seq {
			t.Fatalf("the quick reader saw row %d for %d", fr.ID, a.Seq)
		}
	}
	if got := ended(t, slow); got != feedBuffer || !errors.Is(slow.Err(), ErrSlow) {
		t.Errorf("the slow reader had %d batches, want %d, and %v", got, feedBuffer, slow.Err())
	}
	if h.Hub().Readers() != 1 {
		t.Errorf("%d readers", h.Hub().Readers())
	}
}

// bursting hands on many rows at once.
type bursting struct {
	Store
	rows chan []Row
}

func (s bursting) Follow(ctx context.Context, _ string, _ uint64, fn func([]Row) error) error {
	select {
	case rows := <-s.rows:
		if err := fn(rows); err != nil {
			return err
		}
		<-ctx.Done()
	case <-ctx.Done():
	}
	return ctx.Err()
}

// TestBurst hands a whole hall's automatic exit to a reader who reads.
func TestBurst(t *testing.T) {
	h := newHall(t)
	s := bursting{h.store, make(chan []Row, 1)}
	d := NewDesk(s, DeskOptions{})
	defer d.Close()
	f, err := watching(d.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	defer f.Close()
	first := next(t, f)
	rows := make([]Row, 10*batchRows)
	for i := range rows {
		rows[i] = Row{Seq: first.ID + uint64(i) + 1, Kind: KindExit, Venue: "main", At: h.start, RecordedAt: h.start}
	}
	s.rows <- rows
	for i := range rows {
		if fr := nextOf(t, f, FrameScan); fr.ID != rows[i].Seq {
			t.Fatalf("row %d came for %d", fr.ID, rows[i].Seq)
		}
	}
}

// TestNumbersAreThrottled counts once for many scans and for many readers.
func TestNumbersAreThrottled(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	feeds := make([]*screen, 20)
	for i := range feeds {
		f, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
		h.must(err)
		defer f.Close()
		feeds[i] = f
	}
	h.store.counted()
	began := time.Now()
	for i := range 200 {
		h.scan(token, []string{"north", "south"}[i%2])
	}
	took := time.Since(began)
	for _, f := range feeds {
		for {
			if o := occupancyOf(t, nextOf(t, f, FrameOccupancy)); o.Venues[0].Entries == 100 && o.Venues[0].Exits == 100 {
				break
			}
		}
	}
	most := int(time.Since(began)/roundEvery) + 2
	if n := h.store.counted()["Counts"]; n > most {
		t.Errorf("counted %d times in %v, want at most %d", n, took, most)
	}
}

func TestHubCloses(t *testing.T) {
	h := newHall(t)
	var feeds []*screen
	for range 3 {
		f, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
		h.must(err)
		feeds = append(feeds, f)
	}
	h.Hub().Close()
	for _, f := range feeds {
		if ended(t, f); !errors.Is(f.Err(), ErrClosing) {
			t.Errorf("ended with %v", f.Err())
		}
	}
	if _, err := h.Hub().Subscribe(h.ctx, here, nil); !errors.Is(err, ErrClosing) {
		t.Errorf("opened after the end: %v", err)
	}
	h.Close()
}

func TestFeedOfADeletedEvent(t *testing.T) {
	h := newHall(t)
	f, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	h.must(h.DeleteEvent(h.ctx, here, by))
	if ended(t, f); !errors.Is(f.Err(), ErrNoEvent) {
		t.Errorf("ended with %v", f.Err())
	}
}

// forgetful loses its connection again and again.
type forgetful struct{ Store }

func (s forgetful) Follow(ctx context.Context, event string, after uint64, fn func([]Row) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	calls := 0
	err := s.Store.Follow(ctx, event, after, func(rows []Row) error {
		if err := fn(rows[:1]); err != nil {
			return err
		}
		if calls++; calls == 3 || len(rows) > 1 {
			cancel()
			return ErrUnavailable
		}
		return nil
	})
	return errors.Join(ErrUnavailable, err)
}

// TestFollowingGoesOn where it was when the store comes back.
func TestFollowingGoesOn(t *testing.T) {
	h := newHall(t)
	d := NewDesk(forgetful{h.store}, DeskOptions{})
	defer d.Close()
	_, token := h.person("1")
	f, err := watching(d.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	defer f.Close()
	want := next(t, f).ID
	for i := range 12 {
		h.scan(token, []string{"north", "south"}[i%2])
	}
	for range 12 {
		want++
		if fr := nextOf(t, f, FrameScan); fr.ID != want {
			t.Fatalf("row %d came where %d was due", fr.ID, want)
		}
	}
}

// TestSilentStoreEndsFeeds, so that no board shows old numbers as live ones.
func TestSilentStoreEndsFeeds(t *testing.T) {
	h := newHall(t)
	h.Hub().ping = 20 * time.Millisecond
	f, err := watching(h.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	h.store.failing(func(string) error { return ErrUnavailable })
	if ended(t, f); !errors.Is(f.Err(), ErrUnavailable) {
		t.Errorf("ended with %v", f.Err())
	}
	if _, err := h.Hub().Subscribe(h.ctx, here, nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("opened without a store: %v", err)
	}
}

// TestRowIsFollowedByNumbers, also where the numbers told before it have it in them already.
func TestRowIsFollowedByNumbers(t *testing.T) {
	h := newHall(t)
	s := streaming{h.store, make(chan []Row)}
	d := NewDesk(s, DeskOptions{})
	defer d.Close()
	f, err := watching(d.Hub().Subscribe(h.ctx, here, nil))
	h.must(err)
	defer f.Close()
	first := next(t, f).ID
	for n := range uint64(3) { // the store's figures stay as they are
		row := Row{Seq: first + n + 1, Kind: KindScan, Venue: "main", Gate: "north", Result: Denied, At: h.start, RecordedAt: h.start}
		s.rows <- []Row{row}
		if fr := nextOf(t, f, FrameOccupancy); fr.ID != row.Seq {
			t.Errorf("numbers with id %d after row %d", fr.ID, row.Seq)
		}
	}
}
