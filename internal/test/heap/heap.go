// Package heap measures the memory of Go values for tests and benchmarks.
package heap

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// Live returns the number of bytes of reachable values, after a garbage collection.
func Live() uint64 {
	runtime.GC()
	runtime.GC() // values that finalizers held
	return objects()
}

// Watch samples the heap until the returned function is called, once, which returns the maximum in bytes.
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

// objects returns the number of bytes of all values, including unreachable ones that have not been swept.
func objects() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
