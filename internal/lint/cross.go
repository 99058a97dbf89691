package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve/facts"
)

// The lints of this file compare rules with each other. The solver proves redundancy for every
// user, resource and request.

var _ = New(Lint{
	Code: "Q0801", Title: "duplicate of another rule", Category: CrossRule, Level: diag.Warning, Scope: PerSet,
	Supersedes: []diag.Code{"Q0802", "Q0803", "Q0804", "Q0805", "Q0906"},
	Doc: Doc{
		What:   "Two enabled rules grant the same actions on the same resources under the same condition.",
		Wrong:  []string{"\"Readers\" App_*: user.group = \"A\" and resource.owner = user\n\"Copy\" App_*: (resource.owner = user and user.group = \"a\")"},
		Right:  []string{"\"Readers\" App_*: user.group = \"A\" and resource.owner = user\n\"Writers\" App_* update: user.group = \"A\" and resource.owner = user"},
		Why:    "Disabling one of the two rules has no effect, which is unexpected.",
		Source: "Proved by the solver (`internal/solve`).",
	},
	Check: func(p *Pass) {
		done := map[diag.Rule]bool{}
		report := func(r *Rule, f facts.Fact) {
			if len(f.By) == 0 || done[f.By[0]] || p.byProduct(f.By) {
				return // the pair is reported at the other rule, or by Q0805
			}
			done[r.Ref()] = true
			names, related := p.seeAll(f.By)
			p.On(r).Whole(Finding{
				Summary: "the rule grants the same as " + names[0],
				Detail:  "Delete one of the two: disabling only one of them changes nothing.",
				Related: related,
			})
		}
		p.related(facts.Duplicate, report)
		p.related(facts.Covered, func(r *Rule, f facts.Fact) {
			if len(f.By) == 1 && p.mutual(r, f.By[0]) {
				report(r, f)
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0802", Title: "covered by another rule", Category: CrossRule, Level: diag.Warning, Scope: PerSet,
	Supersedes: []diag.Code{"Q0804", "Q0906"},
	Doc: Doc{
		What:   "Another rule grants everything that this one grants. Removing it changes nothing.",
		Wrong:  []string{"\"All of A\" App_* read update: user.group = \"A\" and !resource.stream.Empty()\n\"Some of A\" App_*: user.group = \"A\" and !resource.stream.Empty() and resource.name like \"S*\""},
		Right:  []string{"\"All of A\" App_* read update: user.group = \"A\" and !resource.stream.Empty()\n\"All of B\" App_*: user.group = \"B\" and !resource.stream.Empty()"},
		Why:    "Rules add up. A narrower rule does not restrict a wider one.",
		Source: "Proved by the solver (`internal/solve`) for every user, resource and request.",
	},
	Check: func(p *Pass) {
		p.related(facts.Covered, func(r *Rule, f facts.Fact) {
			if len(f.By) != 1 || p.byProduct(f.By) || p.mutual(r, f.By[0]) {
				return
			}
			names, related := p.seeAll(f.By)
			p.On(r).Whole(Finding{
				Summary: names[0] + " grants everything that this rule grants",
				Detail:  "Removing the rule changes nothing. If it should restrict access, change the other rule: rules only add rights.",
				Related: related,
			})
		})
	},
})

var _ = New(Lint{
	Code: "Q0803", Title: "covered by several rules", Category: CrossRule, Level: diag.Warning, Scope: PerSet,
	Supersedes: []diag.Code{"Q0906"},
	Doc: Doc{
		What:   "Other rules together grant everything that this one grants.",
		Wrong:  []string{"\"Drafts\" App_*: user.group = \"A\" and resource.stream.Empty() and resource.@kind = \"x\"\n\"Published\" App_*: user.group = \"A\" and !resource.stream.Empty() and resource.@kind = \"x\"\n\"Both\" App_*: user.group = \"A\" and resource.@kind = \"x\" and user.email = \"a\""},
		Right:  []string{"\"Drafts\" App_*: user.group = \"A\" and resource.stream.Empty()\n\"Both\" App_*: user.group = \"B\""},
		Why:    "Removing the rule changes nothing. Rules only add rights.",
		Source: "Proved by the solver (`internal/solve`) for every user, resource and request.",
	},
	Check: func(p *Pass) {
		p.related(facts.Covered, func(r *Rule, f facts.Fact) {
			if len(f.By) < 2 || p.byProduct(f.By) {
				return
			}
			names, related := p.seeAll(f.By)
			p.On(r).Whole(Finding{
				Summary: fmt.Sprintf("%s together grant everything that this rule grants", listed(names, "and")),
				Detail:  "Removing the rule changes nothing.",
				Related: related,
			})
		})
	},
})

// mutual reports whether a rule that another one covers also covers that one: both mean the
// same.
func (s *Set) mutual(r *Rule, by diag.Rule) bool {
	other := s.find(by)
	return other != nil && other.Actions == r.Actions && slices.ContainsFunc(s.proved().byRule[by], func(f facts.Fact) bool {
		return f.Kind == facts.Covered && len(f.By) == 1 && f.By[0] == r.Ref()
	})
}

// byProduct reports whether all rules are shipped with Qlik Sense.
func (s *Set) byProduct(refs []diag.Rule) bool {
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(ref diag.Rule) bool { r := s.find(ref); return r == nil || !r.Product() })
}

var _ = New(Lint{
	Code: "Q0805", Title: "restriction without effect: a default rule grants the same", Category: CrossRule, Level: diag.Warning, Scope: PerSet,
	Doc: Doc{
		What:  "An enabled default rule grants everything that this custom rule grants.",
		Wrong: []string{"\"Streams\" Stream_* Default: !user.IsAnonymous()\n\"Stream\" App_* Default: resource.stream.HasPrivilege(\"read\")\n\"Only A\" App_*: resource.stream.HasPrivilege(\"read\") and user.group = \"A\""},
		Right: []string{"\"Stream\" App_* Default disabled: resource.stream.HasPrivilege(\"read\")\n\"Only A\" App_*: resource.stream.HasPrivilege(\"read\") and user.group = \"A\""},
		Why: "Rules only add rights. A custom rule with more tests restricts nothing while the default rule is enabled. Disable " +
			"the default rule if the custom rule should replace it.",
		Source: "Qlik Community td-p/1366065; proved by the solver (`internal/solve`).",
	},
	Check: func(p *Pass) {
		for _, kind := range []facts.Kind{facts.Covered, facts.Duplicate} {
			p.related(kind, func(r *Rule, f facts.Fact) {
				if !p.byProduct(f.By) {
					return
				}
				names, related := p.seeAll(f.By)
				p.On(r).Whole(Finding{
					Summary: fmt.Sprintf("the default rule %s grants everything that this rule grants", listed(names, "and")),
					Detail:  "This rule restricts nothing: rules only add rights. Disable the default rule if this rule should replace it.",
					Related: related,
				})
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0804", Title: "rules that differ in one value", Category: CrossRule, Level: diag.Info, Scope: PerSet,
	Doc: Doc{
		What:   "Several rules differ only in one value.",
		Wrong:  []string{"\"A\" App_*: user.group = \"A\" and resource.owner = user\n\"B\" App_*: user.group = \"B\" and resource.owner = user"},
		Right:  []string{"\"A and B\" App_*: (user.group = \"A\" or user.group = \"B\") and resource.owner = user"},
		Why:    "One rule with `or`, or a comparison with a custom property, is easier to read, change and audit.",
		Source: "Qlik Admin Playbook: fewer rules.",
	},
	Check: func(p *Pass) {
		groups := map[string][]*Rule{}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() {
				continue
			}
			for key := range variants(r) {
				groups[key] = append(groups[key], r)
			}
		}
		done := map[*Rule]bool{}
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			group := groups[key]
			if len(group) < 2 || done[group[0]] || done[group[1]] {
				continue
			}
			f := Finding{
				Summary: fmt.Sprintf("the rule differs from %s in one value only", otherRules(len(group)-1)),
				Detail:  "Write one rule with or between the values, or compare with a custom property.",
			}
			for _, r := range group {
				done[r] = true
			}
			for _, r := range group[1:min(4, len(group))] {
				f.Related = append(f.Related, See(r, "the rule %q", r.Name))
			}
			p.On(group[0]).Whole(f)
		}
	},
})

// otherRules counts other rules as part of a sentence.
func otherRules(n int) string {
	if n == 1 {
		return "another rule"
	}
	return fmt.Sprintf("%d other rules", n)
}

// variants returns the rule as text with one value left out, for every value that is compared
// by = below an even number of negations.
func variants(r *Rule) map[string]bool {
	found := map[string]bool{}
	frame := fmt.Sprintf("%d %d %s\x00", r.Actions, r.Context, fold(strings.Join(r.itemStrings(), ",")))
	r.tests(func(t test) {
		if t.node.Op.Equality() && !t.node.Op.Exact() && !r.negated(t.node) && t.path.Root == "user" {
			text := r.Text()
			found[frame+fold(strings.Join(strings.Fields(text[:t.text.Range.Start]+"\x00"+text[t.text.Range.End:]), " "))] = true
		}
	})
	return found
}

var _ = New(Lint{
	Code: "Q0806", Title: "copied default rule is still enabled", Category: CrossRule, Level: diag.Warning, Scope: PerSet,
	Supersedes: []diag.Code{"Q0805"},
	Doc: Doc{
		What:   "A custom rule repeats most of the tests of an enabled default rule.",
		Wrong:  []string{"\"Stream\" App* Default: (resource.resourcetype = \"App\" and resource.stream.HasPrivilege(\"read\")) or (resource.resourcetype = \"App.Object\" and resource.published = \"true\" and resource.app.stream.HasPrivilege(\"read\"))\n\"Our stream\" App*: ((resource.resourcetype = \"App\" and resource.stream.HasPrivilege(\"read\")) or (resource.resourcetype = \"App.Object\" and resource.published = \"true\" and resource.app.stream.HasPrivilege(\"read\"))) and user.group = \"A\""},
		Right:  []string{"\"Stream\" App* Default disabled: (resource.resourcetype = \"App\" and resource.stream.HasPrivilege(\"read\")) or (resource.resourcetype = \"App.Object\" and resource.published = \"true\" and resource.app.stream.HasPrivilege(\"read\"))\n\"Our stream\" App*: ((resource.resourcetype = \"App\" and resource.stream.HasPrivilege(\"read\")) or (resource.resourcetype = \"App.Object\" and resource.published = \"true\" and resource.app.stream.HasPrivilege(\"read\"))) and user.group = \"A\""},
		Why:    "The purpose of a copy is to change what the default rule grants. While the default rule is enabled, it still grants everything.",
		Source: "Qlik help, Editing security rules: disable the original before you use the copy.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() {
				continue
			}
			for _, d := range p.Rules {
				if !d.Product() || !d.Grants() || !sharesReach(r, d) || !copies(r, d) {
					continue
				}
				p.On(r).Whole(Finding{
					Summary: fmt.Sprintf("the rule is a copy of the default rule %q, which is still enabled", d.Name),
					Detail:  "The default rule still grants everything, even if this rule has more tests. Disable it.",
					Related: []diag.Related{See(d, "the default rule")},
				})
				break
			}
		}
	},
})

// sharesReach reports whether two rules have an action and a type scope in common.
func sharesReach(a, b *Rule) bool {
	return a.Actions&b.Actions != 0 && slices.ContainsFunc(a.Scopes, func(s scope) bool { return b.At(s.Key) != nil })
}

// copies reports whether a rule repeats almost all of at least three different tests of
// another, and has additional ones.
func copies(r, original *Rule) bool {
	theirs, ours := clauses(original), clauses(r)
	if len(theirs) < 3 || len(ours) <= len(theirs) {
		return false
	}
	shared := 0
	for c := range theirs {
		if ours[c] {
			shared++
		}
	}
	return 5*shared >= 4*len(theirs)
}

func clauses(r *Rule) map[string]bool {
	found := map[string]bool{}
	condition.Walk(r.Tree, func(n condition.Node) bool {
		switch n.(type) {
		case *condition.Comparison, *condition.Call:
			found[fold(strings.Join(strings.Fields(condition.Print(n)), " "))] = true
		case *condition.And, *condition.Or, *condition.Not, *condition.Bool:
		}
		return true
	})
	return found
}

var _ = New(Lint{
	Code: "Q0486", Title: "disabled default that a custom rule replaces", Category: Portability, Level: diag.Info, Scope: PerSet,
	Doc: Doc{
		What:   "A custom rule repeats most of the tests of a disabled default rule.",
		Wrong:  []string{"\"Stream\" App* Default disabled: (resource.resourcetype = \"App\" and resource.stream.HasPrivilege(\"read\")) or (resource.resourcetype = \"App.Object\" and resource.published = \"true\" and resource.app.stream.HasPrivilege(\"read\"))\n\"Our stream\" App*: ((resource.resourcetype = \"App\" and resource.stream.HasPrivilege(\"read\")) or (resource.resourcetype = \"App.Object\" and resource.published = \"true\" and resource.app.stream.HasPrivilege(\"read\"))) and user.group = \"A\""},
		Right:  []string{"\"Stream\" App* Default: resource.stream.HasPrivilege(\"read\")\n\"Ours\" App* update: user.group = \"A\" and resource.stream.Empty()"},
		Why:    "The copy does not get corrections of the default rule. Compare the two after an upgrade.",
		Source: "Qlik help, Editing security rules.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() {
				continue
			}
			for _, d := range p.Rules {
				if d.Product() && d.Disabled && sharesReach(r, d) && copies(r, d) {
					p.On(r).Whole(Finding{
						Summary: fmt.Sprintf("the rule replaces the disabled default rule %q", d.Name),
						Detail:  "Compare the two after an upgrade: the copy does not get corrections of the default rule.",
						Related: []diag.Related{See(d, "the default rule")},
					})
					break
				}
			}
		}
	},
})

var _ = New(Lint{
	Code: "Q0815", Title: "same rule for the hub and for the QMC", Category: CrossRule, Level: diag.Info, Scope: PerSet,
	Doc: Doc{
		What:   "Two rules differ only in the context: one is for the hub, the other for the QMC.",
		Wrong:  []string{"\"Hub\" App_* hub: user.group = \"A\" and resource.owner = user\n\"QMC\" App_* qmc: user.group = \"A\" and resource.owner = user"},
		Right:  []string{"\"Both\" App_*: user.group = \"A\" and resource.owner = user"},
		Why:    "One rule for both contexts is easier to read, change and audit.",
		Source: "Qlik Admin Playbook: fewer rules.",
	},
	Check: func(p *Pass) {
		first := map[string]*Rule{}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || r.Context == ruleset.Both {
				continue
			}
			key := fmt.Sprintf("%d %s", r.Actions, grantsKey(r))
			if before := first[key]; before != nil && before.Context != r.Context {
				p.On(r).Whole(Finding{
					Summary: fmt.Sprintf("%q is the same for the other context", before.Name),
					Detail:  "Write one rule for both contexts.",
					Related: []diag.Related{See(before, "the other rule")},
				})
			}
			first[key] = r
		}
	},
})

