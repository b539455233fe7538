package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"lanyard/api"
	"lanyard/badge"
	"lanyard/checkin"
	"lanyard/web"
)

func (p *program) serve() *cobra.Command {
	s := &serverSettings{}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server. Every flag can be given as an environment variable instead:
--tls-cert is LANYARD_TLS_CERT. LANYARD_SECRET protects the signing keys; without
it a file made in the data directory does.

On an empty store the first organizer's key is printed, once. Browsers give the
camera to HTTPS pages only (and to localhost): choose --tls-cert with --tls-key,
--acme, --tls-self or a proxy that does TLS.`,
		Example: `  lanyard serve --data /var/lib/lanyard --acme badges.example.org
  lanyard serve --redis redis://10.0.0.5:6379/0 --require-durable
  lanyard serve --redis 'redis+sentinel://s1:26379,s2:26379/mymaster' --redis-replicas 1
  lanyard serve --tls-self --addr :8443`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.fromEnvironment(c); err != nil {
				return err
			}
			log, err := s.logger(p)
			if err != nil {
				return err
			}
			srv, err := p.open(c.Context(), s, log)
			if err != nil {
				return err
			}
			defer srv.close()
			key, err := srv.now().desk.FirstOrganizer(c.Context())
			if err != nil {
				return err
			}
			if key != "" {
				fmt.Fprintf(p.out, "\n  The first organizer's key, shown this once:\n\n    %s\n\n  Sign in with it at %s/desk\n\n", key, srv.url())
			}
			return srv.run(c.Context())
		},
	}
	s.flags(c.Flags())
	return c
}

func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q", c.CommandPath(), args[0])
	}
	return nil
}

// server is the whole program, started but not yet serving.
type server struct {
	settings *serverSettings
	log      *slog.Logger
	secret   *badge.Secret
	tls      *tlsSetup
	listener net.Listener
	live     atomic.Pointer[core]
}

// core is what stands on one opening of the store. Another takes its place
// when the store had to be opened again.
type core struct {
	store checkin.Store
	desk  *checkin.Desk
	api   *api.Server
}

// now is the core that answers at this moment, nil before there is one.
func (s *server) now() *core { return s.live.Load() }

// open validates the settings, then opens everything in the order in which it
// depends on each other.
func (p *program) open(ctx context.Context, s *serverSettings, log *slog.Logger) (_ *server, err error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	srv := &server{settings: s, log: log}
	go boundMemory(ctx, p.getenv)
	defer func() {
		if err != nil {
			srv.close()
		}
	}()
	store, secret, err := s.storeSettings.open(ctx, p, log)
	if err != nil {
		return nil, err
	}
	srv.secret = secret
	if srv.tls, err = newTLS(s, log); err != nil {
		store.Close()
		return nil, err
	}
	c, err := srv.on(ctx, store)
	if err != nil {
		return nil, err
	}
	srv.live.Store(c)
	if srv.listener, err = net.Listen("tcp", s.addr); err != nil {
		return nil, usageError{err}
	}
	return srv, nil
}

// on makes a core of an open store, which it closes when it can't.
func (s *server) on(ctx context.Context, store checkin.Store) (_ *core, err error) {
	c := &core{store: store}
	defer func() {
		if err != nil {
			c.close(s.log)
		}
	}()
	if err := s.checkDurable(ctx, store); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	measured, err := api.MeasureStore(c.store, registry)
	if err != nil {
		return nil, err
	}
	c.desk = checkin.NewDesk(measured, checkin.DeskOptions{Secret: s.secret, Log: s.log})
	site, err := web.New()
	if err != nil {
		return nil, err
	}
	proxies, err := s.settings.proxies()
	if err != nil {
		return nil, err
	}
	c.api, err = api.New(api.Options{Desk: c.desk, Site: site, Log: s.log, Registry: registry,
		TrustedProxies: proxies, BaseURL: strings.TrimSuffix(s.settings.baseURL, "/"), Version: versionText(),
		MetricsSeparate: s.settings.metricsAddr != "", TLS: s.tls != nil, PlainToo: s.settings.tlsSelf})
	return c, err
}

// checkDurable warns of, or with --require-durable refuses, a store that could
// lose scans it has acknowledged.
func (s *server) checkDurable(ctx context.Context, store checkin.Store) error {
	findings, err := store.Durability(ctx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		if s.settings.requireDurable {
			return usagef("the store could lose acknowledged scans: %s", f.Detail)
		}
		s.log.Warn("the store could lose acknowledged scans", "finding", f.Code, "advice", f.Detail)
	}
	return nil
}

// url is where the server is reached from this machine.
func (s *server) url() string {
	if s.settings.baseURL != "" {
		return strings.TrimSuffix(s.settings.baseURL, "/")
	}
	if s.settings.acme != "" {
		return "https://" + s.settings.acme
	}
	a := s.listener.Addr().(*net.TCPAddr)
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if s.tls != nil {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, fmt.Sprint(a.Port))
}

// drain is how long requests under way may take when the server stops.
const drain = 10 * time.Second

// run serves until ctx ends or something breaks, and stops in order: not ready
// any more, live streams ended, requests drained. close does the rest. A store
// that could not write is opened again meanwhile.
func (s *server) run(ctx context.Context) error { return s.runThen(ctx, func() {}) }

// runThen is run, and calls ready once it serves.
func (s *server) runThen(ctx context.Context, ready func()) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	main := api.NewHTTPServer(s.handler((*api.Server).Handler))
	main.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	main.RegisterOnShutdown(func() { s.now().api.CloseStreams() })
	servers := []*http.Server{main}
	failed := make(chan error, 4)
	start := func(srv *http.Server, l net.Listener) {
		go func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	for _, side := range s.sideServers() {
		l, err := net.Listen("tcp", side.Addr)
		if err != nil {
			return usageError{err}
		}
		servers = append(servers, side)
		start(side, l)
	}
	go s.now().desk.Run(ctx)
	listener := s.listener
	if s.tls != nil {
		listener = s.tls.wrap(listener)
	}
	start(main, listener)
	s.now().api.SetReady(true)
	s.log.Info("serving", "url", s.url(), "version", versionText())
	ready()

	var err error
	for going := true; going; {
		select {
		case <-ctx.Done():
			s.log.Info("stopping")
			going = false
		case err = <-failed:
			err = errUnreachable{fmt.Errorf("the server broke off: %w", err)}
			going = false
		case <-storeFailed(s.now().store):
			s.heal(ctx)
		}
	}
	s.now().api.SetReady(false)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	for _, srv := range servers {
		if e := srv.Shutdown(late); e != nil {
			s.log.Warn("requests were cut off", "error", e.Error())
			srv.Close()
		}
	}
	return err
}

// sideServers are the listeners beside the main one.
func (s *server) sideServers() []*http.Server {
	var out []*http.Server
	if s.settings.metricsAddr != "" {
		m := api.NewHTTPServer(s.handler((*api.Server).MetricsHandler))
		m.Addr = s.settings.metricsAddr
		out = append(out, m)
	}
	if s.tls != nil && s.tls.plain != nil {
		t := api.NewHTTPServer(s.tls.plain)
		t.Addr = s.tls.plainAddr
		out = append(out, t)
	}
	return out
}

// handler asks the core of the moment.
func (s *server) handler(of func(*api.Server) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { of(s.now().api).ServeHTTP(w, r) })
}

func (s *server) close() {
	if c := s.now(); c != nil {
		c.close(s.log)
	}
	if s.listener != nil {
		s.listener.Close()
	}
}

func (c *core) close(log *slog.Logger) {
	if c.desk != nil {
		c.desk.Close()
	}
	if err := c.store.Close(); err != nil {
		log.Error("closing the store", "error", err.Error())
	}
}
