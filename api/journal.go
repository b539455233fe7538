package api

import (
	"bufio"
	"math"
	"net/http"
	"strconv"

	"lanyard/checkin"
)

// maxRows is the longest page of the journal in JSON, and how much of it is in
// memory at a time otherwise.
const maxRows = 1000

func (s *Server) getJournal(c *call) error {
	format, err := c.format(jsonType, ndjsonType, csvType)
	if err != nil {
		return err
	}
	after, err := c.seq("after")
	if err != nil {
		return err
	}
	sought, err := c.soughtRows()
	if err != nil {
		return err
	}
	newest, err := c.boolean("newest")
	if err != nil {
		return err
	}
	if !sought.From.IsZero() && !newest {
		start, err := s.desk.RecordedBefore(c.Request().Context(), c.event, sought.From)
		if err != nil {
			return err
		}
		after = max(after, start)
	}
	if format != jsonType {
		limit, err := c.limit(math.MaxInt, math.MaxInt)
		if err != nil {
			return err
		}
		return s.exportJournal(c, format, after, limit, sought)
	}
	limit, err := c.limit(100, maxRows)
	if err != nil {
		return err
	}
	if newest {
		return s.newestRows(c, limit, sought)
	}
	rows, err := s.desk.Journal(c.Request().Context(), c.event, after, limit)
	if err != nil {
		return err
	}
	p := page[checkin.Row]{Items: fitting(rows, sought)}
	if len(rows) == limit {
		p.Next = strconv.FormatUint(rows[len(rows)-1].Seq, 10)
	}
	return c.json(200, p)
}

// exportJournal writes rows as they come from the store: a journal may be
// longer than memory. A failure in the middle cuts the answer off, so that
// nobody takes a part for the whole.
func (s *Server) exportJournal(c *call, format string, after uint64, limit int, sought checkin.Sought) error {
	ctx := c.Request().Context()
	rows, err := s.desk.Journal(ctx, c.event, after, min(limit, maxRows))
	if err != nil {
		return err // still as a problem
	}
	write, flush, err := c.rowWriter(format)
	if err != nil {
		return err
	}
	for {
		for _, r := range fitting(rows, sought) {
			write(r)
		}
		if err := flush(); err != nil {
			return nil // the client has left
		}
		if limit -= len(rows); limit <= 0 || len(rows) == 0 {
			return nil
		}
		after = rows[len(rows)-1].Seq
		if rows, err = s.desk.Journal(ctx, c.event, after, min(limit, maxRows)); err != nil {
			return err
		}
	}
}

func (c *call) rowWriter(format string) (write func(checkin.Row), flush func() error, err error) {
	if format == csvType {
		w, err := c.table("journal.csv")
		if err != nil {
			return nil, nil, err
		}
		w.Write([]string{"seq", "kind", "at", "recorded_at", "scan_id", "badge", "venue", "gate", "direction", "result", "reason",
			"note", "conflict", "forced", "offline", "operator", "subject", "why", "prev", "hash"})
		write = func(r checkin.Row) {
			w.Write(safe(strconv.FormatUint(r.Seq, 10), string(r.Kind), r.At.UTC().Format(checkin.TimeLayout),
				r.RecordedAt.UTC().Format(checkin.TimeLayout), r.ScanID, r.Badge, r.Venue, r.Gate, string(r.Direction),
				string(r.Result), string(r.Reason), r.Note, string(r.Conflict), cell(r.Forced), cell(r.Offline), r.Operator,
				r.Subject, r.Why, r.Prev, r.Hash))
		}
		return write, func() error { w.Flush(); return w.Error() }, nil
	}
	c.allow(longAnswer)
	c.x.Header().Set("Content-Type", format)
	c.x.Header().Set("Content-Disposition", `attachment; filename="`+c.event+`-journal.ndjson"`)
	c.x.WriteHeader(http.StatusOK)
	w := bufio.NewWriterSize(c.x, 64<<10)
	write = func(r checkin.Row) {
		line, err := r.MarshalJSON()
		if err != nil {
			panic(err) // it has none
		}
		w.Write(line)
		w.WriteByte('\n')
	}
	return write, w.Flush, nil
}
