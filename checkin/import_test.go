package checkin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/badge"
)

// sheet is a roster of n people as CSV.
func sheet(n int) *bytes.Buffer {
	var b bytes.Buffer
	b.WriteString("ref,name,category,shoe size\n")
	for i := range n {
		fmt.Fprintf(&b, "R-%05d,Person %d,delegate,42\n", i, i)
	}
	return &b
}

func figures(r *ImportReport) string {
	return fmt.Sprintf("%s rows %d accepted %d updated %d unchanged %d refused %d issued %d errors %d+%d", r.State, r.Rows, r.Accepted,
		r.Updated, r.Unchanged, r.Refused, r.Issued, len(r.Errors), r.ErrorsOmitted)
}

func TestImport(t *testing.T) {
	h := newHall(t)
	const n = 1234
	file := sheet(n).String()
	changed := strings.Replace(file, "Person 7,", "Someone Else,", 1)
	wrong := changed + "R-00001,Twice,delegate,\nR-x,,delegate,\nR-y,No Category,,\n,No Ref,delegate,\nR-z,New,press,\n"
	for _, step := range []struct {
		what, file string
		o          ImportOptions
		want       string
	}{
		{"dry run", file, ImportOptions{DryRun: true, Issue: true}, "done rows 1234 accepted 1234 updated 0 unchanged 0 refused 0 issued 1234 errors 0+0"},
		{"first", file, ImportOptions{}, "done rows 1234 accepted 1234 updated 0 unchanged 0 refused 0 issued 0 errors 0+0"},
		{"again", file, ImportOptions{}, "done rows 1234 accepted 1234 updated 0 unchanged 1234 refused 0 issued 0 errors 0+0"},
		{"dry run of a change", changed, ImportOptions{DryRun: true}, "done rows 1234 accepted 1234 updated 1 unchanged 1233 refused 0 issued 0 errors 0+0"},
		{"a change, with badges", changed, ImportOptions{Issue: true}, "done rows 1234 accepted 1234 updated 1 unchanged 1233 refused 0 issued 1234 errors 0+0"},
		{"badges again", changed, ImportOptions{Issue: true}, "done rows 1234 accepted 1234 updated 0 unchanged 1234 refused 0 issued 0 errors 0+0"},
		{"dry run with mistakes", wrong, ImportOptions{DryRun: true, Issue: true}, "done rows 1239 accepted 1235 updated 0 unchanged 1234 refused 4 issued 1 errors 4+0"},
		{"mistakes", wrong, ImportOptions{Issue: true}, "done rows 1239 accepted 1235 updated 0 unchanged 1234 refused 4 issued 1 errors 4+0"},
	} {
		done, total := 0, 0
		r, err := h.Import(h.ctx, here, by, strings.NewReader(step.file), step.o, func(d, t int) {
			if d < done {
				h.t.Errorf("%s: progress went back from %d to %d", step.what, done, d)
			}
			done, total = d, t
		})
		if err != nil || figures(r) != step.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", step.what, err, figures(r), step.want)
		}
		if done != r.Rows || total != r.Rows {
			t.Errorf("%s: progress ended at %d of %d, rows %d", step.what, done, total, r.Rows)
		}
		if r.Columns["name"].Number != 2 || len(r.Unused) != 1 || r.Unused[0] != "shoe size" {
			t.Errorf("%s: columns %v, unused %v", step.what, r.Columns, r.Unused)
		}
		for i := 1; i < len(r.Errors); i++ {
			if r.Errors[i].Row < r.Errors[i-1].Row {
				t.Errorf("%s: errors out of order: %v", step.what, r.Errors)
			}
		}
	}
	people := 0
	h.must(h.eachPage(h.ctx, here, badge.Query{Status: "active"}, func(page []badge.Attendee) error { people += len(page); return nil }))
	if people != n+1 {
		t.Errorf("%d people with a badge, want %d", people, n+1)
	}
}

