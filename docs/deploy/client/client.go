package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
)

// Client sends requests to a decision point.
type Client struct {
	base  string
	token string
	http  http.Client
}

// maxAnswer is the maximum length of an answer in bytes.
const maxAnswer = 1 << 20

// NewClient returns a client for a decision point at an address, http://HOST:PORT, https://HOST
// or unix:PATH. With an empty token it sends none. A request that is not answered within the
// timeout returns an error.
func NewClient(address, token string, timeout time.Duration) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // the decision point runs next to the program
	c := &Client{base: strings.TrimSuffix(address, "/"), token: token}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}
		c.base = "http://localhost"
	}
	c.http = http.Client{
		Transport: transport,
		Timeout:   timeout,
		// A redirect would forward the request, and decision points never send one.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Entity is a subject or a resource: its type and its id.
type Entity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Action is an action by name, such as read.
type Action struct {
	Name string `json:"name"`
}

// Question is an access evaluation.
type Question struct {
	Subject  Entity         `json:"subject"`
	Action   Action         `json:"action"`
	Resource Entity         `json:"resource"`
	Context  map[string]any `json:"context,omitempty"`
}

// Answer is a decision and its reason.
type Answer struct {
	Decision bool
	// Reason is granted, no_rule, unknown_subject, unknown_resource or invalid_request.
	Reason string
	// GrantedBy are the names of the Qlik rules that grant access.
	GrantedBy []string
	// Revision identifies the policy that decided.
	Revision string
}

// wireAnswer is an answer as sent. Decision is a pointer, so that an answer without one is not
// mistaken for a denial by the policy.
type wireAnswer struct {
	Decision *bool `json:"decision"`
	Context  struct {
		Reason    string `json:"reason"`
		GrantedBy []struct {
			Name string `json:"name"`
		} `json:"granted_by"`
		Revision string `json:"revision"`
	} `json:"context"`
}

func (w wireAnswer) answer() (Answer, error) {
	if w.Decision == nil {
		return Answer{}, errors.New("an answer without a decision")
	}
	a := Answer{Decision: *w.Decision, Reason: w.Context.Reason, Revision: w.Context.Revision}
	for _, rule := range w.Context.GrantedBy {
		a.GrantedBy = append(a.GrantedBy, rule.Name)
	}
	return a, nil
}

// Ask asks one question. If it returns an error, there is no decision, and the returned Answer
// is a denial.
func (c *Client) Ask(ctx context.Context, q Question) (Answer, error) {
	var w wireAnswer
	if err := c.post(ctx, "/access/v1/evaluation", q, &w); err != nil {
		return Answer{}, err
	}
	return w.answer()
}

// AskAll asks many questions in batches, which is much cheaper than asking them one by one. The
// answers are in the order of the questions; there are none if it returns an error.
func (c *Client) AskAll(ctx context.Context, questions []Question) ([]Answer, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	var says struct {
		Evaluations []wireAnswer `json:"evaluations"`
	}
	if err := c.post(ctx, "/access/v1/evaluations", map[string]any{"evaluations": questions}, &says); err != nil {
		return nil, err
	}
	if len(says.Evaluations) != len(questions) {
		return nil, fmt.Errorf("%d answers to %d questions", len(says.Evaluations), len(questions))
	}
	answers := make([]Answer, len(questions))
	for i, w := range says.Evaluations {
		var err error
		if answers[i], err = w.answer(); err != nil {
			return nil, fmt.Errorf("evaluation %d: %w", i, err)
		}
	}
	return answers, nil
}

func (c *Client) post(ctx context.Context, path string, question, answer any) error {
	return c.postFor(ctx, "application/json", path, question, answer)
}

// postFor posts a question and decodes the answer, which must have the given media type.
func (c *Client) postFor(ctx context.Context, accept, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %.200s", response.Status, strings.TrimSpace(string(said)))
	case len(said) > maxAnswer:
		return fmt.Errorf("an answer of more than %d bytes", maxAnswer)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "application/json" && kind != accept {
		return fmt.Errorf("an answer of type %q", response.Header.Get("Content-Type"))
	}
	return json.Unmarshal(said, answer)
}
