package testgen

import (
	"encoding/json"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Request is an access evaluation request without its action.
type Request struct {
	Subject  Entity  `json:"subject"`
	Resource Entity  `json:"resource"`
	Context  Context `json:"context"`
}

// Entity is a subject or a resource. If it has properties, it is described and does not exist
// on the site.
type Entity struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Properties map[string]any `json:"properties,omitempty"`
}

// Context is the context of the subject, hub or qmc, and the attributes that are sent.
type Context struct {
	From        string              `json:"request_context"`
	Environment map[string][]string `json:"environment,omitempty"`
}

// JSON returns the request for an action.
func (r Request) JSON(a ruleset.Action) []byte {
	text, _ := json.Marshal(struct { // strings, lists and objects of them always marshal
		Request
		Action map[string]string `json:"action"`
	}{r, map[string]string{"name": a.Name()}})
	return text
}

// anyAction is used if a request must name an action that does not matter.
var anyAction = ruleset.AllActions[0]
