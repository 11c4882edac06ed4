// Package conformance exercises a live implementation of the SD Elements API v2 connections and tells,
// behaviour by behaviour, whether it does what the vendor's documentation says.
//
// A [Check] tells in Go what a client sees, and cites the place in the documentation that promises it.
// [Checks] is the catalogue; [Run] runs it, or a part of it, against a [Target].
package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Check is one documented behaviour of one kind of connection.
type Check struct {
	ID    string // "alm/create/frequency-default": never renamed, never used again, never a position
	Kind  Kind   // of connection that it is about
	Says  string // the promise in our own words, one sentence
	Cite  Cite   // where the documentation promises it
	Level Level  // what a broken promise means
	Mode  Mode   // whether it changes anything at the target
	Needs []Need // what the target must offer
	Fails string // what would make it fail, for people who wonder
	Run   func(*T)
}

// Kind is a kind of connection.
type Kind string

// The kinds, as they stand in the paths of the API.
const (
	ALM      Kind = "alm"
	Analysis Kind = "analysis"
)

// Other is the other kind.
func (k Kind) Other() Kind {
	if k == ALM {
		return Analysis
	}
	return ALM
}

// Path is the path of the collection, with the slash at its end.
func (k Kind) Path() string { return "/api/v2/connections/" + string(k) + "/" }

// Item is the path of the connection with that id.
func (k Kind) Item(id int64) string { return k.Path() + strconv.FormatInt(id, 10) + "/" }

// Permission is the permission that lets a user see params and edit connections of this kind.
func (k Kind) Permission() string {
	if k == ALM {
		return "Edit ALM connections"
	}
	return "Edit security tool connections"
}

// Level says what a broken promise means.
type Level string

const (
	// Must is for what the documentation promises: breaking it fails the check.
	Must Level = "must"
	// Should is for what its samples, its other pages or the conventions of HTTP suggest: a warning.
	Should Level = "should"
	// Probe is for what it leaves open: which of the permitted behaviours the target has is noted.
	Probe Level = "probe"
)

// Evidence is how the documentation says something.
type Evidence string

const (
	// Stated means in words or in a table.
	Stated Evidence = "stated"
	// Shown means by its samples.
	Shown Evidence = "shown"
	// Companion means by another page of the same release.
	Companion Evidence = "companion"
	// Silent means that only the conventions of HTTP and REST speak.
	Silent Evidence = "silent"
)

// Mode says what a check does to the target.
type Mode string

const (
	// Read means that it only reads.
	Read Mode = "read-only"
	// Write means that it creates or updates connections of its own.
	Write Mode = "write"
)

// Cite is a place in the documentation.
type Cite struct {
	Page     string   `json:"page"`            // Connections, or a sibling page
	Heading  string   `json:"heading"`         // the nearest heading above the lines
	Lines    string   `json:"lines,omitempty"` // "46", "50-58" or a list of those; empty if the page says nothing
	Evidence Evidence `json:"evidence"`
}

func (c Cite) String() string {
	if c.Lines == "" {
		return c.Page + " page: silent"
	}
	word := "line"
	if strings.ContainsAny(c.Lines, ",-") {
		word = "lines"
	}
	return fmt.Sprintf("%s page, %q, %s %s", c.Page, c.Heading, word, c.Lines)
}

// headings are those of the page Connections, by their lines.
var headings = []struct {
	line int
	text string
}{
	{3, "Get All ALM Connections of All Projects"},
	{71, "Get a Specific ALM Connection"},
	{122, "Create an ALM Connection"},
	{194, "Update a specific ALM Connection"},
	{276, "Get All Analysis Connections of All Projects"},
	{343, "Get a Specific Analysis Connection"},
	{386, "Create an Analysis Connection"},
	{454, "Update a specific Analysis Connection"},
}

// headingAbove is the heading under which the first of the lines stands.
func headingAbove(lines string) string {
	spans, err := Cite{Lines: lines}.Spans()
	if err != nil || len(spans) == 0 {
		return ""
	}
	text := ""
	for _, h := range headings {
		if h.line <= spans[0].First {
			text = h.text
		}
	}
	return text
}

// promise is a behaviour that both kinds have, or one of them: a row of the catalogue.
type promise struct {
	id       string // without the kind: "create/frequency-default"
	says     string
	alm, ana string // lines of the page Connections for each kind; "-" if the kind doesn't have it
	page     string // if not Connections; then alm are its lines, for both kinds
	heading  string // if not the one above the lines
	evidence Evidence
	level    Level
	mode     Mode // Read if empty
	needs    []Need
	fails    string
	run      func(*T)
}

// checks expands the promises for the kinds that have them.
func checks(promises []promise) []Check {
	var all []Check
	for _, p := range promises {
		for _, kind := range []Kind{ALM, Analysis} {
			lines := p.alm
			if kind == Analysis && p.page == "" {
				lines = p.ana
			}
			if lines == "-" {
				continue
			}
			c := Check{
				ID: string(kind) + "/" + p.id, Kind: kind, Says: p.says, Level: p.level, Mode: p.mode, Needs: p.needs,
				Fails: p.fails, Run: p.run, Cite: Cite{Page: p.page, Heading: p.heading, Lines: lines, Evidence: p.evidence},
			}
			if c.Cite.Page == "" {
				c.Cite.Page = "Connections"
			}
			if c.Cite.Heading == "" && p.page == "" {
				c.Cite.Heading = headingAbove(lines)
			}
			if c.Mode == "" {
				c.Mode = Read
			}
			all = append(all, c)
		}
	}
	return all
}

// Checks returns the catalogue, in the order in which it is run: by heading of the documentation, and
// what looks back on the whole run last.
func Checks() []Check {
	return checks(slices.Concat(transport, authentication, lists, filters, pages, masking, gets, creates, updates, isolation, overall))
}
