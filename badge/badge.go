package badge

import (
	"crypto/rand"
	"encoding/base64"
	"time"
)

// Attendee is a registered person. Ref is the organizer's own number and
// unique in the event.
type Attendee struct {
	ID           string    `json:"id"`
	Ref          string    `json:"ref"`
	Name         string    `json:"name"`
	NameLatin    string    `json:"name_latin,omitempty"`
	Organization string    `json:"organization,omitempty"`
	Delegation   string    `json:"delegation,omitempty"`
	Category     string    `json:"category"`
	Email        string    `json:"email,omitempty"`
	Phone        string    `json:"phone,omitempty"`
	Locale       string    `json:"locale,omitempty"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
	// Badge is the id of the active badge, "" when there is none. Stores keep
	// it; what a caller puts here is ignored.
	Badge string `json:"badge_id,omitempty"`
	// Revoked is the id of the badge that was revoked last, "" for who has an
	// active one or never had any. It follows from the badges: stores fill it in
	// and write it nowhere.
	Revoked string `json:"-"`
}

// SamePerson tells whether two records say the same about a person, so that
// importing a file twice changes nothing.
func (a Attendee) SamePerson(b Attendee) bool {
	return a.Ref == b.Ref && a.Name == b.Name && a.NameLatin == b.NameLatin &&
		a.Organization == b.Organization && a.Delegation == b.Delegation && a.Category == b.Category &&
		a.Email == b.Email && a.Phone == b.Phone && a.Locale == b.Locale
}

// Status of a badge.
type Status string

const (
	Active   Status = "active"
	Revoked  Status = "revoked"
	Replaced Status = "replaced"
)

// Badge is a credential issued to an attendee. Its token can be signed again
// at any time from what is here: Ed25519 is deterministic.
type Badge struct {
	ID       string `json:"id"` // jti: 64 random bits, base64url, 11 characters
	Attendee string `json:"attendee"`
	// Category is the attendee's category now, Code is the category code that
	// was signed into the token.
	Category   string     `json:"category"`
	Code       string     `json:"code"`
	Status     Status     `json:"status"`
	Link       string     `json:"link"` // of the attendee's page: 128 random bits, 22 characters
	Key        string     `json:"kid"`  // signing key
	ValidFrom  *time.Time `json:"valid_from,omitempty"`
	ValidUntil time.Time  `json:"valid_until"` // whole seconds, as in exp
	IssuedAt   time.Time  `json:"issued_at"`
	EndedAt    *time.Time `json:"ended_at,omitempty"` // when revoked or replaced
	// Digest is the first 16 bytes of the SHA-256 of the token, base64url.
	Digest string `json:"digest"`
}

// NewID makes an identifier of 64 random bits: 11 characters of base64url.
func NewID() string { return random(8) }

// NewLink makes an unguessable link of 128 random bits: 22 characters of base64url.
func NewLink() string { return random(16) }

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails, by contract of crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}
