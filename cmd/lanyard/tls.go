package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"

	"golang.org/x/crypto/acme/autocert"
)

// tlsSetup is how the server does HTTPS. It is nil where it doesn't.
type tlsSetup struct {
	config *tls.Config
	// plain answers plain HTTP on plainAddr: the authority's challenges, or the
	// page that shows a phone how to trust our own authority.
	plain     http.Handler
	plainAddr string
}

func (t *tlsSetup) wrap(l net.Listener) net.Listener { return tls.NewListener(l, t.config) }

func newTLS(s *serverSettings, log *slog.Logger) (*tlsSetup, error) {
	base := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	switch {
	case s.tlsCert != "":
		pair, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
		if err != nil {
			return nil, usagef("--tls-cert, --tls-key: %v", err)
		}
		base.Certificates = []tls.Certificate{pair}
		return &tlsSetup{config: base}, nil
	case s.acme != "":
		m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(s.acme),
			Cache: autocert.DirCache(filepath.Join(s.data, "acme"))}
		c := m.TLSConfig()
		c.MinVersion = tls.VersionTLS12
		return &tlsSetup{config: c, plain: m.HTTPHandler(nil), plainAddr: ":80"}, nil
	case s.tlsSelf:
		a, err := loadAuthority(filepath.Join(s.data, "authority"))
		if err != nil {
			return nil, fmt.Errorf("our own authority: %w", err)
		}
		base.GetCertificate = a.certificate
		_, port, err := net.SplitHostPort(s.addr)
		if err != nil {
			return nil, usagef("--addr: %v", err)
		}
		log.Info("phones trust this server after opening the page on the plain address", "trust_addr", s.trustAddr, "fingerprint", a.fingerprint())
		return &tlsSetup{config: base, plain: a.handler(port), plainAddr: s.trustAddr}, nil
	}
	return nil, nil
}
