// Package edge maps requests of a web server's clients to access requests: a proxy (nginx,
// Traefik, Caddy, Envoy) asks whether a request may pass, and a small configuration defines the
// subject and which paths are which resources.
//
// Anything that the configuration does not name is refused, and so is every path that two
// servers might interpret differently. The package does not know the protocols of proxies.
package edge

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/open-policy-agent/opa/v1/util"
)

// Config is a mapping, in YAML or JSON:
//
//	subject: {type: user, header: X-Forwarded-User, prefix: "ACME\\"}
//	actions: {GET: read, HEAD: read, POST: update, DELETE: delete}
//	resources:
//	  - {path: "/apps/{id}/**", type: App}
//	  - {path: /hub, type: HubSection, id: home}
//	context: {request_context: hub}
//	headers: {method: X-Forwarded-Method, uri: X-Forwarded-Uri}
//
// The first resource with a matching path is used. In a path, {id} is one segment, which
// becomes the id, * is any segment, and ** at the end is any number of segments.
type Config struct {
	Subject   Subject           `json:"subject"`
	Actions   map[string]string `json:"actions"`
	Resources []Resource        `json:"resources"`
	Context   map[string]any    `json:"context"`
	Headers   Headers           `json:"headers"`
}

// Subject defines the subject: the header, which the proxy must set or remove, and a prefix for
// its value.
type Subject struct {
	Type   string `json:"type"`
	Header string `json:"header"`
	Prefix string `json:"prefix"`
}

// Resource maps a path to a resource. Without an ID, the path contains {id}.
type Resource struct {
	Path string `json:"path"`
	Type string `json:"type"`
	ID   string `json:"id"`

	segments []string
}

// Headers are the headers in which a proxy sends the request of its client, for forward-auth.
type Headers struct {
	Method string `json:"method"`
	URI    string `json:"uri"`
}

// Parse parses a mapping. Errors name the invalid part.
func Parse(text []byte) (*Config, error) {
	var c Config
	if err := util.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	if c.Subject.Type == "" || c.Subject.Header == "" {
		return nil, errors.New("subject needs a type and a header")
	}
	if len(c.Actions) == 0 || len(c.Resources) == 0 {
		return nil, errors.New("actions and resources must not be empty: what they do not name is refused")
	}
	if c.Headers.Method == "" {
		c.Headers.Method = "X-Forwarded-Method"
	}
	if c.Headers.URI == "" {
		c.Headers.URI = "X-Forwarded-Uri"
	}
	for i := range c.Resources {
		if err := c.Resources[i].compile(); err != nil {
			return nil, fmt.Errorf("resources[%d]: %w", i, err)
		}
	}
	return &c, nil
}

func (r *Resource) compile() error {
	if r.Type == "" || !strings.HasPrefix(r.Path, "/") {
		return errors.New("it needs a type, and a path that begins with /")
	}
	r.segments = strings.Split(r.Path[1:], "/")
	ids := 0
	for i, s := range r.segments {
		switch {
		case s == "{id}":
			ids++
		case s == "**" && i < len(r.segments)-1:
			return errors.New("** must be the last segment of the path")
		case s != "*" && s != "**" && strings.ContainsAny(s, "*{}"):
			return fmt.Errorf("the segment %q is not text, {id}, * or **", s)
		}
	}
	if ids > 1 || (ids == 1) == (r.ID != "") {
		return errors.New("it needs either one {id} in the path, or an id")
	}
	return nil
}

// Question is a request of a proxy's client.
type Question struct {
	Method string
	// URI is the path as sent, with or without a query.
	URI string
	// Header returns the values of a header, ignoring the case of its name.
	Header func(name string) []string
}

// Answer is an access request as strings.
type Answer struct {
	SubjectType, SubjectID   string
	Action                   string
	ResourceType, ResourceID string
}

// ErrNobody means that the request names no subject; ErrUnmapped that no resource or action of
// the mapping matches. Both are refusals.
var (
	ErrNobody   = errors.New("the request names no subject, or several")
	ErrUnmapped = errors.New("the mapping has no such resource or action")
)

// Map maps a question to an access request.
func (c *Config) Map(q Question) (a Answer, err error) {
	subject := q.Header(c.Subject.Header)
	if len(subject) != 1 || subject[0] == "" {
		return a, ErrNobody
	}
	action, ok := c.Actions[q.Method]
	if !ok {
		return a, ErrUnmapped
	}
	segments, err := split(q.URI)
	if err != nil {
		return a, err
	}
	for _, r := range c.Resources {
		if id, ok := r.fits(segments); ok {
			return Answer{c.Subject.Type, c.Subject.Prefix + subject[0], action, r.Type, id}, nil
		}
	}
	return a, ErrUnmapped
}

// split returns the decoded segments of a path. It rejects paths that servers interpret
// differently.
func split(uri string) ([]string, error) {
	path, _, _ := strings.Cut(uri, "?")
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\;#") {
		return nil, ErrUnmapped
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		text, err := url.PathUnescape(s)
		last := i == len(segments)-1
		if err != nil || text == "." || text == ".." || text == "" && !last || strings.ContainsAny(text, "/\\\x00%;") {
			return nil, ErrUnmapped
		}
		segments[i] = text
	}
	if n := len(segments); n > 1 && segments[n-1] == "" { // a trailing slash
		segments = segments[:n-1]
	}
	return segments, nil
}

func (r *Resource) fits(segments []string) (id string, ok bool) {
	id = r.ID
	for i, want := range r.segments {
		if want == "**" {
			return id, true
		}
		if i >= len(segments) {
			return "", false
		}
		switch {
		case want == "{id}" && segments[i] != "":
			id = segments[i]
		case want != "*" && want != segments[i]:
			return "", false
		}
	}
	return id, len(segments) == len(r.segments)
}
