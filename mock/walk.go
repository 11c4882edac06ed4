package mock

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// stepNames are those of the functions in steps, from 1. It is filled when the program starts, because steps refer to
// what reads it.
var stepNames = []string{""}

func init() {
	for _, s := range steps {
		name := runtime.FuncForPC(reflect.ValueOf(s).Pointer()).Name()
		stepNames = append(stepNames, name[strings.LastIndex(name, ".")+1:])
	}
}

// Steps names what a request walks through, in order, such as authenticate: the first that has an answer ends the
// walk. The Step of an [Exchange] is one of them.
func Steps() []string { return slices.Clone(stepNames[1:]) }
