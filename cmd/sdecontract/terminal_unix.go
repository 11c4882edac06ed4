//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// terminalInterrupts tells whether Ctrl-C reaches commands without our help: a terminal sends it to every process in
// the foreground. To pass it on as well would interrupt them twice.
func terminalInterrupts() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	foreground, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}
