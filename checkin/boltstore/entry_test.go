package boltstore

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"lanyard/checkin"
)

// randomly fills every field of a value, whatever fields it has: one that is
// added and not stored shows.
func randomly(rng *rand.Rand, v reflect.Value) {
	if rng.IntN(4) == 0 {
		return // as empty as it is
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMilli(rng.Int64N(4e12) - 1e12).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			randomly(rng, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		randomly(rng, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+rng.IntN(3), 3))
		for i := range v.Len() {
			randomly(rng, v.Index(i))
		}
	case reflect.String:
		v.SetString(randomWord(rng))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{rng.Int64N(1000), -rng.Int64N(1000), math.MaxInt64, math.MinInt64, rng.Int64()}[rng.IntN(5)])
	case reflect.Uint64:
		v.SetUint([]uint64{rng.Uint64N(1000), math.MaxUint64, rng.Uint64()}[rng.IntN(3)])
	default:
		panic("no way to fill a " + v.Type().String())
	}
}

func randomWord(rng *rand.Rand) string {
	uuid := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.Uint32N(1<<16), rng.Uint32N(1<<12), rng.Uint32N(1<<12), rng.Uint64N(1<<48))
	hash := fmt.Sprintf("%016x%016x%016x%016x", rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64())
	words := []string{uuid, hash, strings.ToUpper(uuid), strings.ToUpper(hash), strings.Replace(uuid, "-", "0", 1), hash[:63] + "g", hash[1:],
		"hall", "north", "主论坛", strings.Repeat("long ", 40), string(rune(rng.IntN(128))), knownWords[rng.IntN(len(knownWords))], checkin.GenesisHash}
	return words[rng.IntN(len(words))]
}

// What is stored of an entry is all of it, in this form and in the one before.
func TestEntryForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var r recordReader
	for range 5_000 {
		var e checkin.Entry
		randomly(rng, reflect.ValueOf(&e).Elem())
		data := appendEntry(nil, &e)
		got, err := r.entry(data)
		if err != nil || !reflect.DeepEqual(e, got) {
			t.Fatalf("%v\nwrote %+v\nread  %+v", err, e, got)
		}
		for _, cut := range []int{0, rng.IntN(len(data)), len(data) - 1} {
			if _, err := r.entry(data[:cut]); err == nil {
				t.Fatalf("the first %d bytes of %d passed for an entry", cut, len(data))
			}
		}
		if _, err := r.entry(append(data, 0)); err == nil {
			t.Fatal("an entry with something behind it passed")
		}
	}
	at := time.Date(2026, 11, 7, 1, 0, 0, 0, time.UTC)
	e := checkin.Entry{Row: checkin.Row{Seq: 1, Kind: checkin.KindScan, At: at, RecordedAt: at, Why: "主", Prev: checkin.GenesisHash}, Inside: 3}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.entry(data); err != nil || !reflect.DeepEqual(e, got) {
		t.Errorf("in JSON: %+v, %v", got, err)
	}
}

// Files hold the numbers of these words: the list may only grow.
func TestKnownWordsKeepTheirPlaces(t *testing.T) {
	for at, word := range map[int]string{0: "", 1: "scan", 6: "config", 9: "admitted", 12: "invalid_token", 23: "venue_full", 31: "unverified", 36: "erased"} {
		if knownWords[at] != word {
			t.Errorf("word %d is %q, was %q", at, knownWords[at], word)
		}
	}
	for _, r := range checkin.Reasons {
		if _, ok := numberOfWord[string(r)]; !ok {
			t.Errorf("%q has no number", r)
		}
	}
}

// No bytes bring the reader down, and what it takes it writes again as it was.
func TestSpoiltEntries(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var r recordReader
	taken := 0
	for range 20_000 {
		var e checkin.Entry
		randomly(rng, reflect.ValueOf(&e).Elem())
		data := appendEntry(nil, &e)
		for range 1 + rng.IntN(3) {
			data[1+rng.IntN(len(data)-1)] = byte(rng.Uint32())
		}
		got, err := r.entry(data)
		if err != nil {
			continue
		}
		taken++
		if again, err := r.entry(appendEntry(nil, &got)); err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("%v\nread  %+v\nagain %+v", err, got, again)
		}
	}
	if taken == 0 {
		t.Error("none was taken: nothing was shown")
	}
}
