package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The lints of this file find conditions with misleading logic.

var _ = New(Lint{
	Code: "Q0412", Title: "always true: every value differs from one of the two", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Supersedes: []diag.Code{"Q0402", "Q0415", "Q0450"},
	Doc: Doc{
		What:  "An `or` has two inequalities of one property with different values.",
		Wrong: []string{`App_*: user.group = "A" and (resource.name != "x" or resource.name != "y")`},
		Right: []string{`App_*: user.group = "A" and !(resource.name = "x" or resource.name = "y")`, `App_*: user.group = "A" and (resource.name != "x" and resource.name != "y")`},
		Why: "No name equals both values, so one of the two inequalities is always true and the branch excludes nothing. Negate the equalities " +
			"together, or join the inequalities with `and`.",
		Source: "Qlik Community td-p/1366065 and published rule r212.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(n condition.Node, operands []condition.Node, and bool) {
			if and {
				return
			}
			for i, a := range operands {
				x, ok := testOf(a)
				if !ok || !x.node.Op.Inequality() {
					continue
				}
				for _, b := range operands[i+1:] {
					y, ok := testOf(b)
					if !ok || !y.node.Op.Inequality() || x.key() != y.key() || fold(x.text.Value) == fold(y.text.Value) {
						continue
					}
					f := Finding{
						Summary: fmt.Sprintf("always true: no value of %s is both %q and %q", x.path, x.text.Value, y.text.Value),
						Detail:  "One of the inequalities is true for every value, so this part excludes nothing. Join them with `and` to exclude both values.",
					}
					if len(operands) == 2 {
						f.Fix = Replace("exclude both values", n.Span(), fmt.Sprintf("!(%s = %s or %s = %s)", x.path, quote(x.text.Value), y.path, quote(y.text.Value)))
					}
					p.Node(n, f)
					return
				}
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0413", Title: "never true: one value cannot equal both", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Supersedes: []diag.Code{"Q0407", "Q0406", "Q0405"},
	Doc: Doc{
		What:  "An `and` has two equalities of one single-valued property with different values.",
		Wrong: []string{`App.Object_*: user.group = "A" and resource.objectType = "sheet" and resource.objectType = "story"`, `Stream_*: resource.name = "x" and resource.name = "y" and user.group = "A"`},
		Right: []string{`App.Object_*: user.group = "A" and (resource.objectType = "sheet" or resource.objectType = "story")`, `App_*: user.group = "A" and user.group = "B"`},
		Why: "A property such as the name has one value, so both equalities are never true together and the branch grants nothing. Join them " +
			"with `or`. A list such as `user.group` can have both values, and is not reported.",
		Source: "Qlik Community m-p/2070743.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(n condition.Node, operands []condition.Node, and bool) {
			if !and {
				return
			}
			for i, a := range operands {
				x, ok := testOf(a)
				if !ok || !x.node.Op.Equality() || !p.Rule.single(a) {
					continue
				}
				for _, b := range operands[i+1:] {
					y, ok := testOf(b)
					if !ok || !y.node.Op.Equality() || x.key() != y.key() || fold(x.text.Value) == fold(y.text.Value) {
						continue
					}
					f := Finding{
						Summary: fmt.Sprintf("never true: %s has one value and cannot equal %q and %q", x.path, x.text.Value, y.text.Value),
						Detail:  "This part of the condition grants nothing. Join the two comparisons with `or` if either value is allowed.",
					}
					if len(operands) == 2 {
						f.Fix = Replace("accept either value", n.Span(), p.Rule.Source(p.Rule.outer(a))+" or "+p.Rule.Source(p.Rule.outer(b)))
					}
					p.Node(n, f)
					return
				}
			}
		})
	},
})

// single reports whether a comparison is with a property that has a single value, in every
// scope that does not decide the comparison.
func (r *Rule) single(n condition.Node) bool {
	path, _ := testOf(n)
	if last(path.path) == "resourcetype" {
		return true
	}
	known := false
	for _, s := range r.Scopes {
		if o, ok := s.Parts[n].(ir.OneOf); ok {
			if o.Value.Many() {
				return false
			}
			known = true
		}
	}
	return known
}

var _ = New(Lint{
	Code: "Q0414", Title: "two inequalities exclude more than intended", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Doc: Doc{
		What:   "An `and` has inequalities of two different properties of the resource, such as type and name.",
		Wrong:  []string{`App.Object_*: resource.app.HasPrivilege("read") and (resource.objectType != "sheet" and resource.name != "Master")`},
		Right:  []string{`App.Object_*: resource.app.HasPrivilege("read") and !(resource.objectType = "sheet" and resource.name = "Master")`},
		Why:    "The condition excludes every sheet, and everything named Master. To exclude only the sheet named Master, negate the two equalities together.",
		Source: "Qlik Community m-p/73954.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(n condition.Node, operands []condition.Node, and bool) {
			var found []test
			for _, o := range operands {
				t, ok := testOf(o)
				if ok && t.node.Op.Inequality() && t.path.Root == "resource" && len(t.path.Segments) == 1 && !t.path.Segments[0].Custom && t.text.Value != "" {
					found = append(found, t)
				}
			}
			if !and || len(found) != 2 || found[0].key() == found[1].key() || !slices.ContainsFunc(found, func(t test) bool { return last(t.path) == "name" }) {
				return
			}
			f := Finding{
				Summary: fmt.Sprintf("excludes everything with %s %q, and everything with %s %q", last(found[0].path), found[0].text.Value, last(found[1].path), found[1].text.Value),
				Detail:  "To exclude only resources with both, negate the two equalities together.",
			}
			if len(operands) == 2 {
				f.Fix = Replace("exclude what has both", n.Span(), fmt.Sprintf("!(%s = %s and %s = %s)", found[0].path, quote(found[0].text.Value), found[1].path, quote(found[1].text.Value)))
			}
			p.Node(n, f)
		})
	},
})

