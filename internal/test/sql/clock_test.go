package sql

import "time"

// clock adds up the time of calls.
type clock struct{ total time.Duration }

func (c *clock) time(call func()) {
	start := time.Now()
	call()
	c.total += time.Since(start)
}
