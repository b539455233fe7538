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
	order bool // shows in the order of syncing alone
}

// Bugs are those that the checker has to convict.
var Bugs = []Bug{
	{Name: "capacity off by one", plant: func(f *faulty) {
		f.kept = func(v *checkin.Venue) {
			if v.Capacity > 0 {
				v.Capacity++
			}
		}
	}},
	{Name: "a cached badge is still good", plant: func(f *faulty) { f.lenient = checkin.RevokedBadge }},
	{Name: "no look at who is inside", plant: func(f *faulty) { f.lenient = checkin.AlreadyInside }},
	{Name: "hours in the wrong zone", plant: func(f *faulty) { f.lenient = checkin.VenueClosed }},
	{Name: "a daily entry that is never spent", plant: func(f *faulty) { f.lenient = checkin.AlreadyUsedToday }},
	{Name: "replay looked up after the rules", plant: func(f *faulty) { f.forgets = time.Second }},
	{Name: "memory of a scan id expires", plant: func(f *faulty) { f.forgets = time.Hour }},
	{Name: "a counter instead of the set", plant: func(f *faulty) {
		f.counts = func(c *checkin.Counts) {
			for id, v := range c.Venues {
				v.Inside = v.Entries - v.Exits
				c.Venues[id] = v
			}
		}
	}},
	{Name: "exits at a gate are counted at the venue only", plant: func(f *faulty) {
		f.counts = func(c *checkin.Counts) {
			for id, g := range c.Gates {
				g.Exits = 0
				c.Gates[id] = g
			}
		}
	}},
	{Name: "an undo is lost", plant: func(f *faulty) { f.losesUndo = true }},
	{Name: "a dry run is recorded", plant: func(f *faulty) {
		f.ask = func(c *checkin.Scan) { c.DryRun = false }
	}},
	{Name: "late facts move by arrival", order: true, plant: func(f *faulty) {
		f.ask = func(c *checkin.Scan) { c.Skewed = c.Skewed || c.Offline }
		f.row = func(r *checkin.Row) {
			if r.Note == checkin.NoteClockSkew {
				r.Note = ""
			}
		}
	}},
	{Name: "the server overrules what a phone has shown", plant: func(f *faulty) {
		f.ask = func(c *checkin.Scan) { c.Offline, c.Shown = false, "" }
	}},
	{Name: "a key that is no longer in use locks people in", plant: func(f *faulty) {
		f.ask = func(c *checkin.Scan) {
			if c.Key == "k2" && c.Direction == checkin.Out && !c.Offline {
				c.Refused, c.Badge = checkin.InvalidToken, ""
			}
		}
	}},
	{Name: "halls of a group are not left", plant: func(f *faulty) { f.kept = func(v *checkin.Venue) { v.Exclusive = "" } }},
	{Name: "the automatic exit is forgotten", plant: func(f *faulty) { f.kept = func(v *checkin.Venue) { v.AutoExitAt = "" } }},
	{Name: "a row is lost", plant: func(f *faulty) { f.losesRow = 250 }},
}
