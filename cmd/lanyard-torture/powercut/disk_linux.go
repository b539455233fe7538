package powercut

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lanyard/cmd/lanyard-torture/part"
)

// From fs/ext4/ext4.h: end all writing now, with the journal not flushed.
const (
	ext4Shutdown   = 0x8004587d // EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32)
	shutdownNoSync = 2          // EXT4_GOING_FLAGS_NOLOGFLUSH
)

// disk is an ext4 file system of our own.
type disk struct {
	image, dir string
	mounted    bool
}

// newDisk of so many MiB, mounted at folder/disk. part.ErrNotHere: nobody may
// mount anything here.
func newDisk(ctx context.Context, folder string, mib int64) (*disk, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("%w: mounting a disk that can be taken away needs root", part.ErrNotHere)
	}
	d := &disk{image: filepath.Join(folder, "disk.ext4"), dir: filepath.Join(folder, "disk")}
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(d.image, mib<<20); err != nil {
		return nil, err
	}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		return nil, err
	}
	// without reserved blocks a full disk is full for root, too
	if err := command(ctx, "mkfs.ext4", "-q", "-F", "-m", "0", d.image); err != nil {
		return nil, err
	}
	if err := d.mount(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", part.ErrNotHere, err)
	}
	return d, nil
}

// mount replays the journal, as the first start after a power cut does.
func (d *disk) mount(ctx context.Context) error {
	err := command(ctx, "mount", "-o", "loop,errors=remount-ro", d.image, d.dir)
	d.mounted = err == nil
	return err
}

// unmount waits a little for files that a killed process still has open.
func (d *disk) unmount() error {
	if !d.mounted {
		return nil
	}
	var err error
	for range 100 {
		if err = command(context.Background(), "umount", d.dir); err == nil {
			d.mounted = false
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// again is what a machine does when its power is back: everything is read from
// the disk, after a check that mends what an error left.
func (d *disk) again(ctx context.Context) error {
	if err := d.unmount(); err != nil {
		return err
	}
	err := command(ctx, "e2fsck", "-p", "-f", d.image)
	var code *exec.ExitError
	if errors.As(err, &code) && code.ExitCode() > 2 { // 1 and 2: errors corrected
		return err
	}
	return d.mount(ctx)
}

// cut the power: nothing that is not on the disk by now will ever be.
func (d *disk) cut() error {
	f, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.IoctlSetPointerInt(int(f.Fd()), ext4Shutdown, shutdownNoSync)
}

// readOnly makes the file system fail as after a write error of its device.
func (d *disk) readOnly() error {
	source, err := d.source()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("/sys/fs/ext4", filepath.Base(source), "trigger_fs_error"), []byte("torture"), 0)
}

// source is the loop device that the file system is mounted from.
func (d *disk) source() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 1 && f[1] == d.dir {
			return f[0], nil
		}
	}
	return "", fmt.Errorf("%s is not mounted", d.dir)
}

// fill the disk to its last block.
func (d *disk) fill() error {
	f, err := os.Create(d.balloon())
	if err != nil {
		return err
	}
	defer f.Close()
	block := bytes.Repeat([]byte{0x5a}, 1<<20)
	for len(block) >= 1024 {
		if _, err = f.Write(block); errors.Is(err, unix.ENOSPC) {
			block = block[:len(block)/2]
		} else if err != nil {
			return err
		}
	}
	return nil
}

// release what fill took.
func (d *disk) release() error { return os.Remove(d.balloon()) }

func (d *disk) balloon() string { return filepath.Join(d.dir, "balloon") }

// command runs a program of the system, and its words are the error.
func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}
