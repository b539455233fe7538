package badge

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSecretHasALeastLength(t *testing.T) {
	for text, want := range map[string]error{
		strings.Repeat("x", MinSecret):                      nil,
		strings.Repeat("x", MinSecret-1):                    ErrWeakSecret,
		strings.Repeat("x", MinSecret-1) + "  \n":           ErrWeakSecret,
		" \n" + strings.Repeat("密", 11):                     nil, // 33 bytes
		"":                                                  ErrWeakSecret,
		strings.Repeat(" ", MinSecret):                      ErrWeakSecret,
		base64.StdEncoding.EncodeToString(make([]byte, 32)): nil,
	} {
		if _, err := NewSecret(text); err != want {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// What is stored outlives versions of the program: these values may not change.
func TestDerivedKeysStayTheSame(t *testing.T) {
	s := testSecret(t)
	for label, want := range map[string]string{
		"journal": "8e3f89e8c01135303c58a1fb481f8c306570708e88639ef70222b86dff4271db",
		"":        "bff5c42e92e136e2e6c36955e564f986d2cc6f709c0760a66ecde5c0237b67f3",
	} {
		if got := hex.EncodeToString(s.Derive(label)); got != want {
			t.Errorf("%q: %s", label, got)
		}
	}
	sealed, err := hex.DecodeString("83df3bb3518708ca355e28e363d5568b134faf735a571e43a1dbf0b63065cd91")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := s.Open(sealed, "a", "b"); err != nil || string(plain) != "seed" {
		t.Errorf("opened: %q, %v", plain, err)
	}
	same, err := NewSecret("\n correct horse battery staple, said twice \n")
	if err != nil || !bytes.Equal(same.Derive("x"), s.Derive("x")) {
		t.Errorf("white space around a secret matters (%v)", err)
	}
	if bytes.Equal(s.Derive("seal"), s.expand("seal")) || bytes.Equal(s.Derive("a"), s.Derive("b")) {
		t.Error("two purposes share a key")
	}
}

func TestSealedOpensInItsContextAlone(t *testing.T) {
	s := testSecret(t)
	sealed := s.Seal([]byte("seed"), "signing key", "ciep21", "k1")
	if again := s.Seal([]byte("seed"), "signing key", "ciep21", "k1"); bytes.Equal(again, sealed) {
		t.Error("a nonce was used twice")
	}
	if len(sealed) != 12+4+16 {
		t.Errorf("%d bytes: not nonce, text and tag", len(sealed))
	}
	if plain, err := s.Open(sealed, "signing key", "ciep21", "k1"); err != nil || string(plain) != "seed" {
		t.Errorf("opened: %q, %v", plain, err)
	}
	for _, context := range [][]string{
		nil,
		{"signing key", "ciep21"},
		{"signing key", "ciep21", "k2"},
		{"signing key", "ciep2", "1k1"},
		{"signing key", "ciep21k1"},
		{"signing key", "ciep21", "k1", ""},
	} {
		if _, err := s.Open(sealed, context...); !errors.Is(err, ErrSealed) {
			t.Errorf("opened as %q: %v", context, err)
		}
	}
}

func TestLoadSecret(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "secret")
	made, err := LoadSecret("", path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("the file: %v, %v", info, err)
	}
	read, err := LoadSecret("", path)
	if err != nil || !bytes.Equal(read.Derive("x"), made.Derive("x")) {
		t.Errorf("read again: another secret (%v)", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	value, err := LoadSecret(string(text), filepath.Join(dir, "never"))
	if err != nil || !bytes.Equal(value.Derive("x"), made.Derive("x")) {
		t.Errorf("the file's text as the value: another secret (%v)", err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("files left: %v", names)
	}
	if _, err := LoadSecret("short", path); !errors.Is(err, ErrWeakSecret) || strings.Contains(err.Error(), "short") {
		t.Errorf("a short value: %v", err)
	}
	if _, err := LoadSecret("", ""); err == nil {
		t.Error("neither value nor file")
	}
	if _, err := LoadSecret("", filepath.Join(dir, "none", "secret")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such directory: %v", err)
	}
	if _, err := LoadSecret("", dir); err == nil {
		t.Error("a directory")
	}
}

func TestSecretFilesThatAreRefused(t *testing.T) {
	good := strings.Repeat("x", 43)
	for name, row := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"kept well":         {good, 0o600, ""},
		"read only":         {good, 0o400, ""},
		"open to the group": {good, 0o640, "chmod 600"},
		"open to all":       {good, 0o644, "chmod 600"},
		"writable by all":   {good, 0o602, "chmod 600"},
		"empty":             {"", 0o600, "at least 32"},
		"short":             {good[:31] + "\n", 0o600, "at least 32"},
		"long":              {strings.Repeat("x", 4097), 0o600, "longer than 4096"},
	} {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(row.text), row.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, row.mode); err != nil { // whatever the umask
			t.Fatal(err)
		}
		_, err := LoadSecret("", path)
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
		if after, _ := os.ReadFile(path); string(after) != row.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestProcessesThatStartTogetherShareASecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	derived := make([][]byte, 16)
	var wg sync.WaitGroup
	for i := range derived {
		wg.Go(func() {
			s, err := LoadSecret("", path)
			if err != nil {
				t.Error(err)
				return
			}
			derived[i] = s.Derive("x")
		})
	}
	wg.Wait()
	for _, d := range derived {
		if !bytes.Equal(d, derived[0]) {
			t.Fatal("two secrets were made")
		}
	}
}

func TestSecretNeverShowsItself(t *testing.T) {
	s := testSecret(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, s); got != "[secret]" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "s", s, "in", struct{ S *Secret }{s})
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "s", s, "in", struct{ S *Secret }{s})
	if got := b.String(); strings.Contains(got, "aead") || strings.Contains(got, fmt.Sprint(s.root[:3])) {
		t.Errorf("logged: %s", got)
	}
}
