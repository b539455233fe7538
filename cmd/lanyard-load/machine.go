package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// describeMachine says what the numbers were measured on: they mean nothing
// without it.
func describeMachine(ctx context.Context, w io.Writer, lanyard, dir string) {
	fmt.Fprintf(w, "machine    %s, %d cores, %s/%s, %s\n", processorName(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, memoryTotal())
	fmt.Fprintf(w, "kernel     %s\n", firstLine("/proc/sys/kernel/osrelease"))
	fmt.Fprintf(w, "versions   %s; %s; %s\n", runtime.Version(), output(ctx, lanyard, "--version"), output(ctx, "redis-server", "--version"))
	const tmpfs = 0x01021994
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err == nil && int64(fs.Type) == tmpfs {
		fmt.Fprintf(w, "warning    %s is in memory: syncing to it costs nothing, choose another --dir\n", dir)
	}
	if load := firstLine("/proc/loadavg"); load != "" {
		fmt.Fprintf(w, "load       %s before the first row\n", load)
	}
}

func processorName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "unknown processor"
}

func memoryTotal() string {
	line := firstLine("/proc/meminfo")
	var kb int64
	if _, err := fmt.Sscanf(line, "MemTotal: %d kB", &kb); err != nil {
		return "unknown memory"
	}
	return fmt.Sprintf("%.1f GiB", float64(kb)/(1<<20))
}

func firstLine(file string) string {
	text, _ := os.ReadFile(file) // what can't be read is not said
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return name + " (" + err.Error() + ")"
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	line, _, _ = strings.Cut(line, " sha=") // Redis goes on with its build
	return line
}
