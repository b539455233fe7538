package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lanyard/api"
	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/redisstore"
	"lanyard/checkin/redisstore/redistest"
	"lanyard/web"
)

// opener opens an empty store for one hall.
type opener func(t testing.TB) checkin.Store

// stores are the ones that the scenarios run on, each begun once for a test.
var stores = []struct {
	name  string
	start func(t testing.TB) opener
}{
	{"memory", func(testing.TB) opener { return memory }},
	{"bolt", func(testing.TB) opener {
		return func(t testing.TB) checkin.Store { return must(boltstore.Open(t.TempDir(), boltstore.Options{})) }
	}},
	{"redis", func(t testing.TB) opener {
		node := redistest.Start(t)
		return func(t testing.TB) checkin.Store {
			node.Clear()
			return must(redisstore.Open(t.Context(), node.URL(), redisstore.Options{}))
		}
	}},
}

func memory(testing.TB) checkin.Store { return checkin.NewMemory() }

// hall is a server with an event on it, as it is on the day:
//
//	ciep21    gates of six venues, one operator of each role, two attendees with badges (LI, WU) and one without (NEW)
//	other     another event, with an organizer and an attendee with a badge
//	past      an event that ended days ago, with a gate and a badge
type hall struct {
	t      testing.TB
	store  checkin.Store
	faulty *faultyStore
	desk   *checkin.Desk
	server *api.Server
	log    *syncBuffer

	mu    sync.Mutex
	now   time.Time
	names map[string]string // what {NAME} stands for in a row
}

// syncBuffer is a buffer that a log is written to.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// faultyStore can stop answering.
type faultyStore struct {
	checkin.Store
	mu       sync.Mutex
	down     bool
	defect   bool // whoever scans runs into a fault of the program
	journals int  // how many readings of the journal will work; 0 for all
	lookups  int  // of keys, sessions and pairing codes
}

func (s *faultyStore) look() {
	s.mu.Lock()
	s.lookups++
	s.mu.Unlock()
}

func (s *faultyStore) OperatorByKey(ctx context.Context, keyHash string) (checkin.Operator, error) {
	s.look()
	return s.Store.OperatorByKey(ctx, keyHash)
}

func (s *faultyStore) Temp(ctx context.Context, kind, id string) ([]byte, error) {
	s.look()
	return s.Store.Temp(ctx, kind, id)
}

func (s *faultyStore) TakeTemp(ctx context.Context, kind, id string) ([]byte, error) {
	s.look()
	return s.Store.TakeTemp(ctx, kind, id)
}

// looked tells how often the store was asked who somebody is, since last asked.
func (s *faultyStore) looked() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, s.lookups = s.lookups, 0
	return n
}

func (s *faultyStore) Journal(ctx context.Context, event string, after uint64, limit int) ([]checkin.Row, error) {
	s.mu.Lock()
	left := s.journals
	if left > 1 {
		s.journals--
	}
	s.mu.Unlock()
	if left == 1 {
		return nil, fmt.Errorf("dial 10.1.2.3:6379: connection refused: %w", checkin.ErrUnavailable)
	}
	return s.Store.Journal(ctx, event, after, limit)
}

// breakJournal lets so many more readings of the journal work.
func (s *faultyStore) breakJournal(after int) {
	s.mu.Lock()
	s.journals = after + 1
	s.mu.Unlock()
}

func (s *faultyStore) fail() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.defect {
		panic("a fault of the program")
	}
	if s.down {
		return fmt.Errorf("dial 10.1.2.3:6379: connection refused: %w", checkin.ErrUnavailable)
	}
	return nil
}

func (s *faultyStore) set(down bool) {
	s.mu.Lock()
	s.down = down
	s.mu.Unlock()
}

func (s *faultyStore) Scan(ctx context.Context, event string, scans []checkin.Scan) ([]checkin.Outcome, error) {
	if err := s.fail(); err != nil {
		return nil, err
	}
	return s.Store.Scan(ctx, event, scans)
}

func (s *faultyStore) Ping(ctx context.Context) error {
	if err := s.fail(); err != nil {
		return err
	}
	return s.Store.Ping(ctx)
}

func (s *faultyStore) BadgeByLink(ctx context.Context, link string) (string, badge.Badge, error) {
	if err := s.fail(); err != nil {
		return "", badge.Badge{}, err
	}
	return s.Store.BadgeByLink(ctx, link)
}

func (h *hall) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hall) wait(d time.Duration) {
	h.mu.Lock()
	h.now = h.now.Add(d)
	h.mu.Unlock()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var theSite = sync.OnceValue(func() *web.Site { return must(web.New()) })

// newHall builds one through the desk, as everything but a test would.
func newHall(t testing.TB, open opener, change ...func(*api.Options)) *hall {
	t.Helper()
	h := &hall{t: t, now: time.Now().UTC().Truncate(time.Millisecond), names: map[string]string{}, log: &syncBuffer{}}
	h.faulty = &faultyStore{Store: open(t)}
	h.store = h.faulty
	secret := must(badge.NewSecret("a secret of the tests, long enough for the rule"))
	h.desk = checkin.NewDesk(h.store, checkin.DeskOptions{Secret: secret, Now: h.clock})
	t.Cleanup(func() {
		h.desk.Close()
		h.store.Close()
	})
	o := api.Options{Desk: h.desk, Site: theSite(), Log: slog.New(slog.NewJSONHandler(h.log, nil)), Registry: prometheus.NewRegistry(),
		BaseURL: "https://badges.example.org", Version: "test", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}}
	for _, c := range change {
		c(&o)
	}
	h.server = must(api.New(o))
	h.furnish()
	return h
}

