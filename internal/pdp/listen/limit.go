package listen

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limiter is a listener that limits the number of open connections. A connection beyond the
// limit replaces the one that has been idle longest, or one that has not sent a complete
// request, or a credential, for a second; if there is none it waits, and further ones wait in
// the operating system's queue. State must be the ConnState of the server, and Hold must be
// called for each request whose connection is to be protected.
type Limiter struct {
	net.Listener
	max int

	mu      sync.Mutex
	open    map[*conn]struct{}
	changed chan struct{} // signals that a connection was closed or became idle
	closed  chan struct{}
	once    sync.Once
	evicted int
}

// A connection can be evicted after it has been idle, or has sent no request that holds it, for
// this time.
const (
	minIdle = 250 * time.Millisecond
	minNew  = time.Second
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
			_ = victim.Close() // its client notices
			continue
		}
		again := time.NewTimer(minIdle / 5)
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

// admit accepts a connection if there is room, and otherwise returns one to evict, if there is
// one.
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

// yields reports whether a connection can be evicted.
func (c *conn) yields() bool {
	if c.state == http.StateIdle {
		return time.Since(c.since) >= minIdle
	}
	return !c.held && time.Since(c.since) >= minNew
}

// before orders connections that can be evicted: idle ones first, then by time.
func (c *conn) before(o *conn) bool {
	if idle := c.state == http.StateIdle; idle != (o.state == http.StateIdle) {
		return idle
	}
	return c.since.Before(o.since)
}

// State records the state of a connection. It is an http.Server's ConnState.
func (l *Limiter) State(from net.Conn, state http.ConnState) {
	c, ok := own(from)
	if !ok {
		return
	}
	l.mu.Lock()
	c.state, c.since = state, time.Now()
	c.held = c.held && state != http.StateIdle
	l.mu.Unlock()
	if state == http.StateIdle {
		l.tell()
	}
}

// Hold protects a connection from eviction until it is idle again.
func (l *Limiter) Hold(of net.Conn) {
	if c, ok := own(of); ok {
		l.mu.Lock()
		c.held = true
		l.mu.Unlock()
	}
}

// own returns the limiter's connection below TLS.
func own(c net.Conn) (*conn, bool) {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	found, ok := c.(*conn)
	return found, ok
}

func (l *Limiter) tell() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Open returns the number of open connections.
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

// conn is a connection. State, since and held are guarded by the limiter.
type conn struct {
	net.Conn
	limiter *Limiter
	state   http.ConnState
	since   time.Time
	held    bool
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.limiter.mu.Lock()
	delete(c.limiter.open, c)
	c.limiter.mu.Unlock()
	c.limiter.tell()
	return c.Conn.Close()
}
