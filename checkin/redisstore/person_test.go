package redisstore

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"lanyard/badge"
)

func TestPersonBodyRoundTrip(t *testing.T) {
	texts := rapid.OneOf(rapid.SampledFrom([]string{"", "王伟", `"`, `\`, "a,b", "}", `","o":"x`, "<b>", "\u2028", "L|1"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		b := personBody{texts.Draw(t, "name"), texts.Draw(t, "latin"), texts.Draw(t, "organization"), texts.Draw(t, "delegation"),
			texts.Draw(t, "email"), texts.Draw(t, "phone"), texts.Draw(t, "locale")}
		record := formatPersonBody(&badge.Attendee{Name: b.Name, NameLatin: b.NameLatin, Organization: b.Organization,
			Delegation: b.Delegation, Email: b.Email, Phone: b.Phone, Locale: b.Locale})
		var got, want personBody
		if err := json.Unmarshal([]byte(record), &want); err != nil {
			t.Fatal(err)
		}
		if err := got.read(record); err != nil || got != want {
			t.Fatalf("%s is read as %+v, %v", record, got, err)
		}
	})
}

func TestBrokenPersonBodies(t *testing.T) {
	for _, s := range []string{"", "{", "}", `{"n"}`, `{"n":}`, `{"n":"a}`, `{"n":"a",`, `{"n":"a"}}`, `{"n":1}`, `["n"]`} {
		var b personBody
		if b.read(s) == nil {
			t.Errorf("%s is read as %+v", s, b)
		}
	}
}

// The card that a gate sees says what the whole record says, whatever people
// are called.
func TestCardIsOfTheRecord(t *testing.T) {
	for _, a := range []badge.Attendee{
		{},
		{Name: "Zhang Wei"},
		{Name: "张伟", NameLatin: "Zhang Wei", Organization: "深圳大学", Category: "vip"},
		{Name: `"n":"`, NameLatin: `o":"x`, Organization: `","l":"`, Delegation: `{"n":"`},
		{Name: "A & B <C>", Organization: `back\slash`, Phone: "n"},
		{Name: "50 % | more; or, less", Category: "a|b", Email: "n@o.l"},
		{Organization: "o", Email: "n", Phone: "l", Delegation: "d"},
		{Name: "line\nbreak\u2028", NameLatin: "bad \xff byte"},
	} {
		record := formatPerson(a, []string{"old|one"})
		var r, whole reader
		got, want := r.card(record), cardOf(whole.person("", record))
		if *got != *want || r.err != nil || whole.err != nil {
			t.Errorf("%+v: card %+v, want %+v (%v, %v)", a, got, want, r.err, whole.err)
		}
	}
	var r reader
	if got := r.card("too|few"); r.err == nil {
		t.Errorf("card of a damaged record: %+v", got)
	}
	if r.card("") != nil {
		t.Error("a card of nobody")
	}
}
