package badge

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const many = 100_000

func manyRows() []byte {
	var b bytes.Buffer
	b.WriteString("ref,name,name_latin,organization,delegation,category,email,phone,locale\n")
	for i := range many {
		fmt.Fprintf(&b, "CIEP21-%06d,朱刚雨,Gangyu Zhu,\"江苏省创新投资集团, %d\",Jiangsu,delegate,attendee%d@example.com,+86138%08d,zh\n", i+1, i%300, i, i)
	}
	return b.Bytes()
}

func benchmarkRead(b *testing.B, body []byte) {
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := ReadRoster(bytes.NewReader(body), withCategories)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for row := range r.Rows() {
			if len(row.Problems) > 0 {
				b.Fatal(row.Problems)
			}
			n++
		}
		if n != many {
			b.Fatal(n)
		}
	}
}

func BenchmarkReadCSV100k(b *testing.B) { benchmarkRead(b, manyRows()) }

func BenchmarkReadXLSX100k(b *testing.B) {
	f := excelize.NewFile()
	defer f.Close()
	for i, line := range strings.Split(strings.TrimSpace(string(manyRows())), "\n") {
		var row []any
		for _, c := range strings.Split(strings.ReplaceAll(line, `, `, "、"), ",") {
			row = append(row, strings.Trim(c, `"`))
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			b.Fatal(err)
		}
	}
	var body bytes.Buffer
	if err := f.Write(&body); err != nil {
		b.Fatal(err)
	}
	benchmarkRead(b, body.Bytes())
}

func manyAttendees(b *testing.B) []Attendee {
	r, err := ReadRoster(bytes.NewReader(manyRows()), withCategories)
	if err != nil {
		b.Fatal(err)
	}
	list := make([]Attendee, 0, many)
	for row := range r.Rows() {
		a := row.Attendee
		a.ID = NewID()
		list = append(list, a)
	}
	return list
}

// BenchmarkIndexPut100k reports what the index takes for each attendee beside
// the texts themselves.
func BenchmarkIndexPut100k(b *testing.B) {
	list := manyAttendees(b)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := NewIndex()
		for _, a := range list {
			x.Put(a)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(x)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/many, "bytes/attendee")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/put")
}

// BenchmarkIndexFill100k reads a roster in no order, as it comes from a store.
func BenchmarkIndexFill100k(b *testing.B) {
	list := manyAttendees(b)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	for b.Loop() {
		x := NewIndex()
		x.Fill(slices.Values(list))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/attendee")
}

func BenchmarkIndexSearch100k(b *testing.B) {
	x := NewIndex()
	for _, a := range manyAttendees(b) {
		x.Put(a)
	}
	for name, q := range map[string]Query{
		"nobody": {Text: "nobody at all"}, "two words, the last": {Text: "zhu 100000"}, "phone": {Text: "+86 138-0009-9999"}, "rare characters": {Text: "雨 欧阳"},
		"first page": {Category: "delegate"}, "no badge": {Text: "attendee99999", Status: "none"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Search(q)
			}
		})
	}
}
