package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/badge"
)

// maxKeySet bounds a JWKS file: a thousand events with some keys each.
const maxKeySet = 4 << 20

func (p *program) verify() *cobra.Command {
	var image, jwks string
	c := &cobra.Command{
		Use:   "verify [TOKEN] --jwks FILE-or-URL",
		Short: "Check a badge offline",
		Long: `Check a badge's signature and dates with the public keys alone. The token is
an argument, or "-" for standard input (which keeps it out of process lists),
or is read from a picture with --image (needs zbarimg, Debian's zbar-tools).

It can't know of revocations: that is what gates are for. Exit code 0 means
valid, 1 not.`,
		Example: `  lanyard verify --image badge.png --jwks https://badges.example.org/.well-known/jwks.json
  lanyard verify - --jwks keys.json < token.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("one token at a time, please")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if jwks == "" {
				return usagef("which keys? Give --jwks FILE-or-URL")
			}
			if (len(args) == 1) == (image != "") {
				return usagef("give either a TOKEN or --image FILE")
			}
			token, err := readToken(c.Context(), args, image, c.InOrStdin())
			if err != nil {
				return err
			}
			set, err := readKeySet(c.Context(), jwks)
			if err != nil {
				return err
			}
			keys, err := badge.ParseJWKS(set)
			if err != nil {
				return usagef("--jwks: %v", err)
			}
			claims, err := badge.VerifyWithKeys(token, keys)
			if err != nil {
				fmt.Fprintln(p.out, "Not valid:", err)
				return errNo
			}
			return p.printVerified(claims, time.Now())
		},
	}
	c.Flags().StringVar(&image, "image", "", "picture of the badge")
	c.Flags().StringVar(&jwks, "jwks", "", "public keys: a file, or the server's /.well-known/jwks.json")
	return c
}

func (p *program) printVerified(c badge.Claims, now time.Time) error {
	verdict, err := "Valid", error(nil)
	switch {
	case !c.NotBefore.IsZero() && now.Before(c.NotBefore):
		verdict, err = "Not valid yet", errNo
	case !now.Before(c.Expires):
		verdict, err = "Expired", errNo
	}
	fmt.Fprintf(p.out, "%s: badge %s of event %s, category %s, until %s.\n", verdict, c.ID, c.Event, c.Category, c.Expires.UTC().Format(time.RFC3339))
	return err
}

func readToken(ctx context.Context, args []string, image string, stdin io.Reader) (string, error) {
	switch {
	case image != "":
		return scanImage(ctx, image)
	case args[0] != "-":
		return args[0], nil
	}
	b, err := io.ReadAll(io.LimitReader(stdin, 64<<10))
	if err != nil {
		return "", usageError{err}
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// scanImage reads the QR in a picture with zbarimg.
func scanImage(ctx context.Context, path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", usageError{err}
	}
	tool, err := exec.LookPath("zbarimg")
	if err != nil {
		return "", usagef("--image needs zbarimg: install Debian's zbar-tools, or give the token itself")
	}
	out, err := exec.CommandContext(ctx, tool, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "--", path).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) || err == nil && len(out) == 0 {
		return "", usagef("no QR code can be read in %s", path)
	}
	if err != nil {
		return "", usageError{err}
	}
	return strings.TrimRight(string(out), "\r\n"), nil
}

func readKeySet(ctx context.Context, from string) ([]byte, error) {
	if !strings.HasPrefix(from, "http://") && !strings.HasPrefix(from, "https://") {
		f, err := os.Open(from)
		if err != nil {
			return nil, usageError{err}
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, maxKeySet))
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, usageError{err}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, errUnreachable{err}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errUnreachable{fmt.Errorf("--jwks: the server answered %s", resp.Status)}
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxKeySet))
}
