package checkin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lanyard/badge"
)

func name(s string) badge.Text { return badge.Text{"": s} }

func TestEventIsChecked(t *testing.T) {
	h := newHall(t)
	late := h.start.Add(10 * 24 * time.Hour)
	soon := h.start.Add(time.Hour)
	for _, c := range []struct {
		field string
		edit  func(*badge.Event)
	}{
		{"ok", func(e *badge.Event) {}},
		{"ok", func(e *badge.Event) { e.Locale = ""; e.Name = name("Plain") }},
		{"ok", func(e *badge.Event) { e.RetainUntil = &late }},
		{"id", func(e *badge.Event) { e.ID = "" }},
		{"id", func(e *badge.Event) { e.ID = System }},
		{"id", func(e *badge.Event) { e.ID = "Upper" }},
		{"name", func(e *badge.Event) { e.Name = nil }},
		{"name", func(e *badge.Event) { e.Name = name("  ") }},
		{"name", func(e *badge.Event) { e.Name = name("a\x00b") }},
		{"name", func(e *badge.Event) { e.Name = name(strings.Repeat("x", 201)) }},
		{"name", func(e *badge.Event) { e.Name = badge.Text{"no locale at all": "x"} }},
		{"locale", func(e *badge.Event) { e.Locale = "english" }},
		{"timezone", func(e *badge.Event) { e.TimeZone = "" }},
		{"timezone", func(e *badge.Event) { e.TimeZone = "Local" }},
		{"timezone", func(e *badge.Event) { e.TimeZone = "Mars/Base" }},
		{"starts_at", func(e *badge.Event) { e.StartsAt = time.Time{} }},
		{"ends_at", func(e *badge.Event) { e.EndsAt = time.Time{} }},
		{"ends_at", func(e *badge.Event) { e.EndsAt = e.StartsAt }},
		{"ends_at", func(e *badge.Event) { e.EndsAt = time.Date(9999, 12, 1, 0, 0, 0, 0, time.UTC) }},
		{"retain_until", func(e *badge.Event) { e.RetainUntil = &soon }},
	} {
		e := h.event("checked")
		c.edit(&e)
		got, err := h.CreateEvent(h.ctx, by, e)
		if field(err) != c.field {
			t.Errorf("%+v: got %v, want %s", e, err, c.field)
		}
		if err == nil {
			if got.Locale != "en" || got.Name["en"] == "" {
				t.Errorf("not settled: %+v", got)
			}
			h.must(h.DeleteEvent(h.ctx, "checked", by))
		}
	}
	if _, err := h.CreateEvent(h.ctx, by, h.event(here)); !errors.Is(err, ErrExists) {
		t.Errorf("created twice: %v", err)
	}
	if _, err := h.EditEvent(h.ctx, here, by, func(e *badge.Event) error { e.ID = "other"; return nil }); field(err) != "id" {
		t.Errorf("id changed: %v", err)
	}
	for _, event := range []string{System, "nowhere"} {
		if _, err := h.EditEvent(h.ctx, event, by, func(*badge.Event) error { return nil }); !errors.Is(err, ErrNoEvent) {
			t.Errorf("%s: %v", event, err)
		}
		if err := h.DeleteEvent(h.ctx, event, by); !errors.Is(err, ErrNoEvent) {
			t.Errorf("%s: %v", event, err)
		}
	}
}

