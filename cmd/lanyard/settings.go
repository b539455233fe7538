package main

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/redisstore"
)

// storeSettings say where everything is kept.
type storeSettings struct {
	data     string
	redis    string
	replicas int
}

func (s *storeSettings) flags(f *pflag.FlagSet) {
	f.StringVar(&s.data, "data", "data", "directory of the embedded store and of the secret file")
	f.StringVar(&s.redis, "redis", "", "keep everything in Redis instead: redis://, rediss://, redis+sentinel:// or redis+cluster:// URL")
	f.IntVar(&s.replicas, "redis-replicas", 0, "acknowledge a scan only once this many Redis replicas have it")
}

// serverSettings are those of lanyard serve and lanyard demo.
type serverSettings struct {
	storeSettings
	addr           string
	metricsAddr    string
	baseURL        string
	tlsCert        string
	tlsKey         string
	acme           string
	tlsSelf        bool
	trustAddr      string
	requireDurable bool
	trustedProxies []string
	logLevel       string
	logFormat      string
}

func (s *serverSettings) flags(f *pflag.FlagSet) {
	s.storeSettings.flags(f)
	f.StringVar(&s.addr, "addr", ":8080", "address to listen on")
	f.StringVar(&s.metricsAddr, "metrics-addr", "", "serve /metrics on this address instead of the main one")
	f.StringVar(&s.baseURL, "base-url", "", "public URL of the server, for links in badges and pairing codes (default: as each request came)")
	f.StringVar(&s.tlsCert, "tls-cert", "", "certificate file (PEM) for HTTPS")
	f.StringVar(&s.tlsKey, "tls-key", "", "key file (PEM) for HTTPS")
	f.StringVar(&s.acme, "acme", "", "get a certificate for this domain from Let's Encrypt (needs ports 80 and 443)")
	f.BoolVar(&s.tlsSelf, "tls-self", false, "HTTPS with an authority of our own, for a hall without internet")
	f.StringVar(&s.trustAddr, "trust-addr", ":8081", "with --tls-self: plain HTTP address of the page that shows a phone how to trust it")
	f.BoolVar(&s.requireDurable, "require-durable", false, "refuse to start on a store that could lose acknowledged scans")
	f.StringSliceVar(&s.trustedProxies, "trusted-proxies", nil, "networks (CIDR) whose X-Forwarded-For is believed")
	f.StringVar(&s.logLevel, "log-level", "info", "debug, info, warn or error")
	f.StringVar(&s.logFormat, "log-format", "text", "text or json")
}

// fromEnvironment fills every flag that wasn't given from LANYARD_NAME.
func (p *program) fromEnvironment(c *cobra.Command) error {
	var err error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name := "LANYARD_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := p.getenv(name); v != "" && !f.Changed && err == nil && f.Name != "help" {
			if e := f.Value.Set(v); e != nil {
				err = usagef("%s: %v", name, e)
			}
			f.Changed = true
		}
	})
	return err
}

func (s *serverSettings) check() error {
	modes := 0
	for _, on := range []bool{s.tlsCert != "" || s.tlsKey != "", s.acme != "", s.tlsSelf} {
		if on {
			modes++
		}
	}
	switch {
	case modes > 1:
		return usagef("choose one of --tls-cert with --tls-key, --acme and --tls-self")
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return usagef("--tls-cert and --tls-key go together")
	case s.replicas < 0:
		return usagef("--redis-replicas can't be negative")
	case s.replicas > 0 && s.redis == "":
		return usagef("--redis-replicas needs --redis")
	}
	_, err := s.proxies()
	return err
}

func (s *serverSettings) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, t := range s.trustedProxies {
		p, err := netip.ParsePrefix(strings.TrimSpace(t))
		if err != nil {
			a, err2 := netip.ParseAddr(strings.TrimSpace(t))
			if err2 != nil {
				return nil, usagef("--trusted-proxies: %q is not a network such as 10.0.0.0/8", t)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *serverSettings) logger(p *program) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.logLevel)); err != nil {
		return nil, usagef("--log-level: %q is none of debug, info, warn and error", s.logLevel)
	}
	o := &slog.HandlerOptions{Level: level}
	switch s.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(p.err, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.err, o)), nil
	}
	return nil, usagef("--log-format: %q is neither text nor json", s.logFormat)
}

// open opens the store and the secret that its keys are sealed with.
func (s *storeSettings) open(ctx context.Context, p *program, log *slog.Logger) (checkin.Store, *badge.Secret, error) {
	text := p.getenv("LANYARD_SECRET")
	if text == "" {
		if err := os.MkdirAll(s.data, 0o700); err != nil {
			return nil, nil, usageError{err}
		}
	}
	secret, err := badge.LoadSecret(text, filepath.Join(s.data, "secret"))
	if err != nil {
		return nil, nil, usagef("the secret that protects the signing keys: %w", err)
	}
	if s.redis != "" {
		store, err := redisstore.Open(ctx, s.redis, redisstore.Options{Replicas: s.replicas, Log: log})
		switch {
		case errors.Is(err, checkin.ErrUnavailable):
			return nil, nil, errUnreachable{err}
		case err != nil:
			return nil, nil, usageError{err}
		}
		return store, secret, nil
	}
	store, err := boltstore.Open(s.data, boltstore.Options{})
	if err != nil {
		return nil, nil, errUnreachable{err}
	}
	return store, secret, nil
}
