package web

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// The drawing of page/icon.svg in a square of 100 units: a badge with its
// slot, the three corners of a code and a band. Home screens want it as PNG.
var iconShapes = []struct {
	x0, y0, x1, y1, r float64
	c                 color.RGBA
}{
	{0, 0, 100, 100, 0, iconTeal},
	{25, 14, 75, 86, 7, iconPaper},
	{42, 20, 58, 24, 2, iconTeal},
	{33, 31, 48, 46, 2, iconTeal}, {37, 35, 44, 42, 1, iconPaper},
	{52, 31, 67, 46, 2, iconTeal}, {56, 35, 63, 42, 1, iconPaper},
	{33, 50, 48, 65, 2, iconTeal}, {37, 54, 44, 61, 1, iconPaper},
	{52, 50, 58, 56, 1, iconTeal}, {61, 50, 67, 56, 1, iconTeal},
	{52, 59, 58, 65, 1, iconTeal}, {61, 59, 67, 65, 1, iconTeal},
	{25, 72, 75, 79, 0, iconTeal},
}

var (
	iconTeal  = color.RGBA{0x0b, 0x54, 0x5b, 0xff}
	iconPaper = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// drawIcon is the icon as a PNG of size by size pixels without transparency:
// phones cut their own corners.
func drawIcon(size int) []byte {
	unit := 100 / float64(size)
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetRGBA(x, y, iconPixel(float64(x)*unit, float64(y)*unit, unit))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // memory does not fail to be written
	}
	return out.Bytes()
}

// iconPixel is the colour of the square at x, y: the mean of 16 samples where
// an edge passes through it.
func iconPixel(x, y, side float64) color.RGBA {
	const near = 1e-9 // stay within the square
	first := iconAt(x, y)
	if iconAt(x+side-near, y) == first && iconAt(x, y+side-near) == first && iconAt(x+side-near, y+side-near) == first {
		return first
	}
	const fine = 4
	var r, g, b int
	for i := range fine * fine {
		c := iconAt(x+(float64(i%fine)+0.5)*side/fine, y+(float64(i/fine)+0.5)*side/fine)
		r, g, b = r+int(c.R), g+int(c.G), b+int(c.B)
	}
	const n = fine * fine
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 0xff}
}

func iconAt(x, y float64) color.RGBA {
	for i := len(iconShapes) - 1; i >= 0; i-- {
		s := iconShapes[i]
		if x < s.x0 || x >= s.x1 || y < s.y0 || y >= s.y1 {
			continue
		}
		dx := max(s.x0+s.r-x, x-(s.x1-s.r), 0)
		dy := max(s.y0+s.r-y, y-(s.y1-s.r), 0)
		if dx*dx+dy*dy <= s.r*s.r || s.r == 0 {
			return s.c
		}
	}
	return iconTeal
}
