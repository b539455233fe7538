package rig

import (
	"bufio"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// echoes is a server that answers every line with itself and counts them.
func echoes(t *testing.T, got *atomic.Int32) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewScanner(c); in.Scan(); {
					got.Add(1)
					fmt.Fprintln(c, in.Text())
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestProxyFaults(t *testing.T) {
	var got atomic.Int32
	p, err := NewProxy(echoes(t, &got))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	say := func(c net.Conn, wait time.Duration) error {
		c.SetDeadline(time.Now().Add(wait))
		fmt.Fprintln(c, "hello")
		_, err := bufio.NewReader(c).ReadString('\n')
		return err
	}
	dial := func() net.Conn {
		c, err := net.Dial("tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	const long = 10 * time.Second
	c := dial()
	if err := say(c, long); err != nil || got.Load() != 1 {
		t.Fatalf("honest: %v, %d lines", err, got.Load())
	}
	p.Set(LoseAnswers)
	if err := say(c, long); err == nil || got.Load() != 2 {
		t.Errorf("a lost answer: %v, %d lines arrived", err, got.Load())
	}
	p.Set(BlackHole)
	hole := dial()
	if err := say(hole, 50*time.Millisecond); err == nil || got.Load() != 2 {
		t.Errorf("a black hole: %v, %d lines arrived", err, got.Load())
	}
	p.Set(Refuse)
	if err := say(dial(), long); err == nil || got.Load() != 2 {
		t.Errorf("refused: %v, %d lines arrived", err, got.Load())
	}
	p.Set(Honest)
	if err := say(hole, 50*time.Millisecond); err == nil {
		t.Error("what a black hole took from comes back to life")
	}
	c = dial()
	if err := say(c, long); err != nil || got.Load() != 3 {
		t.Errorf("honest again: %v, %d lines", err, got.Load())
	}
	if n := p.Cut(); n < 1 {
		t.Errorf("%d connections cut", n)
	}
	if err := say(c, long); err == nil {
		t.Error("a cut connection lives")
	}
	p.Delay(20 * time.Millisecond)
	began := time.Now()
	if err := say(dial(), long); err != nil || time.Since(began) < 40*time.Millisecond {
		t.Errorf("delayed both ways: %v after %s", err, time.Since(began))
	}
}
