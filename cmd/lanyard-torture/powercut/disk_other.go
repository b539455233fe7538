//go:build !linux

package powercut

import (
	"context"
	"fmt"

	"lanyard/cmd/lanyard-torture/part"
)

// disk exists on Linux only.
type disk struct{ dir string }

var errNoDisk = fmt.Errorf("%w: only Linux has a disk that can be taken away", part.ErrNotHere)

func newDisk(context.Context, string, int64) (*disk, error) { return nil, errNoDisk }

func (*disk) again(context.Context) error { return errNoDisk }
func (*disk) unmount() error              { return nil }
func (*disk) cut() error                  { return errNoDisk }
func (*disk) readOnly() error             { return errNoDisk }
func (*disk) fill() error                 { return errNoDisk }
func (*disk) release() error              { return errNoDisk }
