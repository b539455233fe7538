package boltstore

import (
	"fmt"
	"runtime/debug"
)

// reading turns a page that can't be read from the disk into an error. The
// file is mapped into memory, where a failed read is a fault (SIGBUS) that
// would end the program.
func reading(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		fault, ok := r.(interface {
			error
			Addr() uintptr
		})
		if !ok {
			panic(r)
		}
		err = fmt.Errorf("the disk could not be read: %w", fault)
	}()
	return f()
}
