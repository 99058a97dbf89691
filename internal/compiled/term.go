package compiled

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// constant returns a ground value that needs no evaluation.
func constant(t *ast.Term) (ast.Value, bool) {
	if !ast.IsConstant(t.Value) {
		return nil, false
	}
	switch v := t.Value.(type) {
	case ast.Null, ast.Boolean, ast.Number, ast.String, *ast.Array, ast.Object, ast.Set:
		return v, true
	}
	return nil, false
}

// value compiles a term whose variables are bound.
func (c *bodyCompiler) value(t *ast.Term, sc scope) expr {
	if v, ok := constant(t); ok {
		if text, ok := v.(ast.String); ok {
			c.program.names.add(string(text))
		}
		value := ofConstant(v)
		return func(*machine, []any) any { return value }
	}
	switch v := t.Value.(type) {
	case ast.Var:
		if !sc[v] {
			refuse("the variable %s before it has a value", v)
		}
		i := c.slot(v)
		return func(_ *machine, s []any) any { return s[i] }
	case ast.Ref:
		return c.refValue(v, sc)
	case *ast.Array:
		return c.array(v, sc)
	case ast.Set:
		return c.set(v, sc)
	case ast.Object:
		return c.object(v, sc)
	case *ast.ArrayComprehension:
		return c.arrayComprehension(v, sc)
	case *ast.SetComprehension:
		return c.setComprehension(v, sc)
	case *ast.ObjectComprehension:
		if c.indexOf(t) != nil {
			refuse("an object comprehension with an index")
		}
		return c.objectComprehension(v, sc)
	}
	refuse("a term of type %T", t.Value)
	return nil
}

func (c *bodyCompiler) values(terms []*ast.Term, sc scope) []expr {
	list := make([]expr, len(terms))
	for i, t := range terms {
		list[i] = c.value(t, sc)
	}
	return list
}

func (c *bodyCompiler) array(a *ast.Array, sc scope) expr {
	terms := make([]*ast.Term, a.Len())
	for i := range terms {
		terms[i] = a.Elem(i)
	}
	elements := c.values(terms, sc)
	return func(m *machine, s []any) any {
		l := m.newList(len(elements))
		for i, e := range elements {
			if l.elems[i] = e(m, s); l.elems[i] == nil {
				return nil
			}
		}
		return l
	}
}

func (c *bodyCompiler) set(set ast.Set, sc scope) expr {
	elements := c.values(set.Slice(), sc)
	return func(m *machine, s []any) any {
		made := m.newSet()
		for _, e := range elements {
			v := e(m, s)
			if v == nil {
				return nil
			}
			made.add(v)
		}
		return made
	}
}

// object compiles an object. If keys are equal the last one counts, as in OPA, which keeps the
// source order.
func (c *bodyCompiler) object(o ast.Object, sc scope) expr {
	var keys, values []expr
	var names []any
	computed := 0
	o.Foreach(func(k, v *ast.Term) {
		if _, ok := constant(k); !ok {
			computed++
		}
		if _, ok := k.Value.(ast.String); ok {
			names = append(names, k.Value)
		}
		keys, values = append(keys, c.value(k, sc)), append(values, c.value(v, sc))
	})
	if computed > 0 && len(keys) > 1 {
		refuse("an object with several keys of which some are computed")
	}
	if len(names) == len(keys) {
		return record(newShape(names), values)
	}
	return func(m *machine, s []any) any {
		members := make([][2]*ast.Term, len(keys))
		for i := range keys {
			k, v := keys[i](m, s), values[i](m, s)
			if k == nil || v == nil {
				return nil
			}
			members[i] = [2]*ast.Term{toTerm(k), toTerm(v)}
		}
		return ast.NewObject(members...)
	}
}

// record compiles an object whose keys are constant strings.
func record(shape *shape, values []expr) expr {
	return func(m *machine, s []any) any {
		o := &object{shape: shape, values: make([]any, len(values))}
		for i, value := range values {
			if o.values[i] = value(m, s); o.values[i] == nil {
				return nil
			}
		}
		return o
	}
}

// comprehension compiles the body of a comprehension, which calls add for each solution.
func (c *bodyCompiler) comprehension(body ast.Body, sc scope, add func(sc scope) step) step {
	enumerates := c.enumerates
	inner := sc.inner()
	run := c.body(body, inner, func() step { return add(inner) })
	c.enumerates = enumerates
	return run
}

func (c *bodyCompiler) arrayComprehension(a *ast.ArrayComprehension, sc scope) expr {
	at := c.temp()
	run := c.comprehension(a.Body, sc, func(sc scope) step {
		head := c.value(a.Term, sc)
		return func(m *machine, s []any) bool {
			if v := head(m, s); v != nil {
				l, ok := s[at].(*list)
				if !ok {
					l = m.newList(0)
					s[at] = l
				}
				l.elems = append(l.elems, v)
			}
			return m.err != nil
		}
	})
	return func(m *machine, s []any) any {
		s[at] = nil
		if run(m, s); s[at] == nil {
			return unlessFailed(m, emptyList)
		}
		return unlessFailed(m, s[at])
	}
}

