package badge

import (
	"container/list"
	"sync"
)

// Codes remembers the QR codes that were asked for last, by the digest of the
// token, so that it keeps no token itself. It is safe for concurrent use, and
// those who ask for the same code at the same time wait for one drawing of it.
type Codes struct {
	limit int

	mu    sync.Mutex
	known map[string]*list.Element
	used  *list.List // of *drawing, the one used last in front
}

type drawing struct {
	digest string
	once   sync.Once
	code   *Code
	err    error
}

// NewCodes makes a cache of at most limit codes, at least one. A code takes
// about 5 KB.
func NewCodes(limit int) *Codes {
	return &Codes{limit: max(limit, 1), known: make(map[string]*list.Element), used: list.New()}
}

// QR is the code of a token, drawn or remembered.
func (c *Codes) QR(token string) (*Code, error) {
	if len(token) > MaxToken {
		return QR(token) // for its error, without hashing it
	}
	d := c.find(Digest(token))
	d.once.Do(func() { d.code, d.err = QR(token) })
	return d.code, d.err
}

func (c *Codes) find(digest string) *drawing {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.known[digest]; ok {
		c.used.MoveToFront(e)
		return e.Value.(*drawing)
	}
	d := &drawing{digest: digest}
	c.known[digest] = c.used.PushFront(d)
	if c.used.Len() > c.limit {
		oldest := c.used.Remove(c.used.Back()).(*drawing)
		delete(c.known, oldest.digest)
	}
	return d
}
