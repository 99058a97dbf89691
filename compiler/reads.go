package compiler

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// readsOf collects the tests of every rule of a plan. Each test and each rule is listed once,
// however many classes a rule reaches.
func readsOf(plan *privilege.Plan) reads.Reads {
	all := reads.Reads{Tests: []reads.Test{}, Rules: []reads.Rule{}, Classes: []reads.Class{}}
	var tests, rules numbers
	for _, c := range plan.Classes {
		class := reads.Class{Key: c.Key, Named: c.Named}
		for _, r := range c.Rules {
			rule := reads.Rule{ID: r.Rule.ID}
			for _, a := range r.Rule.Actions.List() {
				rule.Actions |= uint32(a)
			}
			ir.Visit(r.Predicate, func(test ir.Atom, _ bool) {
				t := testOf(test)
				n, known := tests.of(t)
				if !known {
					all.Tests = append(all.Tests, t)
				}
				rule.Tests = append(rule.Tests, n)
			})
			slices.Sort(rule.Tests)
			rule.Tests = slices.Compact(rule.Tests)
			n, known := rules.of(rule)
			if !known {
				all.Rules = append(all.Rules, rule)
			}
			class.Rules = append(class.Rules, n)
		}
		all.Classes = append(all.Classes, class)
	}
	return all
}

// numbers numbers values in the order of first use.
type numbers map[string]int

func (n *numbers) of(v any) (number int, known bool) {
	// Strings, numbers and lists of them always marshal.
	key, _ := json.Marshal(v)
	if number, known = (*n)[string(key)]; known {
		return number, true
	}
	if *n == nil {
		*n = numbers{}
	}
	number = len(*n)
	(*n)[string(key)] = number
	return number, false
}

// testOf returns an atom as data.
func testOf(a ir.Atom) reads.Test {
	switch p := a.(type) {
	case ir.OneOf:
		return reads.Test{Kind: reads.OneOf, Left: valueOf(p.Value), Strings: p.Strings, Exact: p.Exact}
	case ir.Common:
		return reads.Test{Kind: reads.Common, Left: valueOf(p.Left), Right: valueOf(p.Right), Exact: p.Exact}
	case ir.Identical:
		t := reads.Test{Kind: reads.Identical, Left: valueOf(p.Left), Exact: p.Exact}
		if literal, ok := p.Right.(ir.Literal); ok {
			t.Strings = []string{literal.Text}
			if !p.Exact {
				t.Strings[0] = schema.Fold(literal.Text)
			}
			return t
		}
		t.Right = valueOf(p.Right)
		return t
	case ir.Like:
		return reads.Test{Kind: reads.Matches, Left: valueOf(p.Value), Strings: []string{patternOf(p.Pattern)}}
	case ir.Matches:
		return reads.Test{Kind: reads.Matches, Left: valueOf(p.Value), Strings: []string{p.Regexp}, Exact: true}
	case ir.Present:
		return reads.Test{Kind: reads.Present, Left: valueOf(p.Value)}
	case ir.Exists:
		return reads.Test{Kind: reads.Exists, Left: entitiesOf(p.Entities)}
	case ir.CommonEntity:
		return reads.Test{Kind: reads.CommonEntity, Left: entitiesOf(p.Left), Right: entitiesOf(p.Right)}
	case ir.IdenticalEntity:
		return reads.Test{Kind: reads.IdenticalEntity, Left: entitiesOf(p.Left), Right: entitiesOf(p.Right)}
	case ir.Privilege:
		return reads.Test{Kind: reads.Privilege, Left: entitiesOf(p.Entities), Action: uint32(p.Action)}
	case ir.From:
		return reads.Test{Kind: reads.From, Context: p.Context.String()}
	case ir.Anonymous:
		return reads.Test{Kind: reads.Anonymous}
	}
	panic(fmt.Sprintf("compiler: unknown atom %T", a))
}

// patternOf returns a pattern of like as an anchored regular expression for case-folded
// strings.
func patternOf(p ir.Pattern) string {
	switch shape, text := p.Shape(); shape {
	case ir.Prefix:
		return `(?s)^` + regexp.QuoteMeta(text) + `.*$`
	case ir.Suffix:
		return `(?s)^.*` + regexp.QuoteMeta(text) + `$`
	case ir.Infix:
		return `(?s)^.*` + regexp.QuoteMeta(text) + `.*$`
	case ir.General:
		return text
	case ir.Whole, ir.Anything: // resolve converts these to OneOf and Present
	}
	panic("compiler: a pattern without a wildcard, or of nothing else")
}

func valueOf(v ir.Value) *reads.Operand {
	p, ok := v.(ir.Property)
	if !ok {
		// Literals are only the right operand of Identical.
		return &reads.Operand{Root: reads.Environment, Property: v.(ir.Environment).Name}
	}
	o := entitiesOf(p.Of)
	o.Property = p.Name
	return o
}

func entitiesOf(e ir.Entities) *reads.Operand {
	o := &reads.Operand{Root: reads.Resource}
	if e.Root == ir.User {
		o.Root = reads.User
	}
	for _, s := range e.Steps {
		o.Steps = append(o.Steps, reads.Step{Relation: s.Name, Type: s.Type, Many: s.Many})
	}
	return o
}
