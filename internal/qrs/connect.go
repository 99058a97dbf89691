package qrs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// maxCalls is the maximum number of concurrent calls of a client.
const maxCalls = 2

// Client calls the repository of one site. It is safe for concurrent use. Close ends it.
type Client struct {
	site    *Site
	http    *http.Client
	running chan struct{}
	// retryAfter is the delay before a GET is sent again.
	retryAfter time.Duration

	mu sync.Mutex
	// session is that of a JWT virtual proxy, nil before the first call.
	session *session
	calls   int64
	bytes   int64
	// clock is the minimum by which the site's clock is ahead of ours, according to its last
	// answer, and skew the difference that is certain.
	clock, skew time.Duration
}

// session is the session that a JWT virtual proxy opens for the token.
type session struct {
	cookies []*http.Cookie
	csrf    string
}

// Connect reads the files of a site and returns a client. It makes no calls.
func Connect(s *Site) (*Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.ServerName, InsecureSkipVerify: s.Insecure} //nolint:gosec // insecure is the user's word, and said aloud
	if s.CA != "" {
		pem, err := os.ReadFile(s.file(s.CA))
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca: %s contains no certificate in PEM format: export it in the QMC with the file format \"Platform independent PEM-format\"", s.file(s.CA))
		}
	}
	if s.Cert != "" {
		pair, err := tls.LoadX509KeyPair(s.file(s.Cert), s.file(s.Key))
		if err != nil {
			return nil, certificateError(s, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if s.JWTFile != "" || s.JWTEnv != "" {
		if _, err := s.token(); err != nil {
			return nil, err
		}
	}
	transport := &http.Transport{
		TLSClientConfig:     config,
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 15 * time.Second,
		ForceAttemptHTTP2:   false,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1 only
		MaxIdleConnsPerHost: maxCalls,
		IdleConnTimeout:     time.Minute,
	}
	return &Client{
		site: s, running: make(chan struct{}, maxCalls), retryAfter: time.Second,
		http: &http.Client{
			Transport: transport,
			// A redirect leads to a login page.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func certificateError(s *Site, err error) error {
	text := err.Error()
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("certificate: %w; cert and key are relative to the folder of sites.yaml", err)
	case strings.Contains(text, "private key does not match"), strings.Contains(text, "private key type does not match"):
		return fmt.Errorf("certificate: %s and %s do not belong together: export both again", s.Cert, s.Key)
	case strings.Contains(text, "ENCRYPTED"), strings.Contains(text, "failed to find any PEM data in key"), strings.Contains(text, "failed to parse private key"):
		return fmt.Errorf("certificate: %s is not a readable key: export with \"Include secret key\" and without a password", s.Key)
	}
	return fmt.Errorf("certificate: %w", err)
}

// Close logs out of a JWT virtual proxy and drops the connections.
func (c *Client) Close() {
	c.mu.Lock()
	open := c.session
	c.session = nil
	c.mu.Unlock()
	if open != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if req, err := http.NewRequestWithContext(ctx, http.MethodDelete, c.site.URL+"/qps/user", nil); err == nil {
			open.apply(req)
			if resp, err := c.http.Do(req); err == nil {
				_ = resp.Body.Close() // the result of the logout does not matter
			}
		}
	}
	c.http.CloseIdleConnections()
}

// Site returns the site that the client calls.
func (c *Client) Site() *Site { return c.site }

// Calls returns the number of calls and of received bytes, after decompression.
func (c *Client) Calls() (calls, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls, c.bytes
}

// Ahead returns by how much the site's clock is ahead of ours, according to its last answer, in
// whole seconds. It is an underestimate if the answer was slow, so that queries for changes
// since a time on the site's clock start too early rather than too late.
func (c *Client) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock
}

// Skew returns by how much the site's clock is at least ahead of ours, or behind it if
// negative: 0 if the duration of the last answer explains the difference.
func (c *Client) Skew() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew
}

// skew compares a date in whole seconds with the times between which it was written.
func skew(date, sent, received time.Time) time.Duration {
	if ahead := date.Sub(received); ahead > 0 {
		return ahead
	}
	return min(0, date.Add(time.Second).Sub(sent))
}

func (s *session) apply(req *http.Request) {
	for _, cookie := range s.cookies {
		req.AddCookie(cookie)
	}
	req.Header.Set("qlik-csrf-token", s.csrf)
}

// logIn returns the session of a JWT virtual proxy and opens it if there is none. It replaces
// one that the site no longer knows.
func (c *Client) logIn(ctx context.Context, gone *session) (*session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil && c.session != gone {
		return c.session, nil
	}
	token, err := c.site.token()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.site.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.site.URL+"/qps/csrftoken", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.transportError("GET", "/qps/csrftoken", err)
	}
	defer func() { _ = resp.Body.Close() }() // read only
	if resp.StatusCode >= 300 {
		return nil, c.answerError("GET", "/qps/csrftoken", resp)
	}
	opened := &session{csrf: resp.Header.Get("qlik-csrf-token")}
	for _, cookie := range resp.Cookies() {
		if strings.HasPrefix(cookie.Name, "X-Qlik-Session") {
			opened.cookies = append(opened.cookies, cookie)
		}
	}
	if len(opened.cookies) == 0 || opened.csrf == "" {
		return nil, c.answerError("GET", "/qps/csrftoken", resp)
	}
	c.session = opened
	return opened, nil
}

// RetryAfter sets the delay before a GET is sent again; the default is a second.
func (c *Client) RetryAfter(d time.Duration) { c.retryAfter = d }
