//go:build !unix

package measure

import "time"

var began = time.Now()

// now returns the time on the wall, where the system does not tell the
// processor's cheaply.
func now() time.Duration { return time.Since(began) }
