package compiled

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Refusal says why a query is left to OPA. Rule is the rule that causes it, as a path in data;
// it is empty for the query itself.
type Refusal struct{ Rule, Reason string }

// Error implements error.
func (r *Refusal) Error() string {
	if r.Rule == "" {
		return "not compiled: " + r.Reason
	}
	return fmt.Sprintf("not compiled: %s uses %s", r.Rule, r.Reason)
}

// refuse ends the compilation of a rule or query.
func refuse(format string, args ...any) { panic(&Refusal{Reason: fmt.Sprintf(format, args...)}) }

// refusable runs f and returns its refusal.
func refusable(f func()) (refusal *Refusal) {
	defer func() {
		if r := recover(); r != nil {
			var ok bool
			if refusal, ok = r.(*Refusal); !ok {
				panic(r)
			}
		}
	}()
	f()
	return nil
}

// bodyCompiler compiles the bodies of one rule, or one query.
type bodyCompiler struct {
	program *Program
	// slots are those of the variables; bound are the variables that have a value at this
	// point.
	slots map[ast.Var]int
	size  int
	// mayFail says that the code compiled so far may end in an error.
	mayFail bool
	// enumerates says that there may be more than one solution.
	enumerates bool
	indexOf    func(*ast.Term) *ast.ComprehensionIndex
}

// scope is the set of variables that have a value.
type scope map[ast.Var]bool

func (sc scope) inner() scope {
	c := make(scope, len(sc)+4)
	for v := range sc {
		c[v] = true
	}
	return c
}

func (c *bodyCompiler) slot(v ast.Var) int {
	i, ok := c.slots[v]
	if !ok {
		i = c.temp()
		c.slots[v] = i
	}
	return i
}

func (c *bodyCompiler) temp() int {
	c.size++
	return c.size - 1
}

func (c *bodyCompiler) temps(n int) int {
	c.size += n
	return c.size - n
}

func found(*machine, []any) bool { return true }

// body compiles expressions, with final for what follows them.
func (c *bodyCompiler) body(body ast.Body, sc scope, final func() step) step {
	if len(body) == 0 {
		return final()
	}
	return c.expr(body[0], sc, func() step { return c.body(body[1:], sc, final) })
}

// expr compiles an expression. It calls next once, after the variables of the
// expression are bound.
func (c *bodyCompiler) expr(e *ast.Expr, sc scope, next func() step) step {
	if len(e.With) > 0 {
		refuse("with")
	}
	if e.Negated {
		return c.not(e, sc, next)
	}
	switch terms := e.Terms.(type) {
	case *ast.Term:
		return c.statement(terms, sc, next)
	case []*ast.Term:
		if e.IsEquality() {
			return c.unify(terms[1], terms[2], sc, next)
		}
		return c.call(terms, sc, next)
	case *ast.Every:
		return c.every(terms, sc, next)
	}
	refuse("an expression of type %T", e.Terms)
	return nil
}

func (c *bodyCompiler) not(e *ast.Expr, sc scope, next func() step) step {
	positive := *e // a shallow copy: comprehensions are identified by their address
	positive.Negated = false
	enumerates := c.enumerates
	inner := c.expr(&positive, sc.inner(), func() step { return found })
	c.enumerates = enumerates
	then := next()
	return func(m *machine, s []any) bool {
		if inner(m, s) {
			return m.err != nil
		}
		return then(m, s)
	}
}

func (c *bodyCompiler) statement(t *ast.Term, sc scope, next func() step) step {
	if ref, ok := t.Value.(ast.Ref); ok && !c.closed(t, sc) {
		return c.refEach(ref, sc, func() cont {
			then := next()
			return func(m *machine, s []any, v any) bool { return !isFalse(v) && then(m, s) }
		})
	}
	value := c.value(t, sc)
	then := next()
	return func(m *machine, s []any) bool {
		v := value(m, s)
		return v != nil && !isFalse(v) && then(m, s) || m.err != nil
	}
}

// every is true if the body is true for each element of a collection.
func (c *bodyCompiler) every(e *ast.Every, sc scope, next func() step) step {
	domain := c.value(e.Domain, sc)
	inner := sc.inner()
	bind := func(t *ast.Term) int {
		if t == nil {
			return -1
		}
		v, ok := t.Value.(ast.Var)
		if !ok || sc[v] {
			refuse("every with a pattern")
		}
		inner[v] = true
		return c.slot(v)
	}
	key, value := bind(e.Key), bind(e.Value)
	enumerates := c.enumerates
	c.enumerates = true
	body := c.body(e.Body, inner, func() step { return found })
	c.enumerates = enumerates
	then := next()
	return func(m *machine, s []any) bool {
		d := domain(m, s)
		if d == nil || !isCollection(d) {
			return m.err != nil
		}
		if each(d, func(k, v any) bool {
			if key >= 0 {
				s[key] = k
			}
			if value >= 0 {
				s[value] = v
			}
			return m.tick() || !body(m, s) || m.err != nil
		}) {
			return m.err != nil
		}
		return then(m, s)
	}
}

// closed reports whether all variables of a term have a value, except those that comprehensions
// declare.
func (c *bodyCompiler) closed(t *ast.Term, sc scope) bool {
	closed := true
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
			return true
		case ast.Ref:
			for i, t := range x {
				if v, ok := t.Value.(ast.Var); ok && i == 0 {
					closed = closed && (x[0].Equal(ast.InputRootDocument) || x[0].Equal(ast.DefaultRootDocument) || sc[v])
					continue
				}
				closed = closed && c.closed(t, sc)
			}
			return true
		case ast.Var:
			closed = closed && sc[x]
		}
		return false
	}).Walk(t)
	return closed
}
