package badge

import (
	"encoding/base64"
	"strings"
)

// A JWT library accepts many spellings of one token: other orders, white
// space, escapes, names twice, bits beyond the last byte. Each would be
// another string with the same valid meaning, so Lanyard reads exactly the
// spelling that it writes and nothing else:
//
//	{"alg":"EdDSA","kid":"xx"}
//	{"aud":"…","cat":"…","exp":1,"jti":"…","nbf":1}
//
// in base64url without padding, names in this order, nbf left out where it
// doesn't matter. Nothing in a value ever needs an escape.

// malformation says what is wrong with the form of a token, in words of ours
// and none of the token's.
type malformation string

func (m malformation) Error() string        { return ErrMalformed.Error() + ": " + string(m) }
func (m malformation) Is(target error) bool { return target == ErrMalformed }

const (
	tooLong    malformation = "longer than 1024 characters"
	badLetter  malformation = "a character outside of base64url"
	notThree   malformation = "not three parts"
	badHeader  malformation = "the header is not canonical base64url"
	badPayload malformation = "the claims are not canonical base64url"
	badSig     malformation = "the signature is not 64 bytes in canonical base64url"

	notObject   malformation = "not a JSON object in compact form"
	notText     malformation = "an escape or a character outside of ASCII"
	trailing    malformation = "data after the JSON object"
	unknownName malformation = "a name that isn't ours"
	sameName    malformation = "a name twice"
	otherOrder  malformation = "names in another order"
)

func missing(name string) malformation   { return malformation(name + " is missing") }
func wrongType(name string) malformation { return malformation(name + " has the wrong type") }
func wrong(name string) malformation     { return malformation(name + " is out of range or ill-formed") }

// field is a name that an object may have, and what was read under it.
type field struct {
	name     string
	number   bool // a whole number, else a string
	optional bool
	seen     bool
	text     string
	value    int64
}

// Parse reads all that a token says and checks all but the signature: a hint
// of which event and key to verify it with, believed only once verified. It
// says nothing of whether the token is valid now. Its errors are ErrMalformed.
func Parse(token string) (Claims, error) {
	// The length comes first: what follows costs time in proportion to it.
	if len(token) > MaxToken {
		return Claims{}, tooLong
	}
	dots, dot := [2]int{}, 0
	for i := range len(token) {
		switch c := token[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		case c != '.':
			return Claims{}, badLetter
		case dot == len(dots):
			return Claims{}, notThree
		default:
			dots[dot] = i
			dot++
		}
	}
	if dot != len(dots) {
		return Claims{}, notThree
	}
	kid, err := readHeader(token[:dots[0]])
	if err != nil {
		return Claims{}, err
	}
	c, err := readPayload(token[dots[0]+1:dots[1]], kid)
	if err != nil {
		return Claims{}, err
	}
	if sig, ok := decode(token[dots[1]+1:]); !ok || len(sig) != 64 {
		return Claims{}, badSig
	}
	return c, nil
}

func readHeader(part string) (kid string, err error) {
	s, ok := decode(part)
	if !ok {
		return "", badHeader
	}
	fields := [...]field{{name: "alg"}, {name: "kid"}}
	if err := readObject(s, fields[:]); err != nil {
		return "", err
	}
	if fields[0].text != "EdDSA" {
		return "", wrong("alg")
	}
	if !validKID(fields[1].text) {
		return "", wrong("kid")
	}
	return fields[1].text, nil
}

func readPayload(part, kid string) (Claims, error) {
	s, ok := decode(part)
	if !ok {
		return Claims{}, badPayload
	}
	fields := [...]field{
		{name: "aud"},
		{name: "cat"},
		{name: "exp", number: true},
		{name: "jti"},
		{name: "nbf", number: true, optional: true},
	}
	if err := readObject(s, fields[:]); err != nil {
		return Claims{}, err
	}
	p := payload{
		Audience: fields[0].text, Category: fields[1].text, Expires: fields[2].value,
		ID: fields[3].text, NotBefore: fields[4].value,
	}
	switch {
	case !ValidID(p.Audience):
		return Claims{}, wrong("aud")
	case !ValidCode(p.Category):
		return Claims{}, wrong("cat")
	case !validJTI(p.ID):
		return Claims{}, wrong("jti")
	}
	return p.claims(kid), nil
}

// decode takes the one canonical spelling of some bytes: no padding, no line
// breaks (Parse has refused them) and no bits left over at the end.
func decode(part string) (string, bool) {
	b, err := strictBase64.DecodeString(part)
	return string(b), err == nil
}

var strictBase64 = base64.RawURLEncoding.Strict()

// readObject reads a flat JSON object (RFC 8259) into fields, which stand in
// the order that is demanded.
func readObject(s string, fields []field) error {
	s, ok := strings.CutPrefix(s, "{")
	if !ok {
		return notObject
	}
	last := -1
	for more := !strings.HasPrefix(s, "}"); more; {
		name, rest, err := cutString(s)
		if err != nil {
			return err
		}
		at := -1
		for i := range fields {
			if fields[i].name == name {
				at = i
			}
		}
		switch {
		case at < 0:
			return unknownName
		case fields[at].seen:
			return sameName
		case at < last:
			return otherOrder
		}
		last = at
		if s, ok = strings.CutPrefix(rest, ":"); !ok {
			return notObject
		}
		if s, err = fields[at].cut(s); err != nil {
			return err
		}
		if s, more = strings.CutPrefix(s, ","); !more && !strings.HasPrefix(s, "}") {
			return notObject
		}
	}
	if s != "}" {
		return trailing
	}
	for i := range fields {
		if !fields[i].seen && !fields[i].optional {
			return missing(fields[i].name)
		}
	}
	return nil
}

// cut reads the field's value from the front of s.
func (f *field) cut(s string) (rest string, err error) {
	f.seen = true
	if s == "" {
		return "", notObject
	}
	if !f.number {
		if s[0] != '"' {
			return "", wrongType(f.name)
		}
		f.text, rest, err = cutString(s)
		return rest, err
	}
	end := strings.IndexAny(s, ",}")
	if end < 0 {
		return "", notObject
	}
	f.value, err = seconds(f.name, s[:end])
	return s[end:], err
}

// seconds reads a NumericDate: whole seconds from 1 to MaxExpiry, in digits
// alone, which is also the only spelling of each number.
func seconds(name, s string) (n int64, err error) {
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' || i > 0 && n == 0 {
			return 0, wrongType(name)
		}
		if n = n*10 + int64(c-'0'); n > MaxExpiry {
			return 0, wrong(name)
		}
	}
	switch {
	case s == "":
		return 0, notObject
	case n == 0:
		return 0, wrong(name)
	}
	return n, nil
}

// cutString reads a string of printable ASCII without escapes.
func cutString(s string) (text, rest string, err error) {
	if s == "" || s[0] != '"' {
		return "", "", notObject
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return s[1:i], s[i+1:], nil
		case c == '\\' || c < ' ' || c > '~':
			return "", "", notText
		}
	}
	return "", "", notObject
}

// validJTI tells whether s is 8 bytes in canonical base64url.
func validJTI(s string) bool {
	if len(s) != 11 {
		return false
	}
	var b [9]byte
	n, err := strictBase64.Decode(b[:], []byte(s))
	return err == nil && n == 8
}

// validKID tells whether s is 2 characters of base64url.
func validKID(s string) bool {
	if len(s) != 2 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
