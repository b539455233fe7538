package badge

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// MinSecret is the least length of LANYARD_SECRET in bytes.
const MinSecret = 32

var (
	// ErrWeakSecret is a secret too short to keep keys with.
	ErrWeakSecret = fmt.Errorf("the secret must have at least %d characters; \"openssl rand -base64 32\" makes a good one", MinSecret)
	// ErrSealed is a sealed key that this secret doesn't open: it was sealed
	// under another secret, for another event or key, or was altered.
	ErrSealed = errors.New("the sealed key doesn't open: another secret, or altered")
)

// Secret is what the private keys are sealed under. Everything that uses it
// gets a key of its own, derived by HKDF-SHA256 (RFC 5869), so that none gives
// away another. It never shows itself when printed.
type Secret struct {
	root []byte // pseudo-random key of HKDF
	aead cipher.AEAD
}

// NewSecret derives a secret from at least MinSecret bytes of text. White
// space around it is ignored. HKDF doesn't make a guessable text stronger: it
// should come from a random source.
func NewSecret(text string) (*Secret, error) {
	text = strings.TrimSpace(text)
	if len(text) < MinSecret {
		return nil, ErrWeakSecret
	}
	root, err := hkdf.Extract(sha256.New, []byte(text), []byte("lanyard secret v1"))
	if err != nil {
		return nil, err
	}
	s := &Secret{root: root}
	block, err := aes.NewCipher(s.expand("seal"))
	if err != nil {
		return nil, err
	}
	if s.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, err
	}
	return s, nil
}

// LoadSecret takes the value of LANYARD_SECRET or, where that is empty, reads
// the file at path, which it makes with a random secret when it isn't there.
// The file belongs to its owner alone: one that others may read is refused.
// Processes that start together end up with the same file.
func LoadSecret(value, path string) (*Secret, error) {
	if value != "" {
		return NewSecret(value)
	}
	if path == "" {
		return nil, errors.New("no secret: set LANYARD_SECRET or name a file for it")
	}
	text, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createSecret(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the secret's file: %w", err)
		}
		text, err = readSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret's file: %w", err)
	}
	s, err := NewSecret(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	// Windows has no such permissions and shows every file as open to all.
	if p := info.Mode().Perm(); p&0o077 != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("%s is open to others (%#o); run: chmod 600 %s", path, p, path)
	}
	const limit = 4096
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && len(b) > limit {
		err = fmt.Errorf("%s is longer than %d bytes", path, limit)
	}
	return string(b), err
}

// createSecret writes a new file whole and on disk before it has its name, and
// never over another: keys may be sealed under that one already.
func createSecret(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	random := make([]byte, 32)
	rand.Read(random) // never fails, by contract of crypto/rand
	_, err = f.WriteString(base64.RawURLEncoding.EncodeToString(random) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && runtime.GOOS != "windows" {
		return err
	}
	return nil
}

// Derive makes 32 bytes for one purpose, the same for the same label. Labels
// are apart from each other and from what keys are sealed under.
func (s *Secret) Derive(label string) []byte { return s.expand("derive " + label) }

func (s *Secret) expand(info string) []byte {
	key, err := hkdf.Expand(sha256.New, s.root, "lanyard v1 "+info, 32)
	if err != nil {
		panic(err) // only for lengths above 8,160 bytes
	}
	return key
}

// Seal encrypts with AES-256-GCM under a random nonce, which comes first in
// the result. It opens only in the same context.
func (s *Secret) Seal(plain []byte, context ...string) []byte {
	return s.aead.Seal(nil, nil, plain, contextData(context))
}

// Open undoes Seal. Its error is ErrSealed.
func (s *Secret) Open(sealed []byte, context ...string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, contextData(context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// contextData joins words so that no two lists of words join to the same.
func contextData(words []string) []byte {
	var b []byte
	for _, w := range words {
		b = binary.AppendUvarint(b, uint64(len(w)))
		b = append(b, w...)
	}
	return b
}

// Format shows nothing of the secret, whatever the verb.
func (s *Secret) Format(w fmt.State, _ rune) { io.WriteString(w, "[secret]") }

// LogValue shows nothing of the secret.
func (s *Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }
