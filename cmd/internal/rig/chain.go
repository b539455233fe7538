package rig

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// GenesisHash is the prev of a journal's first row.
var GenesisHash = strings.Repeat("0", 64)

// Chain checks rows, each as it came over the wire, one after the other.
type Chain struct{ last string }

// NewChain begins before row 1.
func NewChain() *Chain { return &Chain{last: GenesisHash} }

// Add says what is wrong with the row that follows: its prev is not the hash
// of the row before, or its hash is not that of its content.
func (c *Chain) Add(raw []byte) error {
	row, err := parseJSON(raw)
	if err != nil {
		return err
	}
	members, ok := row.(map[string]any)
	if !ok {
		return fmt.Errorf("a row is not an object")
	}
	hash, _ := members["hash"].(string)
	prev, _ := members["prev"].(string)
	delete(members, "hash")
	canonical, err := appendCanonical(nil, members)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(canonical)
	before := c.last
	c.last = hash
	if prev != before {
		return fmt.Errorf("prev %.12s… is not the hash %.12s… of the row before", prev, before)
	}
	if want := hex.EncodeToString(sum[:]); hash != want {
		return fmt.Errorf("hash %.12s… is not that of its content, %.12s…", hash, want)
	}
	return nil
}

func parseJSON(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// appendCanonical writes a value in the JSON Canonicalization Scheme, RFC 8785:
// members by name in UTF-16 code units, numbers as ECMAScript writes them, the
// shortest escapes.
func appendCanonical(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendCanonicalString(b, v), nil
	case json.Number:
		return appendCanonicalNumber(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendCanonical(b, e); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		})
		b = append(b, '{')
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendCanonicalString(b, name), ':')
			var err error
			if b, err = appendCanonical(b, v[name]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	return nil, fmt.Errorf("no JSON value: %T", v)
}

func appendCanonicalString(b []byte, s string) []byte {
	short := map[rune]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}
	b = append(b, '"')
	for _, r := range s {
		if c, ok := short[r]; ok {
			b = append(b, '\\', c)
		} else if r < 0x20 {
			b = fmt.Appendf(b, `\u%04x`, r)
		} else {
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// appendCanonicalNumber writes an IEEE 754 double as ECMAScript does, which
// encoding/json follows but for the sign of zero.
func appendCanonicalNumber(b []byte, n json.Number) ([]byte, error) {
	f, err := n.Float64()
	if err != nil {
		return nil, err
	}
	if f == 0 {
		return append(b, '0'), nil
	}
	text, err := json.Marshal(f)
	return append(b, text...), err
}
