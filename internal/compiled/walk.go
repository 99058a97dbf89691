package compiled

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// walk compiles walk(value, [path, value]), which has a solution for each node of a value. If a
// part of the path has a value, OPA only searches below it, so that is refused.
func (c *bodyCompiler) walk(terms []*ast.Term, sc scope, next func() step) step {
	if len(terms) != 2 {
		refuse("walk without an output")
	}
	switch out := terms[1].Value.(type) {
	case ast.Var:
		if sc[out] {
			refuse("walk with an output that has a value")
		}
	case *ast.Array:
		path, ok := ast.Var(""), out.Len() == 2
		if ok {
			path, ok = out.Elem(0).Value.(ast.Var)
		}
		if !ok || sc[path] {
			refuse("walk with a path that has a value")
		}
	default:
		refuse("walk with an output of type %T", out)
	}
	c.enumerates = true
	root := c.value(terms[0], sc)
	then := c.pattern(terms[1], sc, next)
	return func(m *machine, s []any) bool {
		v := root(m, s)
		if v == nil {
			return m.err != nil
		}
		return walkFrom(m, s, nil, v, then)
	}
}

func walkFrom(m *machine, s []any, path []any, v any, then cont) bool {
	at, found := m.newList(len(path)), m.newList(2)
	copy(at.elems, path)
	found.elems[0], found.elems[1] = at, v
	if m.tick() || then(m, s, found) {
		return true
	}
	return each(v, func(k, e any) bool { return walkFrom(m, s, append(path, k), e, then) })
}
