package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"lanyard/checkin"
)

// jsonOf is what encoding/json makes of a value, as every other answer is written.
func jsonOf(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// fill sets every field of a struct, one after the other, so that one that the
// encoder doesn't know shows.
func fill(v reflect.Value, n *int) {
	for i := range v.NumField() {
		*n++
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(fmt.Sprint("text ", *n))
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int:
			f.SetInt(int64(*n))
		case reflect.Uint64:
			f.SetUint(uint64(*n))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
			fill(f.Elem(), n)
		case reflect.Struct:
			if f.Type() == typeTime {
				f.Set(reflect.ValueOf(time.UnixMilli(int64(*n) * 1_000_001).UTC()))
				continue
			}
			fill(f, n)
		default:
			panic("no value for a field of " + f.Type().String())
		}
	}
}

func TestAnswerIsItsJSON(t *testing.T) {
	var full checkin.Answer
	n := 0
	fill(reflect.ValueOf(&full).Elem(), &n)
	odd := full
	odd.Attendee = &checkin.PersonCard{Name: "张伟", NameLatin: "A \"B\" \\ <C> & 'D'", Organization: "\u2028 \x00\n\x7f \xff \ufffd"}
	for _, a := range []checkin.Answer{{}, full, odd, {At: time.Date(2026, 11, 7, 9, 30, 0, 0, time.UTC), Venue: checkin.VenueCard{Inside: -1}}} {
		if got, want := string(appendAnswer(nil, &a)), jsonOf(&a); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "plain", "张伟", "\u2028", "a\xffb", `"\`, "\x1f", "\ufffd", "<&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := string(appendText(nil, s)), jsonOf(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	})
}
