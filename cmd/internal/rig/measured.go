package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Used is what a program took that ran to its end.
type Used struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes resident at the most
}

// RunMeasured is Run for a program whose words matter only when it fails.
func RunMeasured(ctx context.Context, env []string, name string, args ...string) (Used, error) {
	var said lastWords
	p := &Process{cmd: exec.CommandContext(ctx, name, args...)}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.SysProcAttr = endWithParent()
	p.cmd.Stdout, p.cmd.Stderr = &said, &said
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		return Used{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	// What the kernel tells once it has ended would count what this program had
	// when it began it.
	var u Used
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if m, err := p.ReadMemory(); err == nil {
				u.Peak = max(u.Peak, m.Peak)
			}
		case err := <-ended:
			u.Wall, u.CPU = time.Since(begun), p.cmd.ProcessState.UserTime()+p.cmd.ProcessState.SystemTime()
			if err != nil {
				err = fmt.Errorf("%s %s: %w: %s", name, args[0], err, said.String())
			}
			return u, err
		}
	}
}
