package studio

import (
	"encoding/json"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/search"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// person is the user for whom a page is shown: an existing user by login, or a hypothetical user
// with the given properties.
type person struct {
	Login       string              `json:"login"`
	Properties  map[string][]string `json:"properties,omitempty"`
	Environment map[string][]string `json:"environment,omitempty"`
}

// synthesized is the login of a hypothetical user without a login.
const synthesized = `STUDIO\made-up`

// question is an access evaluation request about a user.
type question struct {
	Person  person `json:"person"`
	Action  string `json:"action"`
	Type    string `json:"type"`
	ID      string `json:"id"`
	Context string `json:"context"`
}

// request returns the question in the form of AuthZEN.
func (q question) request() (authzen.Request, error) {
	r := authzen.Request{
		Subject: authzen.Entity{Type: "user", ID: q.Person.Login}, Action: authzen.Action{Name: q.Action},
		Resource: authzen.Entity{Type: q.Type, ID: q.ID}, Context: &authzen.Context{RequestContext: q.Context, Environment: q.Person.Environment},
	}
	if q.Person.Login != "" {
		return r, nil
	}
	properties := q.Person.Properties
	if properties == nil {
		properties = map[string][]string{} // a user without properties is described, too
	}
	r.Subject.ID = synthesized
	var err error
	r.Subject.Properties, err = json.Marshal(properties)
	return r, err
}

// engineRequests returns requests for many resources of a type.
func (q question) engineRequests(ids []string) ([]engine.Request, error) {
	r, err := q.request()
	if err != nil {
		return nil, err
	}
	base, err := search.Terms(r)
	if err != nil {
		return nil, err
	}
	return search.Requests(base, authzen.ResourcePart, ids), nil
}

// sectionType is the type of a section of the management console in a request.
var sectionType = schema.Default().Lookup("transientobject").Name
