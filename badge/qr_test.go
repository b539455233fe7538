package badge

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func mustQR(t testing.TB, text string) *Code {
	t.Helper()
	c, err := QR(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tokens signs n badges with ids spread over all bytes.
func tokens(t testing.TB, n int) []string {
	t.Helper()
	r := testRing(t, "ciep21", "k1")
	out := make([]string, n)
	for i := range out {
		b := testBadge("k1")
		b.ID = base64.RawURLEncoding.EncodeToString([]byte{byte(i), 255, byte(i * 37), 0, byte(i * i), 7, 8, 9})
		out[i] = mustSign(t, r, b)
	}
	return out
}

// scan reads the codes in PNG files with ZBar, which shares no code with what
// draws them. The order is that of the files.
func scan(t *testing.T, files ...string) []string {
	t.Helper()
	path, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Fatal("zbarimg, of Debian's zbar-tools, is needed: make test installs it")
	}
	var complaints bytes.Buffer
	cmd := exec.Command(path, append([]string{"--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"}, files...)...)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("zbarimg: %v: %s", err, complaints.String())
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func TestDrawnCodesAreReadBack(t *testing.T) {
	dir := t.TempDir()
	want := tokens(t, 12)
	r := testRing(t, "ciep21", "k1")
	var files []string
	for i, token := range want {
		c := mustQR(t, token)
		img, err := c.PNG(2 + i%5)
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 { // what the SVG shows, as this test understands SVG
			img = encode(t, rasterize(t, c.SVG(), 2+i%5))
		}
		name := filepath.Join(dir, fmt.Sprintf("%02d.png", i))
		if err := os.WriteFile(name, img, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	got := scan(t, files...)
	if len(got) != len(want) {
		t.Fatalf("%d codes read of %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("drew %s\nread %s", want[i], got[i])
		} else if _, _, err := r.Verify(got[i]); err != nil {
			t.Errorf("what was read doesn't verify: %v", err)
		}
	}
}

func encode(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPNGModulesAreEven(t *testing.T) {
	c := mustQR(t, tokens(t, 1)[0])
	for _, scale := range []int{1, 2, 5, MaxPNGScale} {
		data, err := c.PNG(scale)
		if err != nil {
			t.Fatal(err)
		}
		if depth := data[24]; depth != 1 {
			t.Errorf("scale %d: %d bits a pixel", scale, depth)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		side := (c.Modules() + 2*QuietZone) * scale
		if img.Bounds() != image.Rect(0, 0, side, side) {
			t.Fatalf("scale %d: %v", scale, img.Bounds())
		}
		sameAsCode(t, c, img, scale)
	}
	for _, scale := range []int{-1, 0, MaxPNGScale + 1} {
		if _, err := c.PNG(scale); err == nil {
			t.Errorf("scale %d was drawn", scale)
		}
	}
}

// sameAsCode compares every pixel with its module; the quiet zone is light.
func sameAsCode(t *testing.T, c *Code, img image.Image, scale int) {
	t.Helper()
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			gray := color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
			if dark := c.Dark(x/scale-QuietZone, y/scale-QuietZone); dark != (gray == 0) || gray != 0 && gray != 255 {
				t.Fatalf("scale %d: pixel %d,%d is %d, its module dark: %v", scale, x, y, gray, dark)
			}
		}
	}
}

func TestSVGShowsTheSameModules(t *testing.T) {
	texts := append(tokens(t, 8), "A", strings.Repeat("x", MaxToken))
	for _, text := range texts {
		c := mustQR(t, text)
		sameAsCode(t, c, rasterize(t, c.SVG(), 2), 2)
	}
	svg := string(mustQR(t, texts[0]).SVG())
	if len(svg) > 8<<10 {
		t.Errorf("%d bytes are many for a page of 30 KB", len(svg))
	}
	for _, not := range []string{"width", "height", "style", "script", texts[0], "<!--"} {
		if strings.Contains(svg, not) {
			t.Errorf("the SVG has %q in it", not)
		}
	}
}

var (
	svgForm = regexp.MustCompile(`^<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 (\d+) (\d+)" shape-rendering="crispEdges">` +
		`<path fill="#fff" d="M0 0h(\d+)v(\d+)H0z"/><path d="M0 0([mhvz0-9 -]+)"/></svg>$`)
	pathStep = regexp.MustCompile(`m(-?\d+) (-?\d+)|h(-?\d+)|v(-?\d+)|z`)
)

// rasterize draws the SVG by the nonzero rule of SVG 2: a pixel is dark when
// the edges to its left don't cancel out.
func rasterize(t *testing.T, svg []byte, scale int) *image.Gray {
	t.Helper()
	form := svgForm.FindSubmatch(svg)
	if form == nil {
		t.Fatalf("not the SVG that was expected: %.300s", svg)
	}
	side, _ := strconv.Atoi(string(form[1]))
	for _, s := range form[2:5] {
		if string(s) != string(form[1]) {
			t.Fatalf("sides of %s and %s", form[1], s)
		}
	}
	path := string(form[5])
	edges := make([][]int, side) // by row: what an edge on the left of the column adds
	for y := range edges {
		edges[y] = make([]int, side+1)
	}
	x, y, startX, startY, parsed := 0, 0, 0, 0, 0
	vertical := func(to int) {
		for ; y < to; y++ {
			edges[y][x]++
		}
		for ; y > to; y-- {
			edges[y-1][x]--
		}
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	for _, step := range pathStep.FindAllStringSubmatch(path, -1) {
		parsed += len(step[0])
		switch step[0][0] {
		case 'm':
			x, y = x+number(step[1]), y+number(step[2])
			startX, startY = x, y
		case 'h':
			x += number(step[3])
		case 'v':
			vertical(y + number(step[4]))
		case 'z':
			if x != startX && y != startY {
				t.Fatal("a path closes aslant")
			}
			vertical(startY)
			x = startX
		}
	}
	if parsed != len(path) {
		t.Fatal("path data that this test doesn't know")
	}
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for y := range side * scale {
		winding := 0
		for x := range side * scale {
			if x%scale == 0 {
				winding += edges[y/scale][x/scale]
			}
			if winding == 0 {
				img.Pix[y*img.Stride+x] = 255
			}
		}
	}
	return img
}

func TestTerminalShowsTheSameModules(t *testing.T) {
	c := mustQR(t, tokens(t, 1)[0])
	lines := strings.Split(strings.TrimSuffix(c.Terminal(), "\n"), "\n")
	if want := (c.Modules() + 2*QuietZone + 1) / 2; len(lines) != want {
		t.Fatalf("%d lines, want %d", len(lines), want)
	}
	for i, line := range lines {
		cells := []rune(line)
		if len(cells) != c.Modules()+2*QuietZone {
			t.Fatalf("line %d has %d columns", i, len(cells))
		}
		for x, cell := range cells {
			top, bottom := cell == '▄' || cell == ' ', cell == '▀' || cell == ' '
			if top != c.Dark(x-QuietZone, 2*i-QuietZone) || bottom != c.Dark(x-QuietZone, 2*i+1-QuietZone) {
				t.Fatalf("line %d, column %d is %q", i, x, cell)
			}
		}
	}
}

func TestQRBounds(t *testing.T) {
	for text, ok := range map[string]bool{
		"": false, "A": true, strings.Repeat("x", MaxToken): true, strings.Repeat("x", MaxToken+1): false,
		strings.Repeat("A", 5<<20): false,
	} {
		c, err := QR(text)
		if (err == nil) != ok {
			t.Errorf("%d bytes: %v", len(text), err)
		}
		if ok && c.Modules() != 17+4*c.Version() {
			t.Errorf("%d bytes: version %d of %d modules", len(text), c.Version(), c.Modules())
		}
		if _, cached := NewCodes(1).QR(text); (cached == nil) != ok {
			t.Errorf("%d bytes, cached: %v", len(text), cached)
		}
	}
}

func TestCodesRemembersTheLast(t *testing.T) {
	codes := NewCodes(2)
	text := tokens(t, 3)
	get := func(i int) *Code {
		c, err := codes.QR(text[i])
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, second := get(0), get(1)
	if get(0) != first || get(1) != second {
		t.Error("drawn again while remembered")
	}
	get(0)
	get(2) // the second was used least recently
	if get(0) != first {
		t.Error("what was used last was forgotten")
	}
	if get(1) == second {
		t.Error("more was kept than the limit")
	}
	if len(codes.known) != 2 || codes.used.Len() != 2 {
		t.Errorf("keeps %d of at most 2", len(codes.known))
	}
}

func TestCodesDrawsOnceForMany(t *testing.T) {
	codes := NewCodes(0) // at least one
	text := tokens(t, 1)[0]
	got := make(chan *Code)
	for range 8 {
		go func() { c, _ := codes.QR(text); got <- c }()
	}
	first := <-got
	for range 7 {
		if c := <-got; c == nil || c != first {
			t.Error("drawn more than once")
		}
	}
}

func BenchmarkQR(b *testing.B) {
	token := tokens(b, 1)[0]
	c := mustQR(b, token)
	codes := NewCodes(16)
	for name, f := range map[string]func(){
		"encode": func() { mustQR(b, token) },
		"cached": func() { codes.QR(token) },
		"svg":    func() { c.SVG() },
		"png8":   func() { c.PNG(8) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
