package storetest

import (
	"fmt"
	"testing"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// testRoster is about attendees and badges.
func testRoster(t *testing.T, s checkin.Store) {
	t.Run("attendees", func(t *testing.T) { testPutAttendees(t, s) })
	t.Run("many attendees", func(t *testing.T) { testPutMany(t, s) })
	t.Run("a changed category", func(t *testing.T) { testCategory(t, s) })
	t.Run("search", func(t *testing.T) { testSearch(t, s) })
	t.Run("erase", func(t *testing.T) { testErase(t, s) })
	t.Run("issue", func(t *testing.T) { testIssue(t, s) })
	t.Run("revoke", func(t *testing.T) { testRevoke(t, s) })
}

// lastRow demands that the journal grew by one row since seq, and gives it.
func (h *hall) lastRow(seq uint64) checkin.Row {
	h.Helper()
	rows := h.rows(seq)
	if len(rows) != 1 {
		h.Fatalf("%d rows, want 1: %+v", len(rows), rows)
	}
	return rows[0]
}

func (h *hall) attendee(id string) badge.Attendee {
	h.Helper()
	a, err := h.store.Attendee(background, h.event, id)
	if err != nil {
		h.Fatalf("attendee %s: %v", id, err)
	}
	return a
}

func testPutAttendees(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	put := func(mode checkin.PutMode, a badge.Attendee) checkin.PutResult {
		t.Helper()
		return h.put(checkin.PutAttendee{Attendee: a, Mode: mode})[0]
	}
	h.wait(time.Minute)
	seq := h.seq()
	fay := person("fay", "delegate")
	fay.Badge = "anything"
	created := h.now
	r := put(checkin.Create, fay)
	want := person("fay", "delegate")
	want.CreatedAt, want.UpdatedAt = created, created
	if r.Err != nil || !r.Created || !r.Changed || text(h, r.Attendee) != text(h, want) || text(h, h.attendee("p-fay")) != text(h, want) {
		t.Errorf("created %+v\n got %s\nread %s\nwant %s", r, text(h, r.Attendee), text(h, h.attendee("p-fay")), text(h, want))
	}
	row := h.lastRow(seq)
	if row.Kind != checkin.KindRoster || row.Subject != "attendee/p-fay" || row.Note != "created" || row.Operator != "dora" || !row.At.Equal(h.now) || row.Badge != "" {
		t.Errorf("row %+v", row)
	}

	h.wait(time.Minute)
	h.leavesNoTrace(func() {
		same := person("fay", "delegate")
		if r := put(checkin.Update, same); r.Err != nil || r.Changed || r.Created || text(h, r.Attendee) != text(h, want) {
			t.Errorf("the same again: %+v", r)
		}
		same.ID = "another-id"
		if r := put(checkin.Upsert, same); r.Err != nil || r.Changed || r.Attendee.ID != "p-fay" {
			t.Errorf("the same by ref: %+v", r)
		}
		for _, c := range []struct {
			mode    checkin.PutMode
			id, ref string
			want    error
		}{
			{checkin.Create, "p-new", "R-ann", checkin.ErrRefTaken},
			{checkin.Create, "p-fay", "R-fay", checkin.ErrRefTaken},
			{checkin.Create, "p-fay", "R-new", checkin.ErrExists},
			{checkin.Update, "p-new", "R-new", checkin.ErrNoAttendee},
			{checkin.Update, "p-new", "R-ann", checkin.ErrNoAttendee},
			{checkin.Update, "p-fay", "R-ann", checkin.ErrRefTaken},
			{checkin.Upsert, "p-fay", "R-new", checkin.ErrExists},
		} {
			a := person("gil", "press")
			a.ID, a.Ref = c.id, c.ref
			if r := put(c.mode, a); !is(r.Err, c.want) || r.Changed || r.Created {
				t.Errorf("mode %d, %s, %s: %+v, want %v", c.mode, c.id, c.ref, r, c.want)
			}
		}
	})

	seq = h.seq()
	fay = want
	fay.Name, fay.CreatedAt, fay.Badge = "飞", time.Time{}, "anything"
	r = put(checkin.Update, fay)
	if r.Err != nil || r.Created || !r.Changed || r.Attendee.Name != "飞" || !r.Attendee.CreatedAt.Equal(created) || !r.Attendee.UpdatedAt.Equal(h.now) || r.Attendee.Badge != "" {
		t.Errorf("updated %+v", r)
	}
	if row := h.lastRow(seq); row.Subject != "attendee/p-fay" || row.Note != "updated" {
		t.Errorf("row %+v", row)
	}

	// A ref moves on, and the old one is free.
	fay = r.Attendee
	fay.Ref = "R-other"
	if r := put(checkin.Update, fay); r.Err != nil || !r.Changed {
		t.Errorf("new ref: %+v", r)
	}
	if r := put(checkin.Upsert, person("fay2", "press")); !r.Created {
		t.Errorf("upsert of a new one: %+v", r)
	}
	next := person("fay3", "press")
	next.Ref = "R-fay"
	if r := put(checkin.Create, next); r.Err != nil {
		t.Errorf("the old ref: %v", r.Err)
	}
	fay.Name = "Fay by ref"
	fay.ID = "ignored"
	if r := put(checkin.Upsert, fay); r.Err != nil || r.Created || r.Attendee.ID != "p-fay" || r.Attendee.Name != "Fay by ref" {
		t.Errorf("upsert by ref: %+v", r)
	}
	if _, err := s.Attendee(background, h.event, "ignored"); !is(err, checkin.ErrNoAttendee) {
		t.Errorf("the ignored id: %v", err)
	}

	// Who has a badge keeps it.
	ann := h.attendee("p-ann")
	ann.Badge, ann.Organization = "", "Elsewhere"
	if r := put(checkin.Update, ann); r.Attendee.Badge != badgeID("ann") || h.attendee("p-ann").Badge != badgeID("ann") {
		t.Errorf("badge %q", r.Attendee.Badge)
	}
}

func testPutMany(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	many := func(mode checkin.PutMode, names ...string) (puts []checkin.PutAttendee) {
		for _, n := range names {
			puts = append(puts, checkin.PutAttendee{Attendee: person(n, "delegate"), Mode: mode})
		}
		return puts
	}
	seq := h.seq()
	puts := many(checkin.Upsert, "x1", "ann", "x2", "x1", "x3")
	puts[3].Attendee.Name, puts[3].Attendee.ID = "X one, corrected", "p-x1-again"
	puts[4].Mode = checkin.Update
	got := h.put(puts...)
	if !got[0].Created || got[1].Changed || !got[2].Created || got[3].Created || !got[3].Changed || got[3].Attendee.ID != "p-x1" || !is(got[4].Err, checkin.ErrNoAttendee) {
		t.Errorf("results %+v", got)
	}
	if row := h.lastRow(seq); row.Kind != checkin.KindRoster || row.Subject != "attendees/3" || row.Note != "put" {
		t.Errorf("row %+v", row)
	}
	h.leavesNoTrace(func() { h.put(many(checkin.Upsert, "ann", "ben", "cat")...) })
	seq = h.seq()
	h.put(many(checkin.Upsert, "ann", "x9", "cat")...)
	if row := h.lastRow(seq); row.Subject != "attendees/1" || row.Note != "put" {
		t.Errorf("row of one change among many: %+v", row)
	}
	if got := h.put(); len(got) != 0 {
		t.Errorf("results of nothing: %v", got)
	}
}

func testCategory(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("denied wrong_category", "pressroom", "ann")
	ann := h.attendee("p-ann")
	ann.Category = "press"
	h.put(checkin.PutAttendee{Attendee: ann, Mode: checkin.Update})
	if b, err := s.Badge(background, h.event, badgeID("ann")); err != nil || b.Category != "press" || b.Status != badge.Active {
		t.Errorf("badge %+v, %v", b, err)
	}
	if a := h.in("admitted", "pressroom", "ann"); a.Badge.Category != "press" || a.Attendee.Category != "press" {
		t.Errorf("answer %+v", a)
	}
	swap := h.attendee("p-swap")
	swap.Category = "vip"
	h.put(checkin.PutAttendee{Attendee: swap, Mode: checkin.Upsert})
	got, err := s.Badges(background, h.event, []string{badgeID("swap"), "swap2______", badgeID("nobody"), badgeID("ann")})
	if err != nil || len(got) != 4 || got[0].Category != "press" || got[1].Category != "vip" || got[2].ID != "" || got[3].ID != badgeID("ann") {
		t.Errorf("badges %+v, %v: an ended one keeps the category it had", got, err)
	}
	if got, err := s.Badges(background, h.event, nil); err != nil || len(got) != 0 {
		t.Errorf("no badges: %v, %v", got, err)
	}
}

func testSearch(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	var puts []checkin.PutAttendee
	for i := range 25 {
		puts = append(puts, checkin.PutAttendee{Attendee: person(fmt.Sprintf("zoe%d", i+1), "vip")})
	}
	h.put(puts...)
	var refs []string
	q := badge.Query{Text: "ms ZOE", Limit: 10}
	for page := 1; ; page++ {
		got, next, err := s.Attendees(background, h.event, q)
		if err != nil || len(got) > 10 {
			t.Fatalf("page %d: %d, %v", page, len(got), err)
		}
		for _, a := range got {
			refs = append(refs, a.Ref)
		}
		if q.After = next; next == "" {
			break
		}
	}
	if len(refs) != 25 || refs[0] != "R-zoe1" || refs[1] != "R-zoe2" || refs[24] != "R-zoe25" {
		t.Errorf("found %v", refs)
	}
	count := func(q badge.Query) int {
		t.Helper()
		got, next, err := s.Attendees(background, h.event, q)
		if err != nil {
			t.Fatal(err)
		}
		n, err := s.CountAttendees(background, h.event, q)
		if err != nil || next == "" && n != len(got) {
			t.Errorf("query %+v: counted %d, %v; found %d", q, n, err, len(got))
		}
		return len(got)
	}
	for _, c := range []struct {
		q    badge.Query
		want int
	}{
		{badge.Query{Text: "ann"}, 1}, {badge.Query{Text: "nobody"}, 0}, {badge.Query{Category: "press"}, 7},
		{badge.Query{Category: "press", Status: "none"}, 1}, {badge.Query{Category: "press", Status: "active"}, 6},
		{badge.Query{Text: "swap", Status: "active"}, 1}, {badge.Query{Limit: 100}, 25 + len(people)},
	} {
		if got := count(c.q); got != c.want {
			t.Errorf("query %+v: %d, want %d", c.q, got, c.want)
		}
	}
	for _, q := range []badge.Query{{Text: "ms ZOE", Limit: 2, Skip: 23}, {Text: "ms ZOE", Skip: 25}} {
		got, next, err := s.Attendees(background, h.event, q)
		n, countErr := s.CountAttendees(background, h.event, q)
		if err != nil || countErr != nil || n != 25 || next != "" || len(got) != q.Limit {
			t.Errorf("query %+v: %d of %d, %q, %v, %v", q, len(got), n, next, err, countErr)
		}
	}
	// A search begun after a step returned sees it.
	h.revoke(badgeID("pia"), "")
	if got := count(badge.Query{Category: "press", Status: "active"}); got != 5 {
		t.Errorf("%d active after a revocation", got)
	}
	pol := h.attendee("p-pol")
	pol.Name = "Zebulon"
	h.put(checkin.PutAttendee{Attendee: pol, Mode: checkin.Update})
	if got := count(badge.Query{Text: "zebulon"}); got != 1 {
		t.Errorf("%d found by the new name", got)
	}
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-pol"); err != nil {
		t.Fatal(err)
	}
	if got := count(badge.Query{Text: "zebulon"}); got != 0 {
		t.Errorf("%d found after erasure", got)
	}
	h.issue(checkin.Issue{Badge: newBadge(h.event, "pia2_______", "p-pia")})
	if got := count(badge.Query{Category: "press", Status: "active"}); got != 5 {
		t.Errorf("%d active", got)
	}
}