func (h *hall) furnish() {
	ctx, d, by := context.Background(), h.desk, checkin.Stamp{}
	event := func(id string, starts, ends time.Duration) {
		must(d.CreateEvent(ctx, by, badge.Event{ID: id, Name: badge.Text{"en": "Event " + id, "zh": "大会"}, TimeZone: "Asia/Shanghai",
			StartsAt: h.now.Add(starts), EndsAt: h.now.Add(ends), Locale: "en"}))
		must(d.AddCategory(ctx, id, by, badge.Category{ID: "delegate", Name: badge.Text{"en": "Delegate", "zh": "代表"}, Color: "#0f766e", Code: "d"}))
	}
	event("ciep21", -time.Hour, 30*time.Hour)
	event("other", -time.Hour, 30*time.Hour)
	event("past", -96*time.Hour, -72*time.Hour)
	must(d.AddCategory(ctx, "ciep21", by, badge.Category{ID: "vip", Name: badge.Text{"en": "VIP"}, Color: "#7c2d12", Code: "v"}))

	zone := must(time.LoadLocation("Asia/Shanghai"))
	local := func(after time.Duration) string { return h.now.Add(after).In(zone).Format("15:04") }
	for _, v := range []checkin.Venue{
		{ID: "main-forum", Name: badge.Text{"en": "Main Forum", "zh": "主论坛"}, Capacity: 100},
		{ID: "room", Name: badge.Text{"en": "Room"}, Capacity: 1},
		{ID: "lounge", Name: badge.Text{"en": "Lounge"}, Categories: []string{"vip"}},
		{ID: "night", Name: badge.Text{"en": "Night"}, Hours: []checkin.Window{{From: local(6 * time.Hour), To: local(7 * time.Hour)}}},
		{ID: "gala", Name: badge.Text{"en": "Gala"}, Reentry: checkin.Once},
		{ID: "lunch", Name: badge.Text{"en": "Lunch"}, Reentry: checkin.Daily},
	} {
		must(d.AddVenue(ctx, "ciep21", by, v))
		must(d.AddGate(ctx, "ciep21", by, checkin.Gate{ID: v.ID + "-gate", Venue: v.ID, Name: badge.Text{"en": "Gate of " + v.ID}, Direction: checkin.Both}))
	}
	must(d.AddGate(ctx, "ciep21", by, checkin.Gate{ID: "north", Venue: "main-forum", Name: badge.Text{"en": "North"}, Direction: checkin.In}))
	must(d.AddVenue(ctx, "past", by, checkin.Venue{ID: "hall", Name: badge.Text{"en": "Hall"}}))
	must(d.AddGate(ctx, "past", by, checkin.Gate{ID: "door", Venue: "hall", Name: badge.Text{"en": "Door"}, Direction: checkin.In}))

	operator := func(as, event string, o checkin.Operator) {
		o.ID = as
		_, key, code, err := d.AddOperator(ctx, event, by, o)
		if err != nil {
			panic(err)
		}
		h.names["KEY:"+as], h.names["PAIR:"+as] = key, code
	}
	h.names["KEY:root"] = must(d.FirstOrganizer(ctx))
	for _, role := range checkin.Roles {
		operator(string(role), "ciep21", checkin.Operator{Name: "Staff " + string(role), Role: role})
	}
	operator("limited", "ciep21", checkin.Operator{Name: "One gate", Role: checkin.GateStaff, Gates: []string{"north"}})
	operator("stranger", "other", checkin.Operator{Name: "Of another event", Role: checkin.Organizer})

	attendee := func(as, event string, a badge.Attendee, withBadge bool) {
		a.Ref = "R-" + as
		a = must(d.AddAttendee(ctx, event, by, a))
		h.names[as] = a.ID
		if !withBadge {
			return
		}
		b, _, err := d.IssueBadge(ctx, event, by, a.ID)
		if err != nil {
			panic(err)
		}
		h.names["BADGE:"+as], h.names["TOKEN:"+as], h.names["LINK:"+as] = b.ID, must(d.Token(ctx, event, b)), b.Link
	}
	attendee("LI", "ciep21", badge.Attendee{Name: "李明", NameLatin: "Ming Li", Organization: "广东省科技厅", Category: "delegate",
		Email: "ming.li@example.org", Phone: "+86 755 1234 5678", Locale: "zh"}, true)
	attendee("WU", "ciep21", badge.Attendee{Name: "Wu Fang", Organization: "=SUM(A1)", Category: "delegate"}, true)
	attendee("NEW", "ciep21", badge.Attendee{Name: "Somebody New", Category: "vip"}, false)
	attendee("ELSE", "other", badge.Attendee{Name: "Elsewhere", Category: "delegate"}, true)
	attendee("OLD", "past", badge.Attendee{Name: "Bygone", Category: "delegate"}, true)

	// A badge whose validity begins later, which only a restored backup has.
	early := h.now.Add(2 * time.Hour).Truncate(time.Second)
	later := must(d.AddAttendee(ctx, "ciep21", by, badge.Attendee{Ref: "R-EARLY", Name: "Early Bird", Category: "delegate"}))
	cfg := must(d.Config(ctx, "ciep21"))
	b := badge.Badge{ID: badge.NewID(), Attendee: later.ID, Code: "d", Link: badge.NewLink(), Key: cfg.Keys[0].ID, ValidFrom: &early,
		ValidUntil: early.Add(24 * time.Hour), IssuedAt: h.now}
	h.names["TOKEN:EARLY"] = must(d.Token(ctx, "ciep21", b))
	b.Digest = badge.Digest(h.names["TOKEN:EARLY"])
	if res := must(h.store.Issue(ctx, "ciep21", checkin.Stamp{At: h.now}, []checkin.Issue{{Badge: b}})); res[0].Err != nil {
		panic(res[0].Err)
	}
	h.names["LINK:EARLY"] = b.Link
	// A badge that is well signed and on no record.
	b.ID, b.ValidFrom = badge.NewID(), nil
	h.names["TOKEN:GHOST"] = must(d.Token(ctx, "ciep21", b))
}

