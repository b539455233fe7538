package badge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func refsOf(page []Attendee) string {
	var refs []string
	for _, a := range page {
		refs = append(refs, a.Ref)
	}
	return strings.Join(refs, " ")
}

func TestSearch(t *testing.T) {
	x := NewIndex()
	for _, a := range []Attendee{
		{ID: "j", Ref: "A-10", Name: "李雷", NameLatin: "Lei Li", Organization: "深圳市科技局", Delegation: "Shenzhen", Category: "delegate", Email: "LEI@example.com", Phone: "+8613800001234", Badge: "b1"},
		{ID: "b", Ref: "A-2", Name: "Łukasz Żółkiewski", Organization: "Straße GmbH", Delegation: "Poland", Category: "expert"},
		{ID: "c", Ref: "A-1", Name: "José Ángel García-Márquez", Category: "expert", Phone: "+4930123456x12"},
		{ID: "d", Ref: "a-3", Name: "Ｆｕｌｌ Ｗｉｄｔｈ", Category: "vip", Badge: "b2"},
		{ID: "e", Ref: "A-02", Name: "สมชาย ศรีสุวรรณ", Category: "delegate"},
		{ID: "f", Ref: "B", Name: "さくら 山田 が", Category: "press"},
	} {
		x.Put(a)
	}
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{}, "A-1 A-02 A-2 A-10 B a-3"},
		{Query{Text: "a-"}, "A-1 A-02 A-2 A-10 a-3"},
		{Query{Text: "雷"}, "A-10"},
		{Query{Text: "LI  lei"}, "A-10"},
		{Query{Text: "li nobody"}, ""},
		{Query{Text: "lei@EXAMPLE"}, "A-10"},
		{Query{Text: "138 0000"}, "A-10"},
		{Query{Text: "+86 138-0000-1234"}, "A-10"},
		{Query{Text: "(138)0000"}, "A-10"},
		{Query{Text: "lukasz zolkiewski"}, "A-2"},
		{Query{Text: "ŻÓŁ"}, "A-2"},
		{Query{Text: "strasse"}, "A-2"},
		{Query{Text: "jose garcia-m"}, "A-1"},
		{Query{Text: "full width"}, "a-3"},
		{Query{Text: "ｓｈｅｎ"}, "A-10"},
		{Query{Text: "สมชาย"}, "A-02"},
		{Query{Text: "が"}, "B"},
		{Query{Text: "shenzhenlei"}, ""},
		{Query{Category: "expert"}, "A-1 A-2"},
		{Query{Status: "active"}, "A-10 a-3"},
		{Query{Status: "none", Category: "delegate"}, "A-02"},
		{Query{Text: "-"}, "A-1 A-02 A-2 A-10 a-3"},
		{Query{Text: " \t "}, "A-1 A-02 A-2 A-10 B a-3"},
		{Query{After: "not a cursor"}, ""},
		{Query{After: cursor("A-2", "")}, "A-2 A-10 B a-3"},
		{Query{After: cursor("ZZ", "zz")}, "a-3"},
		{Query{After: cursor("zz", "zz")}, ""},
	} {
		if page, next := x.Search(c.q); refsOf(page) != c.want || next != "" {
			t.Errorf("%+v finds %q, next %q", c.q, refsOf(page), next)
		}
	}
	if !ValidCursor("") || !ValidCursor(cursor("A", "b")) || ValidCursor("!") || ValidCursor("AAAAB") {
		t.Error("cursors aren't told apart")
	}
}

func TestPagesHoldTheirPlace(t *testing.T) {
	x := NewIndex()
	for i := range 10 {
		x.Put(Attendee{ID: fmt.Sprint("id", i), Ref: fmt.Sprint("R", 2*i)})
	}
	page, next := x.Search(Query{Limit: 3})
	if refsOf(page) != "R0 R2 R4" || next == "" || !ValidCursor(next) {
		t.Fatalf("%s, next %q", refsOf(page), next)
	}
	x.Put(Attendee{ID: "before", Ref: "R1"})
	x.Put(Attendee{ID: "behind", Ref: "R5"})
	x.Delete("id2") // the last of the page
	page, next = x.Search(Query{Limit: 3, After: next})
	if refsOf(page) != "R5 R6 R8" {
		t.Errorf("%s", refsOf(page))
	}
	page, next = x.Search(Query{Limit: 5, After: next})
	if refsOf(page) != "R10 R12 R14 R16 R18" || next != "" {
		t.Errorf("%s, next %q", refsOf(page), next)
	}
}

