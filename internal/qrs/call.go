package qrs

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// request is one call.
type request struct {
	method, path string
	query        url.Values
	body         any
	// long says that the answer may take five times the usual limit.
	long bool
	// context overrides that of the site.
	context string
}

// do makes a call and returns its answer, whose body the caller must close. A GET that fails in
// transit, or with a server error, is sent once more.
func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	select {
	case c.running <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	done := func() { <-c.running }
	resp, err := c.attempt(ctx, r)
	if r.method == http.MethodGet && ctx.Err() == nil && retryable(err) {
		select {
		case <-time.After(c.retryAfter):
			resp, err = c.attempt(ctx, r)
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		done()
		return nil, err
	}
	resp.Body = &counted{ReadCloser: resp.Body, client: c, done: done}
	return resp, nil
}

// retryable reports whether a call may succeed if it is sent again: it did not reach the site,
// or the site failed.
func retryable(err error) bool {
	var answer *Error
	if errors.As(err, &answer) {
		return answer.Status >= 500 || answer.Status == 0 && answer.Transient
	}
	return false
}

// attempt sends a call; with a JWT it opens a session first, and again if the site no longer
// knows it.
func (c *Client) attempt(ctx context.Context, r request) (*http.Response, error) {
	var open *session
	if c.site.JWTFile != "" || c.site.JWTEnv != "" {
		var err error
		if open, err = c.logIn(ctx, nil); err != nil {
			return nil, err
		}
	}
	resp, err := c.send(ctx, r, open)
	var answer *Error
	if open != nil && errors.As(err, &answer) && answer.Status == http.StatusUnauthorized {
		if open, err = c.logIn(ctx, open); err != nil {
			return nil, err
		}
		resp, err = c.send(ctx, r, open)
	}
	return resp, err
}

func (c *Client) send(ctx context.Context, r request, open *session) (*http.Response, error) {
	limit := c.site.Timeout
	if r.long {
		limit *= 5
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	req, err := c.newRequest(ctx, r, open)
	if err != nil {
		cancel()
		return nil, err
	}
	c.mu.Lock()
	c.calls++
	c.mu.Unlock()
	sent := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		cancel()
		return nil, c.transportError(r.method, r.path, err)
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.mu.Lock()
		received := time.Now()
		c.clock, c.skew = date.Sub(received).Round(time.Second), skew(date, sent, received)
		c.mu.Unlock()
	}
	if resp.StatusCode >= 300 || strings.Contains(resp.Header.Get("Content-Type"), "text/html") {
		defer cancel()
		defer func() { _ = resp.Body.Close() }() // read only
		return nil, c.answerError(r.method, r.path, resp)
	}
	resp.Body = &cancelling{resp.Body, cancel}
	return resp, nil
}

func (c *Client) newRequest(ctx context.Context, r request, open *session) (*http.Request, error) {
	query := url.Values{}
	for name, values := range r.query {
		query[name] = values
	}
	key := rand.Text()[:16]
	query.Set("xrfkey", key)
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	// The repository reads + literally, not as a space.
	address := c.site.URL + "/qrs" + r.path + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Qlik-Xrfkey", key)
	context := r.context
	if context == "" {
		context = c.site.Context
	}
	req.Header.Set("X-Qlik-Security", "Context="+context)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	switch {
	case open != nil:
		open.apply(req)
	case c.site.Header != "":
		req.Header.Set(c.site.Header, c.site.User)
	default:
		directory, id, _ := strings.Cut(c.site.User, `\`)
		req.Header.Set("X-Qlik-User", "UserDirectory="+directory+"; UserId="+id)
	}
	return req, nil
}

// cancelling ends the context of a call when its answer has been read.
type cancelling struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancelling) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// counted counts the bytes of an answer and releases its slot at the end.
type counted struct {
	io.ReadCloser
	client *Client
	n      int64
	done   func()
}

func (b *counted) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

func (b *counted) Close() error {
	if b.done != nil {
		b.client.mu.Lock()
		b.client.bytes += b.n
		b.client.mu.Unlock()
		b.done()
		b.done = nil
	}
	return b.ReadCloser.Close()
}

// call makes a call and decodes its answer; into may be nil.
func (c *Client) call(ctx context.Context, r request, into any) error {
	resp, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read to the end, or broken anyway
	if into == nil {
		_, err := io.Copy(io.Discard, resp.Body)
		return c.bodyError(r, err)
	}
	dec := json.NewDecoder(resp.Body)
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return c.bodyError(r, err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return c.bodyError(r, err)
}
