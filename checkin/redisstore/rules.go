package redisstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lanyard/checkin"
)

// rules are the configuration as scans look it up, fields and values in turn:
//
//	tz        time zone
//	v/VENUE   capacity|reentry|exclusive group|automatic exit|categories|hours
//	          categories joined by ",", hours as "540-1110" minutes joined by ","
//	x/GROUP   venues of an exclusive group by id, joined by ","
//
// What gates, operators and keys say is worked out before the script (prepare.go).
func rules(c *checkin.Config) []any {
	var out []any
	add := func(field string, values ...string) { out = append(out, field, strings.Join(values, "|")) }
	if c.Event.ID != "" {
		add("tz", c.Event.TimeZone)
	}
	groups := map[string][]string{}
	for _, v := range c.Venues {
		add("v/"+escape(v.ID), strconv.Itoa(v.Capacity), string(v.Reentry), escape(v.Exclusive), escape(v.AutoExitAt),
			list(v.Categories), hours(v.Hours))
		if v.Exclusive != "" {
			groups[v.Exclusive] = append(groups[v.Exclusive], v.ID)
		}
	}
	for group, venues := range groups {
		add("x/"+escape(group), list(venues))
	}
	return out
}

func list(items []string) string {
	escaped := make([]string, len(items))
	for i, s := range items {
		escaped[i] = escape(s)
	}
	return strings.Join(escaped, ",")
}

// hours are minutes since midnight. What is no time of day is left out; when
// nothing is left, "never" keeps that apart from no hours at all, which is always.
func hours(windows []checkin.Window) string {
	var spans []string
	for _, w := range windows {
		from, err1 := checkin.ParseClock(w.From)
		to, err2 := checkin.ParseClock(w.To)
		if err1 == nil && err2 == nil {
			spans = append(spans, fmt.Sprintf("%d-%d", from, to))
		}
	}
	if len(windows) > 0 && len(spans) == 0 {
		return "never"
	}
	return strings.Join(spans, ",")
}

// changed is the configuration after a change.
func changed(old *checkin.Config, c checkin.Change) (*checkin.Config, error) {
	records := old.Records()
	at := map[string]int{}
	for i, r := range records {
		at[r.Subject()] = i
	}
	for _, r := range c.Put {
		if i, ok := at[r.Subject()]; ok {
			records[i] = r
			continue
		}
		at[r.Subject()] = len(records)
		records = append(records, r)
	}
	dropped := map[int]bool{}
	for _, r := range c.Drop {
		i, ok := at[r.Subject()]
		if !ok || dropped[i] {
			return nil, fmt.Errorf("%s: %w", r.Subject(), checkin.ErrStale)
		}
		dropped[i] = true
	}
	var left []checkin.Record
	for i, r := range records {
		if !dropped[i] {
			left = append(left, r)
		}
	}
	next, err := checkin.NewConfig(old.Rev+1, left)
	if err != nil {
		return nil, err
	}
	if next.Event.ID != "" {
		if _, err := next.Event.Location(); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// operatorKeys are the key hashes of the first that are not of the second.
func operatorKeys(of, notOf []checkin.Operator) []string {
	var out []string
	for _, o := range of {
		if !slices.ContainsFunc(notOf, func(p checkin.Operator) bool { return p.KeyHash == o.KeyHash }) {
			out = append(out, o.KeyHash)
		}
	}
	return out
}
