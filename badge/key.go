package badge

import "time"

// KeyStatus of a signing key.
type KeyStatus string

const (
	KeyActive    KeyStatus = "active"    // signs new badges
	KeyRetired   KeyStatus = "retired"   // signs nothing, its badges are accepted
	KeyWithdrawn KeyStatus = "withdrawn" // its badges are accepted at no entry
)

// Key is a signing key of an event as it is stored: the public half in the
// clear, the private half sealed with AES-256-GCM under the program's secret.
type Key struct {
	ID        string     `json:"kid"` // 2 characters of base64url, unique in the event
	Status    KeyStatus  `json:"status"`
	Public    []byte     `json:"public"` // Ed25519, 32 bytes
	Sealed    []byte     `json:"sealed"` // nonce and ciphertext of the 32-byte seed
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"` // when retired or withdrawn
	// LastExpiry is the latest exp that the key has signed: it stays served
	// until then.
	LastExpiry time.Time `json:"last_expiry"`
}
