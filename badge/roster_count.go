package badge

// Count is how many attendees a search finds on all its pages together.
func (x *Index) Count(q Query) int {
	if q.Category == "" && q.Status == "" && q.Text == "" {
		return x.Len()
	}
	words := searchWords(q.Text)
	n := 0
	for _, c := range x.chunks {
		for _, e := range c {
			if e.matches(&q, words) {
				n++
			}
		}
	}
	return n
}
