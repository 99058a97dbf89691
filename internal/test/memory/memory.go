// Package memory lets the tests of a package use memory to save time: most of what OPA does
// is garbage, and a third of the time of a test was spent to collect it. Test packages
// import it for that alone. Benchmarks are measured as programs run, and GOGC overrides it.
package memory

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// percent is how much the heap may grow until it is collected, in percent of what is live.
const percent = 400

func init() {
	benchmarks := slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.bench=") })
	if os.Getenv("GOGC") == "" && !benchmarks {
		debug.SetGCPercent(percent)
	}
}
