package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Act is what somebody does at a gate.
type Act uint8

const (
	Fresh   Act = iota // a badge that this venue has never seen
	Repeat             // one that it has seen, perhaps at this very moment at another gate
	Leave              // out, by somebody who was let in at this gate
	Foreign            // another event's token, a forged one, or no token at all
	Retry              // the gate's last scan again under its id, as after a lost answer
)

// Mix is how often each act happens, as parts of their sum.
type Mix struct {
	Fresh, Repeat, Leave, Foreign, Retry float64
}

// Check says whether the mix can be drawn from.
func (m Mix) Check() error {
	for _, part := range [...]float64{m.Fresh, m.Repeat, m.Leave, m.Foreign, m.Retry} {
		if part < 0 {
			return fmt.Errorf("a share must not be negative")
		}
	}
	if m.sum() <= 0 {
		return fmt.Errorf("the shares must not all be zero")
	}
	return nil
}

func (m Mix) sum() float64 { return m.Fresh + m.Repeat + m.Leave + m.Foreign + m.Retry }

// Draw an act.
func (m Mix) Draw(rng *rand.Rand) Act {
	at := rng.Float64() * m.sum()
	for act, part := range [...]float64{m.Fresh, m.Repeat, m.Leave, m.Foreign, m.Retry} {
		if at < part {
			return Act(act)
		}
		at -= part
	}
	return Fresh
}

// Scan is one reading that a gate is about to send.
type Scan struct {
	ID    [36]byte
	Badge int32 // index into the hall's badges, -1 for a token that is none of theirs
	Token string
	Out   bool
}

// Post is what one gate has seen: it makes up the next scan.
type Post struct {
	hall   *Hall
	gate   *Gate
	mix    Mix
	rng    *rand.Rand
	inside []int32 // let in here and not seen leaving
	last   Scan
	spent  bool // this venue has seen every badge
}

// NewPost at a gate. What people do follows from the seed; scan ids don't, so
// that a run can be repeated against the same server.
func NewPost(hall *Hall, gate *Gate, mix Mix, seed uint64, number int) *Post {
	return &Post{hall: hall, gate: gate, mix: mix, rng: rand.New(rand.NewPCG(seed, uint64(number)))}
}

// Next scan. An act that isn't possible yet (nobody to let out) is replaced by
// a fresh badge; ok is false once those have run out.
func (p *Post) Next() (s Scan, ok bool) {
	switch p.mix.Draw(p.rng) {
	case Repeat:
		if shown := p.gate.Venue.Shown(len(p.hall.Badges)); shown > 0 {
			return p.reading(p.seen(shown), false), true
		}
	case Leave:
		if n := len(p.inside); n > 0 {
			i := p.rng.IntN(n)
			badge := p.inside[i]
			p.inside[i] = p.inside[n-1]
			p.inside = p.inside[:n-1]
			return p.reading(badge, true), true
		}
	case Foreign:
		s = Scan{ID: newScanID(), Badge: -1, Token: p.foreign()}
		p.last = s
		return s, true
	case Retry:
		if p.last.Token != "" {
			return p.last, true
		}
	}
	index, ok := p.gate.Venue.Fresh(len(p.hall.Badges))
	if !ok {
		p.spent = true
		return Scan{}, false
	}
	return p.reading(int32(index), false), true
}

// Admitted tells the post that its scan was let in.
func (p *Post) Admitted(badge int32) {
	if p.mix.Leave > 0 {
		p.inside = append(p.inside, badge)
	}
}

func (p *Post) reading(badge int32, out bool) Scan {
	p.last = Scan{ID: newScanID(), Badge: badge, Token: p.hall.Badges[badge].Token, Out: out}
	return p.last
}

// seen picks a badge that was brought to this venue before: half of the time
// one of the latest, whose first scan may still be on its way through another gate.
func (p *Post) seen(shown int) int32 {
	const latest = 32
	if shown > latest && p.rng.IntN(2) == 0 {
		return int32(shown - 1 - p.rng.IntN(latest))
	}
	return int32(p.rng.IntN(shown))
}

// foreign makes a token that must not open anything.
func (p *Post) foreign() string {
	switch p.rng.IntN(3) {
	case 0:
		return p.hall.Foreign[p.rng.IntN(len(p.hall.Foreign))]
	case 1:
		return forge(p.hall.Badges[p.rng.IntN(len(p.hall.Badges))].Token)
	}
	return "https://example.org/not-a-badge"
}

// forge changes one character within the signature.
func forge(token string) string {
	i := strings.LastIndexByte(token, '.') + 10
	c := byte('A')
	if token[i] == c {
		c = 'B'
	}
	return token[:i] + string(c) + token[i+1:]
}

// newScanID makes a random UUID, RFC 9562 version 4, in lower case.
func newScanID() (id [36]byte) {
	const digits = "0123456789abcdef"
	hi, lo := rand.Uint64(), rand.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 2<<62
	at := 0
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			id[at] = '-'
			at++
		}
		word := hi
		if i >= 16 {
			word = lo
		}
		id[at] = digits[word>>(60-4*(i&15))&15]
		at++
	}
	return id
}
