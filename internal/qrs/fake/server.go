package fake

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// Options are the configurable, unknown and faulty aspects of the repository service.
type Options struct {
	// Build is the version in /about; the default is "31.56.2.0".
	Build string
	// Clock is the server's clock; the default is time.Now.
	Clock func() time.Time
	// KeepType keeps the type in an update of a Default rule, instead of setting Custom.
	KeepType bool
	// CountObject answers counts as {"value": N}.
	CountObject bool
	// NoChanges answers 404 to requests for changes since a date.
	NoChanges bool
	// NoNotifications answers 404 to requests for notifications.
	NoNotifications bool
	// NoPreview answers 404 to requests for the caller's rights on a new entity.
	NoPreview bool
	// Faults selects the faults; SlowBy is the delay of Slow.
	Faults Faults
	SlowBy time.Duration
	// Tokens are the users of JWTs, as DIR\id, and HeaderName is the header of the
	// virtual proxy in header mode.
	Tokens     map[string]string
	HeaderName string
	// HideTypes are collections that this build does not have.
	HideTypes []string
	// Reading is the site's interpretation of the language's open points.
	Reading evaluate.Options
	// NoGzip disables compression of answers.
	NoGzip bool
}

// Server is the repository as an HTTP handler for all ways of connecting.
type Server struct {
	Store   *Store
	options Options
	mu      sync.Mutex
	// sessions are those of JWT virtual proxies by the value of their cookie.
	sessions map[string]session
	// subscriptions are the notifications by handle.
	subscriptions map[string]subscription
	calls         atomic.Int64
	writes        atomic.Int64
}

// New returns a server over a store.
func New(store *Store, options Options) *Server {
	if options.Build == "" {
		options.Build = "31.56.2.0"
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.HeaderName == "" {
		options.HeaderName = "hdr-usr"
	}
	s := &Server{Store: store, options: options, sessions: map[string]session{}, subscriptions: map[string]subscription{}}
	store.now, store.reading = options.Clock, options.Reading
	store.notify = s.notify
	return s
}

// Writes is the number of calls that changed an entity or tried to.
func (s *Server) Writes() int64 { return s.writes.Load() }

// SetFaults replaces the faults.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Faults = f
}

func (s *Server) fault(r *http.Request) Fault {
	s.mu.Lock()
	faults := s.options.Faults
	s.mu.Unlock()
	if faults == nil {
		return NoFault
	}
	return faults(r)
}

// TLSConfig is the configuration of the repository service's own port, 4242, where clients
// present a certificate, or that of a proxy.
func TLSConfig(c *Certificates, clients bool) *tls.Config {
	config := &tls.Config{Certificates: []tls.Certificate{c.Server}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if clients {
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, c.Roots
	}
	return config
}

// NewHTTPServer returns a server for a handler, which does not log failed handshakes.
func NewHTTPServer(handler http.Handler, config *tls.Config) *http.Server {
	return &http.Server{Handler: handler, TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 5 * time.Minute}
}

// Repository is the handler of port 4242: callers name the user on whose behalf they act.
func (s *Server) Repository() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		s.faulty(w, r, s.fault(r), func(w http.ResponseWriter, r *http.Request) {
			login, ok := readUser(r.Header.Get("X-Qlik-User"))
			if !ok {
				http.Error(w, "Unauthorized", http.StatusUnauthorized)
				return
			}
			s.serve(w, r, r.URL.Path, login)
		})
	})
}

var userHeader = regexp.MustCompile(`(?i)^\s*UserDirectory\s*=\s*([^;]+?)\s*;\s*UserId\s*=\s*([^;]+?)\s*;?\s*$`)

