package conformance

import (
	"runtime"

	"github.com/sdecontract/sdecontract/internal/build"
)

// Suite is which suite ran, so that somebody else can run the same.
type Suite struct {
	Version  string `json:"version"`  // of the module; (devel) if it was built from a working tree
	Revision string `json:"revision"` // of the source, with + behind it if that was changed; unknown if the build doesn't say
	Contract string `json:"contract"` // digest of openapi.yaml, such as sha256:0a1b
	Go       string `json:"go"`       // version that it was built with
}

// ThisSuite is the suite in this program.
func ThisSuite() Suite {
	return Suite{Version: build.Version(), Revision: build.Revision(), Contract: contractDigest(), Go: runtime.Version()}
}
