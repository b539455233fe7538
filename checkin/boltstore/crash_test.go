package boltstore_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"lanyard/checkin"
	"lanyard/checkin/boltstore"
	"lanyard/checkin/storetest"
)

// The test binary runs itself as the process that is going to die: these name
// what it does, and the store's folder and first reading.
const (
	roleVar  = "LANYARD_TEST_ROLE"
	dirVar   = "LANYARD_TEST_DIR"
	firstVar = "LANYARD_TEST_FIRST"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVar) {
	case "":
		os.Exit(m.Run())
	case "scan":
		die(scanForever(false))
	case "full":
		die(scanForever(true))
	}
}

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// scanForever scans from many goroutines and writes a line for every answer
// that it gets: "ack READING SEQ RESULT". With a disk that is going to be full
// it ends when the store does.
func scanForever(full bool) error {
	var first int
	fmt.Sscan(os.Getenv(firstVar), &first)
	s, err := boltstore.Open(os.Getenv(dirVar), boltstore.Options{FoldEvery: 40})
	if err != nil {
		return err
	}
	if full {
		// Go would end on the signal; the write's own error is what a full disk gives.
		signal.Ignore(syscall.SIGXFSZ)
		const limit = 1 << 20
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	const workers = 8
	for w := range workers {
		wg.Go(func() {
			for n := first + w; ; n += workers {
				got, err := s.Scan(background, "expo", []checkin.Scan{storetest.Reading(n)})
				if err != nil {
					if !errors.Is(err, checkin.ErrUnavailable) {
						die(err)
					}
					return
				}
				a := got[0].Answer
				out.Lock()
				fmt.Printf("ack %d %d %s\n", n, a.Seq, a.Result)
				out.Unlock()
			}
		})
	}
	wg.Wait()
	<-s.Failed()
	if s.Err() == nil || !errors.Is(s.Ping(background), checkin.ErrUnavailable) {
		return errors.New("the store goes on as if nothing had happened")
	}
	if _, err := s.Counts(background, "expo", time.Now()); !errors.Is(err, checkin.ErrUnavailable) {
		return fmt.Errorf("reading after the failure: %w", err)
	}
	if _, err := s.Scan(background, "expo", []checkin.Scan{storetest.Reading(first)}); !errors.Is(err, checkin.ErrUnavailable) {
		return fmt.Errorf("a replay after the failure: %w", err)
	}
	fmt.Println("over")
	return nil
}

type ack struct {
	seq    uint64
	result checkin.Result
}

// child starts the test binary in a role.
func child(t *testing.T, role, dir string, first int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role, dirVar+"="+dir, fmt.Sprint(firstVar, "=", first))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// acknowledged reads the child's lines until they end, or until enough has
// come and stop is called. Half a line, cut by the kill, is no answer.
func acknowledged(t *testing.T, lines *bufio.Scanner, acks map[int]ack, enough int, stop func()) (over bool) {
	t.Helper()
	last := 0
	for lines.Scan() {
		var n int
		var a ack
		if lines.Text() == "over" {
			over = true
		} else if c, err := fmt.Sscanf(lines.Text(), "ack %d %d %s", &n, &a.seq, &a.result); c == 3 && err == nil && known(a.result) {
			if old, ok := acks[n]; ok && old != a {
				t.Errorf("reading %d was answered %v and then %v", n, old, a)
			}
			acks[n] = a
			if last++; last == enough && stop != nil {
				stop()
			}
		}
	}
	return over
}

func known(r checkin.Result) bool {
	return r == checkin.Admitted || r == checkin.Exited || r == checkin.Denied
}

// wantAcknowledged demands every scan that was answered, once, as it was answered.
func wantAcknowledged(t *testing.T, dir string, acks map[int]ack) {
	t.Helper()
	s := open(t, dir)
	defer s.Close()
	rows, err := s.Journal(background, "expo", 0, 10_000_000)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]checkin.Row{}
	for _, r := range rows {
		if r.Kind != checkin.KindScan {
			continue
		}
		if old, twice := of[r.ScanID]; twice {
			t.Fatalf("scan %s is in rows %d and %d", r.ScanID, old.Seq, r.Seq)
		}
		of[r.ScanID] = r
	}
	for n, a := range acks {
		if r := of[storetest.Reading(n).ID]; r.Seq != a.seq || r.Result != a.result {
			t.Fatalf("reading %d was answered %s in row %d, which is now %d, %s", n, a.result, a.seq, r.Seq, r.Result)
		}
	}
	storetest.Audit(t, s, "expo")
}

// A process that is killed under load has lost nothing that it answered. What
// it didn't answer is settled by asking again.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	acks := map[int]ack{}
	for round := range 20 {
		// Every other process begins where the one before was killed: what was
		// under way there is asked again.
		first := round / 2 * 100_000
		enough := 1 + rand.IntN(100)
		cmd, lines := child(t, "scan", dir, first)
		acknowledged(t, lines, acks, enough, func() {
			if round == 0 {
				if _, err := boltstore.Open(dir, boltstore.Options{}); !errors.Is(err, boltstore.ErrLocked) {
					t.Errorf("opened under a running process: %v", err)
				}
			}
			cmd.Process.Kill()
		})
		err := cmd.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("round %d: the process ended by itself: %v", round, err)
		}
		if round%10 == 9 {
			wantAcknowledged(t, dir, acks)
		}
	}
	if len(acks) < 20 {
		t.Errorf("only %d answers in 20 rounds", len(acks))
	}
	s = open(t, dir)
	want := records(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "folds")); err != nil {
		t.Fatal(err)
	}
	wantAfterStart(t, "from the journal", dir, want)
}

// A disk that takes no more: the scans under way are not answered, and none
// after them. All that was answered is there.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	storetest.NewEvent(t, s, "expo")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	acks := map[int]ack{}
	cmd, lines := child(t, "full", dir, 0)
	over := acknowledged(t, lines, acks, 0, nil)
	if err := cmd.Wait(); err != nil || !over {
		t.Fatalf("the process ended: %v", err)
	}
	if len(acks) == 0 {
		t.Error("the disk was full before the first answer")
	}
	wantAcknowledged(t, dir, acks)
	s = open(t, dir) // once there is room again
	defer s.Close()
	scans(t, s, "expo", 1_000_000, 1_000_100)
}

// The files as they are while the store is open and nothing is under way are
// those of a machine that lost power then.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	dir, after := t.TempDir(), t.TempDir()
	s := open(t, dir)
	defer s.Close()
	storetest.NewEvent(t, s, "expo")
	for round := range 4 {
		scans(t, s, "expo", round*50, round*50+50)
		want := records(t, s)
		image := filepath.Join(after, fmt.Sprint(round))
		if err := os.MkdirAll(image, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(image, "lanyard.db"), read(t, filepath.Join(dir, "lanyard.db")), 0o600); err != nil {
			t.Fatal(err)
		}
		wantAfterStart(t, "after a power cut", image, want)
	}
}
