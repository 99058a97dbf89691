//go:build unix

package measure

import (
	"syscall"
	"time"
)

// now returns the processor time of the process. It includes garbage collection but not the time of
// other processes on a busy machine. Other processes also slow down memory, which taking turns has to
// compensate.
func now() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("no processor time: " + err.Error())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
