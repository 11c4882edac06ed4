package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sdecontract/sdecontract/conformance"
	"github.com/sdecontract/sdecontract/conformance/report"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID",
		Short: "Explain a conformance check, with the requests that it sends",
		Long: `Explain a conformance check: what the documentation promises and where, what the check needs,
what makes it fail, and the requests that it sends. For those, the check is run against a
fresh built-in mock in this process; against another server, ids and aliases are others.

Exit status:
  0  it was explained
  2  there is no such check
  4  the built-in mock failed`,
		Example: `  # What this check wants, and how it asks.
  sdecontract explain alm/list/status`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("explain takes the id of one check; 'sdecontract list' tells them all")}
			}
			return nil
		},
		ValidArgsFunction: completeIDs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return explain(cmd.Context(), args[0], cmd.OutOrStdout())
		},
	}
}

func explain(ctx context.Context, id string, out io.Writer) error {
	checks := conformance.Checks()
	i := slices.IndexFunc(checks, func(c conformance.Check) bool { return c.ID == id })
	if i < 0 {
		return usageError{fmt.Errorf("no check is called %q%s", id, conformance.DidYouMean(id))}
	}
	c, style := checks[i], styleFor(out)
	result, err := conformance.Run(ctx, mockTarget(), conformance.WithSelection(id), conformance.WithPrefix("sdecontract-example-"))
	if err != nil {
		return exitError{conformance.ExitTargetFailed, err}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n\n", style.bold(c.ID), c.Says)
	fmt.Fprintf(&b, "source    %s\nevidence  %s: %s\n", c.Cite, c.Cite.Evidence, evidences[c.Cite.Evidence])
	fmt.Fprintf(&b, "level     %s: %s\nmode      %s\n", c.Level, levels[c.Level], c.Mode)
	for _, n := range c.Needs {
		fmt.Fprintf(&b, "needs     %s\n", n.Says)
	}
	if c.Fails != "" {
		fmt.Fprintf(&b, "fails on  %s\n", c.Fails)
	}
	fmt.Fprintf(&b, "\n%s\n", style.bold("What it asks of the built-in mock"))
	for _, r := range result.Results {
		for _, e := range result.Exchanges {
			if slices.Contains(r.Exchanges, e.Number) {
				explainExchange(&b, style, e)
			}
		}
		if len(r.Exchanges) == 0 {
			b.WriteString("  nothing: it looks back on what other checks were told\n")
		}
	}
	_, err = io.WriteString(out, b.String())
	return err
}

func explainExchange(b *strings.Builder, style style, e conformance.Exchange) {
	path := strings.TrimPrefix(e.URL, mockURL)
	fmt.Fprintf(b, "  %s %s %s\n", e.Method, report.Clean(path), style.dim("as "+orNobody(e.User)))
	if e.RequestBody != "" {
		fmt.Fprintf(b, "      %s\n", report.Body(string(e.RequestBody)))
	}
	fmt.Fprintf(b, "      %s\n      %s\n", report.Request(e), style.dim(fmt.Sprintf("is answered %d", e.Status)))
}

func orNobody(user string) string {
	if user == "" {
		return "nobody"
	}
	return user
}

// mockURL is where the built-in mock listens by default, so that the curl lines work with it.
const mockURL = "http://127.0.0.1:8080"

var evidences = map[conformance.Evidence]string{
	conformance.Stated:    "the documentation says so in words or in a table",
	conformance.Shown:     "the documentation's samples show it",
	conformance.Companion: "another page of the same release says so",
	conformance.Silent:    "the documentation says nothing; HTTP and REST have conventions",
}

var levels = map[conformance.Level]string{
	conformance.Must:   "a broken promise is a failure",
	conformance.Should: "a broken promise is a warning",
	conformance.Probe:  "it notes which of the permitted behaviours the server has",
}
