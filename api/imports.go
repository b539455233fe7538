package api

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"lanyard/badge"
	"lanyard/checkin"
)

// importTypes are what browsers and programs call a roster file. What it
// really is shows in its content: on a PC with Excel even a CSV file is
// application/vnd.ms-excel.
var importTypes = []string{
	"text/csv", "text/plain", "application/octet-stream", "application/vnd.ms-excel",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// readOptions are the part of a query that says how a file is to be read.
func (c *call) readOptions() (o badge.ReadOptions, err error) {
	v := c.values()
	o = badge.ReadOptions{Sheet: v.Get("sheet"), Encoding: v.Get("encoding")}
	if row := v.Get("header_row"); row != "" {
		if o.HeaderRow, err = strconv.Atoi(row); err != nil || o.HeaderRow < 1 {
			return o, because(errInvalidValue, "header_row", "The header's row must be a whole number from 1.")
		}
	}
	return o, nil
}

// rosterFile is the body of a request that brings a roster.
func (c *call) rosterFile() (io.Reader, error) {
	r := c.Request()
	if err := checkMediaType(r, importTypes...); err != nil {
		return nil, err
	}
	if r.ContentLength > badge.MaxRosterBytes {
		return nil, errTooLarge
	}
	c.allow(longAnswer)
	return http.MaxBytesReader(c.x, r.Body, badge.MaxRosterBytes), nil
}

func (s *Server) postPreview(c *call) error {
	o, err := c.readOptions()
	if err != nil {
		return err
	}
	body, err := c.rosterFile()
	if err != nil {
		return err
	}
	preview, err := s.desk.PreviewImport(c.Request().Context(), c.event, body, o)
	if err != nil {
		return err
	}
	return c.json(200, preview)
}

// importOptions are the query of an import.
func (c *call) importOptions() (o checkin.ImportOptions, err error) {
	if o.DryRun, err = c.boolean("dry_run"); err != nil {
		return o, err
	}
	if o.Issue, err = c.boolean("issue"); err != nil {
		return o, err
	}
	if o.Read, err = c.readOptions(); err != nil {
		return o, err
	}
	v := c.values()
	o.Read.DefaultCategory = v.Get("category")
	for _, column := range v["column"] {
		field, header, ok := strings.Cut(column, ":")
		if _, twice := o.Read.Columns[field]; !ok || field == "" || twice {
			return o, because(errInvalidValue, "column", "A column is given as field:Header, each field once.")
		}
		if o.Read.Columns == nil {
			o.Read.Columns = map[string]string{}
		}
		o.Read.Columns[field] = header
	}
	return o, nil
}

func (s *Server) postImport(c *call) error {
	o, err := c.importOptions()
	if err != nil {
		return err
	}
	body, err := c.rosterFile()
	if err != nil {
		return err
	}
	report, err := s.desk.StartImport(c.Request().Context(), c.event, c.by(), body, o)
	if err != nil {
		return err
	}
	c.x.Header().Set("Location", root+"/events/"+c.event+"/imports/"+report.ID)
	if report.State == checkin.ImportRunning {
		return c.json(http.StatusAccepted, report)
	}
	return c.json(http.StatusCreated, report)
}

func (s *Server) getImport(c *call) error {
	id, err := c.id("import", errNoImport)
	if err != nil {
		return err
	}
	report, err := s.desk.ImportReport(c.Request().Context(), c.event, id)
	if errors.Is(err, checkin.ErrNoTemp) {
		return errNoImport
	}
	if err != nil {
		return err
	}
	return c.json(200, report)
}
