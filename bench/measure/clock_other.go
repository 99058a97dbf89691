//go:build !unix

package measure

import "time"

var began = time.Now()

// now returns the wall-clock time, on systems without a cheap clock of processor time.
func now() time.Duration { return time.Since(began) }
