//go:build !unix

package main

// terminalInterrupts tells whether Ctrl-C reaches commands without our help: a console of Windows sends it to every
// process that it shows.
func terminalInterrupts() bool { return true }
