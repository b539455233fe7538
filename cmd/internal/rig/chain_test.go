package rig

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
)

// The examples are those of RFC 8785, sections 3.2.2 and 3.2.3 and appendix B.
func TestCanonical(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"literals, numbers and strings",
			`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"order by UTF-16 code units",
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			`{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`},
		{"nothing is escaped for HTML", `"<a&b>\u2028"`, "\"<a&b>\u2028\""},
		{"short escapes", `"\b\f\n\r\t\u001f"`, `"\b\f\n\r\t\u001f"`},
		{"zero", `[0,-0,0.0]`, `[0,0,0]`},
		{"large", `[9007199254740992,1e21,1e20,295147905179352830000]`, `[9007199254740992,1e+21,100000000000000000000,295147905179352830000]`},
		{"small", `[0.000001,1e-7,5e-324]`, `[0.000001,1e-7,5e-324]`},
		{"empty", `{"b":{},"a":[]}`, `{"a":[],"b":{}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, err := parseJSON([]byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			got, err := appendCanonical(nil, v)
			if err != nil || string(got) != test.want {
				t.Errorf("got  %s %v\nwant %s", got, err, test.want)
			}
		})
	}
	if _, err := appendCanonical(nil, json.Number("1e999")); err == nil {
		t.Error("a number that no double holds is taken")
	}
}

func TestChain(t *testing.T) {
	link := func(content, prev string) string {
		body := `{` + content + `,"prev":"` + prev + `"}`
		sum := sha256.Sum256([]byte(body))
		return body[:len(body)-1] + `,"hash":"` + hex.EncodeToString(sum[:]) + `"}`
	}
	hashOf := func(row string) string { i := strings.Index(row, `"hash":"`) + 8; return row[i : i+64] }
	first := link(`"kind":"scan","note":"<é>"`, GenesisHash)
	second := link(`"kind":"scan"`, hashOf(first))
	tests := []struct {
		name string
		rows []string
		bad  int // index of the first row that doesn't fit, -1 for none
	}{
		{"whole", []string{first, second}, -1},
		{"in another spelling", []string{strings.ReplaceAll(first, `,"`, ` , "`), second}, -1},
		{"without its beginning", []string{second}, 0},
		{"a row left out", []string{first, link(`"kind":"exit"`, hashOf(second))}, 1},
		{"content changed", []string{first, strings.Replace(second, "scan", "exit", 1)}, 1},
		{"hash changed", []string{strings.Replace(first, hashOf(first), hashOf(second), 1), second}, 0},
		{"hash in upper case", []string{strings.Replace(first, hashOf(first), strings.ToUpper(hashOf(first)), 1)}, 0},
		{"no object", []string{`[]`}, 0},
		{"no JSON", []string{`{`}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			chain, bad := NewChain(), -1
			for i, row := range test.rows {
				if err := chain.Add([]byte(row)); err != nil {
					bad = i
					break
				}
			}
			if bad != test.bad {
				t.Errorf("the first bad row is %d, not %d", bad, test.bad)
			}
		})
	}
}
