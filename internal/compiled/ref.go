package compiled

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// base compiles the beginning of a reference, and returns the terms after it.
func (c *bodyCompiler) base(ref ast.Ref, sc scope) (expr, ast.Ref, look) {
	switch {
	case ref[0].Equal(ast.InputRootDocument):
		value, rest := c.input(ref)
		return value, rest, get
	case ref[0].Equal(ast.DefaultRootDocument):
		return c.data(ref, sc)
	}
	if v, ok := ref[0].Value.(ast.Var); ok && !sc[v] {
		refuse("the variable %s before it has a value", v)
	}
	return c.value(ref[0], sc), ref[1:], get
}

// data compiles the beginning of a reference to data: a rule, or base documents.
func (c *bodyCompiler) data(ref ast.Ref, sc scope) (expr, ast.Ref, look) {
	node, at := c.program.compiler.RuleTree.Child(ref[0].Value), 1
	for ; node != nil && at < len(ref); at++ {
		if _, ok := constant(ref[at]); !ok {
			refuse("a reference to rules with a computed name")
		}
		child := node.Child(ref[at].Value)
		if child == nil {
			node = nil
			break
		}
		node = child
		if len(node.Values) > 0 {
			g := c.program.group(node, ref[:at+1])
			return c.virtual(g, ref[at+1:], sc)
		}
	}
	if node != nil {
		refuse("a reference to a whole package")
	}
	return c.baseDocument(ref, sc)
}

// baseDocument compiles the constant beginning of a reference to base documents, which is
// looked up once per query.
func (c *bodyCompiler) baseDocument(ref ast.Ref, sc scope) (expr, ast.Ref, look) {
	n := 1
	for n < len(ref) {
		if _, ok := constant(ref[n]); !ok {
			break
		}
		n++
	}
	if n == 1 {
		refuse("a reference to all data")
	}
	return c.program.prefix(ref[:n]), ref[n:], getPath
}

// input compiles the constant beginning of a reference to the input.
func (c *bodyCompiler) input(ref ast.Ref) (expr, ast.Ref) {
	n := 1
	for n < len(ref) {
		if _, ok := constant(ref[n]); !ok {
			break
		}
		n++
	}
	return c.program.inputPrefix(ref[:n]), ref[n:]
}

// refValue compiles a reference whose variables are bound.
func (c *bodyCompiler) refValue(ref ast.Ref, sc scope) expr {
	value, rest, look := c.base(ref, sc)
	for _, t := range rest {
		value = c.member(value, t, sc, look)
	}
	return value
}

func (c *bodyCompiler) member(of expr, t *ast.Term, sc scope, look look) expr {
	if v, ok := constant(t); ok {
		key := ofConstant(v)
		return func(m *machine, s []any) any {
			v := of(m, s)
			if v == nil {
				return nil
			}
			return look(v, key, t)
		}
	}
	name := c.value(t, sc)
	return func(m *machine, s []any) any {
		v := of(m, s)
		if v == nil {
			return nil
		}
		key := name(m, s)
		if key == nil {
			return nil
		}
		return look(v, key, nil)
	}
}

// refEach compiles a reference with some unknown keys: found receives each value.
func (c *bodyCompiler) refEach(ref ast.Ref, sc scope, found func() cont) step {
	c.enumerates = true
	value, rest, look := c.base(ref, sc)
	for len(rest) > 0 && c.closed(rest[0], sc) {
		value, rest = c.member(value, rest[0], sc, look), rest[1:]
	}
	then := c.eachOf(rest, sc, look, found)
	return func(m *machine, s []any) bool {
		v := value(m, s)
		if v == nil {
			return m.err != nil
		}
		return then(m, s, v)
	}
}

func (c *bodyCompiler) eachOf(rest ast.Ref, sc scope, look look, found func() cont) cont {
	if len(rest) == 0 {
		return found()
	}
	if c.closed(rest[0], sc) {
		at := c.temp()
		member := c.member(func(_ *machine, s []any) any { return s[at] }, rest[0], sc, look)
		then := c.eachOf(rest[1:], sc, look, found)
		return func(m *machine, s []any, v any) bool {
			s[at] = v
			if v = member(m, s); v == nil {
				return m.err != nil
			}
			return then(m, s, v)
		}
	}
	at := c.temp()
	bind := c.pattern(rest[0], sc, func() step {
		then := c.eachOf(rest[1:], sc, look, found)
		return func(m *machine, s []any) bool { return then(m, s, s[at]) }
	})
	return func(m *machine, s []any, v any) bool {
		if n, ok := counted(v); ok { // without a closure
			for i := range n {
				if m.tick() {
					return true
				}
				var k any
				if k, s[at] = entry(v, i); bind(m, s, k) {
					return true
				}
			}
			return false
		}
		return each(v, func(k, e any) bool {
			if m.tick() {
				return true
			}
			s[at] = e
			return bind(m, s, k)
		})
	}
}
