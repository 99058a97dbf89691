package faketest

import (
	"sync"
	"time"
)

// Clock is the time of a site under test: it moves when the test says so. The server reads it while the
// test moves it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock is a clock that stands at a fixed time.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)} }

// Now is the time.
func (c *Clock) Now() time.Time { return c.Advance(0) }

// Tick is the time, later by a millisecond with every call.
func (c *Clock) Tick() time.Time { return c.Advance(time.Millisecond) }

// Advance moves the clock and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
