// Package redisstore keeps events in Redis 7.0 or Valkey 7.2 and later: one
// server, a master watched by sentinels, or a cluster. Any number of processes
// may share it.
//
// Every step is one script (scripts/*.lua), and all keys of an event are in one
// slot (keys.go), so that a step is atomic over everything the event has.
// Scripts read and decide first and write last, because Redis takes nothing
// back. What a step leaves is text that scripts can take apart cheaply: entry.go,
// person.go, badgerecord.go and rules.go say how it is written.
//
// Lua has neither time zones nor SHA-256. A scan therefore brings its local time
// along, with the time zone and hours that it was worked out by, and is asked
// again when these are not the event's; and the hashes of the journal are
// computed here and appended soon after the rows (chain.go).
//
// How safe an acknowledged step is depends on the server's settings, which
// Durability looks at, and on Options.Replicas.
package redisstore
