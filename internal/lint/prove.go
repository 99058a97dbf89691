package lint

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// prove marks the fixes that are proved not to change the rule's meaning.
func (s *Set) prove(list diag.List) {
	rules := map[diag.Rule]*Rule{}
	for _, r := range s.Rules {
		rules[r.Ref()] = r
	}
	for i, d := range list {
		if d.Fix != nil && rules[d.Rule] != nil {
			list[i].Fix.Safe = Keeps(rules[d.Rule].Rule.Rule, d, s.Options)
		}
	}
}

// Keeps reports whether the fix of a finding is proved not to change the rule's predicate, for
// every type scope and both interpretations of inequality of lists.
func Keeps(r ruleset.Rule, d diag.Diagnostic, options resolve.Options) bool {
	before, after := parse(r), parse(WithFix(r, d))
	if before == nil || after == nil {
		return false
	}
	for _, reading := range []resolve.ListInequality{resolve.Any, resolve.All} {
		options.ListInequality = reading
		scopes := resolve.Scopes([]*resolve.Rule{before, after}, options)
		if !sameGrants(scopes[0], scopes[1]) {
			return false
		}
	}
	return true
}

// WithFix returns the rule after the fix of a finding about it.
func WithFix(r ruleset.Rule, d diag.Diagnostic) ruleset.Rule {
	at := d.Fix.Of(d)
	if at == nil {
		return r
	}
	fixed := *at
	fixed.Content = at.Content[:d.Fix.Range.Start] + d.Fix.Replacement + at.Content[d.Fix.Range.End:]
	switch at {
	case r.Condition:
		r.Condition = &fixed
	case r.Filter:
		r.Filter = &fixed
	}
	return r
}

func sameGrants(before, after []resolve.Scope) bool {
	a, b := grantsByKey(before), grantsByKey(after)
	for key := range b {
		if a[key] == nil {
			a[key] = ir.Constant{}
		}
	}
	for key, p := range a {
		q := b[key]
		if q == nil {
			q = ir.Constant{}
		}
		if !same(p, q) {
			return false
		}
	}
	return true
}

func grantsByKey(scopes []resolve.Scope) map[string]ir.Predicate {
	grants := map[string]ir.Predicate{}
	for i, s := range scopes {
		grants[s.Key] = Grant(&scopes[i])
	}
	return grants
}
