package redisstore

import (
	"testing"

	"lanyard/badge"
)

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
