// Package build tells from what this program was built.
package build

import (
	"cmp"
	"runtime/debug"
)

const module = "github.com/sdecontract/sdecontract"

// Files is where the files of the repository are published, such as the JSON Schemas: a path follows.
const Files = "https://raw.githubusercontent.com/sdecontract/sdecontract/main/"

// Set by the linker where there is no repository to read them from: in containers and GitHub Actions.
var stampedVersion, stampedRevision string

// Version is that of the module; (devel) if it was built from a working tree.
func Version() string { return cmp.Or(stampedVersion, version()) }

func version() string {
	info, ok := debug.ReadBuildInfo()
	switch {
	case !ok:
	case info.Main.Path == module && info.Main.Version != "":
		return info.Main.Version
	case info.Main.Path != module: // a program that imports it
		for _, d := range info.Deps {
			if d.Path == module {
				return d.Version
			}
		}
	}
	return "(devel)"
}

// Revision is that of the source, with + behind it if that was changed; unknown if the build doesn't say.
func Revision() string { return cmp.Or(stampedRevision, revision()) }

func revision() string {
	revision, modified := "unknown", ""
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Path != module { // else the revision is that of a program that imports it
		return revision
	}
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			revision = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			modified = "+"
		}
	}
	return revision + modified
}
