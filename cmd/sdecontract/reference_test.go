package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/sdecontract/sdecontract/internal/md"
)

const commandsFile = "../../docs/reference/commands.md"

// TestReference: docs/reference/commands.md is what the help texts say. make reference writes it anew.
func TestReference(t *testing.T) {
	want := commandsPage()
	if golden.FlagUpdate() {
		assert.NilError(t, os.WriteFile(commandsFile, []byte(want), 0o644))
		return
	}
	got, err := os.ReadFile(commandsFile)
	assert.NilError(t, err)
	assert.Assert(t, string(got) == want, "%s is not what the help texts say: run 'make reference', and read the difference", commandsFile)
}

// commands are all of them, the root first, as the help lists them.
func commands() []*cobra.Command {
	root := rootCommand()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var all []*cobra.Command
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		all = append(all, c)
		for _, child := range c.Commands() {
			if child.IsAvailableCommand() {
				walk(child)
			}
		}
	}
	walk(root)
	return all
}

// ours tells whether the help of the command is this program's own: completion is cobra's.
func ours(c *cobra.Command) bool { return !strings.Contains(c.CommandPath()+" ", " completion ") }

func commandsPage() string {
	var b strings.Builder
	b.WriteString(`<!-- Written by 'make reference' from the program itself: change that, not this page. -->

# Commands

For whoever types or scripts commands: each of them with its flags, exit statuses and examples, as ` + "`--help`" + ` tells them.

| Command | What it does |
|---|---|
`)
	all := commands()
	for _, c := range all[1:] {
		if ours(c) || ours(c.Parent()) {
			fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", strings.TrimPrefix(c.CommandPath(), "sdecontract "), commandAnchor(c), md.Prose(c.Short))
		}
	}
	b.WriteString("\nA flag that isn't given has the value of its variable, if that is set. Variables of any other name do nothing.\n")
	for _, c := range all {
		if ours(c) || ours(c.Parent()) {
			commandSection(&b, c)
		}
	}
	return b.String()
}

func commandAnchor(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func commandSection(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n", c.CommandPath())
	if c.HasParent() && c.Runnable() {
		fmt.Fprintf(b, "```text\n%s\n```\n\n", c.UseLine())
	}
	b.WriteString(helpText(c.Long))
	flagTable(b, c)
	if c.Example != "" {
		fmt.Fprintf(b, "\n**Examples**\n\n```text\n%s\n```\n", dedent(c.Example))
	}
	if !ours(c) {
		b.WriteString("\nIts subcommands are the shells:")
		for _, shell := range c.Commands() {
			fmt.Fprintf(b, " `%s`", shell.Name())
		}
		b.WriteString(".\n")
	}
}

// pagesOf are where the values of flags are described.
var pagesOf = map[string]string{
	"target": "target-file.md", "known": "known-file.md", "world": "world-file.md", "fault": "fault-rules.md", "check": "checks.md",
}

// flagTable adds the flags; the one for help is the same everywhere.
func flagTable(b *strings.Builder, c *cobra.Command) {
	rows := 0
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		if rows++; rows == 1 {
			b.WriteString("\n| Flag, variable | Default | Meaning |\n|---|---|---|\n")
		}
		name, usage := pflag.UnquoteUsage(f)
		if f.Value.Type() == "bool" {
			name = ""
		}
		usage, value := withoutDefault(usage, f.DefValue)
		meaning := md.Prose(usage)
		if page := pagesOf[f.Name]; page != "" {
			meaning += "; see [" + strings.ReplaceAll(strings.TrimSuffix(page, ".md"), "-", " ") + "](" + page + ")"
		}
		fmt.Fprintf(b, "| <a id=%q></a>`%s`<br>`%s` | %s | %s |\n", strings.TrimPrefix(commandAnchor(c), "sdecontract-")+"--"+f.Name,
			spelled(f, name), variable(f), value, meaning)
	})
}

// spelled is the flag with the name of its value, as it is typed.
func spelled(f *pflag.Flag, value string) string {
	switch {
	case value == "":
		return "--" + f.Name
	case f.NoOptDefVal != "":
		return "--" + f.Name + "[=" + value + "]"
	}
	return "--" + f.Name + " " + value
}

var defaultInWords = regexp.MustCompile(`\s*\(default:\s*([^)]*)\)`)

// withoutDefault takes the default in words out of the usage of a flag.
func withoutDefault(usage, value string) (rest, shown string) {
	if m := defaultInWords.FindStringSubmatch(usage); m != nil {
		return strings.Replace(usage, m[0], "", 1), md.Prose(m[1])
	}
	if slices.Contains([]string{"", "[]", "0", "0s", "false"}, value) {
		return usage, ""
	}
	return usage, "`" + strings.Trim(value, "[]") + "`"
}

var statusLine = regexp.MustCompile(`^  (\d)  (.*)$`)

// exitStatuses are told in a list at the end, or before a last sentence.
var exitStatuses = regexp.MustCompile(`(?m)^Exit status(, .*)?:\n(  .*\n)?  0  `)

// helpText is a help text in Markdown: what is indented stays as it is, and statuses become a table.
func helpText(text string) string {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		lines := strings.Split(paragraph, "\n")
		for len(lines) > 0 {
			n := 1
			indented := strings.HasPrefix(lines[0], " ")
			for n < len(lines) && strings.HasPrefix(lines[n], " ") == indented {
				n++
			}
			switch part := lines[:n]; {
			case indented && slices.ContainsFunc(part, statusLine.MatchString):
				b.WriteString(statuses(part))
			case indented:
				b.WriteString("```text\n" + dedent(strings.Join(part, "\n")) + "\n```\n\n")
			case strings.HasPrefix(part[0], "Exit status"):
				b.WriteString("**" + strings.TrimSuffix(part[0], ":") + "**\n\n")
			default:
				b.WriteString(md.Prose(strings.Join(part, " ")) + "\n\n")
			}
			lines = lines[n:]
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func statuses(lines []string) string {
	table := "| Status | When |\n|---|---|\n"
	for _, line := range lines {
		if m := statusLine.FindStringSubmatch(line); m != nil {
			table += fmt.Sprintf("| `%s` | %s |\n", m[1], md.Prose(m[2]))
		} else {
			table += fmt.Sprintf("| other | %s |\n", md.Prose(line))
		}
	}
	return table + "\n"
}

// dedent takes away the two blanks with which lines of a help text are indented.
func dedent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

// TestHelpIsWhole: each command says what it does, how it ends, and shows how it is used.
func TestHelpIsWhole(t *testing.T) {
	for _, c := range commands() {
		if !ours(c) {
			continue
		}
		assert.Check(t, c.Long != "" && c.Example != "", "%s has no description or no example", c.CommandPath())
		assert.Check(t, !c.HasParent() || exitStatuses.MatchString(c.Long), "%s doesn't say how it ends", c.CommandPath())
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			assert.Check(t, f.Usage != "", "%s --%s", c.CommandPath(), f.Name)
		})
	}
}
