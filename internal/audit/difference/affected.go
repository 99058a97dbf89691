package difference

import (
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// affected returns the actions, by type, on which the sides can differ: those of changed rules,
// and those of rules that ask for a right that can differ. For all others, the rules of both
// sides are literally the same.
func affected(sides [2]*reads.Reads, types []string, changed func(side int, id string) bool) map[string]uint32 {
	all := map[string]uint32{}
	for progress := true; progress; {
		progress = false
		for _, typ := range reachable(sides, types) {
			for n, side := range sides {
				for _, rule := range rulesOf(side, typ) {
					if all[typ]&rule.Actions == rule.Actions {
						continue
					}
					if changed(n, rule.ID) || asks(side, rule, typ, all) {
						all[typ] |= rule.Actions
						progress = true
					}
				}
			}
		}
	}
	return all
}

// reachable returns the types and those that their rights depend on.
func reachable(sides [2]*reads.Reads, types []string) []string {
	seen := map[string]bool{}
	var list []string
	add := func(typ string) {
		if !seen[typ] {
			seen[typ] = true
			list = append(list, typ)
		}
	}
	for _, typ := range types {
		add(typ)
	}
	for i := 0; i < len(list); i++ {
		for _, side := range sides {
			for _, rule := range rulesOf(side, list[i]) {
				for _, n := range rule.Tests {
					if t := side.Tests[n]; t.Kind == reads.Privilege && len(t.Left.Steps) > 0 {
						add(endType(t))
					}
				}
			}
		}
	}
	return list
}

func rulesOf(r *reads.Reads, typ string) []reads.Rule {
	c := r.Of(typ)
	if c == nil {
		return nil
	}
	list := make([]reads.Rule, len(c.Rules))
	for i, n := range c.Rules {
		list[i] = r.Rules[n]
	}
	return list
}

// asks reports whether a rule asks for a right that can differ.
func asks(side *reads.Reads, rule reads.Rule, typ string, differs map[string]uint32) bool {
	for _, n := range rule.Tests {
		t := side.Tests[n]
		if t.Kind != reads.Privilege {
			continue
		}
		on := typ
		if len(t.Left.Steps) > 0 {
			on = endType(t)
		}
		if differs[on]&t.Action != 0 {
			return true
		}
	}
	return false
}

func endType(t reads.Test) string { return t.Left.Steps[len(t.Left.Steps)-1].Type }

// actionsOf returns the actions of a mask, by bit.
func actionsOf(mask uint32) []ruleset.Action { return ruleset.Actions(mask).List() }
