package storetest

import (
	"testing"

	"lanyard/checkin"
)

// testUnverified: a token whose signature nobody has looked at counts if it is
// the very one that the badge was issued with, and nothing else does.
func testUnverified(t *testing.T, s checkin.Store) {
	h := newHall(t, s)
	unread := func(c *checkin.Scan) { c.Unverified = true }
	issued := func(c *checkin.Scan) { c.Unverified, c.Content = true, "digest-of-"+c.Badge }

	h.fails(checkin.ErrUnverified, h.scan("free", checkin.In, "ann", unread))
	stranger := h.scan("free", checkin.In, "ann", unread)
	stranger.Badge, stranger.Content = "nobody_____", "digest-of-nobody_____"
	h.fails(checkin.ErrUnverified, stranger)
	empty := h.scan("free", checkin.In, "ann", unread)
	empty.Content = ""
	h.fails(checkin.ErrUnverified, empty)
	other := h.scan("free", checkin.In, "ann", unread)
	other.Content = "digest-of-" + badgeID("ben")
	h.fails(checkin.ErrUnverified, other)

	c := h.scan("free", checkin.In, "ann", issued)
	first := h.do("admitted", c)
	h.again(c, first)
	h.do("denied already_inside", h.scan("free", checkin.In, "ann", issued))
	h.out("exited", "free", "ann", issued)
	h.revoke(badgeID("ann"), "lost")
	h.do("denied revoked", h.scan("free", checkin.In, "ann", issued))

	// What was refused for its signature stays refused when a phone that showed
	// it green sends it unread.
	forged := h.scan("free", checkin.In, "ben")
	forged.Badge, forged.Refused = "", checkin.InvalidToken
	h.do("denied invalid_token", forged)
	forged.Badge, forged.Refused = badgeID("ben"), ""
	forged.Unverified, forged.Offline, forged.Shown = true, true, checkin.Admitted
	h.fails(checkin.ErrUnverified, forged)
}
