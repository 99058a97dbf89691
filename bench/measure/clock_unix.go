//go:build unix

package measure

import (
	"syscall"
	"time"
)

// now returns the processor time that the process has used: what other
// processes take of a busy machine is not in it, and the collection of garbage
// is. That other work also slows memory down, taking turns has to even out.
func now() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("no processor time: " + err.Error())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
