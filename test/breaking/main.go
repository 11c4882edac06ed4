// Command breaking compares the contracts with those that were last released, and fails if a change that can break a
// client isn't named in the changelog.
//
//	go run . DIRECTORY    # of the repository
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

// heading is where the changelog names what breaks clients, below "## Unreleased".
const heading = "### Breaking changes of the contract"

// contracts are there twice: in the repository, and below accepted as they were last released.
var contracts = []string{"openapi.yaml", "mock/control/openapi.yaml"}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: breaking DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string) error {
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md")) //nolint:gosec // the caller says where
	if err != nil {
		return err
	}
	var all []change
	for _, contract := range contracts {
		released, now := filepath.Join("accepted", contract), filepath.Join(root, contract)
		found, err := compare(released, now, contract)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	return judge(all, string(changelog))
}

// change is one that can break a client.
type change struct {
	contract  string // its file
	place     string // file and line of what changed, or of the operation; of what is gone, in the released contract
	operation string // operationId, or empty if it isn't about one
	endpoint  string // method and path
	text      string
}

// name is what the changelog must call it.
func (c change) name() string {
	if c.operation == "" {
		return c.contract
	}
	return c.operation
}

func (c change) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s", c.place, c.operation, c.endpoint)) + "\n    " + c.text
}

// compare lists what can break a client of the old contract that meets a server of the new one. What oasdiff only
// warns of is among it. It doesn't read x- keys: what they promise to clients, the suite and its mutants hold.
func compare(released, now, contract string) ([]change, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	before, err := load.NewSpecInfo(loader, load.NewSource(released), load.WithFlattenParams())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", released, err)
	}
	after, err := load.NewSpecInfo(loader, load.NewSource(now), load.WithFlattenParams())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", now, err)
	}
	report, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), before, after)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", now, err)
	}
	var found []change
	words := checker.NewDefaultLocalizer()
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), report, sources, checker.WARN) {
		one := change{contract: contract, operation: c.GetOperationId(), endpoint: strings.TrimSpace(c.GetOperation() + " " + c.GetPath()), text: c.GetUncolorizedText(words)}
		if source := c.GetRevisionSource(); source != nil {
			one.place = fmt.Sprintf("%s:%d", contract, source.Line)
		} else if source := c.GetBaseSource(); source != nil {
			one.place = fmt.Sprintf("test/breaking/%s:%d", released, source.Line)
		}
		found = append(found, one)
	}
	return found, nil
}

// judge returns an error that tells of each change which the changelog doesn't name. What else that names is welcome:
// not every change of behaviour can be read off the contracts.
func judge(all []change, changelog string) error {
	named := names(changelog)
	var wrong strings.Builder
	var missing []string
	for _, c := range all {
		if !named[c.name()] {
			missing = append(missing, c.name())
			fmt.Fprintln(&wrong, c)
		}
	}
	if missing == nil {
		return nil
	}
	slices.Sort(missing)
	return fmt.Errorf("%s\nThis breaks clients of the released contract. Undo it, or tell them in CHANGELOG.md, below %q:\n\n%s\n\n* `%s`: what changes, and what clients must do",
		&wrong, "## Unreleased", heading, strings.Join(slices.Compact(missing), "`, `"))
}

// names returns what each line below the heading begins with, in backticks and before a colon.
func names(changelog string) map[string]bool {
	named := map[string]bool{}
	_, unreleased, _ := strings.Cut(changelog, "\n## Unreleased\n")
	unreleased, _, _ = strings.Cut(unreleased, "\n## ")
	_, section, _ := strings.Cut(unreleased, "\n"+heading+"\n")
	section, _, _ = strings.Cut(section, "\n### ")
	for _, line := range regexp.MustCompile("(?m)^\\* (`[^:\n]+`):").FindAllStringSubmatch(section, -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(line[1], -1) {
			named[name[1]] = true
		}
	}
	return named
}
