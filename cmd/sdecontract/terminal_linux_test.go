package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"
)

// counts is a command that counts interruptions, and ends a moment after the first with status 40 and their number.
const counts = `trap 'n=$((n+1))' INT; echo ready; while [ -z "$n" ]; do sleep 0.05; done; sleep 0.2; exit $((40+n))`

// TestInterruptIsPassedOn: without a terminal, nobody else interrupts the command.
func TestInterruptIsPassedOn(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sdecontract", "mock", "--", "sh", "-c", counts)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := cmd.StdoutPipe()
	assert.NilError(t, err)
	assert.NilError(t, cmd.Start())
	ready, err := bufio.NewReader(stdout).ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, ready, "ready\n")
	assert.NilError(t, cmd.Process.Signal(os.Interrupt))
	assert.Error(t, cmd.Wait(), "exit status 41")
}

// TestCtrlCReachesTheCommandOnce: a terminal interrupts both of us.
func TestCtrlCReachesTheCommandOnce(t *testing.T) {
	keyboard, tty := terminal(t)
	cmd := exec.CommandContext(t.Context(), "sdecontract", "mock", "--", "sh", "-c", counts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	assert.NilError(t, cmd.Start())
	ready, err := bufio.NewReader(keyboard).ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(ready), "ready")
	_, err = keyboard.WriteString("\x03")
	assert.NilError(t, err)
	assert.Error(t, cmd.Wait(), "exit status 41")
}

// terminal makes a pseudo-terminal. What is written to the keyboard is typed; what is read from it is shown.
func terminal(t *testing.T) (keyboard, tty *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	assert.NilError(t, unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	assert.NilError(t, err)
	tty, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = tty.Close() })
	return keyboard, tty
}
