package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lanyard/checkin"
)

// FuzzScan posts anything as a scan, to a hall where two badges are good. Nobody
// else is let in, what is refused leaves no trace, and what was answered is
// answered the same again; never is a fault of the program shown.
func FuzzScan(f *testing.F) {
	h := newHall(f, memory)
	good := []string{h.names["TOKEN:LI"], h.names["TOKEN:WU"]}
	for _, seed := range []string{
		scan("UUID1", "GOOD0", "north", ""),
		scan("UUID2", "GOOD1", "main-forum-gate", `,"direction":"out"`),
		scan("UUID3", "GOOD0", "room-gate", `,"direction":"in","dry_run":true`),
		scan("UUID4", "GOOD0", "lounge-gate", `,"direction":"in","offline":true,"verdict":"admitted","scanned_at":"2026-01-01T00:00:00Z"`),
		scan("UUID5", "GOOD1", "gala-gate", `,"direction":"in","override":{"reason":"guest"}`),
		scan("UUID6", "eyJhbGciOiJub25lIn0.e30.", "north", ""),
		`{"scan_id":"x","token":"","gate":"north"}`, `{"scan_id":1}`, `[]`, "", "\xff", `{"token":"GOOD0","token":"GOOD1"}`,
	} {
		f.Add([]byte(h.fill(seed)), true)
		f.Add([]byte(h.fill(seed)), false)
	}
	handler := h.server.Handler()
	f.Fuzz(func(t *testing.T, body []byte, supervisor bool) {
		// A run's badges are its own: the corpus names them by their place.
		text := strings.ReplaceAll(strings.ReplaceAll(string(body), "GOOD0", good[0]), "GOOD1", good[1])
		key := h.names["KEY:gate"]
		if supervisor {
			key = h.names["KEY:supervisor"]
		}
		send := func() (int, string) {
			r := httptest.NewRequest("POST", "/api/v1"+ciep+"/scans", strings.NewReader(text))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+key)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w.Code, w.Body.String()
		}
		before := must(h.store.Seq(t.Context(), "ciep21"))
		status, answer := send()
		rows := must(h.store.Seq(t.Context(), "ciep21")) - before
		switch status {
		case http.StatusOK:
			if strings.Contains(answer, `"result":"`+string(checkin.Admitted)) && !strings.Contains(text, `"offline"`) {
				for _, c := range []string{"\\", good[0], good[1]} { // a token may be written with escapes
					if strings.Contains(text, c) {
						goto known
					}
				}
				t.Fatalf("%q was let in: %s", text, answer)
			}
		known:
			if rows > 2 { // a venue that another excludes is left
				t.Fatalf("%d rows", rows)
			}
			again, same := send()
			if again != status || !strings.Contains(text, "dry_run") && !strings.Contains(same, `"replayed":true`) {
				t.Fatalf("%q again: %d %s, first %s", text, again, same, answer)
			}
		case 400, 403, 404, 409, 413:
			if rows != 0 || !strings.Contains(answer, `"code":"`) {
				t.Fatalf("%q: %d, %d rows: %s", text, status, rows, answer)
			}
		default:
			t.Fatalf("%q: %d %s", text, status, answer)
		}
	})
}
