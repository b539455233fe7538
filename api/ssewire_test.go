package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTakesGzip(t *testing.T) {
	h := newHall(t, memory)
	for encoding, want := range map[string]string{"": "", "gzip": "gzip", "deflate, GZIP ;q=0.1": "gzip", "br, gzip;q=0": "", "gzip; q=0.000": "", "xgzip": ""} {
		res, _ := h.request(step{do: scannerPath, as: "gate", header: map[string]string{"Accept-Encoding": encoding}})
		if got := res.Header.Get("Content-Encoding"); res.StatusCode != 200 || got != want {
			t.Errorf("%q is answered %d, Content-Encoding %q", encoding, res.StatusCode, got)
		}
	}
}

// A board that takes gzip reads the same stream as one that doesn't: it shares
// each piece with boards that came before and after it, and ends as gzip does.
func TestLiveInBothForms(t *testing.T) {
	h := newHall(t, memory)
	h.server.HurryStreams(5*time.Millisecond, time.Minute) // heartbeats in between
	_, url := h.serve()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}} // of its own accord
	open := func(encoding string) io.Reader {
		t.Helper()
		r := must(http.NewRequestWithContext(t.Context(), "GET", url, nil))
		r.Header.Set("Authorization", "Bearer "+h.names["KEY:security"])
		r.Header.Set("Accept-Encoding", encoding)
		res := must(client.Do(r))
		t.Cleanup(func() { res.Body.Close() })
		if got := res.Header.Get("Content-Encoding"); res.StatusCode != 200 || got != strings.TrimPrefix(encoding, "identity") {
			t.Fatalf("%d, Content-Encoding %q for %q", res.StatusCode, got, encoding)
		}
		if encoding == "gzip" {
			return must(gzip.NewReader(res.Body))
		}
		return res.Body
	}
	type reader struct {
		from io.Reader
		text string
	}
	until := func(r *reader, want string) {
		t.Helper()
		for chunk := make([]byte, 4096); !strings.Contains(r.text, want); {
			n, err := r.from.Read(chunk)
			if r.text += string(chunk[:n]); err != nil {
				t.Fatalf("%v before %s came: %s", err, want, r.text)
			}
		}
	}
	readers := []*reader{{from: open("identity")}, {from: open("gzip")}}
	for i, id := range []string{"UUID1", "UUID2", "UUID3"} {
		h.run([]step{{do: scans, as: "gate", body: scan(id, "{TOKEN:LI}", "north", ""), status: 200}})
		for _, r := range readers {
			until(r, h.fill("{"+id+"}"))
		}
		if i == 0 {
			readers = append(readers, &reader{from: open("gzip")})
		}
	}
	h.server.CloseStreams()
	var told []string // by each, without heartbeats
	for _, r := range readers {
		rest, err := io.ReadAll(r.from)
		if err != nil {
			t.Errorf("the stream ends with %v", err)
		}
		text := r.text + string(rest)
		if !strings.HasPrefix(text, "retry: 2000\n\nid: ") || !strings.Contains(text, ": alive\n\n") {
			t.Errorf("a stream without its beginning or without heartbeats: %s", text)
		}
		told = append(told, strings.ReplaceAll(text, ": alive\n\n", ""))
	}
	// Between the second scan and the third all of them were there.
	between := func(s string) string {
		_, s, _ = strings.Cut(s, h.fill("{UUID2}"))
		s, _, _ = strings.Cut(s, h.fill("{UUID3}"))
		return s
	}
	for _, s := range told[1:] {
		if between(s) != between(told[0]) || !strings.Contains(between(s), "event: occupancy") {
			t.Errorf("one was told\n%s\nand another\n%s", told[0], s)
		}
	}
}
