package badge

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"
)

const (
	// QuietZone is the white border around a code in modules, as ISO/IEC 18004
	// asks for.
	QuietZone = 4
	// MaxPNGScale is the most pixels that a module may have in a PNG: 40 make
	// 2,600 pixels a side of a usual badge, 22 cm in print at 300 dpi.
	MaxPNGScale = 40
)

// Code is a QR code (ISO/IEC 18004) at error correction level M, without its
// quiet zone, which every drawing adds. It never changes and is safe for
// concurrent use.
type Code struct {
	version int
	dark    [][]bool // by row, then column
}

// QR draws a text of 1 to MaxToken bytes: a token, or the address that pairs a
// phone. It costs 1 to 3 ms; Codes remembers.
func QR(text string) (*Code, error) {
	if len(text) == 0 || len(text) > MaxToken {
		return nil, fmt.Errorf("a QR code holds 1 to %d bytes", MaxToken)
	}
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, errors.New("the text doesn't fit a QR code")
	}
	q.DisableBorder = true
	return &Code{version: q.VersionNumber, dark: q.Bitmap()}, nil
}

// Version is that of the standard, 1 to 40: a version more is 4 modules more
// on each side.
func (c *Code) Version() int { return c.version }

// Modules is the number of modules on each side, without the quiet zone.
func (c *Code) Modules() int { return len(c.dark) }

// Dark tells whether the module in column x and row y is dark. All outside of
// the code is light.
func (c *Code) Dark(x, y int) bool {
	return y >= 0 && y < len(c.dark) && x >= 0 && x < len(c.dark[y]) && c.dark[y][x]
}

// side is the length of each side in modules with the quiet zone.
func (c *Code) side() int { return c.Modules() + 2*QuietZone }

// runs calls f for every run of dark modules in a row; x and y count from the
// corner of the quiet zone.
func (c *Code) runs(f func(x, y, length int)) {
	for y, row := range c.dark {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				f(start+QuietZone, y+QuietZone, x-start)
			}
		}
	}
}

// SVG draws the code as one path on white, a module a unit. It has no width or
// height: it takes the size of where it is put. It may stand inline in HTML.
func (c *Code) SVG() []byte {
	side := c.side()
	b := make([]byte, 0, 8<<10)
	b = fmt.Appendf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="M0 0`, side, side, side, side)
	b = c.appendOutline(b)
	return append(b, `"/></svg>`...)
}

// appendOutline appends SVG path data around every dark area, clockwise, and
// every light area inside one, counterclockwise. It is half as long as a
// rectangle for each run of modules would be, which a page for a phone with
// one bar of signal is glad of, and leaves no hairlines where rows meet.
func (c *Code) appendOutline(b []byte) []byte {
	n := c.Modules()
	walked := make([]bool, n*n) // top edges, by module
	lastX, lastY := -QuietZone, -QuietZone
	for i := range walked {
		startX, startY := i%n, i/n
		if walked[i] || !c.Dark(startX, startY) || c.Dark(startX, startY-1) {
			continue
		}
		b = fmt.Appendf(b, "m%d %d", startX-lastX, startY-lastY)
		lastX, lastY = startX, startY
		// Follow the edge with the dark on the right hand until it closes.
		x, y, dx, dy, length := startX, startY, 1, 0, 0
		for {
			if dx == 1 {
				walked[y*n+x] = true
			}
			x, y, length = x+dx, y+dy, length+1
			left, right := c.ahead(x, y, dx, dy)
			if right && !left {
				continue
			}
			step, command := length*(dx+dy), byte('h')
			if dx == 0 {
				command = 'v'
			}
			if right {
				dx, dy = dy, -dx // to the left
			} else {
				dx, dy = -dy, dx // to the right
			}
			if x == startX && y == startY && dx == 1 {
				break // z draws the last step
			}
			b = strconv.AppendInt(append(b, command), int64(step), 10)
			length = 0
		}
		b = append(b, 'z')
	}
	return b
}

// ahead tells whether the modules ahead of a corner, on the left and on the
// right of the direction, are dark.
func (c *Code) ahead(x, y, dx, dy int) (left, right bool) {
	switch {
	case dx == 1:
		return c.Dark(x, y-1), c.Dark(x, y)
	case dx == -1:
		return c.Dark(x-1, y), c.Dark(x-1, y-1)
	case dy == 1:
		return c.Dark(x, y), c.Dark(x-1, y)
	default:
		return c.Dark(x-1, y-1), c.Dark(x, y-1)
	}
}

// Terminal draws the code for a terminal with light text on a dark ground, two
// rows of modules a line, the quiet zone included.
func (c *Code) Terminal() string {
	blocks := [...]string{"█", "▄", "▀", " "} // by what is dark: nothing, top, bottom, both
	var b strings.Builder
	for y := -QuietZone; y < c.Modules()+QuietZone; y += 2 {
		for x := -QuietZone; x < c.Modules()+QuietZone; x++ {
			i := 0
			if c.Dark(x, y) {
				i |= 1
			}
			if c.Dark(x, y+1) {
				i |= 2
			}
			b.WriteString(blocks[i])
		}
		b.WriteByte('\n')
	}
	return b.String()
}
