package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/checkin"
)

// Bounds of making a trace shorter: enough for most, and never in the way.
const (
	shrinkTries = 1500
	shrinkTime  = 5 * time.Second
)

// shrink leaves out commands, and scans of the last one, as long as the same
// rule is broken in memory. What only another store does wrong stays whole.
func shrink(ctx context.Context, o Options, commands []Command, rule string) []Command {
	until := time.Now().Add(shrinkTime)
	tries := 0
	shows := func(list []Command) bool {
		tries++
		return tries < shrinkTries && time.Now().Before(until) && breaks(ctx, o, list) == rule
	}
	if !shows(commands) {
		return commands
	}
	for size := len(commands) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(commands); {
			if less := slices.Delete(slices.Clone(commands), i, i+size); shows(less) {
				commands = less
			} else {
				i += size
			}
		}
	}
	for last := len(commands) - 1; ; {
		before := len(commands[last].Scans)
		for i := 0; i < len(commands[last].Scans); {
			less := slices.Clone(commands)
			less[last] = commands[last].without(i)
			if shows(less) {
				commands = less
			} else {
				i++
			}
		}
		if len(commands[last].Scans) == before {
			return commands
		}
	}
}

// without leaves out one scan, of the drawn orders too.
func (c Command) without(i int) Command {
	c.Scans = slices.Delete(slices.Clone(c.Scans), i, i+1)
	var orders [][]int
	for _, order := range c.Orders {
		var o []int
		for _, n := range order {
			switch {
			case n < i:
				o = append(o, n)
			case n > i:
				o = append(o, n-1)
			}
		}
		orders = append(orders, o)
	}
	c.Orders = orders
	return c
}

// breaks runs commands on a new store in memory and tells the rule that it
// breaks, "" for none.
func breaks(ctx context.Context, o Options, commands []Command) string {
	s := o.wrap(checkin.NewMemory())
	defer s.Close()
	k := o.checker(s)
	for i := range commands {
		if _, err := k.run(ctx, &commands[i]); err != nil {
			var v *wrong
			if errors.As(err, &v) && i == len(commands)-1 {
				return v.rule
			}
			return ""
		}
	}
	return ""
}

// String is a command on a line, a batch on one a scan.
func (c Command) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", c.At.UTC().Format("2006-01-02 15:04:05.000"), c.Kind)
	for _, s := range c.Scans {
		fmt.Fprintf(&b, "\n    %s %s %s %s", s.ID, s.Badge, s.Gate, s.Direction)
		if s.Offline {
			fmt.Fprintf(&b, " offline, shown %s at %s", s.Shown, s.At.UTC().Format("2006-01-02 15:04:05.000"))
		}
		if s.Override != "" {
			b.WriteString(" override")
		}
		if s.DryRun {
			b.WriteString(" dry run")
		}
	}
	if c.Undo != nil {
		fmt.Fprintf(&b, " %s by %s", c.Undo.ScanID, c.Undo.Operator)
	}
	for i, r := range c.Put {
		if i == 2 && len(c.Put) > 3 {
			fmt.Fprintf(&b, " and %d more", len(c.Put)-2)
			break
		}
		fmt.Fprintf(&b, " %s", r.Data)
	}
	for _, p := range c.People {
		fmt.Fprintf(&b, " %s %s", p.Attendee.ID, p.Attendee.Category)
	}
	for _, is := range c.Issues {
		text, _ := json.Marshal(is.Badge)
		fmt.Fprintf(&b, " %s", text)
	}
	if c.ID != "" {
		b.WriteString(" " + c.ID)
	}
	return b.String()
}
