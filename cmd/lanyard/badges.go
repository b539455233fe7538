package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"lanyard/badge"
)

// pngScale is how many pixels wide a module is in written images: 8 prints
// sharp at 4 cm.
const pngScale = 8

func (p *program) badges() *cobra.Command {
	t := &target{}
	var out, format string
	c := &cobra.Command{
		Use:   "badges --event E --out DIR",
		Short: "Write the images of all active badges",
		Long: `Write the QR image of every active badge, one file each, named by the
attendee's ref. Files that are there already are replaced.`,
		Example: `  lanyard badges --event ciep21 --out ./badges
  lanyard badges --event ciep21 --out ./badges --format png,svg`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			formats, err := imageFormats(format)
			if err != nil {
				return err
			}
			if out == "" {
				return usagef("where to? Give --out DIR")
			}
			conn, err := p.connect(c, t)
			if err != nil {
				return err
			}
			defer conn.close()
			if err := os.MkdirAll(out, 0o700); err != nil {
				return usageError{err}
			}
			n, err := p.writeImages(c.Context(), conn, t.event, out, formats)
			if err == nil {
				fmt.Fprintf(p.out, "%d badges written to %s.\n", n, out)
			}
			return err
		},
	}
	t.flags(c.Flags(), true)
	c.Flags().StringVar(&out, "out", "", "directory for the images, made if it isn't there")
	c.Flags().StringVar(&format, "format", "png", "png, svg or png,svg")
	return c
}

func imageFormats(s string) ([]string, error) {
	formats := strings.Split(s, ",")
	for _, f := range formats {
		if f != "png" && f != "svg" {
			return nil, usagef("--format: %q is neither png nor svg", f)
		}
	}
	return formats, nil
}

// attendee is what commands need of the API's.
type attendee struct {
	badge.Attendee
	Badge *struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Token  string `json:"token"`
	} `json:"badge"`
}

// writeImages draws on all cores while the next page is fetched; no more
// badges are in memory than are being drawn.
func (p *program) writeImages(ctx context.Context, conn *connection, event, dir string, formats []string) (int, error) {
	var count struct {
		Total int `json:"total"`
	}
	if err := conn.get(ctx, eventPath(event, "attendees")+"?status=active&limit=1&total=true", &count); err != nil {
		return 0, err
	}
	total := count.Total
	bar := p.progress("drawing", total)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	n := 0
	taken := map[string]bool{}
	err := each(ctx, conn, eventPath(event, "attendees"), url.Values{"status": {"active"}}, func(a attendee) error {
		if a.Badge == nil || a.Badge.Token == "" {
			return nil
		}
		name := fileName(a.Ref, a.Badge.ID, taken)
		n++
		bar.set(n, max(n, total))
		token := a.Badge.Token
		g.Go(func() error { return writeImage(filepath.Join(dir, name), token, formats) })
		return ctx.Err()
	})
	if e := g.Wait(); e != nil {
		err = e
	}
	bar.done(n)
	return n, err
}

func writeImage(path, token string, formats []string) error {
	code, err := badge.QR(token)
	if err != nil {
		return err
	}
	for _, f := range formats {
		image := code.SVG()
		if f == "png" {
			if image, err = code.PNG(pngScale); err != nil {
				return err
			}
		}
		if err := os.WriteFile(path+"."+f, image, 0o600); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// fileName is the ref as far as file systems take it, told apart by the badge's id
// where two would share a name.
func fileName(ref, id string, taken map[string]bool) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, ref)
	name = strings.Trim(name, ". ")
	if len(name) > 100 || name == "" || taken[strings.ToLower(name)] {
		name = strings.ToValidUTF8(name[:min(len(name), 100)], "") + "-" + id
	}
	taken[strings.ToLower(name)] = true
	return name
}
