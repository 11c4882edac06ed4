package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
	"github.com/sdecontract/sdecontract/explore"
	"github.com/sdecontract/sdecontract/explore/model"
)

type exploreFlags struct {
	target      string
	againstMock bool
	mode        string
	seed        uint64
	duration    time.Duration
	requests    int
	rps         float64
	timeout     time.Duration
	maxCreates  int
	maxFindings int
	reports     []string
	corpus      string
	replay      string
	ledger      string
}

func exploreCommand() *cobra.Command {
	var flags exploreFlags
	cmd := &cobra.Command{
		Use:   "explore --target FILE",
		Short: "Look for what nobody has thought of, with generated requests",
		Long: `Send generated requests to a server, right ones and wrong ones, in sequences of several users,
and compare what it answers with what the built-in mock answers to the same. What the
documentation leaves open is never a finding. What is one is repeated, made as short as
possible, and reported as a story and as a script of curl lines. Findings are no verdict on
conformance: that is what 'sdecontract verify' is for.

A server is written to if its target file says writes: {allow: true}, or if it is on this machine
and the file doesn't say false: the run creates connections of its own, which can't be deleted by
documented means. It leaves them at the frequency manually, lists them, and keeps a ledger of
them. Any other server is only read. Tokens come from the environment variables that the target file names.

Exit status:
  0  no finding, or only doubtful ones
  1  a finding
  2  a flag or a file can't be used
  3  incomplete: interrupted, the target too busy, every token refused, or its lists too long
  4  the target could not be reached
If several hold, the first of 2, 1, 4, 3 wins.`,
		Example: `  # 2000 requests, or a minute, whatever ends first.
  sdecontract explore --target target.yaml

  # An hour, ten requests a second; keep what is found, and try it first next time.
  sdecontract explore --target target.yaml --duration 1h --requests 36000 --rps 10 --corpus findings

  # The same requests as last time, or one finding alone.
  sdecontract explore --target target.yaml --seed 42
  sdecontract explore --target target.yaml --replay findings/hidden-getAlmConnection-params-41f0c2aa.json

  # See what it looks like, without a server.
  sdecontract explore --against-mock`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				flags.seed = rand.Uint64N(1 << 32) //nolint:gosec // it is no secret
			}
			return runExplore(cmd.Context(), flags, cmd.Flags().Changed("max-creates"), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	targetFlag(cmd, &flags.target)
	f.BoolVar(&flags.againstMock, "against-mock", false, "explore a fresh built-in mock in this process instead of a target")
	f.StringVar(&flags.mode, "mode", "", "`mode`: read-only or write (default: write where the target allows it)")
	f.Uint64Var(&flags.seed, "seed", 0, "decides what is asked: the same `number` asks the same (default: a random one, which is printed)")
	f.DurationVar(&flags.duration, "duration", time.Minute, "how long at most; 0 is no bound")
	f.IntVar(&flags.requests, "requests", 2000, "`number` of requests at most, those that examine findings included")
	f.Float64Var(&flags.rps, "rps", 0, "`number` of requests in a second at most; 0 is no bound")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "for each request")
	f.IntVar(&flags.maxCreates, "max-creates", 24, "`number` of connections created at most, half of each kind; wins over the target file")
	f.IntVar(&flags.maxFindings, "max-findings", 20, "`number` of findings at which to end")
	f.StringArrayVar(&flags.reports, "report", nil, "also write FORM=`FILE`; repeatable, - is the standard output; the forms:\n"+joined(exploreForms.names()))
	f.StringVar(&flags.corpus, "corpus", "", "`directory` of findings: those in it are tried first, new ones are added")
	f.StringVar(&flags.replay, "replay", "", "`file` of a finding: try only that")
	f.StringVar(&flags.ledger, "ledger", "sdecontract-ledger.jsonl", "`file` to which each created connection is added, for 'sdecontract retire'")
	_ = cmd.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions([]string{string(conformance.Read), string(conformance.Write)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// exploreForms are the forms of the report on an exploration.
var exploreForms = formsOf[*explore.Report]{
	{"text", func(w io.Writer, r *explore.Report, style report.Style) error { return explore.Text(w, r, style.Color) }},
	{"json", unstyled(explore.JSON)},
}

// runExplore explores and writes the reports. The error bears the exit status.
func runExplore(ctx context.Context, flags exploreFlags, limited bool, out, errOut io.Writer) error {
	target, err := flags.choose(limited)
	if err != nil {
		return err
	}
	reports, err := exploreForms.open(flags.reports)
	if err != nil {
		return err
	}
	options, err := flags.options(target, errOut)
	if err != nil {
		return err
	}
	progress := newProgress(errOut)
	options.Progress = func(requests, findings int) {
		progress.tell("%d of %d requests, findings: %d", requests, flags.requests, findings)
	}
	result, err := explore.Run(ctx, target, model.Of, options)
	progress.clear()
	if result == nil {
		return usageError{err}
	}
	if flags.corpus != "" {
		if err := explore.Save(flags.corpus, result.Findings); err != nil {
			return fmt.Errorf("--corpus: %w", err)
		}
	}
	style := report.Style{Color: bool(styleFor(out))}
	taken, err := reports.write(result, out, style)
	if !taken {
		err = errors.Join(err, explore.Text(out, result, style.Color))
	}
	if err != nil {
		return err
	}
	return exitStatus(result.ExitStatus())
}

// choose returns the target that the flags name, with their limits.
func (flags exploreFlags) choose(limited bool) (*conformance.Target, error) {
	if flags.requests < 1 || flags.maxFindings < 1 || flags.duration < 0 {
		return nil, usageError{errors.New("--requests and --max-findings must be 1 or more, and --duration not negative")}
	}
	return verifyFlags{
		target: flags.target, againstMock: flags.againstMock, mode: flags.mode, rps: flags.rps, timeout: flags.timeout,
		maxCreates: flags.maxCreates,
	}.choose(limited)
}

// options are those of the run. They say what a run that creates something will leave behind.
func (flags exploreFlags) options(target *conformance.Target, errOut io.Writer) (explore.Options, error) {
	o := explore.Options{
		Seed: flags.seed, Duration: flags.duration, Requests: flags.requests, RPS: flags.rps, Timeout: flags.timeout,
		MaxFindings: flags.maxFindings, ReadOnly: flags.mode == string(conformance.Read), Replay: flags.replay != "",
	}
	var err error
	switch {
	case flags.replay != "":
		o.Sequences = make([]explore.Saved, 1)
		if o.Sequences[0], err = explore.ReadSaved(flags.replay); err != nil {
			return o, fmt.Errorf("--replay: %w", err)
		}
	case flags.corpus != "":
		if o.Sequences, err = explore.ReadCorpus(flags.corpus); err != nil {
			return o, fmt.Errorf("--corpus: %w", err)
		}
	}
	if o.ReadOnly || flags.againstMock || !target.MayWrite() {
		return o, nil
	}
	if err := writable(flags.ledger); err != nil {
		return o, fmt.Errorf("--ledger: %w", err)
	}
	o.Ledger = func(c conformance.Created) error { return conformance.AppendLedger(flags.ledger, c) }
	_, err = fmt.Fprintf(errOut, "will create up to %d connections at %s, which can't be deleted by documented means; %s will list them\n",
		target.Writes.Budget(), target.URL, flags.ledger)
	return o, err
}
