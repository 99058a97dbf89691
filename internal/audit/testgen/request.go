package testgen

import (
	"encoding/json"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Request asks what a subject may do to a resource: an access evaluation request
// without its action.
type Request struct {
	Subject  Entity  `json:"subject"`
	Resource Entity  `json:"resource"`
	Context  Context `json:"context"`
}

// Entity is a subject or a resource. One that has properties is described and on
// no record.
type Entity struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Properties map[string]any `json:"properties,omitempty"`
}

// Context is where the subject comes from, hub or qmc, and what is sent along.
type Context struct {
	From        string              `json:"request_context"`
	Environment map[string][]string `json:"environment,omitempty"`
}

// JSON returns the request for an action.
func (r Request) JSON(a ruleset.Action) []byte {
	text, _ := json.Marshal(struct { // texts, lists and objects of them always have a JSON form
		Request
		Action map[string]string `json:"action"`
	}{r, map[string]string{"name": a.Name()}})
	return text
}

// anyAction stands where a request must name an action that does not matter.
var anyAction = ruleset.AllActions[0]
