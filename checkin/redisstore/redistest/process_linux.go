package redistest

import "syscall"

// endWithParent ends a server with the test binary even when that is killed
// and runs no cleanup.
func endWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
