package engine

import (
	"runtime"
	"runtime/debug"
)

// spare is the number of bytes of garbage that CollectRarely allows.
const spare = 256 << 20

// CollectRarely lets the process use a quarter of a gigabyte more before the garbage collector
// runs, until the returned function is called. Decisions only allocate short-lived memory; with
// a small policy the collector would take a third of the time.
func CollectRarely() (restore func()) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := debug.SetGCPercent(max(100, int(100*spare/(m.HeapAlloc+1))))
	return func() { debug.SetGCPercent(before) }
}
