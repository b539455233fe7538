// Package powercut takes the disk away from under a store while gates scan: the
// power fails, fsync fails, the disk is full, read-only, or keeps half of the last
// pages. After each the store is started on what the disk really has, and the
// journal is held against everything that the gates were told.
//
// The disk is an ext4 file system in a file, mounted through a loop device, which
// takes root. Its power is cut by the kernel's own means for file system tests,
// EXT4_IOC_SHUTDOWN without a flush of the journal: what was not synced is gone,
// as kill -9 alone never shows.
package powercut