// grantsKey identifies what a rule grants, in all scopes.
func grantsKey(r *Rule) string {
	var b strings.Builder
	for i, s := range r.Scopes {
		b.WriteString(s.Key + "\x00" + canonical(Grant(&r.Scopes[i])) + "\x00")
	}
	return b.String()
}

var _ = New(Lint{
	Code: "Q0814", Title: "user attribute spelled like another one", Category: CrossRule, Level: diag.Info, Scope: PerSet,
	Doc: Doc{
		What:   "One rule reads a user attribute whose name differs in one letter from one that other rules read.",
		Wrong:  []string{"App_*: user.group = \"A\" and resource.owner = user\nApp_* update: user.group = \"B\" and resource.owner = user\nStream_*: user.groups = \"B\" and resource.owner = user"},
		Right:  []string{"App_*: user.group = \"A\" and resource.owner = user\nStream_*: user.group = \"B\" and resource.owner = user"},
		Why:    "A directory attribute can have any name, so a typing mistake is not an error. The attribute is empty and the rule grants nothing.",
		Source: "Published answers that never worked (`user.userDirector`).",
	},
	Check: func(p *Pass) {
		type use struct {
			rules int
			rule  *Rule
			at    diag.Range
		}
		uses := map[string]*use{}
		for _, name := range []string{"roles", "userid", "userdirectory", "name"} {
			uses[name] = &use{rules: 2}
		}
		for _, r := range p.Rules {
			seen := map[string]bool{}
			r.paths(func(path *condition.Path, _ condition.Node) {
				if path.Root != "user" || len(path.Segments) != 1 || path.Segments[0].Custom || seen[last(path)] {
					return
				}
				seen[last(path)] = true
				if u := uses[last(path)]; u != nil {
					u.rules++
				} else {
					uses[last(path)] = &use{1, r, path.Segments[0].Range}
				}
			})
		}
		for _, name := range slices.Sorted(maps.Keys(uses)) {
			u := uses[name]
			if u.rules != 1 || u.rule == nil || u.rule.Product() || name == "role" {
				continue
			}
			var others []string
			for other, o := range uses {
				if o.rules > 1 {
					others = append(others, other)
				}
			}
			slices.Sort(others)
			if near, ok := diag.Suggest(name, others); ok && abs(len(near)-len(name)) <= 1 {
				p.On(u.rule).Range(u.at, Finding{
					Summary: fmt.Sprintf("only this rule reads user.%s; did you mean user.%s?", name, near),
					Detail:  "An attribute that no directory sends is empty, and the rule grants nothing.",
				})
			}
		}
	},
})

