package simulate

import (
	"time"

	"lanyard/checkin"
)

// Bug is a mistake that a store could make, planted into one that doesn't. It
// answers and journals as a store with that mistake would: its rows chain, its
// figures are as of its rows.
type Bug struct {
	Name  string
	plant func(*faulty)
}

// Bugs are those that the checker has to convict.
var Bugs = []Bug{
	{"capacity off by one", func(f *faulty) {
		f.kept = func(v *checkin.Venue) {
			if v.Capacity > 0 {
				v.Capacity++
			}
		}
	}},
	{"a cached badge is still good", func(f *faulty) { f.lenient = checkin.RevokedBadge }},
	{"no look at who is inside", func(f *faulty) { f.lenient = checkin.AlreadyInside }},
	{"hours in the wrong zone", func(f *faulty) { f.lenient = checkin.VenueClosed }},
	{"a daily entry that is never spent", func(f *faulty) { f.lenient = checkin.AlreadyUsedToday }},
	{"replay looked up after the rules", func(f *faulty) { f.forgets = time.Second }},
	{"memory of a scan id expires", func(f *faulty) { f.forgets = time.Hour }},
	{"a counter instead of the set", func(f *faulty) {
		f.counts = func(c *checkin.Counts) {
			for id, v := range c.Venues {
				v.Inside = v.Entries - v.Exits
				c.Venues[id] = v
			}
		}
	}},
	{"exits at a gate are counted at the venue only", func(f *faulty) {
		f.counts = func(c *checkin.Counts) {
			for id, g := range c.Gates {
				g.Exits = 0
				c.Gates[id] = g
			}
		}
	}},
	{"an undo is lost", func(f *faulty) { f.losesUndo = true }},
	{"a dry run is recorded", func(f *faulty) {
		f.ask = func(c *checkin.Scan) { c.DryRun = false }
	}},
	{"late facts move by arrival", func(f *faulty) {
		f.ask = func(c *checkin.Scan) { c.Skewed = c.Skewed || c.Offline }
		f.row = func(r *checkin.Row) {
			if r.Note == checkin.NoteClockSkew {
				r.Note = ""
			}
		}
	}},
	{"the server overrules what a phone has shown", func(f *faulty) {
		f.ask = func(c *checkin.Scan) { c.Offline, c.Shown = false, "" }
	}},
	{"a key that is no longer in use locks people in", func(f *faulty) {
		f.ask = func(c *checkin.Scan) {
			if c.Key == "k2" && c.Direction == checkin.Out && !c.Offline {
				c.Refused, c.Badge = checkin.InvalidToken, ""
			}
		}
	}},
	{"halls of a group are not left", func(f *faulty) { f.kept = func(v *checkin.Venue) { v.Exclusive = "" } }},
	{"the automatic exit is forgotten", func(f *faulty) { f.kept = func(v *checkin.Venue) { v.AutoExitAt = "" } }},
	{"a row is lost", func(f *faulty) { f.losesRow = 250 }},
}
