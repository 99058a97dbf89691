// Package memory makes tests faster by using more memory: most of the memory that OPA allocates is garbage,
// and tests spent a third of their time collecting it. Test packages import it for this effect only. It does
// not affect benchmarks, and GOGC overrides it.
package memory

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// percent is the growth of the heap, in percent of the live heap, that starts a collection.
const percent = 400

func init() {
	benchmarks := slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.bench=") })
	if os.Getenv("GOGC") == "" && !benchmarks {
		debug.SetGCPercent(percent)
	}
}
