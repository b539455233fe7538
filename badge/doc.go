// Package badge holds what is known before anybody reaches a gate: the event,
// its categories, its attendees and the badges issued to them.
//
// A badge is a signed JWT (RFC 7519) in JWS compact form with Ed25519
// (RFC 8037), drawn as a QR code. The package signs and verifies tokens, keeps
// the signing keys of each event encrypted at rest, draws the codes and reads
// rosters from the files that spreadsheets really write.
//
// The package knows nothing of scans, stores or HTTP: checkin builds on it,
// and storage comes in through the interfaces of checkin.
package badge
