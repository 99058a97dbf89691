package pdp

import "strings"

// httpErrors receives the errors of net/http. Rejected connections are logged as warnings,
// errors of clients at debug level; both are counted.
type httpErrors struct{ s *Server }

// The kinds of errors.
const (
	acceptErrors = "accept"
	tlsErrors    = "tls"
	otherErrors  = "other"
)

// Write implements io.Writer.
func (e httpErrors) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	switch {
	case strings.HasPrefix(text, "http: Accept error"):
		e.s.metrics.httpErrors.WithLabelValues(acceptErrors).Inc()
		e.s.cfg.Log.Warn("a connection cannot be accepted", "error", text)
	case strings.HasPrefix(text, "http: TLS handshake error"):
		e.s.metrics.httpErrors.WithLabelValues(tlsErrors).Inc()
		e.s.cfg.Log.Debug("a TLS handshake failed", "error", text)
	default:
		e.s.metrics.httpErrors.WithLabelValues(otherErrors).Inc()
		e.s.cfg.Log.Debug("a connection failed", "error", text)
	}
	return len(line), nil
}
