package api

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"lanyard/checkin"
	"lanyard/web"
)

// Options of a Server. Desk and Site are needed, everything else has a default.
type Options struct {
	Desk *checkin.Desk
	Site *web.Site
	Log  *slog.Logger // nil: slog.Default
	// Registry takes the server's metrics; nil makes one. A registry serves one
	// Server.
	Registry *prometheus.Registry
	// TrustedProxies are the peers whose X-Forwarded-For and X-Forwarded-Proto
	// are believed.
	TrustedProxies []netip.Prefix
	// BaseURL is the server's public address, such as https://badges.example.org,
	// for links that leave it. Empty: each request's own scheme and host.
	BaseURL string
	Version string // of the program, for the OpenAPI document
	// MetricsSeparate takes /metrics off Handler: MetricsHandler serves it.
	MetricsSeparate bool
	// TLS tells that the server itself speaks HTTPS.
	TLS bool
	// PlainToo tells that the same host also shows a page over plain HTTP that
	// browsers have to reach: they are then not told to use HTTPS alone.
	PlainToo bool
}

// Server answers HTTP. It is safe for concurrent use.
type Server struct {
	desk    *checkin.Desk
	site    *web.Site
	pages   http.Handler
	log     *slog.Logger
	options Options
	base    string // BaseURL without a slash at the end
	echo    *echo.Echo
	routes  []*route
	openapi []byte

	crossOrigin *http.CrossOriginProtection
	attempts    *attempts // at signing in
	numbers     *attempts // at numbers of badges
	metrics     *metrics
	health      health
	scanners    scanners

	deciding *lane // single scans and undos
	uploads  *lane // batches

	streams   streams
	readers   atomic.Int64 // open live streams
	closing   chan struct{}
	closeOnce sync.Once
}

// New makes a server that is ready to serve; it starts nothing.
func New(o Options) (*Server, error) {
	if o.Desk == nil || o.Site == nil {
		return nil, errors.New("api: a desk and a site are needed")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.BaseURL != "" {
		u, err := url.Parse(o.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return nil, errors.New("api: the base URL must look like https://badges.example.org")
		}
	}
	s := &Server{
		desk: o.Desk, site: o.Site, pages: o.Site.Handler(), log: o.Log, options: o,
		base:        strings.TrimRight(o.BaseURL, "/"),
		crossOrigin: http.NewCrossOriginProtection(),
		attempts:    newAttempts(o.Desk.Now),
		numbers:     newAttempts(o.Desk.Now),
		deciding:    newLane("scan", maxDeciding, o.Log),
		uploads:     newLane("batch", maxUploads, o.Log),
		streams:     streams{heartbeat, stuck},
		closing:     make(chan struct{}),
		routes:      routeList(o.MetricsSeparate),
	}
	if s.base != "" {
		// Behind a proxy that rewrites Host, the public address is the origin.
		if u, _ := url.Parse(s.base); s.crossOrigin.AddTrustedOrigin(u.Scheme+"://"+u.Host) != nil {
			return nil, errors.New("api: the base URL is not an origin that a browser could name")
		}
	}
	var err error
	if s.metrics, err = newMetrics(o.Registry, s); err != nil {
		return nil, err
	}
	if s.openapi, err = openAPI(s.routes, o.Version); err != nil {
		return nil, err
	}
	s.health.ready.Store(true)
	s.mount()
	return s, nil
}

// Handler serves everything: API, pages, health and, unless they are separate,
// metrics.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// SetReady makes /readyz fail or answer by the store again. A server begins
// ready; false comes first when it stops.
func (s *Server) SetReady(ready bool) { s.health.ready.Store(ready) }

// CloseStreams ends the live streams, which would otherwise keep a server from
// shutting down. It is meant for http.Server.RegisterOnShutdown and for good.
func (s *Server) CloseStreams() { s.closeOnce.Do(func() { close(s.closing) }) }

// Bounds of a connection. Imports, exports and streams move their own deadlines.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// NewHTTPServer is an http.Server with every bound set. Address, TLS and the
// error log are the caller's.
func NewHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnContext:       withConn,
	}
}