func abs(n int) int { return max(n, -n) }

var _ = New(Lint{
	Code: "Q0424", Title: "session attribute read as a directory attribute", Category: Bug, Level: diag.Warning, Scope: PerSet, Fix: Suggested,
	Doc: Doc{
		What:  "A rule reads `user.x` and other rules read `user.environment.x`.",
		Wrong: []string{"App_*: user.department = \"A\" and resource.owner = user\nStream_*: user.environment.department = \"A\" and resource.owner = user"},
		Right: []string{"App_*: user.environment.department = \"A\" and resource.owner = user\nStream_*: user.environment.department = \"B\" and resource.owner = user"},
		Why: "`user.x` comes from the directory, and `user.environment.x` from the session. Unless both have values on the site, one " +
			"of the rules never grants.",
		Source: "Qlik support article ta-p/1715208.",
	},
	Check: func(p *Pass) {
		session := map[string]bool{}
		each := func(f func(r *Rule, path *condition.Path, name string, env bool)) {
			for _, r := range p.Rules {
				r.paths(func(path *condition.Path, _ condition.Node) {
					switch {
					case path.Root != "user":
					case len(path.Segments) == 2 && fold(path.Segments[0].Name) == "environment":
						f(r, path, last(path), true)
					case len(path.Segments) == 1 && !path.Segments[0].Custom && !slices.Contains([]string{"roles", "userid", "userdirectory", "name", "id"}, last(path)):
						f(r, path, last(path), false)
					}
				})
			}
		}
		each(func(_ *Rule, _ *condition.Path, name string, env bool) {
			if env {
				session[name] = true
			}
		})
		done := map[*Rule]bool{}
		each(func(r *Rule, path *condition.Path, name string, env bool) {
			if env || !session[name] || r.Product() || done[r] || p.Site != nil && p.Site.hasAttribute(name) {
				return
			}
			done[r] = true
			p.On(r).Range(path.Range, Finding{
				Summary: fmt.Sprintf("other rules read the session attribute user.environment.%s", name),
				Detail:  fmt.Sprintf("user.%s comes from the directory. If the session sends the value, the rule never grants.", name),
				Fix:     Replace("read the session attribute", path.Range, "user.environment."+name),
			})
		})
	},
})