func testErase(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.in("admitted", "free", "ann")
	seq := h.seq()
	h.wait(time.Minute)
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-ann"); err != nil {
		t.Fatal(err)
	}
	rows := h.rows(seq)
	if len(rows) != 2 || rows[0].Kind != checkin.KindBadge || rows[0].Note != "revoked" || rows[0].Badge != badgeID("ann") ||
		rows[1].Kind != checkin.KindRoster || rows[1].Note != "erased" || rows[1].Subject != "attendee/p-ann" || rows[1].Badge != "" {
		t.Errorf("rows %+v", rows)
	}
	b, err := s.Badge(background, h.event, badgeID("ann"))
	if err != nil || b.Status != badge.Revoked || b.Attendee != "" || b.EndedAt == nil || !b.EndedAt.Equal(h.now) {
		t.Errorf("badge %+v, %v", b, err)
	}
	if _, err := s.Attendee(background, h.event, "p-ann"); !is(err, checkin.ErrNoAttendee) {
		t.Errorf("attendee: %v", err)
	}
	h.leavesNoTrace(func() {
		if err := s.Erase(background, h.event, h.stamp("dora"), "p-ann"); !is(err, checkin.ErrNoAttendee) {
			t.Errorf("erased twice: %v", err)
		}
	})
	h.inside("free", 1) // the counts stay
	if a := h.in("denied revoked", "free", "ann"); a.Attendee != nil || a.Badge == nil {
		t.Errorf("answer %+v", a)
	}
	h.out("exited", "free", "ann")

	// All badges that the person ever had lose their name; without an active
	// one there is nothing to revoke.
	seq = h.seq()
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-swap"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Badges(background, h.event, []string{badgeID("swap"), "swap2______"})
	if err != nil || got[0].Attendee != "" || got[1].Attendee != "" || got[0].Status != badge.Replaced || got[1].Status != badge.Revoked {
		t.Errorf("badges %+v, %v", got, err)
	}
	if rows := h.rows(seq); len(rows) != 2 {
		t.Errorf("rows %+v", rows)
	}
	seq = h.seq()
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-gone"); err != nil {
		t.Fatal(err)
	}
	if row := h.lastRow(seq); row.Kind != checkin.KindRoster {
		t.Errorf("row %+v", row)
	}

	// The ref and the id are free again, and the newcomer gets nothing of the old.
	if r := h.put(checkin.PutAttendee{Attendee: person("ann", "press")})[0]; r.Err != nil || !r.Created || r.Attendee.Badge != "" {
		t.Errorf("the same person again: %+v", r)
	}
	if a := h.in("denied revoked", "free", "ann"); a.Attendee != nil {
		t.Errorf("an erased badge shows a newcomer: %+v", a)
	}
	if r := h.issue(checkin.Issue{Badge: newBadge(h.event, "ann2_______", "p-ann")})[0]; !r.New || r.Replaced != "" {
		t.Errorf("issue: %+v", r)
	}
	h.in("admitted", "free", "ann", otherBadge("ann2_______"))
	if err := s.Erase(background, h.event, h.stamp("dora"), "p-ann"); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Badge(background, h.event, badgeID("ann")); err != nil || b.Status != badge.Revoked {
		t.Errorf("badge %+v, %v", b, err)
	}
}

