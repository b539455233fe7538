package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"lanyard/checkin"
)

func TestStrictJSON(t *testing.T) {
	type inner struct {
		From string `json:"from"`
	}
	type request struct {
		ID       maybe[string]    `json:"id"`
		Name     maybe[words]     `json:"name"`
		Capacity maybe[int]       `json:"capacity"`
		Flag     bool             `json:"flag"`
		Hours    []inner          `json:"hours"`
		At       *time.Time       `json:"at"`
		Until    maybe[time.Time] `json:"until"`
		Raw      []raw            `json:"raw"`
	}
	tests := []struct {
		name, text string
		err        error
		field      string
	}{
		{"all of it", `{"id":"a","name":{"en":"A","zh":"主"},"capacity":3,"flag":true,"hours":[{"from":"x"}],"at":"2025-04-14T09:00:00+08:00","until":null,"raw":[{"x":[1,2.5e3]},"y"]}`, nil, ""},
		{"white space", " \t\r\n{ \"id\" :\n\"a\" , \"hours\":[ ] } \n", nil, ""},
		{"escapes", `{"id":"\u4e3b\ud83c\udfab\"\\\/\b\f\n\r\t"}`, nil, ""},
		{"empty", ``, errBadJSON, ""},
		{"white space alone", "  ", errBadJSON, ""},
		{"two values", `{} {}`, errBadJSON, ""},
		{"something after", `{}x`, errBadJSON, ""},
		{"byte order mark", "\ufeff{}", errBadJSON, ""},
		{"not UTF-8", "{\"id\":\"\xff\"}", errBadJSON, ""},
		{"half a pair", `{"id":"\ud83c"}`, errBadJSON, "id"},
		{"pair the wrong way round", `{"id":"\udfab\ud83c"}`, errBadJSON, "id"},
		{"half a pair and another letter", `{"id":"\ud83c\u0041"}`, errBadJSON, "id"},
		{"bad escape", `{"id":"\x"}`, errBadJSON, "id"},
		{"bare control character", "{\"id\":\"a\nb\"}", errBadJSON, "id"},
		{"single quotes", `{'id':"a"}`, errBadJSON, ""},
		{"trailing comma", `{"id":"a",}`, errBadJSON, ""},
		{"trailing comma in a list", `{"hours":[{},]}`, errBadJSON, "hours[1]"},
		{"missing colon", `{"id" "a"}`, errBadJSON, ""},
		{"unclosed", `{"id":"a"`, errBadJSON, ""},
		{"unclosed string", `{"id":"a`, errBadJSON, "id"},
		{"leading zero", `{"capacity":012}`, errBadJSON, ""},
		{"NaN", `{"capacity":NaN}`, errBadJSON, "capacity"},
		{"comment", `{/**/}`, errBadJSON, ""},
		{"unknown", `{"colour":1}`, errUnknownField, "colour"},
		{"another case", `{"ID":"a"}`, errUnknownField, "ID"},
		{"unknown deep down", `{"hours":[{},{"to":"x"}]}`, errUnknownField, "hours[1].to"},
		{"unknown with a strange name", `{"<script>":1}`, errUnknownField, ""},
		{"twice", `{"id":"a","id":"b"}`, errDuplicateField, "id"},
		{"twice by an escape", `{"id":"a","\u0069d":"b"}`, errDuplicateField, "id"},
		{"twice deep down", `{"hours":[{"from":"a","from":"a"}]}`, errDuplicateField, "hours[0].from"},
		{"locale twice", `{"name":{"en":"a","en":"b"}}`, errDuplicateField, "name.en"},
		{"twice in what is read later", `{"raw":[{"a":1,"a":2}]}`, errDuplicateField, "raw[0].a"},
		{"a list", `[]`, errInvalidValue, ""},
		{"null", `null`, errInvalidValue, ""},
		{"number for a string", `{"id":1}`, errInvalidValue, "id"},
		{"string for a number", `{"capacity":"1"}`, errInvalidValue, "capacity"},
		{"fraction", `{"capacity":1.5}`, errInvalidValue, "capacity"},
		{"exponent", `{"capacity":1e2}`, errInvalidValue, "capacity"},
		{"huge", `{"capacity":1e400}`, errInvalidValue, "capacity"},
		{"beyond what JSON counts", `{"capacity":9007199254740993}`, errInvalidValue, "capacity"},
		{"null for a flag", `{"flag":null}`, errInvalidValue, "flag"},
		{"string for a list", `{"hours":"x"}`, errInvalidValue, "hours"},
		{"null in a list", `{"hours":[null]}`, errInvalidValue, "hours[0]"},
		{"number for a text", `{"name":7}`, errInvalidValue, "name"},
		{"number in a text", `{"name":{"en":7}}`, errInvalidValue, "name.en"},
		{"no time", `{"at":"yesterday"}`, errInvalidValue, "at"},
		{"time without a zone", `{"at":"2025-04-14T09:00:00"}`, errInvalidValue, "at"},
		{"empty time", `{"until":""}`, errInvalidValue, "until"},
		{"too deep", `{"raw":[` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `]}`, errBadJSON, "raw[0]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var q request
			err := decodeJSON([]byte(tt.text), &q)
			if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if err == nil {
				return
			}
			if p := problemOf(err, ""); p.Field != tt.field || p.Status != 400 || p.Detail == "" {
				t.Errorf("got %+v, want field %q", p, tt.field)
			}
		})
	}

	var q request
	if err := decodeJSON([]byte(tests[0].text), &q); err != nil {
		t.Fatal(err)
	}
	if q.ID.value != "a" || *q.Name.value.byLocale["zh"] != "主" || q.Capacity.value != 3 || !q.Flag || q.Hours[0].From != "x" ||
		q.At.Format(time.RFC3339) != "2025-04-14T01:00:00Z" || !q.Until.given || !q.Until.null || string(q.Raw[0]) != `{"x":[1,2.5e3]}` {
		t.Errorf("read as %+v", q)
	}
	if err := decodeJSON([]byte(tests[2].text), &q); err != nil || q.ID.value != "主🎫\"\\/\b\f\n\r\t" {
		t.Errorf("escapes read as %q, %v", q.ID.value, err)
	}
}

