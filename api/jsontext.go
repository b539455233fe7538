package api

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// This half of the decoder knows the text of JSON (RFC 8259) and no types.

// maxDepth bounds values whose type doesn't.
const maxDepth = 16

func (d *decoder) syntax() *fault {
	return &fault{err: errBadJSON, detail: "The body is not valid JSON (at byte " + strconv.Itoa(d.at) + ")."}
}

func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

func (d *decoder) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// eat takes the byte if it is next.
func (d *decoder) eat(c byte) bool {
	if d.peek() == c && d.at < len(d.text) {
		d.at++
		return true
	}
	return false
}

func (d *decoder) word(w string) bool {
	if end := d.at + len(w); end <= len(d.text) && string(d.text[d.at:end]) == w {
		d.at = end
		return true
	}
	return false
}

// members calls each with the name of each member, when its value is next.
func (d *decoder) members(each func(name []byte) *fault) *fault {
	d.at++ // {
	if d.space(); d.eat('}') {
		return nil
	}
	for {
		d.space()
		if d.peek() != '"' {
			return d.syntax()
		}
		name, f := d.string("")
		if f != nil {
			return f
		}
		if d.space(); !d.eat(':') {
			return d.syntax()
		}
		d.space()
		if f := each(name); f != nil {
			return f
		}
		d.space()
		if d.eat('}') {
			return nil
		}
		if !d.eat(',') {
			return d.syntax()
		}
	}
}

func (d *decoder) elements(each func(i int) *fault) *fault {
	d.at++ // [
	if d.space(); d.eat(']') {
		return nil
	}
	for i := 0; ; i++ {
		d.space()
		if f := each(i); f != nil {
			return f
		}
		d.space()
		if d.eat(']') {
			return nil
		}
		if !d.eat(',') {
			return d.syntax()
		}
	}
}

// skip checks the form of the value that is next and passes over it.
func (d *decoder) skip(depth int) *fault {
	if depth > maxDepth {
		return &fault{err: errBadJSON, detail: "The body is nested too deeply."}
	}
	switch c := d.peek(); {
	case c == '{':
		seen := map[string]bool{}
		return d.members(func(name []byte) *fault {
			if seen[string(name)] {
				return &fault{err: errDuplicateField, detail: "This field is given twice.", path: shown(string(name))}
			}
			seen[string(name)] = true
			return d.skip(depth + 1)
		})
	case c == '[':
		return d.elements(func(int) *fault { return d.skip(depth + 1) })
	case c == '"':
		_, f := d.string("")
		return f
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	case d.word("true"), d.word("false"), d.word("null"):
		return nil
	}
	return d.syntax()
}

func (d *decoder) number() *fault {
	digits := func() bool {
		start := d.at
		for d.at < len(d.text) && d.text[d.at] >= '0' && d.text[d.at] <= '9' {
			d.at++
		}
		return d.at > start
	}
	d.eat('-')
	if !d.eat('0') && !digits() {
		return d.syntax()
	}
	if d.eat('.') && !digits() {
		return d.syntax()
	}
	if d.eat('e') || d.eat('E') {
		if !d.eat('+') {
			d.eat('-')
		}
		if !digits() {
			return d.syntax()
		}
	}
	return nil
}

// string reads a string. It is part of the text itself where it has no
// escapes: good until the body is.
func (d *decoder) string(want string) ([]byte, *fault) {
	if d.peek() != '"' {
		return nil, d.mismatch(want)
	}
	d.at++
	start := d.at
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; {
		case c == '"':
			d.at++
			return d.text[start : d.at-1], nil
		case c == '\\':
			return d.escaped(start)
		case c < ' ':
			return nil, d.syntax()
		}
	}
	return nil, d.syntax()
}

// escaped goes on with a string at its first escape.
func (d *decoder) escaped(start int) ([]byte, *fault) {
	out := append([]byte(nil), d.text[start:d.at]...)
	for d.at < len(d.text) {
		c := d.text[d.at]
		d.at++
		switch {
		case c == '"':
			return out, nil
		case c < ' ':
			return nil, d.syntax()
		case c != '\\':
			out = append(out, c)
			continue
		}
		switch c = d.peek(); c {
		case '"', '\\', '/':
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, f := d.unicode()
			if f != nil {
				return nil, f
			}
			out = utf8.AppendRune(out, r)
			continue
		default:
			return nil, d.syntax()
		}
		d.at++
		out = append(out, c)
	}
	return nil, d.syntax()
}

// unicode reads uXXXX after a backslash, two of them for a character beyond
// the first 65,536. Half of such a pair is no character.
func (d *decoder) unicode() (rune, *fault) {
	unit := func() (rune, bool) {
		if len(d.text)-d.at < 5 || d.text[d.at] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(d.text[d.at+1:d.at+5]), 16, 16)
		d.at += 5
		return rune(n), err == nil
	}
	r, ok := unit()
	if !ok {
		return 0, d.syntax()
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if d.eat('\\') {
		if low, ok := unit(); ok {
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, nil
			}
		}
	}
	return 0, &fault{err: errBadJSON, detail: "The body has half of a UTF-16 pair."}
}
