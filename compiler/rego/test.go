package rego

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// test adds one test that must be true.
func (b *body) test(p resolve.Predicate) {
	switch p := p.(type) {
	case resolve.Constant:
		if !p.Value {
			b.add("false")
		}
	case resolve.OneOf:
		b.oneOf(p)
	case resolve.Common:
		b.common(p)
	case resolve.Identical:
		b.identical(p)
	case resolve.Like:
		b.like(p)
	case resolve.Matches:
		b.add("regex.match(%s, %s)", regexpLiteral(p.Regexp), b.one(p.Value, true))
	case resolve.Present:
		b.lines = append(b.lines, b.reference(p.Value, false))
	case resolve.Exists:
		last := len(p.Entities.Steps) - 1
		b.add("%s%s", b.entity(p.Entities.Parent()), field(p.Entities.Steps[last].Name))
	case resolve.CommonEntity:
		b.commonEntity(p)
	case resolve.IdenticalEntity:
		b.identicalEntity(p)
	case resolve.Privilege:
		b.privilege(p)
	case resolve.Anonymous:
		b.add("%s.anonymous", b.module.use("request"))
	case resolve.From:
		b.add("%s.from_%s", b.module.use("request"), p.Context)
	default:
		b.add("false")
	}
}

// ref returns the reference to a value and whether it is a list. The entities
// on the way are bound to variables first.
func (b *body) ref(v resolve.Value, exact bool) (string, bool) {
	form := ""
	if exact {
		form = "="
	}
	p, ok := v.(resolve.Property)
	if !ok {
		return b.module.use("request") + ".environment" + field(form+v.(resolve.Environment).Name), true
	}
	if p.Name == "id" && !exact {
		return b.id(p.Of), false
	}
	return b.entity(p.Of) + field(form+p.Name), p.List
}

// isPlain says whether the reference to a value needs no more than the resource
// or the requester. An id does: who is described, or known as a nested object
// only, may have none.
func isPlain(v resolve.Value, exact bool) bool {
	switch v := v.(type) {
	case resolve.Property:
		return v.Of.IsRoot() && (v.Name != "id" || exact)
	case resolve.Environment:
		return true
	case resolve.Literal:
		return false
	}
	return false
}

// reference is ref for who knows whether it is a list.
func (b *body) reference(v resolve.Value, exact bool) string {
	ref, _ := b.ref(v, exact)
	return ref
}

// one returns an expression for one text of the value: the reference itself,
// or a variable that runs through the list.
func (b *body) one(v resolve.Value, exact bool) string {
	ref, list := b.ref(v, exact)
	if !list {
		return ref
	}
	name := b.variable(strings.TrimPrefix(nameOf(v), "@"))
	b.add("some %s in %s", name, ref)
	return name
}

func nameOf(v resolve.Value) string {
	if p, ok := v.(resolve.Property); ok {
		return p.Name
	}
	return v.(resolve.Environment).Name
}

// variable returns a variable that the body does not use yet.
func (b *body) variable(wanted string) string {
	return b.module.variable(wanted, b.taken)
}

func foldUnless(exact bool, text string) string {
	if exact {
		return text
	}
	return schema.Fold(text)
}

func (b *body) oneOf(p resolve.OneOf) {
	ref, list := b.ref(p.Value, p.Exact)
	switch {
	case len(p.Texts) == 1 && list:
		b.add("%s in %s", quote(p.Texts[0]), ref)
	case len(p.Texts) == 1:
		b.add("%s == %s", ref, quote(p.Texts[0]))
	case list:
		name := b.variable(strings.TrimPrefix(nameOf(p.Value), "@"))
		b.add("some %s in %s", name, ref)
		b.add("%s in {%s}", name, quoteAll(p.Texts))
	default:
		b.add("%s in {%s}", ref, quoteAll(p.Texts))
	}
}

func (b *body) common(p resolve.Common) {
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

// identical compares lists, which are sorted and without doubles.
func (b *body) identical(p resolve.Identical) {
	left, right := b.all(p.Left, p.Exact), b.all(p.Right, p.Exact)
	if p.Left.Many() && p.Right.Many() {
		b.add("count(%s) == 1", left)
	}
	b.add("%s == %s", left, right)
}

// all returns an expression for all texts of the value, as a list.
func (b *body) all(v resolve.Value, exact bool) string {
	if l, ok := v.(resolve.Literal); ok {
		return "[" + quote(foldUnless(exact, l.Text)) + "]"
	}
	p, ok := v.(resolve.Property)
	if !ok {
		// The environment's values are sets: the request makes them.
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

func (b *body) like(p resolve.Like) {
	shape, text := p.Pattern.Shape()
	one := b.one(p.Value, false)
	switch shape {
	case resolve.Prefix:
		b.add("startswith(%s, %s)", one, quote(text))
	case resolve.Suffix:
		b.add("endswith(%s, %s)", one, quote(text))
	case resolve.Infix:
		b.add("contains(%s, %s)", one, quote(text))
	default:
		b.add("regex.match(%s, %s)", regexpLiteral(text), one)
	}
}

// privilege asks another stage, or another action on the same resource.
func (b *body) privilege(p resolve.Privilege) {
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
