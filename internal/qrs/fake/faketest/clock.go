package faketest

import (
	"sync"
	"time"
)

// Clock is the time of a site under test: the test advances it, and the server reads it
// concurrently.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at a fixed time.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)} }

// Now returns the time.
func (c *Clock) Now() time.Time { return c.Advance(0) }

// Tick advances the clock by a millisecond and returns the new time.
func (c *Clock) Tick() time.Time { return c.Advance(time.Millisecond) }

// Advance moves the clock and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