var _ = New(Lint{
	Code: "Q0415", Title: "condition is true for everything the filter matches", Category: Bug, Level: diag.Warning, Disabled: true,
	Supersedes: []diag.Code{"Q0416", "Q0422"},
	Doc: Doc{
		What:  "The condition contains tests, but is always true.",
		Wrong: []string{`Stream_*: user.@team.Empty() or !user.@team.Empty()`, `Stream_*: user.group = "A" or !(user.group = "A")`},
		Right: []string{`Stream_*: user.@team.Empty()`, `Stream_*: !user.IsAnonymous()`},
		Why: "A property that the type does not have is empty, so `.Empty()` and `!=` are true for everything. The rule grants " +
			"access to everybody, although it seems to have a restriction.",
		Source: "Regal constant-condition; Cedar always-matches; the vendor's own playbook contains the mistake.",
	},
	Check: func(p *Pass) {
		if text := strings.TrimSpace(p.Rule.Text()); text == "" || strings.EqualFold(strings.Trim(text, "() "), "true") || len(p.Rule.Scopes) == 0 {
			return
		}
		for _, s := range p.Rule.Scopes {
			if !never(ir.Not(s.Condition)) {
				return
			}
		}
		p.Whole(Finding{
			Summary: "the condition is true for everything the filter matches",
			Detail:  "Its tests exclude nothing: a property that the type does not have is always empty. Write the intended test, or true if the rule should match everything.",
		})
	},
})

var _ = New(Lint{
	Code: "Q0416", Title: "part of the condition is always true here", Category: Bug, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "An operand of an `and` is true for every type of the filter, while the others test something.",
		Wrong:  []string{`App_*: true and user.group = "A"`},
		Right:  []string{`App.Object_*: user.group = "A" and resource.app.@team.Empty()`},
		Why:    "The part excludes nothing, but readers may believe that it does.",
		Source: "Regal constant-condition.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(_ condition.Node, operands []condition.Node, and bool) {
			if !and || len(p.Rule.Scopes) == 0 {
				return
			}
			for i, o := range operands {
				if t, ok := testOf(o); ok && last(t.path) == "resourcetype" || !p.Rule.everywhere(o, ir.IsTrue) {
					continue
				}
				p.Node(o, Finding{
					Summary: "this part is true for every type of the filter",
					Detail:  "It excludes nothing. Remove it, or test the intended property.",
					Fix:     Replace("remove the part", p.Rule.without(operands, i), ""),
				})
				return
			}
		})
	},
})

// everywhere reports whether a node's predicate has a property in every scope.
func (r *Rule) everywhere(n condition.Node, f func(ir.Predicate) bool) bool {
	return !slices.ContainsFunc(r.Scopes, func(s scope) bool { return !f(s.Parts[n]) })
}

var _ = New(Lint{
	Code: "Q0417", Title: "duplicate operand", Category: Bug, Level: diag.Warning, Fix: Automatic, Disabled: true,
	Supersedes: []diag.Code{"Q0418"},
	Doc: Doc{
		What:   "A chain of `and` or `or` has two operands that mean the same.",
		Wrong:  []string{`Stream_*: user.group = "A" or user.group = "a"`, `Stream_*: user.group = "A" or resource.owner = user or user.group = "A"`},
		Right:  []string{`Stream_*: user.group = "A" or user.group = "B"`},
		Why:    "The second operand changes nothing. Often another value was intended, and the copy was not edited.",
		Source: "Regal and other linters.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(_ condition.Node, operands []condition.Node, _ bool) {
			for i, a := range operands {
				for j := range i {
					b := operands[j]
					if len(p.Rule.Scopes) == 0 || !p.Rule.sameIn(a, b) || p.Rule.everywhere(a, isConstant) {
						continue
					}
					p.Node(a, Finding{
						Summary: "this operand has the same meaning as an earlier one",
						Detail:  fmt.Sprintf("%s is already there. Remove one of the two, or write the intended value.", excerpt(p.Rule.Source(b.Span()))),
						Fix:     Replace("remove the second operand", p.Rule.without(operands, i), ""),
					})
					return
				}
			}
		})
	},
})

func isConstant(p ir.Predicate) bool { return ir.IsTrue(p) || ir.IsFalse(p) }