func TestImportRefuses(t *testing.T) {
	h := newHall(t)
	var many strings.Builder
	many.WriteString("ref,name,category\n")
	for i := range 1500 {
		fmt.Fprintf(&many, "%d,,nothing\n", i)
	}
	r, err := h.Import(h.ctx, here, by, strings.NewReader(many.String()), ImportOptions{}, nil)
	h.must(err)
	if len(r.Errors) != 1000 || r.ErrorsOmitted != 2000 || r.Refused != 1500 || r.Accepted != 0 {
		t.Errorf("got %s", figures(r))
	}
	broken := errors.New("the line broke")
	for _, c := range []struct {
		event, code string
		body        io.Reader
		want        error
	}{
		{here, badge.CodeEmpty, strings.NewReader("ref,name,category\n"), nil},
		{here, badge.CodeNoNameColumn, strings.NewReader("ref,category\n1,press\n"), nil},
		{here, badge.CodeTooLarge, io.LimitReader(endless{}, badge.MaxRosterBytes+1), badge.ErrTooLarge},
		{here, "internal", io.MultiReader(strings.NewReader("ref,name"), failing{broken}), broken},
		{"nowhere", "no_event", sheet(1), ErrNoEvent},
		{System, "no_event", sheet(1), ErrNoEvent},
	} {
		r, err := h.Import(h.ctx, c.event, by, c.body, ImportOptions{}, nil)
		if r == nil || r.State != ImportFailed || r.Code != c.code || err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("got %+v, %v; want %s", r, err, c.code)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestImportOutlivesHiccups loses the answer of every third step.
func TestImportOutlivesHiccups(t *testing.T) {
	h := newHall(t)
	var n atomic.Int32
	h.store.failing(func(method string) error {
		if (method == "PutAttendees" || method == "Issue") && n.Add(1)%3 == 0 {
			return ErrUnavailable
		}
		return nil
	})
	r, err := h.Import(h.ctx, here, by, sheet(1600), ImportOptions{Issue: true}, nil)
	if err != nil || r.Accepted != 1600 || r.Issued != 1600 {
		t.Errorf("%v: %s", err, figures(r))
	}
	issued, err := h.IssueAll(h.ctx, here, by, nil)
	if err != nil || issued != 0 {
		t.Errorf("%d had no badge, %v", issued, err)
	}
}

// TestImportInTheBackground asks another process for the report.
func TestImportInTheBackground(t *testing.T) {
	h := newHall(t)
	r, err := h.StartImport(h.ctx, here, by, sheet(700), ImportOptions{Issue: true})
	h.must(err)
	if r.State != ImportDone || r.Issued != 700 {
		t.Errorf("got %s", figures(r))
	}
	other := h.desk()
	kept, err := other.ImportReport(h.ctx, here, r.ID)
	h.must(err)
	if figures(kept) != figures(r) {
		t.Errorf("kept %s", figures(kept))
	}
	if _, err := other.ImportReport(h.ctx, "other", r.ID); !errors.Is(err, ErrNoTemp) {
		t.Errorf("another event's report: %v", err)
	}
	if _, err := h.StartImport(h.ctx, "nowhere", by, sheet(1), ImportOptions{}); !errors.Is(err, ErrNoEvent) {
		t.Errorf("no event: %v", err)
	}
	var file *badge.FileError
	if r, err := h.StartImport(h.ctx, here, by, strings.NewReader(""), ImportOptions{}); !errors.As(err, &file) || r.State != ImportFailed {
		t.Errorf("empty file: %+v, %v", r, err)
	}

	// One that goes on after its caller has left, until the program ends.
	enter, leave := make(chan struct{}, 10), make(chan struct{})
	h.store.failing(func(method string) error {
		if method == "PutAttendees" {
			enter <- struct{}{}
			<-leave
		}
		return nil
	})
	ctx, cancel := context.WithCancel(h.ctx)
	go func() { <-enter; cancel() }()
	r, err = h.StartImport(ctx, here, by, strings.NewReader(strings.ReplaceAll(sheet(1600).String(), "R-", "S-")), ImportOptions{})
	h.must(err)
	if r.State != ImportRunning || r.Rows != 1600 {
		t.Errorf("got %s", figures(r))
	}
	kept, err = other.ImportReport(h.ctx, here, r.ID)
	h.must(err)
	if kept.State != ImportRunning {
		t.Errorf("kept %s", figures(kept))
	}
	ended := make(chan struct{})
	go func() { h.Close(); close(ended) }()
	<-h.Desk.ctx.Done()
	close(leave)
	<-ended
	kept, err = other.ImportReport(h.ctx, here, r.ID)
	h.must(err)
	if kept.State != ImportFailed || kept.Code != "interrupted" {
		t.Errorf("after the end of the program: %s, %s", figures(kept), kept.Code)
	}
	if _, err := h.StartImport(h.ctx, here, by, sheet(1), ImportOptions{}); !errors.Is(err, ErrClosing) {
		t.Errorf("started after the end: %v", err)
	}
}

// TestImportOfADeadProcess: who died can't say so.
func TestImportOfADeadProcess(t *testing.T) {
	h := newHall(t)
	run := h.newImport(here, by, ImportOptions{}, nil)
	h.must(h.keepImport(h.ctx, run))
	for _, want := range []string{ImportRunning, ImportFailed} {
		r, err := h.ImportReport(h.ctx, here, run.r.ID)
		h.must(err)
		if r.State != want {
			t.Errorf("got %s, want %s", r.State, want)
		}
		h.advance(importSilence + time.Second)
	}
}

func TestBadges(t *testing.T) {
	h := newHall(t)
	b, token := h.person("1")
	if !b.ValidUntil.Equal(h.start.Add(48*time.Hour).Truncate(time.Second).Add(Grace)) || b.Code != "d" || b.Digest != badge.Digest(token) ||
		b.Status != badge.Active || len(b.Link) != 22 {
		t.Errorf("badge %+v", b)
	}
	again, isNew, err := h.IssueBadge(h.ctx, here, by, b.Attendee)
	if err != nil || isNew || again.ID != b.ID {
		t.Errorf("issued twice: %+v, %v, %v", again, isNew, err)
	}
	if event, found, err := h.BadgeByLink(h.ctx, b.Link); err != nil || event != here || found.ID != b.ID {
		t.Errorf("by link: %s %+v %v", event, found, err)
	}
	if _, _, err := h.BadgeByLink(h.ctx, "short"); !errors.Is(err, ErrNoBadge) {
		t.Errorf("by no link: %v", err)
	}
	code, err := h.Code(h.ctx, here, b)
	h.must(err)
	if code.Version() > 10 {
		t.Errorf("version %d", code.Version())
	}
	for _, why := range []string{"", " ", strings.Repeat("x", 201)} {
		if _, err := h.RevokeBadge(h.ctx, here, by, b.ID, why); field(err) != "reason" {
			t.Errorf("revoked for %q: %v", why, err)
		}
	}
	next, err := h.Reissue(h.ctx, here, by, b.ID)
	h.must(err)
	if next.ID == b.ID || next.Link == b.Link || next.Attendee != b.Attendee {
		t.Errorf("reissued %+v", next)
	}
	h.want(h.scan(token, "north"), Denied, RevokedBadge)
	h.want(h.scan(h.token(next), "north"), Admitted, "")
	if _, err := h.RevokeBadge(h.ctx, here, by, b.ID, "lost"); !errors.Is(err, ErrBadgeEnded) {
		t.Errorf("a replaced badge was revoked: %v", err)
	}
	_, err = h.RevokeBadge(h.ctx, here, by, next.ID, "lost")
	h.must(err)
	third, err := h.Reissue(h.ctx, here, by, next.ID)
	h.must(err)
	h.want(h.scan(h.token(third), "north"), Admitted, "")
	h.must(h.EraseAttendee(h.ctx, here, b.Attendee, by))
	if _, err := h.Reissue(h.ctx, here, by, third.ID); !errors.Is(err, ErrNoAttendee) {
		t.Errorf("reissued to nobody: %v", err)
	}
	if _, _, err := h.IssueBadge(h.ctx, here, by, b.Attendee); !errors.Is(err, ErrNoAttendee) {
		t.Errorf("issued to nobody: %v", err)
	}
}

// TestRevokedPeopleAreLeftOut: only who asks for them by name gives them a badge again.
func TestRevokedPeopleAreLeftOut(t *testing.T) {
	h := newHall(t)
	_, err := h.Import(h.ctx, here, by, sheet(20), ImportOptions{Issue: true}, nil)
	h.must(err)
	_, err = h.IssueAll(h.ctx, here, by, nil)
	h.must(err)
	b, _ := h.person("one")
	_, err = h.RevokeBadge(h.ctx, here, by, b.ID, "lost")
	h.must(err)
	for what, issue := range map[string]func(context.Context, string, Stamp, func(int, int)) (int, error){"issue": h.IssueAll, "renew": h.RenewAll} {
		if n, err := issue(h.ctx, here, by, nil); err != nil || n != 0 {
			t.Errorf("%s to all: %d, %v", what, n, err)
		}
	}
	a, err := h.Attendee(h.ctx, here, b.Attendee)
	h.must(err)
	if a.Revoked != b.ID || a.Badge != "" {
		t.Errorf("after badges for all: badge %q, revoked %q", a.Badge, a.Revoked)
	}
	next, isNew, err := h.IssueBadge(h.ctx, here, by, b.Attendee)
	if err != nil || !isNew {
		t.Errorf("issued %+v, %v", next, err)
	}
	if n, err := h.CountAttendees(h.ctx, here, badge.Query{Status: "revoked"}); err != nil || n != 0 {
		t.Errorf("%d are revoked, %v", n, err)
	}
	file := func() io.Reader { return sheet(20) }
	p, _, err := h.Attendees(h.ctx, here, badge.Query{Limit: 30})
	h.must(err)
	for _, a := range p {
		_, err = h.RevokeBadge(h.ctx, here, by, a.Badge, "lost")
		h.must(err)
	}
	for _, dry := range []bool{true, false} {
		if r, err := h.Import(h.ctx, here, by, file(), ImportOptions{Issue: true, DryRun: dry}, nil); err != nil || r.Issued != 0 {
			t.Errorf("dry %v: %v: %s", dry, err, figures(r))
		}
	}
}

// TestWithdrawnBadgesAreReplaced issues to all after a key has been withdrawn.
func TestWithdrawnBadgesAreReplaced(t *testing.T) {
	h := newHall(t)
	_, err := h.Import(h.ctx, here, by, sheet(600), ImportOptions{Issue: true}, nil)
	h.must(err)
	old, token := h.person("one")
	_, err = h.WithdrawKey(h.ctx, here, old.Key, by)
	h.must(err)
	h.want(h.scan(token, "north"), Denied, InvalidToken)
	fresh, isNew, err := h.IssueBadge(h.ctx, here, by, old.Attendee)
	h.must(err)
	if !isNew || fresh.Key == old.Key {
		t.Errorf("kept a badge whose key is withdrawn: %+v", fresh)
	}
	h.want(h.scan(h.token(fresh), "north"), Admitted, "")
	r, err := h.Import(h.ctx, here, by, sheet(100), ImportOptions{Issue: true}, nil)
	if err != nil || r.Issued != 100 {
		t.Errorf("%v: %s", err, figures(r))
	}
	done, total := 0, 0
	n, err := h.IssueAll(h.ctx, here, by, func(d, t int) { done, total = d, t })
	if err != nil || n != 500 || done != 500 || total != 500 {
		t.Errorf("issued %d, progress %d of %d, %v", n, done, total, err)
	}
	if n, err = h.IssueAll(h.ctx, here, by, nil); err != nil || n != 0 {
		t.Errorf("issued %d more, %v", n, err)
	}
}

// TestSlowUploads: files that are still on their way keep nobody from importing.
func TestSlowUploads(t *testing.T) {
	h := newHall(t)
	var uploads sync.WaitGroup
	var senders []*io.PipeWriter
	for range maxImports {
		file, sender := io.Pipe()
		senders = append(senders, sender)
		uploads.Go(func() {
			if _, err := h.StartImport(h.ctx, here, by, file, ImportOptions{}); err == nil {
				t.Error("half a file was imported")
			}
		})
		_, err := sender.Write([]byte("ref,na")) // returns once it is being read
		h.must(err)
	}
	if r, err := h.StartImport(h.ctx, here, by, sheet(3), ImportOptions{}); err != nil || r.Accepted != 3 {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, s := range senders {
		s.CloseWithError(io.ErrUnexpectedEOF)
	}
	uploads.Wait()
}
