package api

import (
	"strconv"
	"time"

	"lanyard/checkin"
)

// qRows are the ways to look for rows of the journal.
var qRows = []param{
	{name: "newest", schema: `{"type":"boolean","default":false}`, about: "In JSON: the newest rows first, those before the cursor's seq if one is given."},
	{name: "before", schema: `{"type":"integer","minimum":1}`, about: "With newest: the seq before which to begin, such as the next_cursor of the page before."},
	{name: "kind", schema: `{"type":"string","enum":["scan","undo","exit","badge","roster","config"]}`, about: "Rows of this kind alone."},
	{name: "result", schema: `{"type":"string","enum":["admitted","exited","denied"]}`, about: "Rows of this verdict alone."},
	{name: "venue", schema: `{"type":"string","maxLength":64}`, about: "Id of the venue."},
	{name: "gate", schema: `{"type":"string","maxLength":64}`, about: "Id of the gate."},
	{name: "operator", schema: `{"type":"string","maxLength":64}`, about: "Id of the operator."},
	{name: "badge", schema: `{"type":"string","maxLength":64}`, about: "Number of the badge."},
	{name: "forced", schema: `{"type":"boolean","default":false}`, about: "Overrides alone."},
	{name: "conflict", schema: `{"type":"boolean","default":false}`, about: "Offline verdicts that the rules disagree with, alone."},
	{name: "from", schema: `{"type":"string","format":"date-time"}`, about: "Rows that were recorded then or later."},
	{name: "to", schema: `{"type":"string","format":"date-time"}`, about: "Rows that were recorded before."},
}

// soughtRows is what the query looks for in the journal.
func (c *call) soughtRows() (s checkin.Sought, err error) {
	q := c.values()
	s = checkin.Sought{
		Kind: checkin.Kind(q.Get("kind")), Result: checkin.Result(q.Get("result")),
		Venue: q.Get("venue"), Gate: q.Get("gate"), Operator: q.Get("operator"), Badge: q.Get("badge"),
	}
	switch s.Kind {
	case "", checkin.KindScan, checkin.KindUndo, checkin.KindExit, checkin.KindBadge, checkin.KindRoster, checkin.KindConfig:
	default:
		return s, because(errInvalidValue, "kind", "The parameter must be scan, undo, exit, badge, roster or config.")
	}
	switch s.Result {
	case "", checkin.Admitted, checkin.Exited, checkin.Denied:
	default:
		return s, because(errInvalidValue, "result", "The parameter must be admitted, exited or denied.")
	}
	if s.Forced, err = c.boolean("forced"); err != nil {
		return s, err
	}
	if s.Conflicts, err = c.boolean("conflict"); err != nil {
		return s, err
	}
	if s.From, err = c.instant("from", time.Time{}); err != nil {
		return s, err
	}
	s.To, err = c.instant("to", time.Time{})
	return s, err
}

// newestRows answers one page of a search from the end of the journal back.
func (s *Server) newestRows(c *call, limit int, sought checkin.Sought) error {
	before, err := c.seq("before")
	if err != nil {
		return err
	}
	rows, rest, err := s.desk.NewestRows(c.Request().Context(), c.event, before, limit, sought)
	if err != nil {
		return err
	}
	p := page[checkin.Row]{Items: rows}
	if rows == nil {
		p.Items = []checkin.Row{}
	}
	if rest > 0 {
		p.Next = strconv.FormatUint(rest, 10)
	}
	return c.json(200, p)
}

// fitting are the rows that are looked for.
func fitting(rows []checkin.Row, sought checkin.Sought) []checkin.Row {
	if sought == (checkin.Sought{}) && rows != nil {
		return rows
	}
	found := []checkin.Row{}
	for _, r := range rows {
		if sought.Fits(r) {
			found = append(found, r)
		}
	}
	return found
}
