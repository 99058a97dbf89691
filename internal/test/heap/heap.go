// Package heap measures the memory of Go values for tests and benchmarks. It knows
// nothing of what is measured, and no program imports it.
package heap

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// Live returns how many bytes the values in use have, after everything that nobody
// holds has been freed.
func Live() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers held
	return objects()
}

// Watch samples the heap until the function that it returns is called, once, which
// returns the largest in bytes.
func Watch() (peak func() uint64) {
	runtime.GC()
	done, largest := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		peak := objects()
		for {
			select {
			case <-done:
				largest <- max(peak, objects())
				return
			case <-tick.C:
				peak = max(peak, objects())
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-largest
	}
}

// objects returns how many bytes all values have, freed ones that have not been swept
// yet among them.
func objects() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
