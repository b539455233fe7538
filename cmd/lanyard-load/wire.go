package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"
)

// answerTimeout bounds the wait for one answer; a server that is slower than
// this has failed, and the scan is tried again under its id.
const answerTimeout = 10 * time.Second

// maxAnswer bounds an answer's body in bytes.
const maxAnswer = 1 << 20

// Wire is one keep-alive HTTP/1.1 connection that sends POST requests one at a
// time. It does what a gate's phone does and no more, so that on a machine
// shared with the server the server gets the processor: BenchmarkClients sets it
// beside net/http's client.
type Wire struct {
	target *url.URL
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
	body   []byte
}

// NewWire dials nothing yet.
func NewWire(base *url.URL) *Wire {
	return &Wire{target: base, in: bufio.NewReaderSize(nil, 4096)}
}

// RequestHead is the part of a request that is the same for every scan of a
// gate, up to the value of Content-Length.
func RequestHead(base *url.URL, path, key string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: ",
		base.Path+path, base.Host, key)
}

// Post sends one request and reads its answer. The body is valid until the
// next call. After an error the next call dials anew.
func (w *Wire) Post(head, body []byte) (status int, answer []byte, err error) {
	if w.conn == nil {
		if err := w.dial(); err != nil {
			return 0, nil, err
		}
	}
	w.out = append(w.out[:0], head...)
	w.out = strconv.AppendInt(w.out, int64(len(body)), 10)
	w.out = append(w.out, "\r\n\r\n"...)
	w.out = append(w.out, body...)
	w.conn.SetDeadline(time.Now().Add(answerTimeout))
	if _, err = w.conn.Write(w.out); err == nil {
		var last bool
		status, last, err = w.read()
		if err == nil && last {
			w.Close()
		}
	}
	if err != nil {
		w.Close()
		return 0, nil, err
	}
	return status, w.body, nil
}

// Close ends the connection; Post opens another one.
func (w *Wire) Close() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

func (w *Wire) dial() (err error) {
	host := w.target.Host
	if w.target.Port() == "" {
		host = net.JoinHostPort(w.target.Hostname(), map[string]string{"http": "80", "https": "443"}[w.target.Scheme])
	}
	dialer := &net.Dialer{Timeout: answerTimeout}
	if w.target.Scheme == "https" {
		w.conn, err = tls.DialWithDialer(dialer, "tcp", host, &tls.Config{NextProtos: []string{"http/1.1"}})
	} else {
		w.conn, err = dialer.Dial("tcp", host)
	}
	if err != nil {
		w.conn = nil // a typed nil of *tls.Conn would look open
		return err
	}
	w.in.Reset(w.conn)
	return nil
}

var errAnswer = errors.New("not an HTTP/1.1 answer")

// read takes status line, headers and body (RFC 9112, sections 4 to 7). last
// tells that the server closes the connection after it.
func (w *Wire) read() (status int, last bool, err error) {
	line, err := w.line()
	if err != nil {
		return 0, false, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, false, errAnswer
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, false, errAnswer
	}
	length, chunked := -1, false
	for {
		if line, err = w.line(); err != nil {
			return 0, false, err
		}
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return 0, false, errAnswer
		}
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 || length > maxAnswer {
				return 0, false, errAnswer
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Connection")):
			last = bytes.EqualFold(value, []byte("close"))
		}
	}
	w.body = w.body[:0]
	switch {
	case chunked:
		err = w.readChunks()
	case length >= 0:
		err = w.readN(length)
	case status != 204 && status != 304:
		err = errAnswer
	}
	return status, last, err
}

func (w *Wire) line() ([]byte, error) {
	line, err := w.in.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

func (w *Wire) readN(n int) error {
	have := len(w.body)
	if have+n > maxAnswer {
		return errAnswer
	}
	if need := have + n; cap(w.body) < need {
		w.body = append(make([]byte, 0, need+512), w.body...)
	}
	w.body = w.body[:have+n]
	_, err := io.ReadFull(w.in, w.body[have:])
	return err
}

func (w *Wire) readChunks() error {
	for {
		line, err := w.line()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil {
			return errAnswer
		}
		if n == 0 {
			break
		}
		if err := w.readN(int(n)); err != nil {
			return err
		}
		if line, err = w.line(); err != nil || len(line) != 0 {
			return errors.Join(errAnswer, err)
		}
	}
	for { // trailers
		if line, err := w.line(); err != nil || len(line) == 0 {
			return err
		}
	}
}