// readUser parses UserDirectory=INTERNAL; UserId=sa_repository.
func readUser(header string) (string, bool) {
	m := userHeader.FindStringSubmatch(header)
	if m == nil {
		return "", false
	}
	return m[1] + `\` + m[2], true
}

var xrfkey = regexp.MustCompile(`^[0-9a-zA-Z]{16}$`)

// serve answers a call to path, which begins with /qrs, of a user.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, path, login string) {
	keys := r.Header.Values("X-Qlik-Xrfkey")
	if len(keys) != 1 || !xrfkey.MatchString(keys[0]) || r.URL.Query().Get("xrfkey") != keys[0] {
		http.Error(w, "XSRF prevention check failed. Possible XSRF discovered.", http.StatusForbidden)
		return
	}
	rest, ok := cutPrefixFold(path, "/qrs/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Date", s.options.Clock().UTC().Format(http.TimeFormat))
	c := &call{Server: s, w: w, r: r, login: login, context: requestContext(r.Header.Get("X-Qlik-Security"))}
	if !s.options.NoGzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		z := zippers.Get().(*gzip.Writer)
		defer zippers.Put(z)
		z.Reset(w)
		c.out, c.zip = z, z
	} else {
		c.out = w
	}
	c.route(strings.ToLower(strings.Trim(rest, "/")))
	if c.zip != nil && c.started {
		_ = c.zip.Close() // the client may have disconnected
	}
}

// zippers are pooled: a new one takes more memory than most answers.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is valid
	return z
}}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// requestContext parses Context=ManagementAccess.
func requestContext(header string) string {
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(name), "Context") {
			switch strings.ToLower(strings.TrimSpace(value)) {
			case "managementaccess":
				return "qmc"
			case "appaccess":
				return "hub"
			}
		}
	}
	return ""
}

// call is one call.
type call struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	login   string
	context string
	out     io.Writer
	zip     *gzip.Writer
	started bool
}

func (c *call) start(code int) {
	c.w.Header().Set("Content-Type", "application/json")
	if c.zip != nil {
		c.w.Header().Set("Content-Encoding", "gzip")
	}
	c.started = true
	c.w.WriteHeader(code)
}

func (c *call) answer(code int, v any) {
	data := encode(v)
	c.start(code)
	_, _ = c.out.Write(data) // the client may have disconnected
}

func (c *call) fail(code int, text string) { http.Error(c.w, text, code) }

// failWith answers an error of the store.
func (c *call) failWith(err error) {
	switch {
	case errors.Is(err, errNotFound):
		c.fail(http.StatusNotFound, err.Error())
	case errors.Is(err, errConflict):
		c.fail(http.StatusConflict, err.Error())
	default:
		c.fail(http.StatusBadRequest, err.Error())
	}
}

// body decodes the body of the call.
func (c *call) body(into any) bool {
	dec := json.NewDecoder(c.r.Body)
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		c.fail(http.StatusBadRequest, "Missing parameter value(s)")
		return false
	}
	return true
}

type shortList struct{}

func withShortList(ctx context.Context) context.Context {
	return context.WithValue(ctx, shortList{}, true)
}

func (c *call) short() bool { return c.r.Context().Value(shortList{}) != nil }

// route finds the endpoint of a path below /qrs/.
func (c *call) route(path string) {
	get, post := c.r.Method == http.MethodGet, c.r.Method == http.MethodPost
	switch {
	case path == "about" && get:
		c.answer(http.StatusOK, object{
			"buildVersion": c.options.Build, "buildDate": "10/24/2025 12:43:37 PM", "databaseProvider": "Devart.Data.PostgreSql",
			"nodeType": 1, "sharedPersistence": true, "requiresBootstrap": false, "singleNodeOnly": false, "schemaPath": "About",
		})
	case path == "cache" && c.r.Method == http.MethodDelete, path == "systemrule/security/resetcache" && post:
		c.w.WriteHeader(http.StatusNoContent)
	case path == "systemrule/security/audit/matrix" && post:
		c.matrix()
	case path == "systemrule/security/audit" && post:
		c.audit()
	case path == "notification/changes" && get && !c.options.NoChanges:
		c.changesSince()
	case path == "notification" && !c.options.NoNotifications:
		c.subscribe()
	default:
		c.entities(path)
	}
}