// sameIn reports whether two nodes mean the same in every scope.
func (r *Rule) sameIn(a, b condition.Node) bool {
	return !slices.ContainsFunc(r.Scopes, func(s scope) bool { return canonical(s.Parts[a]) != canonical(s.Parts[b]) })
}

// excerpt shortens a piece of a condition for a sentence.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:59]) + "…"
	}
	return text
}

var _ = New(Lint{
	Code: "Q0418", Title: "operand without effect", Category: Bug, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "An operand is absorbed by another one: `a or (a and b)` is `a`.",
		Wrong:  []string{`Stream_*: user.group = "A" or (user.group = "A" and resource.owner = user)`, `Stream_*: user.group = "A" and (user.group = "A" or user.group = "B")`},
		Right:  []string{`Stream_*: user.group = "A" or (user.group = "B" and resource.owner = user)`},
		Why:    "The operand changes nothing. Either it is unnecessary, or parentheses are missing.",
		Source: "AWS IAM Access Analyzer, redundant element.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(_ condition.Node, operands []condition.Node, and bool) {
			for i, a := range operands {
				for j, b := range operands {
					if i == j || len(p.Rule.Scopes) == 0 || p.Rule.everywhere(a, isConstant) || p.Rule.everywhere(b, isConstant) || p.Rule.sameIn(a, b) || !p.Rule.absorbs(b, a, and) {
						continue
					}
					p.Node(a, Finding{
						Summary: "this operand changes nothing",
						Detail:  fmt.Sprintf("%s already decides. Remove the operand, or check the parentheses.", excerpt(p.Rule.Source(b.Span()))),
						Fix:     Replace("remove the operand", p.Rule.without(operands, i), ""),
					})
					return
				}
			}
		})
	},
})

// absorbs reports whether b makes a redundant: in an or, a implies b; in an and, b implies a.
func (r *Rule) absorbs(b, a condition.Node, and bool) bool {
	return !slices.ContainsFunc(r.Scopes, func(s scope) bool {
		x, y := s.Parts[a], s.Parts[b]
		if and {
			x, y = y, x
		}
		return !implies(x, y)
	})
}

var _ = New(Lint{
	Code: "Q0431", Title: "test of a type that the filter already implies", Category: Bug, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "`resource.resourcetype` is tested although the filter matches only this type.",
		Wrong:  []string{`App_*: resource.resourcetype = "App" and user.group = "A"`},
		Right:  []string{`App_*: user.group = "A"`, `App*: resource.resourcetype = "App" and user.group = "A"`},
		Why:    "The test is always true and makes the condition longer. It is needed only if the filter has several types.",
		Source: "Qlik help, resource filters.",
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(_ condition.Node, operands []condition.Node, and bool) {
			for i, o := range operands {
				t, ok := testOf(o)
				if !and || !ok || last(t.path) != "resourcetype" || len(t.path.Segments) != 1 || len(p.Rule.Scopes) == 0 || !p.Rule.everywhere(o, ir.IsTrue) {
					continue
				}
				p.Node(o, Finding{
					Summary: fmt.Sprintf("the filter matches only the type %s", t.text.Value),
					Detail:  "The test of the type is always true. Remove it.",
					Fix:     Replace("remove the test", p.Rule.without(operands, i), ""),
				})
				return
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0432", Title: "right that depends on itself", Category: Bug, Level: diag.Warning, Disabled: true,
	Doc: Doc{
		What:   "The rule grants an action only to users that already have it.",
		Wrong:  []string{`App_* read: resource.HasPrivilege("read") and user.group = "A"`},
		Right:  []string{`App_* update: resource.HasPrivilege("read") and user.group = "A"`, `App_* read: resource.stream.HasPrivilege("read") and user.group = "A"`},
		Why:    "A rule that requires the right that it grants adds nothing. Test another action, or a right on the parent.",
		Source: "Qlik support article ta-p/1875288.",
	},
	Check: func(p *Pass) {
		if len(p.Rule.Actions.List()) != 1 || len(p.Rule.Scopes) == 0 {
			return
		}
		var at condition.Node
		for i, s := range p.Rule.Scopes {
			list, ok := cubesOf(Grant(&p.Rule.Scopes[i]))
			if !ok || len(list) == 0 {
				return
			}
			for _, c := range list {
				if !slices.ContainsFunc(c, func(l literal) bool {
					q, ok := l.atom.(ir.Privilege)
					return ok && !l.negated && q.Entities.IsRoot() && p.Rule.Actions.Has(q.Action)
				}) {
					return
				}
			}
			condition.Walk(p.Rule.Tree, func(n condition.Node) bool {
				if q, ok := s.Parts[n].(ir.Privilege); ok && q.Entities.IsRoot() && at == nil {
					at = n
				}
				return true
			})
		}
		if at == nil {
			at = p.Rule.Tree
		}
		action := p.Rule.Actions.Names()[0]
		p.Node(at, Finding{
			Summary: fmt.Sprintf("the rule grants %s only to users that already have %[1]s", action),
			Detail:  "It adds nothing. Test another action, or a right on the parent, such as resource.stream.HasPrivilege.",
		})
	},
})
