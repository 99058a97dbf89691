package rego

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// test adds one atom.
func (b *body) test(a ir.Atom) {
	switch p := a.(type) {
	case ir.OneOf:
		b.oneOf(p)
	case ir.Common:
		b.common(p)
	case ir.Identical:
		b.identical(p)
	case ir.Like:
		b.like(p)
	case ir.Matches:
		b.add("regex.match(%s, %s)", regexpLiteral(p.Regexp), b.one(p.Value, true))
	case ir.Present:
		b.lines = append(b.lines, b.reference(p.Value, false))
	case ir.Exists:
		last := len(p.Entities.Steps) - 1
		b.add("%s%s", b.entity(p.Entities.Parent()), field(p.Entities.Steps[last].Name))
	case ir.CommonEntity:
		b.commonEntity(p)
	case ir.IdenticalEntity:
		b.identicalEntity(p)
	case ir.Privilege:
		b.privilege(p)
	case ir.Anonymous:
		b.add("%s.anonymous", b.module.use("request"))
	case ir.From:
		b.add("%s.from_%s", b.module.use("request"), p.Context)
	default: // without a line, the atom would be true
		panic(fmt.Sprintf("rego: unknown atom %T", a))
	}
}

// ref returns the reference to a value and whether it is a list. It binds the entities on the
// path to variables first.
func (b *body) ref(v ir.Value, exact bool) (string, bool) {
	form := ""
	if exact {
		form = "="
	}
	p, ok := v.(ir.Property)
	if !ok {
		return b.module.use("request") + ".environment" + field(form+v.(ir.Environment).Name), true
	}
	if p.Name == "id" && !exact {
		return b.id(p.Of), false
	}
	return b.entity(p.Of) + field(form+p.Name), p.List
}

// isPlain reports whether the reference to a value needs no more than the resource or the
// subject. An id does: a subject or resource that is described in the request, or known only as
// a nested object, may have none.
func isPlain(v ir.Value, exact bool) bool {
	switch v := v.(type) {
	case ir.Property:
		return v.Of.IsRoot() && (v.Name != "id" || exact)
	case ir.Environment:
		return true
	case ir.Literal:
		return false
	}
	panic("rego: unknown value")
}

// reference is ref for callers that know whether the value is a list.
func (b *body) reference(v ir.Value, exact bool) string {
	ref, _ := b.ref(v, exact)
	return ref
}

// one returns an expression for one string of the value: the reference itself, or a variable
// that iterates over the list.
func (b *body) one(v ir.Value, exact bool) string {
	ref, list := b.ref(v, exact)
	if !list {
		return ref
	}
	name := b.variable(strings.TrimPrefix(nameOf(v), "@"))
	b.add("some %s in %s", name, ref)
	return name
}

func nameOf(v ir.Value) string {
	if p, ok := v.(ir.Property); ok {
		return p.Name
	}
	return v.(ir.Environment).Name
}

// variable returns a variable that the body does not use yet.
func (b *body) variable(proposed string) string {
	return b.module.variable(proposed, b.taken)
}

func foldUnless(exact bool, text string) string {
	if exact {
		return text
	}
	return schema.Fold(text)
}

func (b *body) oneOf(p ir.OneOf) {
	ref, list := b.ref(p.Value, p.Exact)
	switch {
	case len(p.Strings) == 1 && list:
		b.add("%s in %s", quote(p.Strings[0]), ref)
	case len(p.Strings) == 1:
		b.add("%s == %s", ref, quote(p.Strings[0]))
	case list:
		name := b.variable(strings.TrimPrefix(nameOf(p.Value), "@"))
		b.add("some %s in %s", name, ref)
		b.add("%s in {%s}", name, quoteAll(p.Strings))
	default:
		b.add("%s in {%s}", ref, quoteAll(p.Strings))
	}
}

func (b *body) common(p ir.Common) {
	left, leftList := b.ref(p.Left, p.Exact)
	right, rightList := b.ref(p.Right, p.Exact)
	switch {
	case leftList && rightList:
		name := b.variable(strings.TrimPrefix(nameOf(p.Left), "@"))
		b.add("some %s in %s", name, left)
		b.add("%s in %s", name, right)
	case rightList:
		b.add("%s in %s", left, right)
	case leftList:
		b.add("%s in %s", right, left)
	default:
		b.add("%s == %s", left, right)
	}
}

// identical compares lists, which are sorted and have no duplicates.
func (b *body) identical(p ir.Identical) {
	left, right := b.all(p.Left, p.Exact), b.all(p.Right, p.Exact)
	if p.Left.Many() && p.Right.Many() {
		b.add("count(%s) == 1", left)
	}
	b.add("%s == %s", left, right)
}

// all returns an expression for all strings of the value, as a list.
func (b *body) all(v ir.Value, exact bool) string {
	if l, ok := v.(ir.Literal); ok {
		return "[" + quote(foldUnless(exact, l.Text)) + "]"
	}
	p, ok := v.(ir.Property)
	if !ok {
		// The environment's values are sets, which the request module builds.
		return "sort(" + b.reference(v, exact) + ")"
	}
	if !p.Of.Many() {
		ref, list := b.ref(v, exact)
		if list {
			return ref
		}
		return "[" + ref + "]"
	}
	inner := b.inner()
	one := inner.one(v, exact)
	name := b.variable("values")
	b.add("%s := sort({text |", name)
	for _, line := range inner.lines {
		b.add("\t%s", line)
	}
	b.add("\ttext := %s", one)
	b.add("})")
	return name
}

// inner returns a body for a comprehension: it sees the variables of b.
func (b *body) inner() *body {
	b.usesID = true
	inner := b.newBody()
	for name := range b.taken {
		inner.taken[name] = true
	}
	inner.taken["text"] = true
	return inner
}

func (b *body) like(p ir.Like) {
	shape, text := p.Pattern.Shape()
	one := b.one(p.Value, false)
	switch shape {
	case ir.Prefix:
		b.add("startswith(%s, %s)", one, quote(text))
	case ir.Suffix:
		b.add("endswith(%s, %s)", one, quote(text))
	case ir.Infix:
		b.add("contains(%s, %s)", one, quote(text))
	case ir.General:
		b.add("regex.match(%s, %s)", regexpLiteral(text), one)
	case ir.Whole, ir.Anything: // resolve converts these to OneOf and Present
		panic("rego: a pattern without a wildcard, or of nothing else")
	}
}

// privilege asks another stage, or another action on the same resource.
func (b *body) privilege(p ir.Privilege) {
	switch action := p.Action.Name(); {
	case p.Entities.IsRoot() && slices.Contains(b.cycle, p.Action):
		b.held = true
		b.add("%s in held", quote(action))
	case p.Entities.IsRoot():
		b.usesID = true
		b.add("may_%s(id)", action)
	default:
		b.add("%s.may(%s, %s)", b.module.use("types."+b.module.packages[p.Entities.Type()]), quote(action), b.handle(p.Entities))
	}
}
