package listen

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limiter is a listener that bounds the connections that are open at once. One
// too many takes the place of the connection that has been idle the longest, or
// of one that has not sent a request yet; where there is neither it waits, and
// others wait in the operating system's queue. State must be the ConnState of the
// server, by which the limiter knows which connections are idle.
type Limiter struct {
	net.Listener
	max int

	mu      sync.Mutex
	open    map[*conn]struct{}
	changed chan struct{} // tells of a connection that was closed, or fell idle
	closed  chan struct{}
	once    sync.Once
	evicted int
}

// A connection gives way to another once it has been idle, or has sent nothing
// since it was opened, for this time.
const (
	idleLeast = 250 * time.Millisecond
	newLeast  = time.Second
)

// Limit bounds the connections of a listener.
func Limit(l net.Listener, connections int) *Limiter {
	return &Limiter{Listener: l, max: connections, open: map[*conn]struct{}{}, changed: make(chan struct{}, 1), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *Limiter) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: raw, limiter: l, state: http.StateNew, since: time.Now()}
	for {
		victim, ok := l.admit(c)
		if ok {
			return c, nil
		}
		if victim != nil {
			_ = victim.Close() // its client learns of it
			continue
		}
		again := time.NewTimer(idleLeast / 5)
		select {
		case <-l.changed:
		case <-again.C:
		case <-l.closed:
			again.Stop()
			_ = raw.Close() // nobody serves it
			return nil, net.ErrClosed
		}
		again.Stop()
	}
}

// admit takes a connection if there is room, and otherwise names the one that
// gives way, if there is one.
func (l *Limiter) admit(c *conn) (victim *conn, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) < l.max {
		c.since = time.Now()
		l.open[c] = struct{}{}
		return nil, true
	}
	for o := range l.open {
		if o.yields() && (victim == nil || o.before(victim)) {
			victim = o
		}
	}
	if victim != nil {
		l.evicted++
	}
	return victim, false
}

// yields reports whether a connection may give way to another.
func (c *conn) yields() bool {
	switch c.state {
	case http.StateIdle:
		return time.Since(c.since) >= idleLeast
	case http.StateNew:
		return time.Since(c.since) >= newLeast
	}
	return false
}

// before orders connections that yield: idle ones first, and by time.
func (c *conn) before(o *conn) bool {
	if c.state != o.state {
		return c.state == http.StateIdle
	}
	return c.since.Before(o.since)
}

// State notes what a connection does. It is an http.Server's ConnState.
func (l *Limiter) State(from net.Conn, state http.ConnState) {
	if secure, ok := from.(*tls.Conn); ok {
		from = secure.NetConn()
	}
	c, ok := from.(*conn)
	if !ok {
		return
	}
	l.mu.Lock()
	c.state, c.since = state, time.Now()
	l.mu.Unlock()
	if state == http.StateIdle {
		l.tell()
	}
}

func (l *Limiter) tell() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Open returns the number of connections that are open.
func (l *Limiter) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// Evicted returns the number of connections that were closed in favour of others.
func (l *Limiter) Evicted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.evicted
}

// Close implements net.Listener.
func (l *Limiter) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// conn is a connection. State and since are guarded by the limiter.
type conn struct {
	net.Conn
	limiter *Limiter
	state   http.ConnState
	since   time.Time
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.limiter.mu.Lock()
	delete(c.limiter.open, c)
	c.limiter.mu.Unlock()
	c.limiter.tell()
	return c.Conn.Close()
}
