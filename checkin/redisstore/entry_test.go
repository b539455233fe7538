package redisstore

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/checkin"
)

// Every text comes back as it was, whatever separators are in it, and every
// time to the millisecond.
func TestEntryRecordRoundTrip(t *testing.T) {
	texts := rapid.SampledFrom([]string{"", "north", "a|b", "50%", "%7C", "x,y;z", "=", "主论坛"})
	ids := rapid.SampledFrom([]string{"", "AAAAAAAAAAA", "5f0c7a52-93a3-4a3c-8b53-0d2f6c0c9a11"})
	times := rapid.Map(rapid.Int64Range(1, 1<<42), func(ms int64) time.Time { return time.UnixMilli(ms).UTC() })
	rapid.Check(t, func(t *rapid.T) {
		place := func(badge string) checkin.Presence {
			return checkin.Presence{Badge: badge, Venue: "v" + texts.Draw(t, "venue"), Inside: rapid.Bool().Draw(t, "in"),
				MovedAt: rapid.Int64Range(0, 3).Draw(t, "moved at"), MovedBy: ids.Draw(t, "moved by"),
				EntryAt: rapid.Int64Range(0, 3).Draw(t, "entry at"), EntryID: ids.Draw(t, "entry id"),
				EntryGate: texts.Draw(t, "entry gate"), EntryBy: ids.Draw(t, "entry by"),
				EntryDay: rapid.IntRange(-3, 30_000).Draw(t, "day"), LastSeq: rapid.Uint64Range(0, 1<<40).Draw(t, "seq")}
		}
		badge := "b"
		e := checkin.Entry{
			Row: checkin.Row{Seq: 7, Kind: checkin.KindScan, At: times.Draw(t, "at"), RecordedAt: times.Draw(t, "recorded"),
				ScanID: ids.Draw(t, "scan"), Badge: badge, Venue: texts.Draw(t, "v"), Gate: texts.Draw(t, "g"),
				Direction: checkin.In, Result: checkin.Denied, Reason: checkin.VenueFull, Note: texts.Draw(t, "note"),
				Conflict: checkin.Expired, Forced: rapid.Bool().Draw(t, "forced"), Offline: rapid.Bool().Draw(t, "offline"),
				Operator: texts.Draw(t, "operator"), Subject: texts.Draw(t, "subject"), Why: texts.Draw(t, "why")},
			Content: texts.Draw(t, "content"), Category: texts.Draw(t, "category"), Inside: rapid.IntRange(0, 9).Draw(t, "inside"),
			Capacity: rapid.IntRange(0, 9).Draw(t, "capacity"), Silent: rapid.Bool().Draw(t, "silent"),
			Day: rapid.IntRange(-3, 30_000).Draw(t, "entry's day"),
		}
		if rapid.Bool().Draw(t, "has earlier") {
			e.Earlier = &checkin.Earlier{At: times.Draw(t, "since"), Gate: texts.Draw(t, "gate"), Scanner: texts.Draw(t, "scanner")}
		}
		if rapid.Bool().Draw(t, "moves") {
			e.Before = []checkin.Presence{place(badge)}
			e.After = []checkin.Presence{place(badge), place(badge)}
		}
		record := formatEntry(e)
		if older := rapid.Bool().Draw(t, "of an older build"); older {
			e.Day, record = 0, record[:strings.LastIndexByte(record, '|')]
		}
		var r reader
		got := r.entry(7, record)
		if r.err != nil || !reflect.DeepEqual(got, e) {
			t.Fatalf("record %q (%v)\ngot  %+v\nwant %+v", formatEntry(e), r.err, got, e)
		}
	})
}

func TestBrokenRecordsAreErrors(t *testing.T) {
	for _, s := range []string{"", "scan", "scan|x" + "|||||||||||||||||||||", "scan|1|1|||||||||||||||||||||extra", "scan||||||||||||||||||||||a,b"} {
		var r reader
		if r.entry(1, s); r.err == nil {
			t.Errorf("%q was read", s)
		}
	}
}
