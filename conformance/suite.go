package conformance

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

// Suite is which suite ran, so that somebody else can run the same.
type Suite struct {
	Version  string `json:"version"`  // of the module; (devel) if it was built from a working tree
	Revision string `json:"revision"` // of the source, with + behind it if that was changed; unknown if the build doesn't say
	Contract string `json:"contract"` // digest of openapi.yaml, such as sha256:0a1b
	Go       string `json:"go"`       // version that it was built with
}

// Set by the linker where there is no repository to read them from: in containers and GitHub Actions.
var stampedVersion, stampedRevision string

// ThisSuite is the suite in this program.
func ThisSuite() Suite {
	s := buildInfo()
	s.Version = cmp.Or(stampedVersion, s.Version)
	s.Revision = cmp.Or(stampedRevision, s.Revision)
	return s
}

func buildInfo() Suite {
	s := Suite{Version: "(devel)", Revision: "unknown", Contract: contractDigest(), Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return s
	}
	const module = "github.com/sdecontract/sdecontract"
	if info.Main.Path != module { // a program that imports it: the revision is that program's
		for _, d := range info.Deps {
			if d.Path == module {
				s.Version = d.Version
			}
		}
		return s
	}
	modified := ""
	s.Version = info.Main.Version
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			s.Revision = setting.Value
		case "vcs.modified":
			if setting.Value == "true" {
				modified = "+"
			}
		}
	}
	s.Revision += modified
	return s
}