// FuzzDecode holds the decoder against encoding/json: it takes no more than
// that does, reads the same where it does, and refuses for its form only what
// that refuses too.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"scan_id":"a","token":"b.c","gate":"g","direction":"in","scanned_at":"2025-04-14T09:00:00Z","offline":true,"verdict":"admitted","override":{"reason":"x"},"dry_run":false}`,
		`{"scan_id":"\u0041\ud83c\udfab"}`, `{"token":null}`, `{"override":null,"scanned_at":null}`, `{} {}`, `{"a":[1e5,-0.5,{"b":null}]}`, "{\"gate\":\"\xff\"}", `{"Gate":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var ours, theirs scanRequest
		err := decodeJSON(text, &ours)
		switch {
		case err == nil:
			d := json.NewDecoder(bytes.NewReader(text))
			d.DisallowUnknownFields()
			if err := d.Decode(&theirs); err != nil {
				t.Fatalf("taken: %q, but %v", text, err)
			}
			if theirs.ScannedAt != nil {
				utc := theirs.ScannedAt.UTC().Truncate(time.Millisecond)
				theirs.ScannedAt = &utc
			}
			if !reflect.DeepEqual(ours, theirs) {
				t.Fatalf("%q read as %+v, want %+v", text, ours, theirs)
			}
		case errors.Is(err, errBadJSON) && json.Valid(text):
			// encoding/json repairs these two and nests deeper.
			if why := problemOf(err, "").Detail; !strings.Contains(why, "UTF-") && !strings.Contains(why, "deeply") {
				t.Fatalf("%q is refused: %v", text, err)
			}
		}
	})
}

func TestMerge(t *testing.T) {
	v := checkin.Venue{ID: "hall", Name: map[string]string{"en": "Hall", "zh": "厅"}, Capacity: 5, Reentry: checkin.Once,
		Exclusive: "g", AutoExitAt: "23:30", Categories: []string{"vip"}}
	var f venueFields
	if err := decodeJSON([]byte(`{"id":"hall","name":{"en":"Great Hall","zh":null,"fr":"Salle"},"exclusive":null,"categories":null,"capacity":7}`), &f); err != nil {
		t.Fatal(err)
	}
	if err := f.apply(&v, false); err != nil {
		t.Fatal(err)
	}
	want := checkin.Venue{ID: "hall", Name: map[string]string{"en": "Great Hall", "fr": "Salle"}, Capacity: 7, Reentry: checkin.Once, AutoExitAt: "23:30"}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("got %+v, want %+v", v, want)
	}
	for _, text := range []string{`{"id":"other"}`, `{"id":null}`, `{"capacity":null}`, `{"name":null}`, `{"name":{"":"x"}}`} {
		var f venueFields
		if err := decodeJSON([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		var invalid *checkin.Invalid
		if err := f.apply(&v, false); !errors.As(err, &invalid) || invalid.Field == "" {
			t.Errorf("%s: got %v, want a field that is invalid", text, err)
		}
	}
}