func TestRefsAreOrderedAsPeopleCount(t *testing.T) {
	want := []string{"", "001", "01", "1", "2", "9", "10", "10a", "10b", "99999999999999999999999", "100000000000000000000000",
		"A", "A-1", "A-1-2", "A-1-10", "A-2", "A1", "A01B", "A1B", "A2", "A10", "B", "a1", "编号2", "编号10"}
	for i, a := range want {
		for j, b := range want {
			if got := compareRefs(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%q and %q compare as %d", a, b, got)
			}
			if i < j && refKey(a) > refKey(b) {
				t.Errorf("the keys of %q and %q are %x and %x", a, b, refKey(a), refKey(b))
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.StringOf(rapid.RuneFrom([]rune("0012a-编")))
		a, b, c := ref.Draw(t, "a"), ref.Draw(t, "b"), ref.Draw(t, "c")
		switch ab, ba := compareRefs(a, b), compareRefs(b, a); {
		case (ab < 0) != (ba > 0), (ab == 0) != (a == b):
			t.Errorf("%q and %q: %d and %d", a, b, ab, ba)
		case ab < 0 && compareRefs(b, c) < 0 && compareRefs(a, c) >= 0:
			t.Errorf("%q < %q < %q, but not the first before the last", a, b, c)
		case ab < 0 && refKey(a) > refKey(b):
			t.Errorf("%q < %q, but the keys are %x and %x", a, b, refKey(a), refKey(b))
		}
	})
}

// The index agrees with a plain map, sorted and filtered, after any history.
func TestIndexAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, model := NewIndex(), map[string]Attendee{}
		for i := range rapid.IntRange(0, 20).Draw(t, "filled") {
			id := fmt.Sprint("id", i)
			model[id] = Attendee{ID: id, Ref: fmt.Sprint(id, "-", i*7%20), Name: "Han"}
		}
		x.Fill(maps.Values(model))
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			id := fmt.Sprint("id", rapid.IntRange(0, 30).Draw(t, "id"))
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				x.Delete(id)
				delete(model, id)
				continue
			}
			a := Attendee{ID: id, Ref: fmt.Sprint(id, "-", rapid.IntRange(0, 20).Draw(t, "ref")),
				Name: rapid.SampledFrom([]string{"Li", "Han", "李"}).Draw(t, "name"), Badge: rapid.SampledFrom([]string{"", "b"}).Draw(t, "badge")}
			x.Put(a)
			model[id] = a
		}
		q := Query{Text: rapid.SampledFrom([]string{"", "l", "han", "id1"}).Draw(t, "text"),
			Status: rapid.SampledFrom([]string{"", "active", "none"}).Draw(t, "status"), Limit: rapid.IntRange(1, 10).Draw(t, "limit")}
		var want, all []Attendee
		for _, a := range model {
			all = append(all, a)
			if strings.Contains(strings.ToLower(a.Ref+"\n"+a.Name), q.Text) && (q.Status == "" || (q.Status == "active") == (a.Badge != "")) {
				want = append(want, a)
			}
			if got, ok := x.Get(a.ID); !ok || got != a {
				t.Errorf("Get %s: %+v", a.ID, got)
			}
			if got, ok := x.ByRef(a.Ref); !ok || got != a {
				t.Errorf("ByRef %s: %+v", a.Ref, got)
			}
		}
		for _, list := range [][]Attendee{want, all} {
			slices.SortFunc(list, func(a, b Attendee) int { return compareRefs(a.Ref, b.Ref) })
		}
		if got := slices.Collect(x.All()); !slices.Equal(got, all) || x.Len() != len(all) {
			t.Errorf("%d of %d: %s", x.Len(), len(all), refsOf(got))
		}
		var got []Attendee
		for {
			page, next := x.Search(q)
			got = append(got, page...)
			if q.After = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v finds %s, want %s", q, refsOf(got), refsOf(want))
		}
	})
}

func TestIndexOfManyChunks(t *testing.T) {
	const n = 5 * maxChunk
	for name, place := range map[string]func(int) int{
		"in order": func(i int) int { return i }, "backwards": func(i int) int { return n - 1 - i }, "scattered": func(i int) int { return i * 7919 % n },
	} {
		t.Run(name, func(t *testing.T) {
			x := NewIndex()
			first := make([]Attendee, n/3)
			for i := range first {
				first[i] = Attendee{ID: fmt.Sprint(place(i)), Ref: fmt.Sprint("R", place(i))}
			}
			x.Fill(slices.Values(first))
			for i := len(first); i < n; i++ {
				x.Put(Attendee{ID: fmt.Sprint(place(i)), Ref: fmt.Sprint("R", place(i))})
			}
			for i := 0; i < n; i += 2 {
				x.Delete(fmt.Sprint(place(i)))
				x.Delete(fmt.Sprint(place(i)))
			}
			all := slices.Collect(x.All())
			if len(all) != n/2 || x.Len() != n/2 || !slices.IsSortedFunc(all, func(a, b Attendee) int { return compareRefs(a.Ref, b.Ref) }) {
				t.Errorf("%d attendees", len(all))
			}
			for i := 1; i < n; i += 2 {
				x.Delete(fmt.Sprint(place(i)))
			}
			if len(x.chunks) != 0 || len(x.byRef) != 0 || x.Len() != 0 {
				t.Errorf("%d chunks are left, %d refs", len(x.chunks), len(x.byRef))
			}
		})
	}
}

func TestRefThatMovesToAnother(t *testing.T) {
	x := NewIndex()
	x.Put(Attendee{ID: "a", Ref: "1"})
	x.Put(Attendee{ID: "b", Ref: "1"})
	x.Put(Attendee{ID: "a", Ref: "2"})
	if a, ok := x.ByRef("1"); !ok || a.ID != "b" {
		t.Errorf("ref 1 is %+v", a)
	}
	x.Put(Attendee{ID: "b", Ref: "1", Badge: "x"})
	if a, _ := x.ByRef("1"); a.Badge != "x" || x.Len() != 2 {
		t.Errorf("ref 1 is %+v", a)
	}
	if _, ok := x.Get("c"); ok {
		t.Error("nobody was found")
	}
}