func testIssue(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	h.put(checkin.PutAttendee{Attendee: person("fay", "press")}, checkin.PutAttendee{Attendee: person("gil", "vip")})
	seq := h.seq()
	h.wait(time.Minute)
	b := newBadge(h.event, badgeID("fay"), "p-fay")
	b.Status, b.Category = badge.Revoked, "nonsense" // not the caller's to say
	r := h.issue(checkin.Issue{Badge: b})[0]
	want := newBadge(h.event, badgeID("fay"), "p-fay")
	want.Status, want.Category = badge.Active, "press"
	if r.Err != nil || !r.New || r.Replaced != "" || text(h, r.Badge) != text(h, want) {
		t.Errorf("issued %+v", r)
	}
	if got, err := s.Badge(background, h.event, want.ID); err != nil || text(h, got) != text(h, want) {
		t.Errorf("badge\n got %s, %v\nwant %s", text(h, got), err, text(h, want))
	}
	if h.attendee("p-fay").Badge != want.ID {
		t.Errorf("attendee's badge is %q", h.attendee("p-fay").Badge)
	}
	if row := h.lastRow(seq); row.Kind != checkin.KindBadge || row.Badge != want.ID || row.Note != "issued" || row.Operator != "dora" || !row.At.Equal(h.now) {
		t.Errorf("row %+v", row)
	}
	if event, got, err := s.BadgeByLink(background, want.Link); err != nil || event != h.event || text(h, got) != text(h, want) {
		t.Errorf("by link: %s, %+v, %v", event, got, err)
	}
	if _, _, err := s.BadgeByLink(background, "no-such-link"); !is(err, checkin.ErrNoBadge) {
		t.Errorf("by an unknown link: %v", err)
	}

	h.leavesNoTrace(func() {
		r := h.issue(checkin.Issue{Badge: newBadge(h.event, "fay2_______", "p-fay")}, checkin.Issue{Badge: newBadge(h.event, "no_________", "p-nobody"), Replace: true},
			checkin.Issue{Badge: newBadge(h.event, badgeID("ann"), "p-gil")})
		if r[0].Err != nil || r[0].New || r[0].Badge.ID != badgeID("fay") || !is(r[1].Err, checkin.ErrNoAttendee) || !is(r[2].Err, checkin.ErrExists) {
			t.Errorf("issued %+v", r)
		}
	})

	// Two in one call for one person: the second finds the first.
	rs := h.issue(checkin.Issue{Badge: newBadge(h.event, "gil1_______", "p-gil")}, checkin.Issue{Badge: newBadge(h.event, "gil2_______", "p-gil")})
	if !rs[0].New || rs[1].New || rs[1].Badge.ID != "gil1_______" {
		t.Errorf("issued %+v", rs)
	}

	h.in("admitted", "free", "fay")
	seq = h.seq()
	h.wait(time.Minute)
	r = h.issue(checkin.Issue{Badge: newBadge(h.event, "fay2_______", "p-fay"), Replace: true})[0]
	if r.Err != nil || !r.New || r.Replaced != badgeID("fay") || r.Badge.ID != "fay2_______" || h.attendee("p-fay").Badge != "fay2_______" {
		t.Errorf("reissued %+v", r)
	}
	rows := h.rows(seq)
	if len(rows) != 2 || rows[0].Badge != badgeID("fay") || rows[0].Note != "replaced" || rows[1].Badge != "fay2_______" || rows[1].Note != "issued" {
		t.Errorf("rows %+v", rows)
	}
	old, err := s.Badge(background, h.event, badgeID("fay"))
	if err != nil || old.Status != badge.Replaced || old.EndedAt == nil || !old.EndedAt.Equal(h.now) || old.Attendee != "p-fay" {
		t.Errorf("replaced badge %+v, %v", old, err)
	}
	if _, got, err := s.BadgeByLink(background, want.Link); err != nil || got.Status != badge.Replaced {
		t.Errorf("the old link: %+v, %v", got, err)
	}
	h.in("denied revoked", "once", "fay")
	h.in("admitted", "free", "fay", otherBadge("fay2_______")) // another badge, so not the one inside
	h.out("exited", "free", "fay")
}

