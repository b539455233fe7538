package redisstore

import (
	"slices"
	"strconv"

	"lanyard/checkin"
)

// Every key of an event carries its hash tag, so that all of them are in one
// slot of a cluster and a script is atomic over them:
//
//	lanyard:{EVENT}:conf        hash: rev, gen, THING/ID -> JSON of the record
//	lanyard:{EVENT}:rules       hash: the configuration in short, for scripts (rules.go)
//	lanyard:{EVENT}:state       hash: seq, roster, v/VENUE and g/GATE figures
//	lanyard:{EVENT}:scans       hash: scan id -> seq of its entry and of its undo
//	lanyard:{EVENT}:places      hash: badge id -> its places (entry.go)
//	lanyard:{EVENT}:badges      hash: badge id -> badge record
//	lanyard:{EVENT}:people      hash: attendee id -> person record
//	lanyard:{EVENT}:refs        hash: ref -> attendee id
//	lanyard:{EVENT}:rosterlog   sorted set: attendee id by the roster revision that last changed it
//	lanyard:{EVENT}:journal     stream: SEQ-0 -> r: entry record
//	lanyard:{EVENT}:hashes      string: 32 bytes for each row of the journal
//	lanyard:{EVENT}:marks       hash: count -> JSON of the checkpoint
//	lanyard:{EVENT}:in:VENUE    sorted set: badges inside by the time they moved
//	lanyard:{EVENT}:min:VENUE   hash: minute -> figures of minutes that are over
//	lanyard:{EVENT}:never       never there (never)
//
// Restore writes into lanyard:{EVENT}:new:TOKEN:… and renames at the end. The
// others are indexes over all events. They are written before what they point
// to, so that a crash leaves no more than an entry that leads nowhere, and
// whoever follows one checks what is there:
//
//	lanyard:events              set: event ids
//	lanyard:operators           hash: key hash -> event id
//	lanyard:links:XX            hash: link -> event|badge, by the link's first two characters
//	lanyard:temp:KIND:ID        string that expires: a short-lived record
const (
	eventsKey    = "lanyard:events"
	operatorsKey = "lanyard:operators"
)

// linksKey spreads links over 4,096 small hashes: they stay in their compact
// form, and on a cluster each node has its share.
func linksKey(link string) string { return "lanyard:links:" + link[:min(2, len(link))] }

func tempKey(kind, id string) string { return "lanyard:temp:" + kind + ":" + id }

// eventKeys are the names of an event's keys.
type eventKeys struct {
	prefix                  string
	conf, rules, state      string
	scans, places, badges   string
	people, refs, rosterLog string
	journal, hashes, marks  string
	// KEYS of scripts
	gateScript, scanScript, rosterScript []string
}

func newEventKeys(event string) *eventKeys { return keysUnder("lanyard:{" + event + "}:") }

func keysUnder(prefix string) *eventKeys {
	k := &eventKeys{prefix: prefix, conf: prefix + "conf", rules: prefix + "rules", state: prefix + "state",
		scans: prefix + "scans", places: prefix + "places", badges: prefix + "badges", people: prefix + "people",
		refs: prefix + "refs", rosterLog: prefix + "rosterlog", journal: prefix + "journal", hashes: prefix + "hashes",
		marks: prefix + "marks"}
	k.gateScript = []string{k.rules, k.state, k.scans, k.places, k.badges, k.people, k.journal, k.never()}
	k.scanScript = append(slices.Clone(k.gateScript), k.conf)
	k.rosterScript = []string{k.conf, k.state, k.people, k.refs, k.badges, k.rosterLog, k.journal, k.never()}
	return k
}

// fixed are the keys whose names no venue is part of.
func (k *eventKeys) fixed() []string {
	return []string{k.conf, k.rules, k.state, k.scans, k.places, k.badges, k.people, k.refs, k.rosterLog, k.journal, k.hashes, k.marks}
}

// never is a key that is never there. A script that names it among its keys is
// not run while the event's slot is on its way to another node (TRYAGAIN, ASK):
// else it could find all keys that it names and miss those of a venue, which it
// can't name beforehand, and would take a full hall for an empty one.
func (k *eventKeys) never() string { return k.prefix + "never" }

func (k *eventKeys) inside(venue string) string  { return k.prefix + "in:" + escape(venue) }
func (k *eventKeys) minutes(venue string) string { return k.prefix + "min:" + escape(venue) }

// streamID is the id of a row's entry in the stream.
func streamID(seq uint64) string { return strconv.FormatUint(seq, 10) + "-0" }

var _ checkin.Store = (*Store)(nil)
