package redisstore

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"lanyard/badge"
	"lanyard/checkin"
)

// A person record is "created|updated|active badge|ended badges|category|ref|body":
// what scripts have to know of an attendee, and the rest as JSON. Ended badges
// are joined by ",", in the order in which they ended.
const personFields = 7

// personBody is the part of an attendee that no script looks into. Equal
// bodies have equal bytes.
type personBody struct {
	Name         string `json:"n,omitempty"`
	NameLatin    string `json:"l,omitempty"`
	Organization string `json:"o,omitempty"`
	Delegation   string `json:"d,omitempty"`
	Email        string `json:"e,omitempty"`
	Phone        string `json:"p,omitempty"`
	Locale       string `json:"c,omitempty"`
}

func formatPersonBody(a *badge.Attendee) string {
	b, err := json.Marshal(personBody{a.Name, a.NameLatin, a.Organization, a.Delegation, a.Email, a.Phone, a.Locale})
	if err != nil {
		panic(err) // strings
	}
	return string(b)
}

// read takes a body apart. Mostly nothing in it is escaped: its texts are then
// parts of the record, and a whole roster is read without setting anything aside.
func (b *personBody) read(body string) error {
	if strings.IndexByte(body, '\\') < 0 && b.readPlain(body) {
		return nil
	}
	*b = personBody{}
	return json.Unmarshal([]byte(body), b)
}

// readPlain reads what formatPersonBody writes of texts in which nothing had to
// be escaped, and tells whether body was that.
func (b *personBody) readPlain(body string) bool {
	rest, ok := strings.CutPrefix(body, "{")
	for ok && rest != "}" {
		var name, value string
		if name, rest, ok = cutText(rest); ok {
			if rest, ok = strings.CutPrefix(rest, ":"); ok {
				value, rest, ok = cutText(rest)
			}
		}
		switch name {
		case "n":
			b.Name = value
		case "l":
			b.NameLatin = value
		case "o":
			b.Organization = value
		case "d":
			b.Delegation = value
		case "e":
			b.Email = value
		case "p":
			b.Phone = value
		case "c":
			b.Locale = value
		default:
			return false
		}
		if ok && rest != "}" {
			rest, ok = strings.CutPrefix(rest, ",")
		}
	}
	return ok
}

// cutText takes a JSON text without escapes off the front.
func cutText(s string) (value, rest string, ok bool) {
	if s, ok = strings.CutPrefix(s, `"`); !ok {
		return "", "", false
	}
	return strings.Cut(s, `"`)
}

// formatPerson is what person reads.
func formatPerson(a badge.Attendee, ended []string) string {
	escaped := make([]string, len(ended))
	for i, id := range ended {
		escaped[i] = escape(id)
	}
	return strings.Join([]string{formatTime(a.CreatedAt), formatTime(a.UpdatedAt), escape(a.Badge), strings.Join(escaped, ","),
		escape(a.Category), escape(a.Ref), formatPersonBody(&a)}, "|")
}

// inOrder are the ids of ended badges in the order in which they ended.
func inOrder(ended []badge.Badge) []string {
	at := func(b badge.Badge) time.Time {
		if b.EndedAt == nil {
			return time.Time{}
		}
		return *b.EndedAt
	}
	slices.SortStableFunc(ended, func(a, b badge.Badge) int { return at(a).Compare(at(b)) })
	ids := make([]string, len(ended))
	for i, b := range ended {
		ids[i] = b.ID
	}
	return ids
}

// person reads a person record.
func (r *reader) person(id, record string) badge.Attendee {
	a, _ := r.personAndBadges(id, record)
	return a
}

// personAndBadges also gives the ended badges.
func (r *reader) personAndBadges(id, record string) (badge.Attendee, []string) {
	var f [personFields]string
	rest := record
	for i := range f[:personFields-1] {
		var ok bool
		if f[i], rest, ok = strings.Cut(rest, "|"); !ok {
			r.fail("person", "record of "+id)
			return badge.Attendee{}, nil
		}
	}
	f[personFields-1] = rest
	var b personBody
	if err := b.read(f[6]); err != nil {
		r.fail("person", "record of "+id)
	}
	var ended []string
	for one := range strings.SplitSeq(f[3], ",") {
		if one != "" {
			ended = append(ended, unescape(one))
		}
	}
	active, revoked := unescape(f[2]), ""
	if active == "" && len(ended) > 0 {
		revoked = ended[len(ended)-1] // one that is replaced leaves an active one
	}
	return badge.Attendee{ID: id, Ref: unescape(f[5]), Name: b.Name, NameLatin: b.NameLatin, Organization: b.Organization,
		Delegation: b.Delegation, Category: unescape(f[4]), Email: b.Email, Phone: b.Phone, Locale: b.Locale,
		CreatedAt: r.time(f[0]), UpdatedAt: r.time(f[1]), Badge: active, Revoked: revoked}, ended
}

// card is what gate staff see of a person record, nil where there is none.
func (r *reader) card(record string) *checkin.PersonCard {
	if record == "" {
		return nil
	}
	var f [personFields]string
	body := record
	for i := range personFields - 1 {
		f[i], body, _ = strings.Cut(body, "|")
	}
	var b personBody
	if err := b.read(body); err != nil {
		r.fail("person", "record")
	}
	return &checkin.PersonCard{Name: b.Name, NameLatin: b.NameLatin, Organization: b.Organization, Category: unescape(f[4])}
}

func cardOf(a badge.Attendee) *checkin.PersonCard {
	return &checkin.PersonCard{Name: a.Name, NameLatin: a.NameLatin, Organization: a.Organization, Category: a.Category}
}
