package rego

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// entity returns the expression for the data that the rules read of an entity, after binding it
// to a variable: `resource_app := site.entity("app", resource.app)` for the path resource.app.
// A path through a set is bound again for every test, because every test may match a different
// entity of the set.
func (b *body) entity(e ir.Entities) string {
	if e.Root == ir.User {
		return b.module.use("request") + ".subject"
	}
	if name, ok := b.vars[e.Key()]; ok {
		return name
	}
	name := b.variable(strings.ReplaceAll(e.Key(), ".", "_"))
	if e.IsRoot() {
		b.usesID = true
		b.add("%s := %s.entity(%s, id)", name, b.module.use("site"), b.typeOf(e))
	} else {
		handle := b.handle(e)
		b.add("%s := %s.entity(%s, %s)", name, b.module.use("site"), quote(e.Type()), handle)
	}
	if !e.Many() {
		b.vars[e.Key()] = name
	}
	return name
}

// typeOf is the type of the resource itself, which is read from the request if the class is
// open.
func (b *body) typeOf(e ir.Entities) string {
	if b.class.Named {
		return quote(e.Type())
	}
	return b.module.use("request") + ".type"
}

// handle returns the expression for an entity's handle.
func (b *body) handle(e ir.Entities) string {
	if e.IsRoot() {
		if e.Root == ir.User {
			return b.module.use("request") + ".user"
		}
		b.usesID = true
		return "id"
	}
	last := e.Steps[len(e.Steps)-1]
	ref := b.entity(e.Parent()) + field(last.Name)
	if !last.Many {
		return ref
	}
	name := b.variable("one_" + last.Name)
	b.add("some %s in %s", name, ref)
	return name
}

// id returns the expression for an entity's id, case-folded.
func (b *body) id(e ir.Entities) string {
	key := e.Key() + ".id"
	if name, ok := b.vars[key]; ok {
		return name
	}
	handle := b.handle(e)
	name := b.variable(strings.ReplaceAll(key, ".", "_"))
	b.add("%s := %s.id(%s)", name, b.module.use("site"), handle)
	if !e.Many() {
		b.vars[key] = name
	}
	return name
}

func (b *body) commonEntity(p ir.CommonEntity) {
	left, right := p.Left, p.Right
	if left.Root == ir.User {
		left, right = right, left
	}
	if right.Root == ir.User {
		b.add("%s.is_user(%s)", b.module.use("request"), b.handle(left))
		return
	}
	one := b.handle(left)
	b.add("%s.same(%s, %s)", b.module.use("request"), one, b.handle(right))
}

// identicalEntity adds the test that all pairs of two sets are the same entity. For a set and
// itself this means that it has exactly one entity.
func (b *body) identicalEntity(p ir.IdenticalEntity) {
	sets := []ir.Entities{p.Left}
	if p.Left.Key() != p.Right.Key() {
		b.commonEntity(ir.CommonEntity(p))
		sets = append(sets, p.Right)
	}
	for _, e := range sets {
		if !e.Many() {
			continue
		}
		inner := b.inner()
		one := inner.handle(e)
		name := b.variable("ids")
		b.add("%s := {text |", name)
		for _, line := range inner.lines {
			b.add("\t%s", line)
		}
		b.add("\ttext := %s.identity(%s)", b.module.use("site"), one)
		b.add("}")
		b.add("count(%s) == 1", name)
	}
}
