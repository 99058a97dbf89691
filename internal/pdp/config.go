package pdp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
	"github.com/qlik2rego/qlik2rego/internal/pdp/redact"
)

// Config is what a decision point is told at its start.
type Config struct {
	// Bundles are the files of one policy, or of a policy and its data. Without
	// any, OPA names where bundles come from.
	Bundles []string
	// Verification is how the files are signed; nil leaves it to OPA's keys, and
	// without those they are not.
	Verification *bundle.VerificationConfig
	// OPA is an OPA configuration, as management.Load returns it, or nil.
	OPA []byte
	// Console is where decisions and status go that OPA is to write there.
	Console io.Writer
	// StallAfter is the time after which a server of bundles that falls silent
	// is given up; zero is the default.
	StallAfter time.Duration
	// LogWithin is the time that the rules of masks and drops have for the decisions
	// of a request, Limits.Time at most; zero is the default.
	LogWithin time.Duration
	// EntryPoint is the path of the package that holds allow.
	EntryPoint string
	// Engine is who evaluates; empty is engine.ModeAuto. ShadowShare is one decision in
	// how many OPA repeats to compare; zero is the default.
	Engine      engine.Mode
	ShadowShare int
	// Wait lets the server start without a policy: it is not ready until there
	// is one.
	Wait bool
	// WatchEvery is the time between two looks at the files.
	WatchEvery time.Duration
	// PublicURL is the https URL at which callers reach the decision point, as
	// its metadata says. Without it there is no metadata.
	PublicURL string
	// Terse leaves reason, rules and revision out of answers.
	Terse bool
	// AccessLog writes a line for each request.
	AccessLog bool
	// Callers tells who asks; nil lets everybody ask everything.
	Callers callers.Authenticator
	// TLS is nil where connections are plain.
	TLS    *tls.Config
	Limits Limits
	Log    *slog.Logger
	// SelfCheck is the time between two decisions of the decision point's own; zero
	// is the default.
	SelfCheck time.Duration
	// ShutdownWait is the time for which a server that stops goes on to answer,
	// not ready any more, before it closes its listener.
	ShutdownWait time.Duration
	// PageKey makes page tokens that other replicas understand; nil is a key of
	// the process.
	PageKey []byte
	// Level, which may be nil, is that of the log. Diagnostics change it.
	Level *slog.LevelVar
	// Profiling serves pprof on diagnostics.
	Profiling bool
	// Unwritten, which may be nil, returns the number of lines that the log has
	// lost.
	Unwritten func() int64
	// Credentials are files that are read again when they change, for health and
	// metrics.
	Credentials []Credential
	// Edge maps requests of a proxy's clients; nil serves no proxies.
	Edge *edge.Config
	// Filters prepares data filters for each policy; nil serves none.
	Filters NewFilterer
	// Envoy, which may be nil, is where Envoy's external authorization is served,
	// by the mapping of Edge. Serve closes it.
	Envoy net.Listener
	// Activated, which may be nil, is called when another policy decides.
	Activated func()
	// Notify, which may be nil, tells a supervisor what becomes of the process, in
	// systemd's notify protocol. It must be safe for concurrent use.
	Notify func(state string)
	// Watchdog is the time after which the supervisor ends a process that is silent;
	// zero is never.
	Watchdog time.Duration
	// Monotonic returns the time of the supervisor's clock as it wants to be told:
	// MONOTONIC_USEC= and microseconds.
	Monotonic func() string
}

// Credential is a file of credentials: of callers, keys or TLS.
type Credential interface {
	// File names it.
	File() string
	// State returns the time at which what counts was read, and why it cannot be
	// read again, if so.
	State() (read time.Time, err error)
}

