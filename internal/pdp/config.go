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

// Config is the configuration of a decision point.
type Config struct {
	// Bundles are the files of one policy, or of a policy and its data. If there are none, the
	// OPA configuration names the sources of bundles.
	Bundles []string
	// Verification is how the files are signed; nil means with the keys of the OPA
	// configuration, or not at all if it has none.
	Verification *bundle.VerificationConfig
	// OPA is an OPA configuration, as management.Load returns it, or nil.
	OPA []byte
	// Console receives the decisions and status that OPA writes to the console.
	Console io.Writer
	// StallAfter is the time after which a download from a bundle server that sends nothing is
	// cancelled; zero is the default.
	StallAfter time.Duration
	// LogWithin is the time limit for the rules of masks and drops, for all decisions of a
	// request, Limits.Time at most; zero is the default.
	LogWithin time.Duration
	// EntryPoint is the path of the package with the rule allow.
	EntryPoint string
	// Engine selects the evaluation; empty is engine.ModeAuto. OPA repeats one in ShadowShare
	// decisions for comparison; zero is the default.
	Engine      engine.Mode
	ShadowShare int
	// Wait lets the server start without a policy: it is not ready until there is one.
	Wait bool
	// WatchEvery is the interval between checks of the files.
	WatchEvery time.Duration
	// PublicURL is the https URL of the decision point for callers, published in its metadata.
	// Without it there is no metadata.
	PublicURL string
	// Terse omits reason, rules and revision from answers.
	Terse bool
	// AccessLog writes a line for each request.
	AccessLog bool
	// Callers authenticates callers; nil allows everything to everybody.
	Callers callers.Authenticator
	// TLS is nil for connections without TLS.
	TLS    *tls.Config
	Limits Limits
	Log    *slog.Logger
	// SelfCheck is the interval between the decision point's own requests to itself; zero is
	// the default.
	SelfCheck time.Duration
	// ShutdownWait is the time during which a stopping server still answers, but is no longer
	// ready, before it closes its listener.
	ShutdownWait time.Duration
	// PageKey creates page tokens that other replicas accept; nil is a random key of the
	// process.
	PageKey []byte
	// Level, which may be nil, is that of the log. The diagnostics listener can change it.
	Level *slog.LevelVar
	// Profiling serves pprof on the diagnostics listener.
	Profiling bool
	// Unwritten, which may be nil, returns the number of lost log lines.
	Unwritten func() int64
	// Credentials are files that are read again when they change, for health and metrics.
	Credentials []Credential
	// Edge maps requests of a proxy's clients; nil serves no proxies.
	Edge *edge.Config
	// Filters prepares data filters for each policy; nil disables them.
	Filters NewFilterer
	// Envoy, which may be nil, is the listener for Envoy's external authorization, with the
	// mapping of Edge. Serve closes it.
	Envoy net.Listener
	// Activated, which may be nil, is called when a new policy becomes active.
	Activated func()
	// Notify, which may be nil, reports the state of the process to a supervisor, in systemd's
	// notify protocol. It must be safe for concurrent use.
	Notify func(state string)
	// Watchdog is the time after which the supervisor kills a process that does not report;
	// zero is never.
	Watchdog time.Duration
	// Monotonic returns the time of the supervisor's clock in the form of its protocol:
	// MONOTONIC_USEC= and microseconds.
	Monotonic func() string
}

// Credential is a file of credentials: of callers, keys or TLS.
type Credential interface {
	// File returns its name.
	File() string
	// State returns the time at which the current content was read, and the error of the last
	// attempt to read it again, if it failed.
	State() (read time.Time, err error)
}

// Limits are the limits of requests and connections.
type Limits struct {
	// Body is the maximum size of a body in bytes, both as sent and unpacked.
	Body int64
	// Depth is the maximum nesting of a body.
	Depth int
	// Batch is the maximum number of evaluations in a request.
	Batch int
	// Page is the maximum number of results on a page.
	Page int
	// Time is the time limit of a request after it has been read. A search ends its page after
	// half of it.
	Time time.Duration
	// Read is the time limit for a request to arrive, Idle the time that a connection may stay
	// open without one.
	Read, Idle time.Duration
	// Drain is the time limit for open requests when the server stops.
	Drain time.Duration
	// Connections is the maximum number of open connections, Concurrent that of requests being
	// decided. Other requests wait, at most for Queue.
	Connections, Concurrent int
	Queue                   time.Duration
	// PerCaller is the maximum number of open requests of one caller, from the first byte of
	// the body to the last of the answer; zero is half of the connections. It has no effect if
	// callers are not authenticated.
	PerCaller int
	// Bundle is the maximum unpacked size of a bundle in bytes, and Activation the time limit
	// for its activation.
	Bundle     int64
	Activation time.Duration
}

// DefaultLimits are the limits for a sidecar.
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

// DefaultWatch is the default interval between checks of the bundle files.
const DefaultWatch = time.Second

var errNoBundle = errors.New("no bundle is active")

// complete sets defaults and rejects invalid values.
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

// Check returns an error if the limits or the public URL are invalid.
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
