package checkin

import (
	"time"

	"lanyard/badge"
)

// Direction of a gate or of one scan.
type Direction string

const (
	In   Direction = "in"
	Out  Direction = "out"
	Both Direction = "both" // gates only
)

// Reentry says how often a badge may enter a venue.
type Reentry string

const (
	Free  Reentry = "free"  // out before in again
	Once  Reentry = "once"  // one entry for good
	Daily Reentry = "daily" // one entry a local day
)

// Venue is a place with a capacity whose occupancy is counted.
type Venue struct {
	ID       string     `json:"id"`
	Name     badge.Text `json:"name"`
	Capacity int        `json:"capacity"` // 0 is no limit
	Reentry  Reentry    `json:"reentry"`
	// Categories that are let in; none means all.
	Categories []string `json:"categories"`
	// Hours in which entry is open; none means always.
	Hours []Window `json:"hours"`
	// Exclusive names a group: entering one of its venues leaves the others.
	Exclusive string `json:"exclusive,omitempty"`
	// AutoExitAt is the local time ("23:30") at which everyone is checked out.
	AutoExitAt string `json:"auto_exit_at,omitempty"`
}

// Window is a daily span of local wall-clock time, "09:00" to "18:30". From
// later than To passes midnight; equal ends mean the whole day. To may be
// "24:00".
type Window struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Gate is an access point of one venue.
type Gate struct {
	ID        string     `json:"id"`
	Venue     string     `json:"venue"`
	Name      badge.Text `json:"name"`
	Direction Direction  `json:"direction"`
}

// Role of an operator.
type Role string

const (
	Organizer  Role = "organizer"
	HelpDesk   Role = "desk"
	Supervisor Role = "supervisor"
	GateStaff  Role = "gate"
	Security   Role = "security"
)

// Roles are all of them.
var Roles = []Role{Organizer, HelpDesk, Supervisor, GateStaff, Security}

// System is the pseudo event that holds operators of no single event: the
// organizers who may create events. No event can have this id.
const System = "_"

// Operator is a named staff credential with one role.
type Operator struct {
	ID        string     `json:"id"`
	Event     string     `json:"event"` // System for organizers of everything
	Name      string     `json:"name"`
	Role      Role       `json:"role"`
	Gates     []string   `json:"gates"` // gate staff only; none means all of the event
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	// KeyHash is the base64url SHA-256 of the operator's key.
	KeyHash string `json:"key_hash"`
}

// Usable tells whether the operator's key opens anything at that time.
func (o Operator) Usable(at time.Time) bool {
	return o.RevokedAt == nil && (o.ExpiresAt == nil || at.Before(*o.ExpiresAt))
}

// MayUse tells whether the operator may scan at the gate.
func (o Operator) MayUse(gate string) bool {
	if o.Role != GateStaff || len(o.Gates) == 0 {
		return true
	}
	for _, g := range o.Gates {
		if g == gate {
			return true
		}
	}
	return false
}
