package api

import (
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

func (s *Server) getOccupancy(c *call) error {
	o, err := s.desk.Occupancy(c.Request().Context(), c.event)
	if err != nil {
		return err
	}
	return c.json(200, o)
}

// maxPoints bounds an answer of history.
const maxPoints = 2000

type history struct {
	Venue string          `json:"venue"`
	From  time.Time       `json:"from"`
	To    time.Time       `json:"to"`
	StepS int             `json:"step_s"`
	Items []checkin.Point `json:"items"`
}

func (s *Server) getHistory(c *call) error {
	venue := c.values().Get("venue")
	if venue == "" {
		return because(errMissingField, "venue", "The id of a venue is needed.")
	}
	to, err := c.instant("to", s.desk.Now())
	if err != nil {
		return err
	}
	from, err := c.instant("from", to.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	step, err := c.step()
	if err != nil {
		return err
	}
	from = from.Truncate(time.Minute)
	switch {
	case !to.After(from):
		return because(errInvalidValue, "to", "The end must come after the beginning.")
	case int64(to.Sub(from)/step) >= maxPoints:
		return because(errInvalidValue, "step", "These are more than 2000 steps: take longer ones or a shorter time.")
	}
	points, err := s.desk.History(c.Request().Context(), c.event, venue, from, to, step)
	if err != nil {
		return err
	}
	if points == nil {
		points = []checkin.Point{}
	}
	return c.json(200, history{venue, from, to, int(step / time.Second), points})
}

// step is a length of time in whole minutes: "900", "15m", "1h".
func (c *call) step() (time.Duration, error) {
	v := c.values().Get("step")
	if v == "" {
		return 15 * time.Minute, nil
	}
	if strings.Trim(v, "0123456789") == "" {
		v += "s"
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Minute || d > 7*24*time.Hour || d%time.Minute != 0 {
		return 0, because(errInvalidValue, "step", "The step must be whole minutes, such as 15m or 3600.")
	}
	return d, nil
}

// getInside lists everybody at once: a list that people are led out by must
// have no second page.
func (s *Server) getInside(c *call) error {
	format, err := c.format(jsonType, csvType)
	if err != nil {
		return err
	}
	people, err := s.desk.Inside(c.Request().Context(), c.event, c.values().Get("venue"))
	if err != nil {
		return err
	}
	if format == jsonType {
		if people == nil {
			people = []checkin.Inside{}
		}
		return c.json(200, page[checkin.Inside]{Items: people})
	}
	w, err := c.table("inside.csv")
	if err != nil {
		return err
	}
	defer w.Flush()
	w.Write([]string{"venue", "badge", "ref", "name", "name_latin", "organization", "category", "gate", "since"})
	for _, p := range people {
		person := checkin.PersonCard{}
		if p.Attendee != nil {
			person = *p.Attendee
		}
		w.Write(safe(p.Venue, p.Badge, p.Ref, person.Name, person.NameLatin, person.Organization, person.Category, p.Gate,
			p.Since.UTC().Format(checkin.TimeLayout)))
	}
	return nil
}

// safe are cells that no spreadsheet takes for formulas.
func safe(cells ...string) []string {
	for i, s := range cells {
		cells[i] = badge.SafeCell(s)
	}
	return cells
}

// table begins a CSV file (RFC 4180).
func (c *call) table(name string) (*csv.Writer, error) {
	bom, err := c.boolean("bom")
	if err != nil {
		return nil, err
	}
	c.allow(longAnswer)
	h := c.x.Header()
	h.Set("Content-Type", csvType)
	h.Set("Content-Disposition", `attachment; filename="`+c.event+"-"+name+`"`)
	if bom {
		c.x.Write([]byte("\ufeff"))
	} else {
		c.x.WriteHeader(200)
	}
	w := csv.NewWriter(c.x)
	w.UseCRLF = true
	return w, nil
}

// formats by their name in a query.
var formats = map[string]string{"json": jsonType, "ndjson": ndjsonType, "csv": csvType}

// format chooses a media type: ?format=, else the first that the Accept header
// names, else the first there is.
func (c *call) format(types ...string) (string, error) {
	if v := c.values().Get("format"); v != "" {
		for _, t := range types {
			if formats[v] == t {
				return t, nil
			}
		}
		return "", because(errInvalidValue, "format", "There is no such format here.")
	}
	accept := c.Request().Header.Get("Accept")
	for part := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		for _, t := range types {
			if name, _, _ := strings.Cut(t, ";"); strings.EqualFold(media, name) {
				return t, nil
			}
		}
	}
	return types[0], nil
}

func cell(b bool) string {
	if b {
		return strconv.FormatBool(b)
	}
	return ""
}