// Limits bound what a request may take.
type Limits struct {
	// Body is the number of bytes of a body, both as sent and unpacked.
	Body int64
	// Depth is the nesting of a body.
	Depth int
	// Batch is the number of evaluations in a request.
	Batch int
	// Page is the number of results on a page.
	Page int
	// Time is what a request may take once it has been read. A search ends its
	// page after half of it.
	Time time.Duration
	// Read is the time for a request to arrive, Idle the time that a connection
	// may stay open without one.
	Read, Idle time.Duration
	// Drain is the time for open requests to end when the server stops.
	Drain time.Duration
	// Connections are open at once, and Concurrent requests decided at once.
	// Others wait, at most Queue.
	Connections, Concurrent int
	Queue                   time.Duration
	// PerCaller is the number of requests that one caller may have open at once,
	// from the first byte of the body to the last of the answer; zero is half of the
	// connections. It does not count where callers are not known.
	PerCaller int
	// Bundle is the number of bytes to which a bundle may unpack, and Activation
	// the time within which it must be activated.
	Bundle     int64
	Activation time.Duration
}

// DefaultLimits are those of a sidecar.
func DefaultLimits() Limits {
	return Limits{
		Body:        1 << 20,
		Depth:       32,
		Batch:       1000,
		Page:        1000,
		Time:        5 * time.Second,
		Read:        5 * time.Second,
		Idle:        90 * time.Second,
		Drain:       15 * time.Second,
		Connections: 256,
		Concurrent:  2 * runtime.GOMAXPROCS(0),
		Queue:       time.Second,
		Bundle:      bundles.ReadLimit,
		Activation:  live.DefaultActivation,
	}
}

// DefaultWatch is the time between two looks at the bundle files.
const DefaultWatch = time.Second

var errNoBundle = errors.New("there is no bundle to decide by")

// complete fills in what is left open and refuses what makes no sense.
func (c *Config) complete() error {
	if len(c.Bundles) == 0 && c.OPA == nil {
		return errNoBundle
	}
	if c.Console == nil {
		c.Console = io.Discard
	}
	if c.EntryPoint == "" {
		c.EntryPoint = engine.QlikEntryPoint
	}
	if c.WatchEvery <= 0 {
		c.WatchEvery = DefaultWatch
	}
	if c.Callers == nil {
		c.Callers = callers.Anyone{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Monotonic == nil {
		c.Monotonic = daemon.SdNotifyMonotonicUsec
	}
	if c.SelfCheck <= 0 {
		c.SelfCheck = DefaultSelfCheck
	}
	if c.LogWithin <= 0 {
		c.LogWithin = management.LogWithin
	}
	c.LogWithin = min(c.LogWithin, c.Limits.Time)
	c.Log = slog.New(redact.Log(c.Log.Handler()))
	return c.Check()
}

// Check returns why the limits or the public URL make no sense, or nil.
func (c *Config) Check() error {
	l := &c.Limits
	for name, positive := range map[string]bool{
		"body": l.Body > 0, "depth": l.Depth > 0, "batch": l.Batch > 0, "page": l.Page > 0,
		"time": l.Time > 0, "read": l.Read > 0, "idle": l.Idle > 0, "drain": l.Drain > 0,
		"connections": l.Connections > 0, "concurrent": l.Concurrent > 0, "queue": l.Queue > 0,
		"per-caller": l.PerCaller >= 0,
		"bundle":     l.Bundle > 0, "activation": l.Activation > 0,
	} {
		if !positive {
			return fmt.Errorf("the limit %s must be positive", name)
		}
	}
	if c.ShutdownWait < 0 {
		return errors.New("the time to wait before the end must not be negative")
	}
	if c.PageKey != nil && len(c.PageKey) < pageKeyMin {
		return fmt.Errorf("the key of page tokens has %d bytes, less than %d", len(c.PageKey), pageKeyMin)
	}
	return checkPublicURL(c.PublicURL)
}

func checkPublicURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https", u.Host == "", u.User != nil, u.Opaque != "",
		strings.ContainsAny(text, "?#"), u.RawPath != "", strings.Contains(u.Path, "//"):
		return fmt.Errorf("the public URL %q is not https://HOST or https://HOST/PATH", text)
	}
	return nil
}
