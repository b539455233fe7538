package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"lanyard/badge"
	"lanyard/checkin"
)

func (p *program) journal() *cobra.Command {
	c := group("journal", "The record of every scan and change")
	c.AddCommand(p.journalVerify())
	return c
}

func (p *program) journalVerify() *cobra.Command {
	t := &target{}
	var jwks string
	c := &cobra.Command{
		Use:   "verify [EXPORT.ndjson]",
		Short: "Check that no row was changed, lost or put in",
		Long: `Check the hash chain and the signed checkpoints of a journal: in a store or
server, or in an export. The first row that doesn't fit is named.

An export is checked against the public keys in --jwks; without them its chain
is checked and its checkpoints' counts and hashes, but not who signed them.

Exit code 0: everything fits. 1: it doesn't.`,
		Example: `  lanyard journal verify --event ciep21
  lanyard journal verify journal.ndjson --jwks keys.json`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s checks one export at a time", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return p.verifyExport(c, args[0], jwks)
			}
			conn, err := p.connect(c, t)
			if err != nil {
				return err
			}
			defer conn.close()
			return p.verifyServed(c, conn, t.event)
		},
	}
	t.flags(c.Flags(), true)
	c.Flags().StringVar(&jwks, "jwks", "", "public keys for an export: a file, or the server's /.well-known/jwks.json")
	return c
}

// verifyServed reads the journal as everybody does and checks it here.
func (p *program) verifyServed(c *cobra.Command, conn *connection, event string) error {
	ch := newChain()
	err := each(c.Context(), conn, eventPath(event, "checkpoints"), nil, func(cp checkin.Checkpoint) error {
		ch.marks = append(ch.marks, cp)
		return nil
	})
	if err != nil {
		return err
	}
	err = each(c.Context(), conn, eventPath(event, "keys"), nil, func(k struct {
		ID     string `json:"kid"`
		Public []byte `json:"public"`
	}) error {
		ch.keys[k.ID] = append(ch.keys[k.ID], k.Public)
		return nil
	})
	if err != nil {
		return err
	}
	resp, err := conn.do(c.Context(), http.MethodGet, eventPath(event, "journal")+"?after=0&format=ndjson", "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return p.verifyLines(resp.Body, ch, true)
}

func (p *program) verifyExport(c *cobra.Command, path, jwks string) error {
	ch := newChain()
	if jwks != "" {
		set, err := readKeySet(c.Context(), jwks)
		if err != nil {
			return err
		}
		if ch.keys, err = badge.ParseJWKS(set); err != nil {
			return usagef("--jwks: %v", err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	return p.verifyLines(f, ch, jwks != "")
}

func (p *program) verifyLines(r io.Reader, ch *chain, signatures bool) error {
	in := bufio.NewReaderSize(r, 1<<20)
	for line := 1; ; line++ {
		text, err := in.ReadSlice('\n')
		if len(text) > 0 {
			if e := ch.line(text); e != nil {
				var broken *checkin.BrokenRow
				if errors.As(e, &broken) {
					fmt.Fprintf(p.out, "Broken: %v.\n", broken)
				} else {
					fmt.Fprintf(p.out, "Broken: line %d: %v.\n", line, e)
				}
				return errNo
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errUnreachable{fmt.Errorf("the journal broke off: %w", err)}
		}
	}
	signed, err := ch.finish(signatures)
	if err != nil {
		fmt.Fprintf(p.out, "Broken: %v.\n", err)
		return errNo
	}
	what := "signatures checked"
	if !signatures {
		what = "signatures not checked: give --jwks"
	}
	fmt.Fprintf(p.out, "All %d rows fit, and %d checkpoints (%s). Last hash %s.\n", ch.seq, signed, what, ch.hash)
	return nil
}

// chain checks a journal as it streams by.
type chain struct {
	seq   uint64
	hash  string
	marks []checkin.Checkpoint
	seen  []string // hashes by seq-1: in an export the checkpoints come last
	keys  map[string][]ed25519.PublicKey
}

func newChain() *chain {
	return &chain{hash: checkin.GenesisHash, keys: map[string][]ed25519.PublicKey{}}
}

func (ch *chain) line(text []byte) error {
	var l struct {
		exportLine
		checkin.Row
	}
	if err := json.Unmarshal(text, &l); err != nil {
		return errors.New("not a row of a journal")
	}
	if l.Checkpoint != nil {
		ch.marks = append(ch.marks, *l.Checkpoint)
		return nil
	}
	hash, err := checkin.VerifyChain([]checkin.Row{l.Row}, ch.hash, ch.seq+1)
	if err != nil {
		return err
	}
	ch.seq, ch.hash = ch.seq+1, hash
	ch.seen = append(ch.seen, hash)
	return nil
}

// finish holds the checkpoints against what came by.
func (ch *chain) finish(signatures bool) (int, error) {
	for _, cp := range ch.marks {
		switch {
		case cp.Count > ch.seq:
			return 0, fmt.Errorf("a checkpoint speaks of %d rows and there are %d: rows are missing at the end", cp.Count, ch.seq)
		case cp.Count == 0 || ch.seen[cp.Count-1] != cp.Hash:
			return 0, &checkin.BrokenRow{Seq: cp.Count, Problem: "its hash is not the one that the checkpoint has signed"}
		case signatures && !ch.signed(cp):
			return 0, fmt.Errorf("the checkpoint at row %d is not signed by a known key (a withdrawn one is no longer served)", cp.Count)
		}
	}
	return len(ch.marks), nil
}

func (ch *chain) signed(cp checkin.Checkpoint) bool {
	for _, k := range ch.keys[cp.Key] {
		if len(k) == ed25519.PublicKeySize && ed25519.Verify(k, cp.Signed(), cp.Signature) {
			return true
		}
	}
	return false
}
