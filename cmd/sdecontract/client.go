package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sdecontract/sdecontract/mock"
)

// The variables that a command gets from its mock.
const (
	urlVariable     = "SDECONTRACT_URL"
	caVariable      = "SDECONTRACT_CA_FILE"
	controlVariable = "SDECONTRACT_CONTROL_URL"
	tokenVariables  = "SDECONTRACT_TOKEN_" //nolint:gosec // a name, not a token
)

// runClient runs a command against a mock of its own, and judges what the command did as a client.
func runClient(cmd *cobra.Command, flags mockFlags, args []string) error {
	return runAgainst(cmd, flags, args, mockFlags.prepare)
}

// runAgainst runs a command against what prepare makes.
func runAgainst(cmd *cobra.Command, flags mockFlags, args []string, prepare func(mockFlags, context.Context, func(mock.Exchange)) (*service, error)) error {
	errOut := cmd.ErrOrStderr()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if !cmd.Flags().Changed("listen") {
		flags.listen = "127.0.0.1:0"
	}
	if !cmd.Flags().Changed("log") {
		flags.log = "none"
	}
	logger, err := newLogger(flags.log, errOut)
	if err != nil {
		return usageError{err}
	}
	judge, err := flags.judge()
	if err != nil {
		return err
	}
	s, err := prepare(flags, cmd.Context(), func(e mock.Exchange) { judge.Observe(e); logger(e) })
	if err != nil {
		return err
	}
	env, err := s.environment(cmd.Flags())
	if err != nil {
		return errors.Join(err, s.close())
	}
	_, _ = io.WriteString(errOut, announced(s.latitudes, flags))
	s.start(errOut)
	client := &exec.Cmd{Args: args, Env: env, Stdin: cmd.InOrStdin(), Stdout: cmd.OutOrStdout(), Stderr: errOut}
	status, err := execute(client, signals)
	judge.faults = s.Faults() // stopping clears them
	select {
	case failure := <-s.failed:
		err = errors.Join(err, exitError{exitFailed, fmt.Errorf("the %s failed: %w", cmd.Name(), failure)})
	default:
	}
	if err = errors.Join(err, s.stop(cmd.Context())); err != nil {
		return err
	}
	return judge.conclude(s, status, cmd.OutOrStdout(), errOut)
}

// execute runs the command, passes signals on, and returns its exit status. The second signal kills it.
func execute(client *exec.Cmd, signals <-chan os.Signal) (status int, err error) {
	name := client.Args[0]
	if client.Path, err = exec.LookPath(name); err != nil {
		return 0, cantStart(name, err)
	}
	client.WaitDelay = time.Second // for what the command leaves behind, if it holds a pipe of ours
	if err := client.Start(); err != nil {
		return 0, cantStart(name, err)
	}
	ended, end := context.WithCancel(context.Background())
	go func() {
		for passed := 0; ; passed++ {
			select {
			case <-ended.Done():
				return
			case s := <-signals:
				switch {
				case passed > 0:
					_ = client.Process.Kill()
				case s == os.Interrupt && terminalInterrupts():
				default:
					_ = client.Process.Signal(s)
				}
			}
		}
	}()
	err = client.Wait()
	end()
	if client.ProcessState == nil {
		return 0, err
	}
	if wait, ok := client.ProcessState.Sys().(syscall.WaitStatus); ok && wait.Signaled() {
		return 128 + int(wait.Signal()), nil
	}
	return client.ProcessState.ExitCode(), nil
}

// cantStart is about a command that is no program, or not here.
func cantStart(name string, err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("%q can't be started: %w", name, err)
}

// environment is that of a command: this process's, without what was meant for this mock alone or comes from a
// mock around it, and where the mock is.
func (s *service) environment(flags *pflag.FlagSet) ([]string, error) {
	own := map[string]bool{urlVariable: true, caVariable: true, controlVariable: true}
	flags.VisitAll(func(f *pflag.Flag) { own[variable(f)] = true })
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !own[name] && !strings.HasPrefix(name, tokenVariables) {
			env = append(env, entry)
		}
	}
	env = append(env, urlVariable+"="+s.url)
	if s.control.url != "" {
		env = append(env, controlVariable+"="+s.control.url)
	}
	if s.caFile != "" {
		env = append(env, caVariable+"="+s.caFile)
	}
	holders := map[string]string{}
	for _, u := range s.World().Users() {
		name := tokenVariable(u.Name)
		if other, taken := holders[name]; taken {
			return nil, fmt.Errorf("the tokens of the users %q and %q would both be %s: rename one of them", other, u.Name, name)
		}
		holders[name] = u.Name
		env = append(env, name+"="+u.Token)
	}
	return env, nil
}

// tokenVariable is the name of the variable that holds a user's token.
func tokenVariable(user string) string {
	return tokenVariables + strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z' || '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, user)
}
