package engine

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// sessionOf converts the context of a request; false if it is not valid.
func sessionOf(context *ast.Term) (s partition.Session, ok bool) {
	if context == nil {
		return s, true
	}
	if !hasValidContext(ast.NewObject([2]*ast.Term{contextKey, context})) {
		return s, false
	}
	s.Context, _ = text(context.Value.(ast.Object), originKey)
	if environment := context.Get(environmentKey); environment != nil {
		s.Environment = map[string][]string{}
		environment.Value.(ast.Object).Foreach(func(name, value *ast.Term) {
			key, _ := name.Value.(ast.String)
			switch v := value.Value.(type) {
			case ast.String:
				s.Environment[string(key)] = []string{string(v)}
			case *ast.Array:
				v.Foreach(func(e *ast.Term) {
					s.Environment[string(key)] = append(s.Environment[string(key)], string(e.Value.(ast.String)))
				})
			}
		})
	}
	return s, true
}

func isObjectIfAny(t *ast.Term) bool {
	if t == nil {
		return true
	}
	_, ok := t.Value.(ast.Object)
	return ok
}

// text returns the string that an object, or a term that is an object, has under a key; false if there is none.
func text(o interface {
	Get(key *ast.Term) *ast.Term
}, key *ast.Term) (string, bool) {
	t := o.Get(key)
	if t == nil {
		return "", false
	}
	s, ok := t.Value.(ast.String)
	return string(s), ok
}

// hasValidContext reports whether a request has no context, or one with a known origin and with session
// attributes that are strings and lists of strings.
func hasValidContext(in ast.Object) bool {
	t := in.Get(contextKey)
	if t == nil {
		return true
	}
	context, ok := t.Value.(ast.Object)
	if !ok || !isObjectIfAny(context.Get(environmentKey)) {
		return false
	}
	origin, isText := text(context, originKey)
	if context.Get(originKey) != nil && (!isText || origin != "hub" && origin != "qmc") {
		return false
	}
	environment := context.Get(environmentKey)
	return environment == nil || !environment.Value.(ast.Object).Until(func(_, value *ast.Term) bool { return !isStrings(value) })
}

func isStrings(t *ast.Term) bool {
	switch v := t.Value.(type) {
	case ast.String:
		return true
	case *ast.Array:
		return !v.Until(func(e *ast.Term) bool { _, ok := e.Value.(ast.String); return !ok })
	}
	return false
}

var (
	propertiesKey  = ast.StringTerm("properties")
	environmentKey = ast.StringTerm("environment")
	originKey      = ast.StringTerm("request_context")
)
