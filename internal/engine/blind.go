package engine

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// blindness finds out whether a Qlik policy tells resources of a type apart by
// anything but what is on record about them. If not, resources with the same
// record have the same rights, and one of them is enough to ask about.
//
// It is a proof about the compiled rules: the id that a function gets goes to
// site.entity, which gives the record, or to a function of which the same holds,
// and nowhere else. What cannot be proved counts as telling them apart.
type blindness struct {
	compiler *ast.Compiler
	known    map[parameter]bool
}

type parameter struct {
	function string
	at       int
	typ      string
}

var (
	mayRef       = ast.MustParseRef("data.qlik.types.may")
	grantedByRef = ast.MustParseRef("data.qlik.types.granted_by")
	entityRef    = ast.MustParseRef("data.qlik.site.entity")
	typeRef      = ast.MustParseRef("data.qlik.request.type")
)

// to reports whether the policy is blind to the ids of a type, in lower case.
func (b *blindness) to(typ string) bool {
	return b.function(mayRef, 2, typ) && b.function(grantedByRef, 2, typ)
}

func (b *blindness) function(ref ast.Ref, at int, typ string) bool {
	p := parameter{ref.String(), at, typ}
	if blind, ok := b.known[p]; ok {
		return blind
	}
	rules := b.compiler.GetRulesExact(ref)
	blind := len(rules) > 0 // a built-in function looks at what it gets
	for _, r := range rules {
		for ; r != nil && blind; r = r.Else {
			blind = b.rule(r, at, typ)
		}
	}
	b.known[p] = blind
	return blind
}

// rule looks at one definition of a function.
func (b *blindness) rule(r *ast.Rule, at int, typ string) bool {
	if len(r.Head.Args) <= at {
		return false
	}
	id, ok := r.Head.Args[at].Value.(ast.Var)
	if !ok {
		return false // a constant in the head compares
	}
	if b.aboutAnotherType(r, typ) {
		return true
	}
	seen, passed := 0, 0
	count := func(v ast.Var) bool {
		if v == id {
			seen++
		}
		return false
	}
	ast.WalkVars(r.Body, count)
	if r.Head.Value != nil {
		ast.WalkVars(r.Head.Value, count)
	}
	for i, arg := range r.Head.Args {
		if v, ok := arg.Value.(ast.Var); ok && v == id && i != at {
			return false
		}
	}
	ast.WalkExprs(r.Body, func(e *ast.Expr) bool {
		if e.IsCall() {
			passed += b.passed(r, e, id, typ)
		}
		return false
	})
	return seen == passed
}

// passed counts how often a call gets the id where it does no harm.
func (b *blindness) passed(r *ast.Rule, call *ast.Expr, id ast.Var, typ string) int {
	if len(call.With) > 0 {
		return 0
	}
	n := 0
	for i, arg := range call.Operands() {
		if v, ok := arg.Value.(ast.Var); !ok || v != id {
			continue
		}
		if call.Operator().Equal(entityRef) && i == 1 && isType(r, call.Operand(0), typ) || b.function(call.Operator(), i, typ) && !call.Operator().Equal(entityRef) {
			n++
		}
	}
	return n
}

// aboutAnotherType says whether a definition of the index is for other types.
func (b *blindness) aboutAnotherType(r *ast.Rule, typ string) bool {
	if !r.Path().Equal(mayRef) && !r.Path().Equal(grantedByRef) {
		return false
	}
	for _, e := range r.Body {
		if e.Negated || len(e.With) > 0 || !e.IsEquality() && !isOperator(e, ast.Equal.Ref()) {
			continue
		}
		for i, arg := range e.Operands() {
			text, ok := e.Operand(1 - min(i, 1)).Value.(ast.String)
			if ok && arg.Equal(r.Head.Args[0]) && string(text) != typ {
				return true
			}
		}
	}
	return false
}

func isOperator(e *ast.Expr, ref ast.Ref) bool { return e.IsCall() && e.Operator().Equal(ref) }

// isType says whether a term stands for the type that is asked about: its name,
// or what the request says.
func isType(r *ast.Rule, t *ast.Term, typ string) bool {
	switch v := t.Value.(type) {
	case ast.String:
		return string(v) == typ
	case ast.Ref:
		return v.Equal(typeRef)
	case ast.Var:
		for _, e := range r.Body {
			if !e.Negated && len(e.With) == 0 && e.IsEquality() && len(e.Operands()) == 2 &&
				(e.Operand(0).Equal(t) && e.Operand(1).Value.Compare(typeRef) == 0 || e.Operand(1).Equal(t) && e.Operand(0).Value.Compare(typeRef) == 0) {
				return true
			}
		}
	}
	return false
}
