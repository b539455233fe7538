package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"html/template"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// authority signs certificates for this server's names and addresses: for a
// hall without internet, where nobody else can. Phones trust its root once.
type authority struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
	der  []byte

	mu    sync.Mutex
	certs map[string]*tls.Certificate
}

const (
	authorityLife = 5 * 365 * 24 * time.Hour
	// Apple's systems refuse server certificates that are valid for more than
	// 825 days, even under a root that the user has trusted.
	certificateLife = 365 * 24 * time.Hour
	maxCertificates = 64
)

// loadAuthority reads the authority's files or makes them.
func loadAuthority(dir string) (*authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	certFile, keyFile := filepath.Join(dir, "root.pem"), filepath.Join(dir, "root.key")
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if errors.Is(err, os.ErrNotExist) {
		if err := makeAuthority(certFile, keyFile); err != nil {
			return nil, err
		}
		pair, err = tls.LoadX509KeyPair(certFile, keyFile)
	}
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is not an ECDSA key", keyFile)
	}
	return &authority{root: pair.Leaf, key: key, der: pair.Certificate[0], certs: map[string]*tls.Certificate{}}, nil
}

func makeAuthority(certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	root := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: "Lanyard check-in", Organization: []string{"Lanyard"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		return err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand doesn't fail
	}
	return n
}

// certificate is for the name that the phone asked for, or the address that it
// came to.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := hello.ServerName
	if name == "" {
		host, _, err := net.SplitHostPort(hello.Conn.LocalAddr().String())
		if err != nil {
			return nil, err
		}
		name = host
	}
	name = strings.ToLower(name)
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.certs[name]; c != nil && time.Until(c.Leaf.NotAfter) > 24*time.Hour {
		return c, nil
	}
	if len(a.certs) >= maxCertificates {
		clear(a.certs) // names are the client's to choose
	}
	c, err := a.issue(name)
	if err == nil {
		a.certs[name] = c
	}
	return c, err
}

func (a *authority) issue(name string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(name); ip != nil {
		leaf.IPAddresses = []net.IP{ip}
	} else {
		leaf.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.root, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.der}, PrivateKey: key, Leaf: parsed}, nil
}

// fingerprint is the SHA-256 of the root, as phones show it.
func (a *authority) fingerprint() string {
	sum := sha256.Sum256(a.der)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}

//go:embed trust.html
var trustHTML string

var trustPage = template.Must(template.New("trust").Parse(trustHTML))

// handler is the plain HTTP side: the page that shows a phone how to trust us,
// the root itself, and the way to HTTPS for everything else.
func (a *authority) handler(port string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /root.crt", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-x509-ca-cert")
		w.Header().Set("Content-Disposition", `attachment; filename="lanyard-root.crt"`)
		w.Write(a.der)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(r.Host); err == nil {
			host = h
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+trustStyleHash()+"'; frame-ancestors 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		trustPage.Execute(w, map[string]string{"Fingerprint": a.fingerprint(), "URL": "https://" + net.JoinHostPort(host, port)})
	})
	return mux
}

// trustStyleHash lets the page's one style block through its own policy.
func trustStyleHash() string {
	_, rest, _ := strings.Cut(trustHTML, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}
