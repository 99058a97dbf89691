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

// maxCalls is how many calls a client has under way at a time.
const maxCalls = 2

// Client calls the repository of one site. It is safe for concurrent use. Close ends it.
type Client struct {
	site    *Site
	http    *http.Client
	running chan struct{}
	// retryAfter is how long a GET waits before it is sent again.
	retryAfter time.Duration

	mu sync.Mutex
	// session is that of a JWT virtual proxy, nil before the first call.
	session *session
	calls   int64
	bytes   int64
	// clock is how far the site's clock is ahead of ours at least, by its last answer, and
	// skew how far it is for certain.
	clock, skew time.Duration
}

// session is what a JWT virtual proxy gives for the token.
type session struct {
	cookies []*http.Cookie
	csrf    string
}

// Connect reads the files of a site and returns a client. It calls nobody.
func Connect(s *Site) (*Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.ServerName, InsecureSkipVerify: s.Insecure} //nolint:gosec // insecure is the user's word, and said aloud
	if s.CA != "" {
		pem, err := os.ReadFile(s.file(s.CA))
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca: %s holds no certificate in PEM form: export it in the QMC with the file format \"Platform independent PEM-format\"", s.file(s.CA))
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
			// A redirect leads to a page on which people log in.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func certificateError(s *Site, err error) error {
	text := err.Error()
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("certificate: %w; cert and key are relative to the folder of sites.yaml", err)
	case strings.Contains(text, "private key does not match"):
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
				_ = resp.Body.Close() // logged out or not, there is nothing to do
			}
		}
	}
	c.http.CloseIdleConnections()
}

// Site is the site that the client calls.
func (c *Client) Site() *Site { return c.site }

// Calls and Bytes count what has been asked and what came back, after decompression.
func (c *Client) Calls() (calls, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls, c.bytes
}

// Ahead is how far the site's clock is ahead of ours, as its last answer tells, in whole
// seconds. A slow answer makes it less, so that what is asked since a time by the site's
// clock is asked from too early rather than too late.
func (c *Client) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock
}

// Skew is how far the site's clock is ahead of ours, at least, or behind it if negative: 0
// if the time that the last answer took explains the difference.
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

// logIn returns the session of a JWT virtual proxy and opens it if there is none. One that
// the site does not know any more is replaced.
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

// RetryAfter sets how long a GET waits before it is sent again; a second without it.
func (c *Client) RetryAfter(d time.Duration) { c.retryAfter = d }