func unlessFailed(m *machine, v any) any {
	if m.err != nil {
		return nil
	}
	return v
}

// known returns the value that a set comprehension has if the rest of its body has a solution, and
// that rest: {"a" | …} has the value {"a"}, and {x | …; some x in {"a", "b"}} has {"a", "b"}. The
// value is nil for other comprehensions.
func known(a *ast.SetComprehension, sc scope) (value any, body ast.Body) {
	if _, ok := constant(a.Term); ok {
		return ofConstant(ast.NewSet(a.Term)), a.Body
	}
	n := len(a.Body) - 2
	if n < 0 {
		return nil, nil
	}
	// The last two expressions must be set := {…} and x := set[_].
	set, elements := a.Body[n], a.Body[n+1]
	if !isEquation(set) || !isEquation(elements) {
		return nil, nil
	}
	all, ok := constant(set.Operand(1))
	ref, isRef := elements.Operand(1).Value.(ast.Ref)
	if _, isSet := all.(ast.Set); !ok || !isSet || !isRef || len(ref) != 2 || !ref[0].Equal(set.Operand(0)) || !elements.Operand(0).Equal(a.Term) {
		return nil, nil
	}
	fresh := map[ast.Var]bool{}
	for _, t := range []*ast.Term{ref[0], ref[1], a.Term} {
		v, ok := t.Value.(ast.Var)
		if !ok || sc[v] || fresh[v] {
			return nil, nil
		}
		fresh[v] = true
	}
	used := false
	ast.WalkVars(a.Body[:n], func(v ast.Var) bool {
		used = used || fresh[v]
		return used
	})
	if used || all.(ast.Set).Len() == 0 {
		return nil, nil
	}
	return ofConstant(all), a.Body[:n]
}

func isEquation(e *ast.Expr) bool {
	return e.IsEquality() && !e.Negated && len(e.With) == 0
}

func (c *bodyCompiler) setComprehension(a *ast.SetComprehension, sc scope) expr {
	if value, body := known(a, sc); value != nil {
		before := c.mayFail
		c.mayFail = false
		run := c.comprehension(body, sc, func(scope) step { return found })
		mayFail := c.mayFail
		c.mayFail = before || mayFail
		if !mayFail { // without errors, the first solution is enough
			return func(m *machine, s []any) any {
				if run(m, s) {
					return unlessFailed(m, value)
				}
				return unlessFailed(m, emptySet)
			}
		}
	}
	at := c.temp()
	run := c.comprehension(a.Body, sc, func(sc scope) step {
		head := c.value(a.Term, sc)
		return func(m *machine, s []any) bool {
			if v := head(m, s); v != nil {
				m.addTo(s, at, v)
			}
			return m.err != nil
		}
	})
	return func(m *machine, s []any) any {
		s[at] = nil
		if run(m, s); s[at] == nil {
			return unlessFailed(m, emptySet)
		}
		return unlessFailed(m, s[at])
	}
}

// addTo adds a value to the set in a slot, and creates the set if there is none.
func (m *machine) addTo(s []any, at int, v any) {
	made, ok := s[at].(*set)
	if !ok {
		made = m.newSet()
		s[at] = made
	}
	made.add(v)
}

func (c *bodyCompiler) objectComprehension(a *ast.ObjectComprehension, sc scope) expr {
	at := c.temp()
	run := c.comprehension(a.Body, sc, func(sc scope) step {
		key, value := c.value(a.Key, sc), c.value(a.Value, sc)
		c.mayFail = true
		return func(m *machine, s []any) bool {
			k, v := key(m, s), value(m, s)
			if k != nil && v != nil {
				insertInto(m, s, at, k, v, true)
			}
			return m.err != nil
		}
	})
	return func(m *machine, s []any) any {
		s[at] = nil
		if run(m, s); s[at] == nil {
			return unlessFailed(m, emptyMap)
		}
		return unlessFailed(m, s[at])
	}
}

// insertInto adds a member to the object in a slot. A key has one value; of two spellings of a value,
// such as 1 and 1.0, the last one counts in a comprehension.
func insertInto(m *machine, s []any, at int, k, v any, last bool) {
	o, ok := s[at].(ast.Object)
	if !ok {
		o = ast.NewObject()
		s[at] = o
	}
	key, value := toTerm(k), toTerm(v)
	if old := o.Get(key); old != nil {
		if !old.Equal(value) {
			m.fail(ErrConflict)
			return
		}
		if !last {
			return
		}
	}
	o.Insert(key, value)
}
