package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// bandColors is the category's colour, slate where it is none, and which of
// black ink and white paper reads better on it by WCAG's contrast: one of them
// always has 4.5:1.
func bandColors(color string) (fill, ink string) {
	if !hexColor.MatchString(color) {
		color = "#475569"
	}
	n, _ := strconv.ParseUint(color[1:], 16, 32)
	if l := luminance(uint32(n)); (l+0.05)*(l+0.05) > 1.05*0.05 {
		return strings.ToLower(color), "ink"
	}
	return strings.ToLower(color), "paper"
}

// luminance is the relative luminance of WCAG 2.2, 0 to 1, of 0xrrggbb.
func luminance(rgb uint32) float64 {
	part := func(shift uint) float64 { return linear[uint8(rgb>>shift)] }
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

// linear turns an 8-bit sRGB channel into light (IEC 61966-2-1).
var linear = func() (table [256]float64) {
	for i := range table {
		c := float64(i) / 255
		if c <= 0.04045 {
			table[i] = c / 12.92
		} else {
			table[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return table
}()
