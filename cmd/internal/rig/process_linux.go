package rig

import "syscall"

// endWithParent asks a server to stop when this program is killed and can't
// do it itself.
func endWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