// revoked is how many people have no badge any more.
func (h *hall) revoked() int {
	h.Helper()
	n, err := h.store.CountAttendees(background, h.event, badge.Query{Status: "revoked"})
	if err != nil {
		h.Fatalf("revoked: %v", err)
	}
	return n
}

func testRevoke(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	seq, before := h.seq(), h.revoked()
	h.wait(time.Minute)
	b, err := s.Revoke(background, h.event, h.stamp("dora"), badgeID("ann"), "stolen, \"maybe\"")
	if err != nil || b.Status != badge.Revoked || b.EndedAt == nil || !b.EndedAt.Equal(h.now) || b.Attendee != "p-ann" {
		t.Errorf("revoked %+v, %v", b, err)
	}
	if got, err := s.Badge(background, h.event, b.ID); err != nil || text(h, got) != text(h, b) {
		t.Errorf("badge %+v, %v", got, err)
	}
	if row := h.lastRow(seq); row.Kind != checkin.KindBadge || row.Badge != b.ID || row.Note != "revoked" || row.Why != "stolen, \"maybe\"" || row.Operator != "dora" {
		t.Errorf("row %+v", row)
	}
	if h.attendee("p-ann").Badge != "" {
		t.Errorf("the attendee still has badge %q", h.attendee("p-ann").Badge)
	}
	if h.attendee("p-ann").Revoked != b.ID || h.revoked() != before+1 {
		t.Errorf("revoked %q, and %d people in all", h.attendee("p-ann").Revoked, h.revoked())
	}
	h.in("denied revoked", "free", "ann")
	h.leavesNoTrace(func() {
		for id, want := range map[string]error{badgeID("ann"): checkin.ErrBadgeEnded, badgeID("swap"): checkin.ErrBadgeEnded, badgeID("nobody"): checkin.ErrNoBadge} {
			if _, err := s.Revoke(background, h.event, h.stamp("dora"), id, "x"); !is(err, want) {
				t.Errorf("revoking %s: %v, want %v", id, err, want)
			}
		}
		if _, err := s.Badge(background, h.event, badgeID("nobody")); !is(err, checkin.ErrNoBadge) {
			t.Errorf("unknown badge: %v", err)
		}
	})
	if r := h.issue(checkin.Issue{Badge: newBadge(h.event, "ann2_______", "p-ann")})[0]; !r.New || r.Replaced != "" {
		t.Errorf("issued after a revocation: %+v", r)
	}
	if h.attendee("p-ann").Revoked != "" || h.revoked() != before {
		t.Errorf("issued anew, still revoked %q, and %d people in all", h.attendee("p-ann").Revoked, h.revoked())
	}
	h.in("admitted", "free", "ann", otherBadge("ann2_______"))
	h.in("denied revoked", "free", "ann")
}
