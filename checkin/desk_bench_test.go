package checkin

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"testing"

	"github.com/google/uuid"
)

// BenchmarkImportAndIssue takes in 10,000 people and gives them badges; compare
// with BenchmarkSignatures, which only signs as often.
func BenchmarkImportAndIssue(b *testing.B) {
	file := sheet(10_000).Bytes()
	for b.Loop() {
		h := newHall(b)
		r, err := h.Import(h.ctx, here, by, bytes.NewReader(file), ImportOptions{Issue: true}, nil)
		if err != nil || r.Issued != 10_000 {
			b.Fatal(figures(r), err)
		}
	}
}

// BenchmarkSignatures signs 10,000 times with Ed25519, on one core.
func BenchmarkSignatures(b *testing.B) {
	_, key, _ := ed25519.GenerateKey(nil)
	message := make([]byte, 150)
	for b.Loop() {
		for range 10_000 {
			ed25519.Sign(key, message)
		}
	}
}

// BenchmarkScan is a scan from the request to the answer, without a disk.
func BenchmarkScan(b *testing.B) {
	h := newHall(b)
	tokens := make([]string, 1000)
	for i := range tokens {
		_, tokens[i] = h.person(fmt.Sprint(i))
	}
	i := 0
	for b.Loop() {
		gate := []string{"north", "south"}[i/len(tokens)%2]
		out, err := h.Scan(h.ctx, here, h.gate, []ScanRequest{{ScanID: uuid.NewString(), Token: tokens[i%len(tokens)], Gate: gate}})
		if err != nil || out[0].Err != nil {
			b.Fatal(out, err)
		}
		i++
	}
}
