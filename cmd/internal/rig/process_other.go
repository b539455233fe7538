//go:build !linux

package rig

import "syscall"

// endWithParent has no counterpart here: a killed run leaves its servers behind.
func endWithParent() *syscall.SysProcAttr { return nil }