// step is a request and what must come of it.
type step struct {
	do     string // "POST /events/ciep21/scans"; below /api/v1 unless it begins with //
	as     string // operator, "" for nobody
	body   string
	header map[string]string
	status int
	want   []string // parts that the answer must have
	not    []string // parts that it must not have
	save   string   // name for a member of the answer: "ID=id"
	before func(*hall)
	after  func(*hall, *http.Response, []byte)
}

var placeholder = regexp.MustCompile(`\{([A-Z][A-Z:a-z0-9_-]*)\}`)

// fill puts values in for {NAME}; {UUID1} and so on are made up.
func (h *hall) fill(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		name := m[1 : len(m)-1]
		if n, ok := strings.CutPrefix(name, "UUID"); ok {
			i := must(strconv.Atoi(n))
			return fmt.Sprintf("01890000-0000-7000-8000-%012d", i)
		}
		v, ok := h.names[name]
		if !ok {
			h.t.Fatalf("nothing is called %s", m)
		}
		return v
	})
}

// request sends one and checks the answer against the OpenAPI document.
func (h *hall) request(s step) (*http.Response, []byte) {
	h.t.Helper()
	method, path, _ := strings.Cut(h.fill(s.do), " ")
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		path = "/" + rest
	} else {
		path = "/api/v1" + path
	}
	r := httptest.NewRequest(method, path, strings.NewReader(h.fill(s.body)))
	if s.body != "" {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	if s.as != "" {
		r.Header.Set("Authorization", "Bearer "+h.fill("{KEY:"+s.as+"}"))
	}
	for k, v := range s.header {
		if v == "" {
			r.Header.Del(k)
		} else {
			r.Header.Set(k, h.fill(v))
		}
	}
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	res := w.Result()
	body := must(io.ReadAll(res.Body))
	h.checkAnswer(r, res, body)
	return res, body
}

// run does steps in order. One that is to be refused must leave no trace in the
// store.
func (h *hall) run(steps []step) {
	h.t.Helper()
	for i, s := range steps {
		if s.before != nil {
			s.before(h)
		}
		var res *http.Response
		var body []byte
		if do := func() { res, body = h.request(s) }; s.status >= 400 {
			h.refusedWithoutTrace(do)
		} else {
			do()
		}
		at := fmt.Sprintf("step %d, %s as %q", i+1, s.do, s.as)
		if res.StatusCode != s.status {
			h.t.Fatalf("%s: status %d, want %d: %.600s", at, res.StatusCode, s.status, body)
		}
		for _, part := range s.want {
			if part = h.fill(part); !bytes.Contains(body, []byte(part)) {
				h.t.Errorf("%s: no %q in %.1500s", at, part, body)
			}
		}
		for _, part := range s.not {
			if part = h.fill(part); bytes.Contains(body, []byte(part)) {
				h.t.Errorf("%s: %q is in %.1500s", at, part, body)
			}
		}
		if name, member, ok := strings.Cut(s.save, "="); ok {
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil || v[member] == nil {
				h.t.Fatalf("%s: no member %s in %.600s", at, member, body)
			}
			h.names[name] = fmt.Sprint(v[member])
		}
		if s.after != nil {
			s.after(h, res, body)
		}
	}
}

// passAge makes pages that say where a badge is look again.
func (h *hall) passAge() { h.server.ForgetAge("ciep21") }
