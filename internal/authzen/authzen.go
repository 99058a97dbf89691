// Package authzen has the access evaluation request of the AuthZEN Authorization API 1.0 as Go
// values, for callers that build requests: the command line, tasks and searches. It does not
// read requests from outside, which may be malformed; the engine and the decision point do.
package authzen

import "encoding/json"

// Request asks whether a subject may perform an action on a resource.
type Request struct {
	Subject  Entity   `json:"subject"`
	Action   Action   `json:"action"`
	Resource Entity   `json:"resource"`
	Context  *Context `json:"context,omitempty"`
}

// Entity is a subject or a resource. Properties are a JSON object that describes an entity that
// is not in the snapshot; nil for one that is.
type Entity struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Properties json.RawMessage `json:"properties,omitempty"`
}

// Action is the action of a request.
type Action struct {
	Name string `json:"name"`
}

// Context is the context of a request: hub, qmc or "", and the attributes of the session.
type Context struct {
	RequestContext string              `json:"request_context,omitempty"`
	Environment    map[string][]string `json:"environment,omitempty"`
}

// Part is a part of a request that a search looks for.
type Part string

// The parts of a request.
const (
	SubjectPart  Part = "subject"
	ActionPart   Part = "action"
	ResourcePart Part = "resource"
)

// Parts are all parts, in the order of a request.
var Parts = []Part{SubjectPart, ActionPart, ResourcePart}
