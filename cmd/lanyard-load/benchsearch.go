package main

import (
	"context"
	"net/url"
	"time"
)

// searches are what somebody at a desk types, letter by letter, for one person
// of a roster that we have made.
var searches = []string{"W", "Wa", "Wan", "Wang", "Wang 4", "Wang 42", "Wang 421", "L004217", "Organization 42", "王", "nobody of that name"}

// search is the time of each request of somebody who types, over HTTP.
func (h *Hall) search(ctx context.Context) ([]time.Duration, error) {
	times := make([]time.Duration, 0, 3*len(searches))
	for range 3 {
		for _, q := range searches {
			var found struct{}
			begun := time.Now()
			if err := h.Service.Get(ctx, h.path("/attendees?limit=20&q="+url.QueryEscape(q)), &found); err != nil {
				return nil, err
			}
			times = append(times, time.Since(begun))
		}
	}
	return times, nil
}
