package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
)

func sourceOf(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkBatch looks at the answers of a batch in order.
func checkBatch(h *hall, _ *http.Response, body []byte) {
	h.t.Helper()
	var got struct {
		Items []struct {
			ScanID   string `json:"scan_id"`
			Result   string
			Replayed bool
			Error    *struct {
				Status      int
				Code, Field string
			}
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		h.t.Fatal(err)
	}
	want := []struct {
		id, result, code, field string
		replayed                bool
	}{
		{"UUID1", "admitted", "", "", false},
		{"UUID2", "", "invalid_value", "gate", false},
		{"UUID3", "admitted", "", "", false},
		{"UUID4", "", "no_such_gate", "", false},
		{"UUID1", "admitted", "", "", true},
	}
	if len(got.Items) != len(want) {
		h.t.Fatalf("%d answers to %d scans: %s", len(got.Items), len(want), body)
	}
	for i, w := range want {
		g := got.Items[i]
		if g.ScanID != h.fill("{"+w.id+"}") || g.Result != w.result || g.Replayed != w.replayed || (g.Error == nil) != (w.code == "") ||
			g.Error != nil && (g.Error.Code != w.code || g.Error.Field != w.field) {
			h.t.Errorf("answer %d is %+v, want %+v", i+1, g, w)
		}
	}
}

func uuid(n int) string { return fmt.Sprintf("01890000-0000-7000-9000-%012d", n) }
