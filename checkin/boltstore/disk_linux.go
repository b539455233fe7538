package boltstore

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget makes the system read a file from its disk again. After an fsync that
// failed Linux goes on serving what was to be written as if it had been, and
// marks it clean: a store opened on that would build on rows that are nowhere
// (PostgreSQL's wiki, "Fsync Errors"). Pages that are yet to be written stay.
func forget(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}
