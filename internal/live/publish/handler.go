package publish

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

// Path is the path of the bundle. With the query "whole" the answer is never a delta: OPA does
// not accept deltas if it stores bundles on disk.
const (
	Path       = "/bundle.tar.gz"
	wholeQuery = "whole"
)

// mediaType tells clients that the server supports long polling.
const mediaType = "application/vnd.openpolicyagent.bundles"

const (
	// maxWait is the maximum time of a long poll.
	maxWait = 5 * time.Minute
	// sending is the maximum time for a client to read an answer.
	sending = 10 * time.Minute
	// MaxConnections is the maximum number of clients that are served at once. Each takes a
	// connection; further clients wait for one.
	MaxConnections = 4096
)

// ServeHTTP implements http.Handler.
func (p *Publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != Path:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "bundles are read by GET", http.StatusMethodNotAllowed)
		return
	case !p.admits(r):
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.Header().Set("Connection", "close") // unauthenticated clients keep no connection
		http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
		return
	}
	if hold, ok := r.Context().Value(holdKey{}).(func()); ok {
		hold()
	}
	p.answer(w, r)
}

// answer sends a revision that is newer than that of the client.
func (p *Publisher) answer(w http.ResponseWriter, r *http.Request) {
	// The first tag is the client's revision; the later ones are its predecessors.
	has, _, _ := strings.Cut(r.Header.Get("If-None-Match"), ",")
	has = strings.TrimSpace(has)
	wait, deltas := preferences(r.Header.Values("Prefer"))
	latest := p.newer(r.Context(), has, wait)
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // nobody waits for an answer
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sending)) // no server of ours lacks it
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-cache")
	if latest == nil {
		h.Set("ETag", has)
		p.count(Unchanged)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("ETag", latest.tag)
	if deltas && !r.URL.Query().Has(wholeQuery) {
		if content := p.delta(r.Context(), has, latest); content != nil {
			h.Set("Content-Length", strconv.Itoa(len(content)))
			p.count(Delta)
			_, _ = w.Write(content) // the client asks again
			return
		}
	}
	f, err := os.Open(latest.path)
	if err != nil { // newer revisions have replaced it in the meantime
		http.Error(w, "ask again", http.StatusServiceUnavailable)
		return
	}
	defer func() { _ = f.Close() }() // read only
	h.Set("Content-Length", strconv.FormatInt(latest.size, 10))
	p.count(Whole)
	if r.Method == http.MethodGet {
		_, _ = io.Copy(w, f) // the client asks again
	}
}

// preferences parses the header Prefer as OPA writes it: modes=snapshot,delta;wait=60.
func preferences(headers []string) (wait time.Duration, deltas bool) {
	for _, header := range headers {
		for preference := range strings.SplitSeq(header, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(preference), "=")
			switch name {
			case "wait":
				if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
					wait = min(time.Duration(seconds)*time.Second, maxWait)
				}
			case "modes":
				for mode := range strings.SplitSeq(value, ",") {
					deltas = deltas || strings.TrimSpace(mode) == "delta"
				}
			}
		}
	}
	return wait, deltas
}

// admits compares the token's digest in constant time.
func (p *Publisher) admits(r *http.Request) bool {
	if p.token == nil {
		return true
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], p.token) == 1 && ok
}

type holdKey struct{}

// Serve serves a publisher on a listener, with TLS unless the configuration is nil, until stop is
// called.
func Serve(l net.Listener, secure *tls.Config, p *Publisher) (stop func()) {
	limiter := listen.Limit(l, MaxConnections)
	base, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler: p, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ConnState:   limiter.State,
		BaseContext: func(net.Listener) context.Context { return base },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, holdKey{}, func() { limiter.Hold(c) })
		},
		ErrorLog:  log.New(io.Discard, "", 0), // clients that do not speak TLS
		Protocols: new(http.Protocols),
	}
	server.Protocols.SetHTTP1(true)
	l = limiter
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }() // it ends with Close
	return func() { cancel(); _ = server.Close(); <-done }
}
