package pdp

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// part is a part of a request: its name and its required strings.
type part struct {
	key   *ast.Term
	name  string
	needs []*ast.Term
	// properties is the name of its properties in errors.
	properties string
}

func newPart(name string, needs ...*ast.Term) part {
	return part{key: term(name), name: name, needs: needs, properties: name + ".properties"}
}

var (
	subject  = newPart("subject", typeKey, idKey)
	action   = newPart("action", nameKey)
	resource = newPart("resource", typeKey, idKey)
	// An entity of a kind is the target of a search.
	subjectOfKind  = newPart("subject", typeKey)
	resourceOfKind = newPart("resource", typeKey)
)

func term(text string) *ast.Term { return ast.StringTerm(text) }

var (
	propertiesKey = term("properties")
	contextKey    = term("context")
	typeKey       = term("type")
	idKey         = term("id")
	nameKey       = term("name")
)

// of parses the part of a request. It removes fields that the API does not define, so that no
// policy sees them.
func (p part) of(request ast.Object) (*ast.Term, error) {
	t := request.Get(p.key)
	if t == nil {
		return nil, bad("%s is missing", p.name)
	}
	given, ok := t.Value.(ast.Object)
	if !ok {
		return nil, bad("%s must be an object, not %s", p.name, kind(t.Value))
	}
	members := make([][2]*ast.Term, 0, 3)
	for _, key := range p.needs {
		v := given.Get(key)
		if v == nil {
			return nil, bad("%s.%s is missing", p.name, string(key.Value.(ast.String)))
		}
		if _, ok := v.Value.(ast.String); !ok {
			return nil, bad("%s.%s must be text, not %s", p.name, string(key.Value.(ast.String)), kind(v.Value))
		}
		members = append(members, [2]*ast.Term{key, v})
	}
	properties, err := optional(given, propertiesKey, p.properties)
	if err != nil {
		return nil, err
	}
	if properties != nil {
		members = append(members, [2]*ast.Term{propertiesKey, properties})
	}
	if given.Len() == len(members) {
		return t, nil
	}
	return ast.ObjectTerm(members...), nil
}

// optional returns an object that may be missing, then nil.
func optional(from ast.Object, key *ast.Term, name string) (*ast.Term, error) {
	t := from.Get(key)
	if t == nil {
		return nil, nil
	}
	if _, ok := t.Value.(ast.Object); !ok {
		return nil, bad("%s must be an object, not %s", name, kind(t.Value))
	}
	return t, nil
}

// evaluationRequest reads an access evaluation request.
func evaluationRequest(o ast.Object) (r engine.Request, err error) {
	if r.Subject, err = subject.of(o); err != nil {
		return r, err
	}
	if r.Action, err = action.of(o); err != nil {
		return r, err
	}
	if r.Resource, err = resource.of(o); err != nil {
		return r, err
	}
	r.Context, err = optional(o, contextKey, "context")
	return r, err
}
