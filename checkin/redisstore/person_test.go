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
