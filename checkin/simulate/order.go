package simulate

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"lanyard/checkin"
)

// everyOrder lets all phones sync at one moment. Facts whose clock claims the
// future are taken as now, in the order in which they come: they go up first.
func (w *world) everyOrder() error {
	var facts, ahead []checkin.Scan
	for _, f := range w.phones {
		for _, q := range f.queue {
			if c := q.upload(w.now); c.Skewed || c.At.After(w.now) {
				ahead = append(ahead, c)
			} else {
				facts = append(facts, c)
			}
		}
	}
	if len(facts) < 2 {
		return nil
	}
	for _, f := range w.phones {
		f.confirmed(len(f.queue))
	}
	if len(ahead) > 0 {
		if _, err := w.tell(Command{Kind: scanCommand, Scans: ahead}); err != nil {
			return err
		}
	}
	c := Command{Kind: syncCommand, Scans: facts}
	for range 2 {
		c.Orders = append(c.Orders, w.Perm(len(facts)))
	}
	w.run.report.SyncOrders += len(c.orders())
	w.asked = append(w.asked, facts...)
	_, err := w.tell(c)
	return err
}

// orders are those in which a sync is tried beside the phones' own: by time,
// backwards, and the drawn ones.
func (c *Command) orders() [][]checkin.Scan {
	byTime := slices.Clone(c.Scans)
	slices.SortStableFunc(byTime, func(a, b checkin.Scan) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	backwards := slices.Clone(byTime)
	slices.Reverse(backwards)
	list := [][]checkin.Scan{byTime, backwards}
	for _, order := range c.Orders {
		var o []checkin.Scan
		for _, i := range order {
			o = append(o, c.Scans[i])
		}
		list = append(list, o)
	}
	return list
}

// sync does the same facts in every order on copies of the event and in one on
// the event itself: afterwards the same people must be in the same places with
// the same latest entries.
func (k *checker) sync(ctx context.Context, c *Command) error {
	var orders [][]checkin.Scan
	if !k.oneOrder {
		orders = c.orders()
	}
	copies := make([]string, len(orders))
	var items []checkin.Item
	if err := k.store.Backup(ctx, k.event, func(it checkin.Item) error { items = append(items, it); return nil }); err != nil {
		return err
	}
	for i, order := range orders {
		var err error
		if copies[i], err = k.synced(ctx, c, items, order); err != nil {
			return err
		}
	}
	for _, part := range []*Command{{Kind: scanCommand, At: c.At, Scans: c.Scans}, {Kind: sweepCommand, At: c.At}} {
		if _, err := k.run(ctx, part); err != nil {
			return err
		}
	}
	own, err := k.whereabouts(ctx, k.store)
	if err != nil {
		return err
	}
	for _, other := range copies {
		if other != own {
			return broken(ruleSyncOrder, "%s", difference(own, other))
		}
	}
	return nil
}

// synced is where a copy of the event has everybody after the facts.
func (k *checker) synced(ctx context.Context, c *Command, items []checkin.Item, facts []checkin.Scan) (string, error) {
	s := k.wrap(checkin.NewMemory())
	defer s.Close()
	next := func() (it checkin.Item, err error) {
		if len(items) == 0 {
			return it, io.EOF
		}
		it, items = items[0], items[1:]
		return it, nil
	}
	if err := s.Restore(ctx, k.event, next); err != nil {
		return "", err
	}
	if _, err := s.Scan(ctx, k.event, slices.Clone(facts)); err != nil {
		return "", err
	}
	if _, err := s.Sweep(ctx, k.event, c.At); err != nil {
		return "", err
	}
	return k.whereabouts(ctx, s)
}

// whereabouts is who is where, and their latest entries, a line a place. How
// that came about differs by the order and is left out.
func (k *checker) whereabouts(ctx context.Context, s checkin.Store) (string, error) {
	var lines []string
	for _, b := range slices.Sorted(maps.Keys(k.badges)) {
		places, err := s.Places(ctx, k.event, b)
		if err != nil {
			return "", err
		}
		for _, p := range places {
			p.LastSeq, p.MovedAt, p.MovedBy = 0, 0, ""
			if p.EntryAt == 0 && !p.Inside {
				continue
			}
			text, err := json.Marshal(p)
			if err != nil {
				return "", err
			}
			lines = append(lines, string(text))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}

func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	var out []string
	for _, l := range x {
		if !slices.Contains(y, l) {
			out = append(out, "one order "+l)
		}
	}
	for _, l := range y {
		if !slices.Contains(x, l) {
			out = append(out, "another   "+l)
		}
	}
	return strings.Join(out[:min(len(out), 8)], "\n  ")
}
