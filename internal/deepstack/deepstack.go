// Package deepstack makes room on the stack of a new goroutine.
package deepstack

// size is the approximate stack size in bytes that the evaluation of a policy needs.
const size = 24 << 10

// Reserve grows the stack of the calling goroutine in one step. An evaluation is deeply nested; on a new
// goroutine the runtime would copy the stack each time it doubles, with all frames on it, which takes
// longer than the evaluation.
func Reserve() { _ = deep(0) }

//go:noinline
func deep(i int) byte {
	var frame [size]byte
	return frame[i]
}