func TestPlacesAreChecked(t *testing.T) {
	h := newHall(t)
	for _, c := range []struct {
		field string
		v     Venue
	}{
		{"ok", Venue{Name: name("Plain")}},
		{"ok", Venue{Name: name("Full"), Capacity: 10_000_000, Reentry: Daily, Categories: []string{"press"}, Exclusive: "halls",
			Hours: []Window{{"22:00", "02:00"}, {"00:00", "24:00"}}, AutoExitAt: "23:30"}},
		{"name", Venue{}},
		{"id", Venue{Name: name("x"), ID: "-a"}},
		{ErrExists.Error(), Venue{Name: name("x"), ID: "main"}},
		{"capacity", Venue{Name: name("x"), Capacity: -1}},
		{"capacity", Venue{Name: name("x"), Capacity: 10_000_001}},
		{"reentry", Venue{Name: name("x"), Reentry: "twice"}},
		{"categories[1]", Venue{Name: name("x"), Categories: []string{"press", "vip"}}},
		{"categories[1]", Venue{Name: name("x"), Categories: []string{"press", "press"}}},
		{"hours[0].from", Venue{Name: name("x"), Hours: []Window{{"24:00", "01:00"}}}},
		{"hours[0].from", Venue{Name: name("x"), Hours: []Window{{"9:00", "10:00"}}}},
		{"hours[1].to", Venue{Name: name("x"), Hours: []Window{{"09:00", "10:00"}, {"09:00", "24:01"}}}},
		{"hours", Venue{Name: name("x"), Hours: make([]Window, 51)}},
		{"exclusive", Venue{Name: name("x"), Exclusive: "a\nb"}},
		{"auto_exit_at", Venue{Name: name("x"), AutoExitAt: "24:00"}},
	} {
		v, err := h.AddVenue(h.ctx, here, by, c.v)
		if field(err) != c.field {
			t.Errorf("%+v: got %v, want %s", c.v, err, c.field)
		}
		if err == nil && (v.Reentry == "" || v.Categories == nil || v.Hours == nil || v.Name["en"] == "") {
			t.Errorf("not defaulted: %+v", v)
		}
	}
	for _, c := range []struct {
		field string
		g     Gate
	}{
		{"ok", Gate{Name: name("West"), Venue: "main", Direction: Both}},
		{"name", Gate{Venue: "main", Direction: In}},
		{"venue", Gate{Name: name("x"), Venue: "nowhere", Direction: In}},
		{"direction", Gate{Name: name("x"), Venue: "main"}},
		{"direction", Gate{Name: name("x"), Venue: "main", Direction: "up"}},
		{ErrExists.Error(), Gate{Name: name("x"), ID: "north", Venue: "main", Direction: In}},
	} {
		if _, err := h.AddGate(h.ctx, here, by, c.g); field(err) != c.field {
			t.Errorf("%+v: got %v, want %s", c.g, err, c.field)
		}
	}
	for _, c := range []struct {
		field string
		k     badge.Category
	}{
		{"ok", badge.Category{Name: name("Expert"), Color: "#AABBCC"}},
		{"name", badge.Category{ID: "vip"}},
		{"color", badge.Category{Name: name("x"), Color: "red"}},
		{"code", badge.Category{Name: name("x"), Code: "long"}},
		{"code", badge.Category{Name: name("x"), Code: "d"}},
		{ErrExists.Error(), badge.Category{Name: name("x"), ID: "press"}},
	} {
		k, err := h.AddCategory(h.ctx, here, by, c.k)
		if field(err) != c.field {
			t.Errorf("%+v: got %v, want %s", c.k, err, c.field)
		}
		if err == nil && (k.Color != "#aabbcc" || k.Code != "e" || k.ID != "expert") {
			t.Errorf("not defaulted: %+v", k)
		}
	}
	past, never := h.start.Add(-time.Second), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		field string
		event string
		o     Operator
	}{
		{"ok", here, Operator{Name: "A", Role: GateStaff, Gates: []string{"north"}}},
		{"ok", System, Operator{Name: "A", Role: Organizer}},
		{"role", System, Operator{Name: "A", Role: HelpDesk}},
		{"role", here, Operator{Name: "A"}},
		{"name", here, Operator{Name: " ", Role: HelpDesk}},
		{"gates", here, Operator{Name: "A", Role: HelpDesk, Gates: []string{"north"}}},
		{"gates[0]", here, Operator{Name: "A", Role: GateStaff, Gates: []string{"nowhere"}}},
		{"expires_at", here, Operator{Name: "A", Role: HelpDesk, ExpiresAt: &past}},
		{"expires_at", here, Operator{Name: "A", Role: HelpDesk, ExpiresAt: &never}},
		{ErrNoEvent.Error(), "nowhere", Operator{Name: "A", Role: HelpDesk}},
	} {
		o, key, pairing, err := h.AddOperator(h.ctx, c.event, by, c.o)
		if field(err) != c.field {
			t.Errorf("%+v: got %v, want %s", c.o, err, c.field)
		}
		if err == nil && (len(key) != 46 || len(pairing) != 22 || o.KeyHash != HashKey(key) || o.Event != c.event || !badge.ValidID(o.ID)) {
			t.Errorf("made %+v", o)
		}
	}
	for _, err := range []error{
		second(h.AddVenue(h.ctx, System, by, Venue{Name: name("x")})),
		second(h.AddCategory(h.ctx, System, by, badge.Category{Name: name("x")})),
		second(h.AddAttendee(h.ctx, System, by, badge.Attendee{Name: "x", Category: "delegate"})),
		second(h.RotateKey(h.ctx, System, by)),
		second(h.Occupancy(h.ctx, System)),
		second(h.Scan(h.ctx, System, Operator{Event: System, Role: Organizer}, []ScanRequest{{}})),
	} {
		if !errors.Is(err, ErrNoEvent) {
			t.Errorf("the pseudo event is taken for a real one: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestIDsAreMade(t *testing.T) {
	h := newHall(t)
	for _, c := range []struct {
		name badge.Text
		want string
	}{
		{badge.Text{"en": "Café  Müller & Söhne"}, "cafe-muller-sohne"},
		{badge.Text{"en": "Café Müller, Söhne!"}, "cafe-muller-sohne-2"},
		{badge.Text{"en": "MAIN"}, "main-2"},
		{badge.Text{"zh": "主论坛"}, "venue-1"},
		{badge.Text{"zh": "分论坛"}, "venue-2"},
		{badge.Text{"en": "主论坛"}, "venue-3"},
		{badge.Text{"en": "The Very Long Name of a Very Large Hall"}, "the-very-long-name-of-a"},
	} {
		v, err := h.AddVenue(h.ctx, here, by, Venue{Name: c.name})
		h.must(err)
		if v.ID != c.want || !badge.ValidID(v.ID) {
			t.Errorf("%v: id %q, want %q", c.name, v.ID, c.want)
		}
	}
	codes := map[string]bool{"d": true, "p": true}
	for i := range 40 {
		k, err := h.AddCategory(h.ctx, here, by, badge.Category{Name: badge.Text{"en": "Delegation"}})
		h.must(err)
		if codes[k.Code] || !badge.ValidCode(k.Code) {
			t.Errorf("category %d has code %q", i, k.Code)
		}
		codes[k.Code] = true
	}
}

func TestDropsAreGuarded(t *testing.T) {
	h := newHall(t)
	_, token := h.person("1")
	h.want(h.scan(token, "north"), Admitted, "")
	_, err := h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { v.Categories = []string{"press", "delegate"}; return nil })
	h.must(err)
	staff, _, _, err := h.AddOperator(h.ctx, here, by, Operator{Name: "A", Role: GateStaff, Gates: []string{"south", "north"}})
	h.must(err)
	for _, step := range []struct {
		what string
		do   func() error
		want error
	}{
		{"a venue with gates", func() error { return h.DropVenue(h.ctx, here, "main", by) }, ErrInUse},
		{"a category that a venue names", func() error { return h.DropCategory(h.ctx, here, "press", by) }, ErrInUse},
		{"a gate", func() error { return h.DropGate(h.ctx, here, "north", by) }, nil},
		{"a gate again", func() error { return h.DropGate(h.ctx, here, "north", by) }, ErrNoGate},
		{"staff limited to a gate that is gone", func() error {
			return second(h.EditOperator(h.ctx, here, staff.ID, by, func(o *Operator) error { o.Name = "B"; return nil }))
		}, nil},
		{"gates", func() error {
			return errors.Join(h.DropGate(h.ctx, here, "south", by), h.DropGate(h.ctx, here, "east", by))
		}, nil},
		{"a venue with somebody inside", func() error { return h.DropVenue(h.ctx, here, "main", by) }, ErrInUse},
		{"no venue", func() error { return h.DropVenue(h.ctx, here, "nowhere", by) }, ErrNoVenue},
		{"venue without categories", func() error {
			return second(h.EditVenue(h.ctx, here, "main", by, func(v *Venue) error { v.Categories = nil; return nil }))
		}, nil},
		{"a category that nobody has", func() error { return h.DropCategory(h.ctx, here, "press", by) }, nil},
		{"a category that somebody has", func() error { return h.DropCategory(h.ctx, here, "delegate", by) }, ErrInUse},
	} {
		if err := step.do(); !errors.Is(err, step.want) {
			t.Errorf("drop %s: got %v, want %v", step.what, err, step.want)
		}
	}
	if _, err := h.EditCategory(h.ctx, here, "delegate", by, func(k *badge.Category) error { k.Code = "x"; return nil }); field(err) != "code" {
		t.Errorf("the code of badges was changed: %v", err)
	}
	if k, err := h.EditCategory(h.ctx, here, "delegate", by, func(k *badge.Category) error { k.Color = "#000000"; return nil }); err != nil || k.Code != "d" {
		t.Errorf("colour: %+v, %v", k, err)
	}
}

func TestAttendeesAreChecked(t *testing.T) {
	h := newHall(t)
	a, err := h.AddAttendee(h.ctx, here, by, badge.Attendee{Name: " Wang  Fang ", Category: "代表"})
	h.must(err)
	if !strings.HasPrefix(a.Ref, "W-") || a.Category != "delegate" || a.Name != "Wang Fang" || a.ID == "" {
		t.Errorf("walk-in %+v", a)
	}
	if _, err = h.AddAttendee(h.ctx, here, by, badge.Attendee{Ref: a.Ref, Name: "B", Category: "press"}); !errors.Is(err, ErrRefTaken) {
		t.Errorf("ref taken: %v", err)
	}
	for want, edit := range map[string]func(*badge.Attendee) error{
		"name":     func(a *badge.Attendee) error { a.Name = ""; return nil },
		"category": func(a *badge.Attendee) error { a.Category = "vip"; return nil },
		"email":    func(a *badge.Attendee) error { a.Email = "nobody"; return nil },
		"ref":      func(a *badge.Attendee) error { a.Ref = ""; return nil },
		"id":       func(a *badge.Attendee) error { a.ID = badge.NewID(); return nil },
		"stop":     func(a *badge.Attendee) error { return errors.New("stop") },
		"ok":       func(a *badge.Attendee) error { a.Organization = "Office"; return nil },
	} {
		if _, err := h.EditAttendee(h.ctx, here, a.ID, by, edit); field(err) != want {
			t.Errorf("edit: got %v, want %s", err, want)
		}
	}
	h.must(h.EraseAttendee(h.ctx, here, a.ID, by))
	if _, err := h.Attendee(h.ctx, here, a.ID); !errors.Is(err, ErrNoAttendee) {
		t.Errorf("erased: %v", err)
	}
}
