package api

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lanyard/checkin"
)

// param is a query parameter of a route.
type param struct {
	name   string
	schema string // OpenAPI schema, JSON
	about  string
	many   bool // may occur more than once
	needed bool
}

// values are the query's parameters.
func (c *call) values() url.Values { return c.parsed }

// checkQuery refuses parameters that the route doesn't have: a misspelt
// dry_run must not run.
func (c *call) checkQuery() error {
	raw := c.Request().URL.RawQuery
	if raw == "" || c.route.anyQuery {
		return nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return because(errBadQuery, "", "The query is not well-formed.")
	}
	for name, given := range values {
		i := slices.IndexFunc(c.route.query, func(p param) bool { return p.name == name })
		if i < 0 {
			return because(errBadQuery, shown(name), "This address has no such parameter.")
		}
		if len(given) > 1 && !c.route.query[i].many {
			return because(errBadQuery, name, "The parameter is given twice.")
		}
	}
	c.parsed = values
	return nil
}

// shown is a name from outside as an answer may repeat it.
func shown(name string) string {
	if len(name) > 64 || !isPlain(name) {
		return ""
	}
	return name
}

const maxPage = 500

// limit is the length of a page, 1 to most, and unset where it isn't given.
func (c *call) limit(unset, most int) (int, error) {
	v := c.values().Get("limit")
	if v == "" && !c.values().Has("limit") {
		return unset, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > most {
		return 0, because(errInvalidLimit, "limit", "The limit must be a whole number from 1 to "+strconv.Itoa(most)+".")
	}
	return n, nil
}

func (c *call) boolean(name string) (bool, error) {
	switch v := c.values().Get(name); {
	case v == "true":
		return true, nil
	case v == "false", !c.values().Has(name):
		return false, nil
	}
	return false, because(errInvalidValue, name, "The parameter must be true or false.")
}

// instant is a time of RFC 3339, or unset where it isn't given.
func (c *call) instant(name string, unset time.Time) (time.Time, error) {
	v := c.values().Get(name)
	if v == "" {
		return unset, nil
	}
	t, err := parseTime(v)
	if err != nil {
		return t, because(errInvalidValue, name, "The parameter must be a time such as 2025-04-14T09:00:00Z.")
	}
	return t, nil
}

// seq is a position in a journal.
func (c *call) seq(name string) (uint64, error) {
	v := c.values().Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(v, 10, 53)
	if err != nil {
		return 0, because(errInvalidValue, name, "The parameter must be a journal position: a whole number.")
	}
	return n, nil
}

// listed answers one page of a list that is ordered by id. The cursor is the
// id of the last item, wrapped so that nobody makes one up.
func listed[T any](c *call, all []T, id func(T) string) error {
	limit, err := c.limit(100, maxPage)
	if err != nil {
		return err
	}
	if cursor := c.values().Get("cursor"); cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			return errInvalidCursor
		}
		for len(all) > 0 && id(all[0]) <= string(after) {
			all = all[1:]
		}
	}
	p := page[T]{Items: all}
	if len(all) > limit {
		p.Items = all[:limit]
		p.Next = base64.RawURLEncoding.EncodeToString([]byte(id(all[limit-1])))
	}
	if p.Items == nil {
		p.Items = []T{}
	}
	return c.json(200, p)
}

// config is the event's configuration; none stands in for an event that has
// been deleted meanwhile.
func (c *call) config() (*checkin.Config, error) {
	return c.s.desk.Config(c.Request().Context(), c.event)
}
