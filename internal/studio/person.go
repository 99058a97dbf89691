package studio

import (
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
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
func (q question) request() map[string]any {
	subject := map[string]any{"type": "user", "id": q.Person.Login}
	if q.Person.Login == "" {
		subject["id"] = synthesized
		properties := map[string]any{}
		for name, values := range q.Person.Properties {
			properties[name] = values
		}
		subject["properties"] = properties
	}
	about := map[string]any{}
	if q.Context != "" {
		about["request_context"] = q.Context
	}
	if len(q.Person.Environment) > 0 {
		about["environment"] = q.Person.Environment
	}
	return map[string]any{
		"subject": subject, "action": map[string]any{"name": q.Action},
		"resource": map[string]any{"type": q.Type, "id": q.ID}, "context": about,
	}
}

// engineRequests returns requests for many resources of a type.
func (q question) engineRequests(ids []string) ([]engine.Request, error) {
	whole, err := json.Marshal(q.request())
	if err != nil {
		return nil, err
	}
	value, err := engine.ParseRequest(whole)
	if err != nil {
		return nil, err
	}
	object, _ := value.(ast.Object)
	part := func(name string) *ast.Term { return object.Get(ast.StringTerm(name)) }
	all := make([]engine.Request, len(ids))
	for i, id := range ids {
		all[i] = engine.Request{
			Subject: part("subject"), Action: part("action"), Context: part("context"),
			Resource: ast.ObjectTerm([2]*ast.Term{ast.StringTerm("type"), ast.StringTerm(q.Type)}, [2]*ast.Term{ast.StringTerm("id"), ast.StringTerm(id)}),
		}
	}
	return all, nil
}

// sectionType is the type of a section of the management console in a request.
var sectionType = schema.Default().Lookup("transientobject").Name
