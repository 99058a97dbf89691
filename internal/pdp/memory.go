package pdp

import (
	"os"
	"runtime"
	"runtime/debug"
)

// spare is the number of bytes of garbage that a decision point puts up with
// before it collects. A decision leaves garbage and nothing else; over a small
// policy the collector would otherwise take a fourth of the time.
const spare = 48 << 20

// TuneCollector lets the process hold some megabytes more before the garbage
// collector runs. It is called after each activation, because a larger policy
// has room enough of its own. Whoever sets GOGC decides instead, and GOMEMLIMIT
// counts in any case.
func TuneCollector() {
	if os.Getenv("GOGC") != "" {
		return
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetGCPercent(max(100, int(100*spare/(m.HeapAlloc+1))))
}
