package api

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// encoding/json reads requests too kindly for a gate: it takes names in any
// case, the last of two fields with one name, and broken UTF-8. Two readers
// could then see two requests in one. This decoder knows RFC 8259 and the types
// that requests are made of, and refuses everything that it doesn't know by
// the path of the field. FuzzDecode holds it against encoding/json.

// decodeJSON reads one JSON value into the one that v points to. Its errors
// say where and why, and quote nothing but names of fields.
func decodeJSON(text []byte, v any) error {
	if !utf8.Valid(text) {
		return because(errBadJSON, "", "The body is not valid UTF-8.")
	}
	d := &decoder{text: text}
	d.space()
	if d.at == len(text) {
		return because(errBadJSON, "", "The body is empty.")
	}
	if f := d.value(reflect.ValueOf(v).Elem()); f != nil {
		return f.cause()
	}
	if d.space(); d.at != len(text) {
		return because(errBadJSON, "", "There is something after the JSON value.")
	}
	return nil
}

// maybe is a field of a change: absent, null or a value.
type maybe[T any] struct {
	given, null bool
	value       T
}

func (m *maybe[T]) take(null bool) any {
	m.given, m.null = true, null
	return &m.value
}

// taker is what *maybe[T] is to the decoder.
type taker interface{ take(null bool) any }

// raw is a JSON value that is read later: its form is checked, not its meaning.
type raw []byte

type decoder struct {
	text []byte
	at   int
}

// fault is an error on its way up to the whole value, gathering its path.
type fault struct {
	err    error
	detail string
	path   string
}

func (f *fault) cause() error { return because(f.err, f.path, f.detail) }

func (f *fault) in(part string) *fault {
	switch {
	case f.path == "":
		f.path = part
	case f.path[0] == '[':
		f.path = part + f.path
	default:
		f.path = part + "." + f.path
	}
	return f
}

var (
	typeTime  = reflect.TypeFor[time.Time]()
	typeRaw   = reflect.TypeFor[raw]()
	typeWords = reflect.TypeFor[words]()
	typeTaker = reflect.TypeFor[taker]()
)

func invalid(detail string) *fault { return &fault{err: errInvalidValue, detail: detail} }

// value reads the value that is next into v.
func (d *decoder) value(v reflect.Value) *fault {
	t := v.Type()
	if v.CanAddr() && reflect.PointerTo(t).Implements(typeTaker) {
		m := v.Addr().Interface().(taker)
		if d.word("null") {
			m.take(true)
			return nil
		}
		return d.value(reflect.ValueOf(m.take(false)).Elem())
	}
	switch t {
	case typeTime:
		return d.time(v)
	case typeWords:
		return d.words(v.Addr().Interface().(*words))
	case typeRaw:
		start := d.at
		if f := d.skip(0); f != nil {
			return f
		}
		v.SetBytes(append([]byte(nil), d.text[start:d.at]...))
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		if d.word("null") {
			v.SetZero()
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.New(t.Elem()))
		}
		return d.value(v.Elem())
	case reflect.Struct:
		return d.object(v)
	case reflect.Map:
		return d.table(v)
	case reflect.Slice:
		return d.array(v)
	case reflect.String:
		s, f := d.string("must be a string.")
		if f == nil {
			v.SetString(string(s))
		}
		return f
	case reflect.Bool:
		switch {
		case d.word("true"):
			v.SetBool(true)
		case d.word("false"):
			v.SetBool(false)
		default:
			return d.mismatch("must be true or false.")
		}
		return nil
	case reflect.Int:
		return d.int(v)
	}
	panic("api: no way to read " + t.String())
}

// mismatch is a value of another kind than is wanted, or no value at all.
func (d *decoder) mismatch(detail string) *fault {
	if f := d.skip(0); f != nil {
		return f
	}
	return invalid("This " + detail)
}

func (d *decoder) time(v reflect.Value) *fault {
	const want = "must be a time such as 2025-04-14T09:00:00Z."
	s, f := d.string(want)
	if f != nil {
		return f
	}
	t, err := parseTime(string(s))
	if err != nil {
		return invalid("This " + want)
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

// words reads a localized text: an object by locale or a plain string.
func (d *decoder) words(w *words) *fault {
	switch d.peek() {
	case '"':
		s, f := d.string("")
		w.plain, w.text = true, string(s)
		return f
	case '{':
		return d.table(reflect.ValueOf(&w.byLocale).Elem())
	}
	return d.mismatch("must be a string or an object of strings by locale.")
}

// parseTime reads a time of RFC 3339, to be kept in UTC and milliseconds.
func parseTime(s string) (time.Time, error) {
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return t, err
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

func (d *decoder) int(v reflect.Value) *fault {
	const want = "must be a whole number."
	if c := d.peek(); c != '-' && (c < '0' || c > '9') {
		return d.mismatch(want)
	}
	start := d.at
	if f := d.number(); f != nil {
		return f
	}
	n, err := strconv.ParseInt(string(d.text[start:d.at]), 10, 54) // as far as every reader of JSON counts exactly
	if err != nil || v.OverflowInt(n) {
		return invalid("This " + want)
	}
	v.SetInt(n)
	return nil
}

// fields are the names of a struct's fields and their places.
type fields struct {
	index map[string]int
}

var knownFields sync.Map // reflect.Type to *fields

func fieldsOf(t reflect.Type) *fields {
	if f, ok := knownFields.Load(t); ok {
		return f.(*fields)
	}
	f := &fields{index: map[string]int{}}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			f.index[name] = i
		}
	}
	if t.NumField() > 64 {
		panic("api: too many fields to count in " + t.String())
	}
	knownFields.Store(t, f)
	return f
}

func (d *decoder) object(v reflect.Value) *fault {
	if d.peek() != '{' {
		return d.mismatch("must be an object.")
	}
	known := fieldsOf(v.Type())
	var seen uint64
	return d.members(func(name []byte) *fault {
		i, ok := known.index[string(name)]
		if !ok {
			return &fault{err: errUnknownField, detail: "This field isn't known here.", path: shown(string(name))}
		}
		if seen&(1<<i) != 0 {
			return &fault{err: errDuplicateField, detail: "This field is given twice.", path: string(name)}
		}
		seen |= 1 << i
		if f := d.value(v.Field(i)); f != nil {
			return f.in(string(name))
		}
		return nil
	})
}

// table reads an object of values by name, such as texts by locale.
func (d *decoder) table(v reflect.Value) *fault {
	if d.peek() != '{' {
		return d.mismatch("must be an object.")
	}
	t := v.Type()
	out := reflect.MakeMap(t)
	f := d.members(func(name []byte) *fault {
		key := reflect.ValueOf(string(name)).Convert(t.Key())
		if out.MapIndex(key).IsValid() {
			return &fault{err: errDuplicateField, detail: "This field is given twice.", path: shown(string(name))}
		}
		item := reflect.New(t.Elem()).Elem()
		if f := d.value(item); f != nil {
			return f.in(shown(string(name)))
		}
		out.SetMapIndex(key, item)
		return nil
	})
	v.Set(out)
	return f
}

func (d *decoder) array(v reflect.Value) *fault {
	if d.peek() != '[' {
		return d.mismatch("must be a list.")
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	item := reflect.New(v.Type().Elem()).Elem()
	return d.elements(func(i int) *fault {
		item.SetZero()
		if f := d.value(item); f != nil {
			return f.in("[" + strconv.Itoa(i) + "]")
		}
		v.Set(reflect.Append(v, item))
		return nil
	})
}
