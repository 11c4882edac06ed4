package explore

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Script is a shell script that does with curl what the finding's evidence did. It needs the tokens in the
// variables that the target file names.
func (f *Finding) Script() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n# " + oneLine(f.Says) + "\n# " + f.where() + ": expected " + oneLine(f.Expected) + ", got " + oneLine(f.Actual) + "\n")
	b.WriteString("RUN=sdecontract-explore-$(date +%s)-\n")
	ids := map[string]string{} // by label, as they stand in the evidence
	for i := range f.Evidence {
		e := &f.Evidence[i]
		b.WriteString("\n# " + f.line(e) + "\n")
		if e.Makes != "" && e.Exchange.Method != http.MethodPost {
			ids[e.Makes] = lastSegment(e.Exchange.URL)
			fmt.Fprintf(&b, "%s=%s # the id of a connection that was there\n", e.Makes, ids[e.Makes])
		}
		command := f.curl(e, ids)
		if e.Makes != "" && e.Exchange.Method == http.MethodPost {
			ids[e.Makes] = idOf(string(e.Exchange.ResponseBody))
			fmt.Fprintf(&b, "REPLY=$(%s) && echo \"$REPLY\"\n", command)
			fmt.Fprintf(&b, "%s=$(echo \"$REPLY\" | grep -o '\"id\": *[0-9]*' | head -n 1 | grep -o '[0-9]*')\n", e.Makes)
			continue
		}
		b.WriteString(command + "; echo\n")
	}
	return b.String()
}

// curl is the command for a request, with variables for tokens, ids and what begins the aliases.
func (f *Finding) curl(e *Evidence, ids map[string]string) string {
	if strings.ContainsRune(string(e.Exchange.RequestBody), 0) {
		return "# the body holds a NUL, which no shell command can: see the sequence"
	}
	options := []string{"curl -sSi --path-as-is"}
	if s := f.step(e); s != nil {
		for _, name := range sorted(s.Header) {
			switch value := s.Header[name]; {
			case value == "":
				options = append(options, "-H '"+name+":'")
			case !slices.Contains([]string{"Authorization", "Accept", "Content-Type"}, name):
				options = append(options, "-H '"+name+": "+strings.ReplaceAll(value, "'", `'\''`)+"'")
			}
		}
	}
	command := strings.Replace(e.Exchange.Curl(), "curl -i", strings.Join(options, " "), 1)
	command = strings.Replace(command, " -X HEAD ", " --head ", 1)
	command = strings.ReplaceAll(command, f.Run, `'"$RUN"'`)
	for _, label := range sorted(ids) {
		if at := strings.LastIndex(command, "/"+ids[label]); ids[label] != "" && at >= 0 && strings.HasSuffix(strings.TrimRight(command, "/'"), "/"+ids[label]) {
			command = command[:at] + `/'"$` + label + `"'` + command[at+1+len(ids[label]):]
		}
	}
	return command
}

// step is the step that the evidence is of; nil for a look between the steps.
func (f *Finding) step(e *Evidence) *Step {
	if e.Step < 1 || e.Step > len(f.Sequence) {
		return nil
	}
	return &f.Sequence[e.Step-1]
}

func lastSegment(url string) string {
	url = strings.TrimSuffix(url, "/")
	return url[strings.LastIndexByte(url, '/')+1:]
}

// idOf is the id in the reply to a create; empty if it has none.
func idOf(body string) string {
	var o struct {
		ID json.Number `json:"id"`
	}
	_ = json.Unmarshal([]byte(body), &o)
	return o.ID.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// where is the operation, and the place in it.
func (f *Finding) where() string { return strings.TrimSpace(f.Operation + " " + oneLine(f.Place)) }

// line tells in a line who asked for what, and what the answer was.
func (f *Finding) line(e *Evidence) string {
	who, what, x := e.Exchange.User, "", &e.Exchange
	if who == "" {
		who = "nobody"
	}
	path := x.URL
	if _, rest, found := strings.Cut(path, "/api/v2/"); found {
		path = "/api/v2/" + rest
	}
	s, asked := f.step(e), path
	switch {
	case s == nil:
		what = "a look at what there is"
	case e.Makes != "":
		what = "makes " + e.Makes
		if x.Method != http.MethodPost {
			what = "A connection that is there becomes " + e.Makes
		}
		fallthrough
	default:
		if s.Why != "" {
			what = strings.TrimSpace(strings.Join([]string{what, s.Why}, "  "))
		}
		path = strings.ReplaceAll(s.Path, "{run}", "...")
		switch {
		case e.Makes != "":
			path = s.kind().Path()
		case s.Why == inPages: // each page is asked for in its own words
			path = strings.ReplaceAll(asked, f.Run, "...")
		}
	}
	answer := fmt.Sprint(x.Status)
	if x.Status == 0 {
		answer = "no reply: " + x.Error
	}
	return strings.TrimRight(fmt.Sprintf("%-16s %-6s %.100s -> %s  %s", who, x.Method, path, answer, what), " ")
}
